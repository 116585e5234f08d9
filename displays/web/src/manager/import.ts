// Settings from a spreadsheet: the template to fill in, a check without saving, and every fault with its cell.

import { html, nothing, type TemplateResult, css } from "lit";
import { property, state } from "lit/decorators.js";

import { deskStyles } from "../clerk/styles";
import { pick } from "../shared/i18n";
import { OwElement, define } from "../shared/element";
import { dayNote } from "./day-note";
import { oneLanguage } from "./fault-text";
import type { House } from "./house";
import { say } from "./settings-texts";
import { type Uploaded, forget, upload } from "./upload";

interface Imported {
  items: number;
  windows: number;
  days: number;
}

export class OwImport extends OwElement {
  static override styles = [
    ...deskStyles,
    css`
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        margin: 0.75rem -0.25rem;
      }
      .row > * {
        margin: 0.25rem;
      }
      label {
        font-weight: 600;
      }
      .note {
        margin: 0.75rem 0;
      }
      code {
        font-family: var(--ow-font-number);
        font-weight: 600;
      }
    `,
  ];

  @property({ attribute: false }) house!: House;
  @state() private file: File | null = null;
  @state() private busy = false;
  @state() private answer: Uploaded<Imported> | null = null;

  protected override render(): TemplateResult {
    return html`<p class="muted">${say("import_hint")}</p>
      <p class="row"><a class="button" href=${new URL(this.house.path("settings/template.xlsx"), this.house.api.root).href} download data-testid="template">${say("template")}</a></p>
      <div class="row"><label for="file">${say("file")}</label><input id="file" type="file" accept=".xlsx" data-testid="import-file" @change=${this.chosen}></div>
      <p class="row"><button class="button" ?disabled=${!this.file || this.busy} data-testid="import-check" @click=${() => this.send(true)}>${say("check")}</button>
      <button class="button primary" ?disabled=${!this.file || this.busy} data-testid="import-run" @click=${() => this.send(false)}>${say("import")}</button></p>
      <div role="status">${this.answer ? this.told(this.answer) : nothing}</div>`;
  }

  private told(answer: Uploaded<Imported>): TemplateResult {
    if (answer.ok && answer.imported) {
      return html`<p class="note good">${say(answer.checked_only ? "checked" : "imported", { ...answer.imported })}</p>${dayNote(answer)}`;
    }
    const errors = answer.errors || [];
    return html`<p class="note bad">${pick(answer.title)}</p>${
      errors.length > 0
        ? html`<table data-testid="import-faults"><thead><tr><th>${say("cell")}</th><th>${say("fault")}</th></tr></thead><tbody>${errors.map((one) => html`<tr><td><code>${one.field}</code></td><td>${oneLanguage(one.message)}</td></tr>`)}</tbody></table>`
        : nothing
    }`;
  }

  private chosen(event: Event): void {
    const files = (event.target as HTMLInputElement).files;
    this.file = (files && files[0]) || null;
    this.answer = null;
  }

  private async send(checkOnly: boolean): Promise<void> {
    if (!this.file) {
      return;
    }
    this.busy = true;
    try {
      const url = new URL(this.house.path(`settings/import${checkOnly ? "?check_only=true" : ""}`), this.house.api.root);
      this.answer = await upload<Imported>(url.href, this.file);
      if (this.answer.isGone) {
        forget(this.renderRoot);
        this.file = null;
      }
    } finally {
      this.busy = false;
    }
  }
}

define("ow-import", OwImport);
