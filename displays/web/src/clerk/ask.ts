// One dialog for every question to staff: described as fields, answered as a promise, usable by keys alone.
//
// Laws: digits choose in the first list while nobody types, Enter confirms, Esc leaves; one dialog at a time.

import { html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { focused } from "../shared/components/dialog";
import { OwElement, define } from "../shared/element";
import { askStyles } from "./ask-styles";
import { deskStyles } from "./styles";
import { say } from "./texts";

export type Value = string | boolean | string[];
export type Values = Record<string, Value>;

export interface Option {
  value: string;
  label: string;
  /** Smaller words behind the label. */
  note?: string;
  /** Words that the search finds it by. */
  find?: string;
}

export interface Field {
  name: string;
  label: string;
  kind: "choice" | "pick" | "picks" | "checks" | "text" | "lines" | "date" | "number" | "check" | "password" | "time" | "words";
  options?: Option[];
  value?: Value;
  required?: boolean;
  hint?: string;
  min?: number;
  max?: number;
  /** Fewest letters of a text that is required; blanks count, but not alone. */
  shortest?: number;
  /** Shown only then. */
  when?: (values: Values) => boolean;
}

export interface Question {
  heading: string;
  intro?: string;
  /** A number that must be read before anything else: it stands large. */
  number?: string;
  fields: Field[];
  confirm?: string;
  /** What leaving means; without it: cancel. */
  leave?: string;
  danger?: boolean;
  wide?: boolean;
  /** Short fields stand two in a row. */
  pairs?: boolean;
  testid?: string;
}

// A search list shows so many at once; more letters narrow it.
const HITS = 40;
const TEXT_LIMIT = 200;
// From so many letters on a choice needs the whole width.
const LONG_LABEL = 36;

let open: OwAsk | null = null;

/** True while a question waits: then no key is a command of the page beneath. */
export function isAsking(): boolean {
  return open !== null;
}

/** Ask; null when the person leaves the dialog. */
export function ask(question: Question): Promise<Values | null> {
  if (open) {
    return Promise.resolve(null);
  }
  const before = focused();
  const element = document.createElement("ow-ask") as OwAsk;
  element.question = question;
  open = element;
  document.body.appendChild(element);
  return new Promise((resolve) => {
    element.answered = (values) => {
      open = null;
      element.remove();
      if (before) {
        before.focus();
      }
      resolve(values);
    };
  });
}

export class OwAsk extends OwElement {
  static override styles = [...deskStyles, askStyles];

  @property({ attribute: false }) question: Question = { heading: "", fields: [] };
  answered: (values: Values | null) => void = () => undefined;
  @state() private values: Values = {};
  @state() private searches: Record<string, string> = {};
  @state() private tried = false;

  override connectedCallback(): void {
    super.connectedCallback();
    const values: Values = {};
    for (const field of this.question.fields) {
      values[field.name] = field.value === undefined ? initial(field) : field.value;
    }
    this.values = values;
  }

  protected override firstUpdated(): void {
    const dialog = this.renderRoot.querySelector("dialog") as HTMLDialogElement;
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.answered(null);
    });
    dialog.showModal();
    // What has nothing to fill in is answered by Enter; the browser's own choice would be the way out.
    const first = this.renderRoot.querySelector("[data-first]") || this.renderRoot.querySelector("[type=submit]");
    (first as HTMLElement).focus();
  }

  protected override render(): TemplateResult {
    const { heading, intro, number, confirm, leave, danger, wide, pairs, testid } = this.question;
    return html`<dialog aria-labelledby="h" class=${wide ? "wide" : ""} data-testid=${testid || "dialog"} @keydown=${this.keyed}>
      <form @submit=${this.submit} novalidate>
        <h2 id="h">${heading}</h2>
        ${intro ? html`<p class="intro">${number ? html`<strong class="number" data-testid="ask-number">${number}</strong>` : nothing}${intro}</p>` : nothing}
        <div class="fields ${pairs ? "pairs" : ""}">${this.shown().map((field, index) => this.field(field, index === 0))}</div>
        <footer>
          <button type="button" class="button" data-testid="ask-cancel" @click=${() => this.answered(null)}>${leave || say("cancel")}<kbd>Esc</kbd></button>
          <button type="submit" class="button ${danger ? "danger solid" : "primary"}" data-testid="ask-ok">${confirm || say("confirm")}<kbd>⏎</kbd></button>
        </footer>
      </form>
    </dialog>`;
  }

  private shown(): Field[] {
    return this.question.fields.filter((field) => !field.when || field.when(this.values));
  }

  private field(field: Field, first: boolean): TemplateResult {
    const wrong = this.tried && isWrong(field, this.values);
    switch (field.kind) {
      case "choice":
        return this.choice(field, first, wrong);
      case "pick":
      case "picks":
        return this.pick(field, first, wrong);
      case "checks":
        return this.checks(field, wrong);
      case "check":
        return html`<label class="check"><input type="checkbox" ?data-first=${first} .checked=${this.values[field.name] === true}
          @change=${(event: Event) => this.set(field.name, (event.target as HTMLInputElement).checked)}>${field.label}</label>`;
      case "words":
        return html`<p class="words">${field.label}</p>`;
      default:
        return this.input(field, first, wrong);
    }
  }

  private input(field: Field, first: boolean, wrong: boolean): TemplateResult {
    const type = { text: "text", date: "date", number: "number", password: "password", time: "text" }[field.kind as "text"];
    const changed = (event: Event) => this.set(field.name, (event.target as HTMLInputElement).value);
    const value = String(this.values[field.name]);
    return html`<label class="block ${wrong ? "wrong" : ""}"><span>${field.label}</span>
      ${
        field.kind === "lines"
          ? html`<textarea class="field" rows="3" ?data-first=${first} maxlength="1000" .value=${value} @input=${changed}></textarea>`
          : html`<input class="field" type=${type} ?data-first=${first} maxlength=${field.kind === "time" ? 5 : TEXT_LIMIT} placeholder=${field.kind === "time" ? "09:00" : nothing} min=${field.min === undefined ? nothing : field.min}
              max=${field.max === undefined ? nothing : field.max} autocomplete=${field.kind === "password" ? "new-password" : "off"}
              aria-invalid=${wrong ? "true" : "false"} .value=${value} @input=${changed} data-testid="ask-${field.name}">`
      }
      ${field.hint ? html`<small>${field.hint}</small>` : nothing}${hasRange(field) ? html`<small>${say("number_range", { min: field.min, max: field.max })}</small>` : nothing}</label>`;
  }

  private choice(field: Field, first: boolean, wrong: boolean): TemplateResult {
    const chosen = this.values[field.name];
    const options = field.options || [];
    const keys = first || this.digitField() === field;
    return html`<fieldset class=${wrong ? "wrong" : ""}><legend>${field.label}</legend><div class="choices ${lookOf(field)}">
      ${options.map(
        (option, index) => html`<label class="option ${chosen === option.value ? "on" : ""}">
          <input type="radio" name=${field.name} .checked=${chosen === option.value} value=${option.value} ?data-first=${first && index === 0}
            @change=${() => this.set(field.name, option.value)} data-testid="ask-${field.name}-${option.value}">
          ${keys && index < 9 ? html`<kbd aria-hidden="true">${index + 1}</kbd>` : nothing}
          <span>${option.label}</span>${option.note ? html`<small>${option.note}</small>` : nothing}</label>`,
      )}</div></fieldset>`;
  }

  private checks(field: Field, wrong: boolean): TemplateResult {
    const chosen = this.values[field.name] as string[];
    return html`<fieldset class=${wrong ? "wrong" : ""}><legend>${field.label}</legend><div class="choices ${lookOf(field)}">
      ${(field.options || []).map(
        (option) => html`<label class="option ${chosen.includes(option.value) ? "on" : ""}">
          <input type="checkbox" .checked=${chosen.includes(option.value)} @change=${() => this.toggle(field.name, option.value)}>
          <span>${option.label}</span>${option.note ? html`<small>${option.note}</small>` : nothing}</label>`,
      )}</div></fieldset>`;
  }

  private pick(field: Field, first: boolean, wrong: boolean): TemplateResult {
    const many = field.kind === "picks";
    const search = this.searches[field.name] || "";
    const chosen = this.values[field.name] as string | string[];
    const has = (value: string) => (many ? chosen.includes(value) : chosen === value);
    const hits = found(field.options || [], search);
    return html`<fieldset class="pick ${wrong ? "wrong" : ""}"><legend>${field.label}</legend>
      <input class="field" type="search" ?data-first=${first} placeholder=${field.hint || say("search")} aria-label=${say("search")} .value=${search} maxlength="60"
        @input=${(event: Event) => {
          this.searches = { ...this.searches, [field.name]: (event.target as HTMLInputElement).value };
        }}
        @keydown=${(event: KeyboardEvent) => {
          // An Enter that ends the writing of a word belongs to the input method.
          if (event.key === "Enter" && !event.isComposing && hits[0] && chosen.length === 0) {
            event.preventDefault();
            this.set(field.name, many ? [hits[0].value] : hits[0].value);
          }
        }} data-testid="ask-search">
      <div class="hits">${hits.slice(0, HITS).map(
        (option) => html`<label class="hit ${has(option.value) ? "on" : ""}">
          <input type=${many ? "checkbox" : "radio"} name=${field.name} .checked=${has(option.value)}
            @change=${() => (many ? this.toggle(field.name, option.value) : this.set(field.name, option.value))}>
          <span>${option.label}</span>${option.note ? html`<small>${option.note}</small>` : nothing}</label>`,
      )}${hits.length === 0 ? html`<p class="none">${say("no_hits")}</p>` : nothing}</div></fieldset>`;
  }

  private digitField(): Field | undefined {
    return this.shown().find((field) => field.kind === "choice");
  }

  private keyed(event: KeyboardEvent): void {
    event.stopPropagation();
    const target = event.target as HTMLInputElement;
    const isText = target.tagName === "TEXTAREA" || (target.tagName === "INPUT" && target.type !== "radio" && target.type !== "checkbox");
    if (event.key === "Enter" && event.repeat && !isText) {
      // The key that opened the question, still held down, answers nothing.
      event.preventDefault();
      return;
    }
    if (isText || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    const field = this.digitField();
    const option = field && /^[1-9]$/.test(event.key) ? (field.options || [])[Number(event.key) - 1] : undefined;
    if (field && option) {
      event.preventDefault();
      this.set(field.name, option.value);
    } else if (event.key === "Enter" && target.tagName === "INPUT") {
      event.preventDefault();
      this.submit(event);
    }
  }

  private submit(event: Event): void {
    event.preventDefault();
    this.tried = true;
    if (!this.shown().some((field) => isWrong(field, this.values))) {
      this.answered(this.values);
      return;
    }
    void this.updateComplete.then(() => {
      const first = this.renderRoot.querySelector<HTMLElement>(".wrong input, .wrong textarea");
      if (first) {
        first.focus();
      }
    });
  }

  private set(name: string, value: Value): void {
    this.values = { ...this.values, [name]: value };
  }

  private toggle(name: string, value: string): void {
    const before = this.values[name] as string[];
    this.set(name, before.includes(value) ? before.filter((one) => one !== value) : [...before, value]);
  }
}

