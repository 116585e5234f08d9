// Settings of the hall: one section at a time, saved with the version it was read at; faults are listed by field.

import { css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { deskStyles } from "../clerk/styles";
import { Refused, faultText } from "../shared/api";
import { confirmed, toast } from "../shared/components/dialog";
import { OwElement, define } from "../shared/element";
import { pick } from "../shared/i18n";
import type { Text } from "../shared/types";
import "./booking-form";
import "./calendar-form";
import "./catalog-forms";
import { dayNote } from "./day-note";
import { type DayTold, dayText, isBehind } from "./day-told";
import { fieldName } from "./fault-field";
import { oneLanguage } from "./fault-text";
import type { House } from "./house";
import "./hours-form";
import "./import";
import { narrowStyles } from "./narrow";
import "./policy-form";
import { say } from "./settings-texts";
import type { ItemsContent } from "./settings-types";

const PARTS = ["hours", "calendar", "windows", "items", "policy", "booking", "hall", "import"] as const;
type Part = (typeof PARTS)[number];

/** The section on the server: booking is a part of the rules. */
function sectionOf(part: Part): string {
  return part === "booking" ? "policy" : part;
}

interface Loaded {
  version: string;
  content: unknown;
  follows?: string | null;
  follows_name?: Text | null;
}

export class OwSettings extends OwElement {
  static override styles = [
    ...deskStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: 11rem minmax(0, 1fr);
        gap: 0.75rem;
        align-items: start;
      }
      nav button {
        display: block;
        width: 100%;
        margin-bottom: 0.25rem;
        padding: 0.5rem 0.75rem;
        border: 0;
        border-left: 4px solid transparent;
        background: none;
        color: var(--ow-ink);
        font: inherit;
        text-align: left;
        cursor: pointer;
      }
      nav button:hover {
        background: var(--ow-brand-soft);
      }
      nav button[aria-current] {
        border-left-color: var(--ow-brand);
        background: var(--ow-paper);
        color: var(--ow-brand-strong);
        font-weight: 600;
      }
      .panel {
        padding: 0.875rem 1rem;
        border: 1px solid var(--ow-line);
        border-radius: var(--ow-radius-s);
        background: var(--ow-paper);
      }
      .foot {
        position: sticky;
        bottom: 0;
        z-index: 2;
        display: flex;
        align-items: center;
        justify-content: flex-end;
        margin-top: 0.75rem;
        padding: 0.625rem 1rem;
        border: 1px solid var(--ow-line);
        border-radius: var(--ow-radius-s);
        background: var(--ow-paper);
      }
      .foot > * {
        margin-left: 0.75rem;
      }
      @media (max-width: 700px) {
        :host {
          grid-template-columns: minmax(0, 1fr);
        }
        nav button {
          display: inline-block;
          width: auto;
          border-left: 0;
          border-bottom: 3px solid transparent;
        }
        nav button[aria-current] {
          border-bottom-color: var(--ow-brand);
        }
        .foot {
          flex-wrap: wrap;
        }
      }
      .faults {
        margin-bottom: 0.75rem;
      }
      .faults li {
        font-size: var(--ow-text-s);
      }
      .note {
        margin-bottom: 0.75rem;
      }
    `,
    narrowStyles,
  ];

  @property({ attribute: false }) house!: House;
  @state() private shownPart: Part = partOfHash();
  @state() private loaded: Loaded | null = null;
  @state() private value: unknown = null;
  @state() private catalog: ItemsContent | null = null;
  /** The template that the hall belongs to. */
  @state() private template: { code: string; name: Text | null } | null = null;
  @state() private faults: { field: string; message: string }[] = [];
  /** What the open day refused at the last save. */
  @state() private told: DayTold | null = null;
  @state() private saving = false;
  /** Somebody else has saved this part meanwhile: what was typed here can only be discarded for theirs. */
  @state() private isOld = false;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
    const kept = (event: BeforeUnloadEvent) => {
      if (this.dirty()) {
        event.preventDefault();
        event.returnValue = "";
      }
    };
    window.addEventListener("beforeunload", kept);
    this.follow(() => window.removeEventListener("beforeunload", kept));
  }

  /** Where this part stands in the address. */
  get address(): string {
    return `#settings/${this.shownPart}`;
  }

  /** Ask before what was typed is lost. */
  async mayLeave(): Promise<boolean> {
    return !this.dirty() || confirmed({ heading: say("leave"), yes: say("reset") });
  }

  protected override render(): TemplateResult {
    const { loaded } = this;
    const locked = this.house.account.role === "auditor";
    return html`<nav aria-label=${say("parts")}>${PARTS.map(
        (part) => html`<button aria-current=${part === this.shownPart ? "page" : nothing} data-testid="part-${part}" @click=${() => this.go(part)}>${say(`part_${part}`)}</button>`,
      )}</nav>
      <div><section class="panel" aria-labelledby="part-h"><h2 id="part-h" class="visually-hidden">${say(`part_${this.shownPart}`)}</h2>
        ${locked ? html`<p class="note">${say("read_only")}</p>` : nothing}
        ${loaded && loaded.follows ? html`<p class="note">${say("follows", { name: this.templateName })}</p>` : nothing}
        ${this.mayFollow(locked) ? html`<p class="note">${say("own", { name: this.templateName })} <button class="button small" data-testid="follow-again" @click=${this.followAgain}>${say("follow_again")}</button></p>` : nothing}
        <div role="alert">${this.faults.length > 0 ? html`<div class="note bad faults"><strong>${say("faults", { n: this.faults.length })}</strong><ul>${this.faults.map((fault) => html`<li><strong>${fieldName(fault.field, this.value)}</strong> ${oneLanguage(fault.message)}</li>`)}</ul></div>` : nothing}${this.told ? dayNote(this.told) : nothing}</div>
        ${this.shownPart === "import" ? html`<ow-import .house=${this.house}></ow-import>` : this.value ? this.form(locked) : nothing}</section>
      ${this.shownPart !== "import" && loaded && !locked ? this.foot(loaded) : nothing}</div>`;
  }

  private form(locked: boolean): TemplateResult {
    const changed = (event: CustomEvent<unknown>) => (this.value = event.detail);
    switch (this.shownPart) {
      case "hours":
        return html`<ow-hours-form .value=${this.value as never} ?locked=${locked} @ow-value=${changed}></ow-hours-form>`;
      case "calendar":
        return html`<ow-calendar-form .house=${this.house} .value=${this.value as never} @ow-imported=${() => this.load()} ?locked=${locked} @ow-value=${changed}></ow-calendar-form>`;
      case "windows":
        return html`<ow-windows-form .value=${this.value as never} .catalog=${this.catalog} ?locked=${locked} @ow-value=${changed}></ow-windows-form>`;
      case "items":
        return html`<ow-items-form .value=${this.value as never} ?locked=${locked} @ow-value=${changed}></ow-items-form>`;
      case "policy":
        return html`<ow-policy-form .value=${this.value as never} .catalog=${this.catalog} ?locked=${locked} @ow-value=${changed}></ow-policy-form>`;
      case "booking":
        return html`<ow-booking-form .value=${this.value as never} .catalog=${this.catalog} .faults=${this.faults} ?locked=${locked} @ow-value=${changed}></ow-booking-form>`;
      default:
        return html`<ow-hall-form .value=${this.value as never} ?locked=${locked} @ow-value=${changed}></ow-hall-form>`;
    }
  }

  private foot(loaded: Loaded): TemplateResult {
    const dirty = this.dirty();
    return html`<div class="foot"><span class="small muted" role="status" data-testid="settings-state">${this.isOld ? say("changed_by_others") : dirty ? say("dirty") : say("version", { version: loaded.version })}</span>
      <button class="button" ?disabled=${!(dirty || this.isOld) || this.saving} data-testid="settings-reset" @click=${this.reset}>${say(this.isOld ? "load_theirs" : "reset")}</button>
      <button class="button primary" ?disabled=${!dirty || this.saving || this.isOld} data-testid="settings-save" @click=${this.save}>${say("save")}</button></div>`;
  }

  private mayFollow(locked: boolean): boolean {
    const { loaded, template } = this;
    return !locked && !!loaded && loaded.follows === null && template !== null;
  }

  private get templateName(): string {
    const { template } = this;
    return !template ? "" : template.name ? pick(template.name) : template.code;
  }

  private async followAgain(): Promise<void> {
    const section = sectionOf(this.shownPart);
    const body = say(section === "policy" ? "follow_body_policy" : "follow_body");
    if (await confirmed({ heading: say("follow_title", { name: this.templateName }), body, yes: say("follow_again") })) {
      await this.house.post("settings/follow", { sections: [section] });
      await this.load();
    }
  }

  private dirty(): boolean {
    return !!this.loaded && this.value !== this.loaded.content;
  }

  private reset(): void {
    if (this.isOld) {
      void this.load();
      return;
    }
    this.value = this.loaded && this.loaded.content;
    this.faults = [];
  }

  private async go(part: Part): Promise<void> {
    if (!(await this.mayLeave())) {
      return;
    }
    this.shownPart = part;
    history.replaceState(null, "", this.address);
    await this.load();
  }

  private async load(): Promise<void> {
    const part = this.shownPart;
    this.value = null;
    this.loaded = null;
    this.faults = [];
    this.told = null;
    this.isOld = false;
    if (part === "import") {
      return;
    }
    const loaded = await this.house.read<Loaded>(`settings/${sectionOf(part)}`);
    if (loaded && loaded.follows === null) {
      const hall = await this.house.read<{ template: string | null; template_name: Text | null }>("settings/hall");
      this.template = hall && hall.template ? { code: hall.template, name: hall.template_name } : null;
    } else if (loaded && loaded.follows) {
      this.template = { code: loaded.follows, name: loaded.follows_name || null };
    }
    if ((part === "windows" || part === "policy" || part === "booking") && !this.catalog) {
      const items = await this.house.read<Loaded>("settings/items");
      this.catalog = items && (items.content as ItemsContent);
    }
    if (loaded && part === this.shownPart) {
      this.loaded = loaded;
      this.value = loaded.content;
      this.catalog = part === "items" ? (loaded.content as ItemsContent) : this.catalog;
    }
  }

  private async save(): Promise<void> {
    const { loaded, value } = this;
    if (!loaded || this.saving) {
      return;
    }
    this.saving = true;
    this.faults = [];
    this.told = null;
    try {
      const path = this.house.path(`settings/${sectionOf(this.shownPart)}`);
      const answer = await this.house.api.send<{ version: string } & DayTold>("PUT", path, { version: loaded.version, content: value });
      this.loaded = { ...loaded, version: answer.version, content: value, follows: null };
      this.told = isBehind(answer) ? answer : null;
      toast(dayText(answer), isBehind(answer) ? "bad" : "good");
    } catch (fault) {
      this.faults = fault instanceof Refused ? fault.errors : [];
      this.isOld = fault instanceof Refused && fault.code === "SETTINGS_CHANGED";
      toast(pick(faultText(fault)), "bad");
    } finally {
      this.saving = false;
    }
  }
}

function partOfHash(): Part {
  const name = (location.hash.split("/")[1] || "") as Part;
  return PARTS.indexOf(name) >= 0 ? name : "hours";
}

define("ow-settings", OwSettings);
