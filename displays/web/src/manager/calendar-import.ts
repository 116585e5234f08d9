// Days from a file (.ics or JSON): checked without saving, then taken over whole or not at all.

import { css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { deskStyles } from "../clerk/styles";
import { OwElement, define } from "../shared/element";
import { pick } from "../shared/i18n";
import { dayNote } from "./day-note";
import { oneLanguage } from "./fault-text";
import type { House } from "./house";
import { say } from "./settings-texts";
import { type Uploaded, forget, upload } from "./upload";

type Target = "own" | "year";

interface Imported {
  year: number;
  holidays: number;
  makeup: number;
  added: number;
  replaced: number;
  kept: number;
}

export class OwCalendarImport extends OwElement {
  static override styles = [
    ...deskStyles,
    css`
      h3 {
        margin: 1.25rem 0 0.25rem;
        padding-bottom: 0.25rem;
        border-bottom: 1px solid var(--ow-line-strong);
        font-size: var(--ow-text-m);
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        margin: 0.5rem -0.25rem;
      }
      .row > * {
        margin: 0.25rem;
      }
      .row .field {
        width: auto;
      }
      code {
        font-family: var(--ow-font-number);
        font-weight: 600;
      }
    `,
  ];

  @property({ attribute: false }) house!: House;
  @property({ type: Boolean }) locked = false;
  @state() private file: File | null = null;
  @state() private target: Target = "own";
  @state() private busy = false;
  @state() private answer: Uploaded<Imported> | null = null;

  protected override render(): TemplateResult {
    const off = !this.file || this.busy || this.locked;
    return html`<h3>${say("calendar_file")}</h3><p class="small muted">${say("calendar_file_hint")}</p>
      <div class="row">${this.targets()}<label>${say("calendar_file")} <input type="file" accept=".ics,.json,text/calendar,application/json" ?disabled=${this.locked} data-testid="calendar-file" @change=${this.chosen}></label>
        <button class="button" ?disabled=${off} data-testid="calendar-check" @click=${() => this.send(true)}>${say("check")}</button>
        <button class="button primary" ?disabled=${off} data-testid="calendar-import" @click=${() => this.send(false)}>${say("import")}</button></div>
      <div role="status">${this.answer ? this.told(this.answer) : nothing}</div>`;
  }

  /** The notice of a year is for all halls, so only who plans for the network may change it. */
  private targets(): TemplateResult | typeof nothing {
    if (["network", "admin"].indexOf(this.house.account.role) < 0) {
      return nothing;
    }
    return html`<label>${say("calendar_for")} <select class="field" data-testid="calendar-target" @change=${(event: Event) => {
      this.target = (event.target as HTMLSelectElement).value as Target;
      this.answer = null;
    }}><option value="own">${say("calendar_own")}</option><option value="year">${say("calendar_year")}</option></select></label>`;
  }

  private told(answer: Uploaded<Imported>): TemplateResult {
    if (answer.ok && answer.imported) {
      const done = answer.checked_only ? "checked" : "imported";
      return html`<p class="note good" data-testid="calendar-told">${say(`calendar_${done}_${this.target}`, { ...answer.imported })}</p>${dayNote(answer)}`;
    }
    const errors = answer.errors || [];
    return html`<p class="note bad" data-testid="calendar-told">${pick(answer.title)}</p>${
      errors.length > 0
        ? html`<table><thead><tr><th>${say("cell")}</th><th>${say("fault")}</th></tr></thead><tbody>${errors.map((one) => html`<tr><td><code>${one.field}</code></td><td>${oneLanguage(one.message)}</td></tr>`)}</tbody></table>`
        : nothing
    }`;
  }

  private chosen(event: Event): void {
    const { files } = event.target as HTMLInputElement;
    this.file = (files && files[0]) || null;
    this.answer = null;
  }

  private async send(checkOnly: boolean): Promise<void> {
    const { file, house } = this;
    if (!file) {
      return;
    }
    this.busy = true;
    try {
      const path = this.target === "own" ? house.path("settings/calendar/import") : "api/calendar/import";
      this.answer = await upload<Imported>(new URL(`${path}?check_only=${checkOnly}`, house.api.root).href, file);
      if (this.answer.isGone) {
        forget(this.renderRoot);
        this.file = null;
      }
      if (this.answer.ok && !checkOnly) {
        this.dispatchEvent(new CustomEvent("ow-imported", { bubbles: true, composed: true }));
      }
    } finally {
      this.busy = false;
    }
  }
}

define("ow-calendar-import", OwCalendarImport);