function initial(field: Field): Value {
  if (field.kind === "check") {
    return false;
  }
  return field.kind === "picks" || field.kind === "checks" ? [] : "";
}

type Ranged = Field & { min: number; max: number };

function hasRange(field: Field): field is Ranged {
  return field.kind === "number" && field.min !== undefined && field.max !== undefined;
}

function isWrong(field: Field, values: Values): boolean {
  const number = Number(values[field.name]);
  return isMissing(field, values) || (hasRange(field) && !(number >= field.min && number <= field.max));
}

function isMissing(field: Field, values: Values): boolean {
  const value = values[field.name];
  const isShort = (text: string) => text.trim() === "" || text.length < (field.shortest || 1);
  return !!field.required && ((typeof value === "string" && isShort(value)) || (Array.isArray(value) && value.length === 0));
}

/** Long labels stand below each other: in narrow columns nobody reads them. */
function lookOf(field: Field): string {
  return (field.options || []).some((option) => option.label.length > LONG_LABEL) ? "long" : "";
}

/** Every word of the search must be somewhere in the label, its note or its other words. */
export function found(options: Option[], search: string): Option[] {
  const words = search.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return options.filter((option) => {
    const all = `${option.label} ${option.note || ""} ${option.find || ""} ${option.value}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

define("ow-ask", OwAsk);
