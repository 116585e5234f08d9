// `<ow-person-form>`: who comes: name if one likes, phone for messages, ID number. Fires `ow-person`.
// What is typed lives in this page alone and is gone with it.

import { css, html, nothing } from "lit";
import { property, state } from "lit/decorators.js";

import { idFault, normalId, normalPhone, phoneFault } from "../booking/person";
import type { Person } from "../booking/types";
import { OwElement, define } from "../shared/element";
import { type TextKey, t } from "../shared/i18n";
import { base, buttons, surfaces } from "../shared/theme";

type Field = "person" | "phone" | "name";

export class OwPersonForm extends OwElement {
  static override styles = [
    base,
    buttons,
    surfaces,
    css`
      label {
        display: block;
        margin-top: var(--ow-4);
        font-weight: 600;
      }
      .more {
        color: var(--ow-ink-2);
        font-size: var(--ow-text-s);
        font-weight: 400;
      }
      .field {
        margin-top: var(--ow-1);
        font-size: var(--ow-text-l);
      }
      .field[aria-invalid="true"] {
        border-color: var(--ow-bad);
        box-shadow: inset 0 0 0 1px var(--ow-bad);
      }
      .fault {
        margin-top: var(--ow-1);
        color: var(--ow-bad);
        font-weight: 600;
      }
      .privacy {
        margin: var(--ow-4) 0;
        color: var(--ow-ink-2);
        font-size: var(--ow-text-s);
      }
      .send {
        min-height: 3.5rem;
        font-size: var(--ow-text-l);
      }
    `,
  ];

  @property() action = "";
  @property({ type: Boolean }) busy = false;
  /** What was typed before, where another place had to be chosen since. */
  @property({ attribute: false }) given: Person | null = null;
  @state() private typed: Person = { person: "", phone: "", name: "" };
  @state() private faults: Partial<Record<Field, TextKey>> = {};

  protected override willUpdate(): void {
    if (this.given && !this.hasUpdated) {
      this.typed = this.given;
    }
  }

  protected override render() {
    return html`<form @submit=${this.send} novalidate data-testid="person-form">
      ${this.field("person", { autocomplete: "off", autocapitalize: "characters", maxlength: 30 })}
      ${this.field("phone", { autocomplete: "tel", type: "tel", maxlength: 24 })}
      ${this.field("name", { autocomplete: "name", maxlength: 40 })}
      <p class="privacy">${t("book.privacy")}</p>
      <button class="button primary wide send" data-testid="confirm" ?disabled=${this.busy}>
        ${this.busy ? t("book.sending") : this.action}
      </button>
    </form>`;
  }

  private field(
    name: Field, about: { autocomplete: string; maxlength: number; type?: string; autocapitalize?: string },
  ) {
    const fault = this.faults[name];
    return html`<label for=${name}>${t(`book.field.${name}` as const)} <span class="more">${t(`book.field.${name}.more` as const)}</span></label>
      <input
        id=${name}
        class="field"
        type=${about.type || "text"}
        autocomplete=${about.autocomplete as "off"}
        autocapitalize=${about.autocapitalize || "none"}
        spellcheck="false"
        maxlength=${about.maxlength}
        data-testid="field-${name}"
        aria-invalid=${fault ? "true" : "false"}
        aria-describedby=${fault ? `${name}-fault` : nothing}
        .value=${this.typed[name]}
        @input=${(event: Event) => this.type(name, (event.target as HTMLInputElement).value)}
        @blur=${() => this.typed[name] && this.check([name])}
      />
      ${fault ? html`<p class="fault" id="${name}-fault" role="alert">${t(fault)}</p>` : nothing}`;
  }

  private type(name: Field, value: string): void {
    this.typed = { ...this.typed, [name]: value };
    if (this.faults[name]) {
      this.check([name]);
    }
  }

  /** Whether all of these are right; what is wrong is said under the field. */
  private check(names: Field[]): boolean {
    const found = { person: idFault(this.typed.person), phone: phoneFault(this.typed.phone), name: null };
    const faults = { ...this.faults };
    for (const name of names) {
      delete faults[name];
      const fault = found[name];
      if (fault) {
        faults[name] = fault;
      }
    }
    this.faults = faults;
    return names.every((name) => !faults[name]);
  }

  private send(event: Event): void {
    event.preventDefault();
    if (!this.check(["person", "phone"])) {
      const wrong = this.faults.person ? "person" : "phone";
      const field = this.renderRoot.querySelector<HTMLElement>(`#${wrong}`);
      if (field) {
        field.focus();
      }
      return;
    }
    const { typed } = this;
    const detail: Person = {
      person: normalId(typed.person), phone: normalPhone(typed.phone), name: typed.name.trim(),
    };
    this.dispatchEvent(new CustomEvent("ow-person", { detail }));
  }
}

define("ow-person-form", OwPersonForm);
