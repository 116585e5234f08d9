// `<ow-booking-sheet>`: books a visit on somebody's behalf in four steps, on one dialog, by keys alone.
//
// Laws: a place is held before anything personal is asked for; leaving gives a held place back; what a person
// told about themselves is gone with the dialog.

import { html, nothing, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";

import { itemsQuery, slotTimes } from "../booking/days";
import { idFault, normalId, normalPhone, phoneFault } from "../booking/person";
import type { Appointment, Confirmed, Held, Wanted } from "../booking/types";
import { type Api, faultText, newCommandId } from "../shared/api";
import { dateText } from "../shared/dates";
import { OwElement, define } from "../shared/element";
import { countdown, listed } from "../shared/format";
import { type Language, language, pick, t } from "../shared/i18n";
import type { HallInfo } from "../shared/types";
import { found } from "./ask";
import { spoken } from "./booking-model";
import { sheetStyles } from "./booking-sheet-styles";
import { appointmentSlip } from "./booking-slip";
import { say } from "./booking-texts";
import { enc } from "./desk";
import { itemOptions } from "./item-options";
import type { OwSlotChoice, SlotChosen } from "./slot-choice";
import "./slot-choice";
import { deskStyles } from "./styles";

type Step = "items" | "slot" | "person" | "done";

const STEPS: readonly Step[] = ["items", "slot", "person", "done"];
// A search list shows so many at once; more letters narrow it.
const HITS = 8;
const TICK_MS = 500;

interface Fields {
  person: string;
  phone: string;
  name: string;
  language: Language;
}

/** Fires `ow-close` with the appointment that was made, or null. */
export class OwBookingSheet extends OwElement {
  static override styles = [...deskStyles, sheetStyles];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) hall!: HallInfo;
  @property({ attribute: false }) nowMs: () => number = () => Date.now();
  @state() private step: Step = "items";
  @state() private search = "";
  @state() private chosen: Wanted[] = [];
  @state() private held: Appointment | null = null;
  @state() private fields: Fields = { person: "", phone: "", name: "", language: "zh" };
  @state() private tried = false;
  @state() private sending = false;
  @state() private fault = "";
  @state() private made: Confirmed | null = null;
  @query("dialog") private dialog!: HTMLDialogElement;

  override connectedCallback(): void {
    super.connectedCallback();
    this.fields = { ...this.fields, language: language() };
    this.every(TICK_MS, () => this.tick());
  }

  protected override firstUpdated(): void {
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      void this.leave();
    });
    this.dialog.addEventListener("keydown", (event) => event.stopPropagation());
    this.dialog.showModal();
    this.focusFirst();
  }

  protected override updated(changed: Map<string, unknown>): void {
    if (changed.has("step") && changed.get("step") !== undefined) {
      this.focusFirst();
    }
  }

  protected override render(): TemplateResult {
    return html`<dialog aria-labelledby="h" data-testid="booking-sheet">
      <header><h2 id="h">${say("book")}</h2>
        <ol class="steps">${STEPS.map((step, place) => html`<li aria-current=${step === this.step ? "step" : nothing} class=${STEPS.indexOf(this.step) > place ? "past" : ""}>${place + 1} ${say(`step_${step}` as "step_items")}</li>`)}</ol></header>
      <div class="body">${this.summary()}
        <div role="alert">${this.fault ? html`<p class="note bad" data-testid="booking-fault">${this.fault}</p>` : nothing}</div>
        ${this.content()}</div>
    </dialog>`;
  }

  private content(): TemplateResult {
    switch (this.step) {
      case "items":
        return this.itemsStep();
      case "slot":
        return this.slotStep();
      case "person":
        return this.personStep();
      default:
        return this.doneStep();
    }
  }

  private summary(): TemplateResult | typeof nothing {
    const { held, hall } = this;
    if (this.step === "items" || this.step === "done") {
      return nothing;
    }
    const names = listed(this.chosen.map((one) => `${this.nameOf(one.code)}${one.quantity > 1 ? ` ×${one.quantity}` : ""}`));
    const slot = held && held.slot_ms ? `${pick(dateText(held.date))} ${slotTimes(held.slot_ms, held.end_ms, hall.zone)}` : "";
    return html`<p class="summary"><strong>${names}</strong>${
      held && held.until_ms ? html`<span class="held" role="timer">${say("held", { slot, left: countdown(held.until_ms, this.nowMs()) })}</span>` : nothing
    }</p>`;
  }

  private itemsStep(): TemplateResult {
    const options = found(itemOptions(this.hall), this.search);
    const hits = options.filter((one) => !this.chosen.some((wanted) => wanted.code === one.value)).slice(0, HITS);
    return html`<form @submit=${(event: Event) => this.enterItems(event, hits[0] ? hits[0].value : "")}>
      <input class="field search" data-first type="search" maxlength="60" aria-label=${say("step_items")} placeholder=${say("items_hint")} .value=${this.search} autocomplete="off"
        data-testid="booking-item-search" @input=${(event: Event) => (this.search = (event.target as HTMLInputElement).value)}>
      <ul class="hits" aria-label=${say("step_items")}>${hits.map(
        (one) => html`<li><button type="button" class="hit" data-testid="booking-item" data-code=${one.value} @click=${() => this.add(one.value)}><span>${one.label}</span><small>${one.note || ""}</small></button></li>`,
      )}${hits.length === 0 ? html`<li class="none">${say("no_items")}</li>` : nothing}</ul>
      ${this.basket()}
      ${this.foot(html`<button class="button primary" ?disabled=${this.chosen.length === 0 && !this.search.trim()} data-testid="booking-next">${say("next")}<kbd>⏎</kbd></button>`)}
    </form>`;
  }

  private basket(): TemplateResult | typeof nothing {
    return this.chosen.length === 0
      ? nothing
      : html`<h3>${say("chosen")}</h3><ul class="basket">${this.chosen.map((one) => {
          const name = this.nameOf(one.code);
          return html`<li><span>${name}</span>
            <input class="field count" type="number" min="1" max=${this.hall.limits.max_quantity} .value=${String(one.quantity)} aria-label=${say("quantity_of", { name })}
              @change=${(event: Event) => this.count(one.code, Number((event.target as HTMLInputElement).value))}>
            <button type="button" class="button small quiet" aria-label=${say("remove", { name })} @click=${() => (this.chosen = this.chosen.filter((other) => other !== one))}>×</button></li>`;
        })}</ul>`;
  }

  private slotStep(): TemplateResult {
    return html`<ow-slot-choice .api=${this.api} .hall=${this.hall} .items=${this.chosen} .nowMs=${this.nowMs} ?busy=${this.sending} data-key=${itemsQuery(this.chosen)}
        @ow-slot=${(event: CustomEvent<SlotChosen>) => this.hold(event.detail)}></ow-slot-choice>
      ${this.foot(html`<button type="button" class="button" @click=${() => this.go("items")}>${say("back")}</button>`)}`;
  }

  private personStep(): TemplateResult {
    const { fields, tried } = this;
    const wrong = { person: tried ? idFault(fields.person) : null, phone: tried ? phoneFault(fields.phone) : null };
    return html`<form class="person" @submit=${this.confirm} novalidate>
      ${this.input("person", say("person"), wrong.person ? t(wrong.person) : say("person_hint"), !!wrong.person)}
      ${this.input("phone", say("phone"), wrong.phone ? t(wrong.phone) : say("phone_hint"), !!wrong.phone)}
      ${this.input("name", say("name"), say("name_hint"), false)}
      <fieldset><legend>${say("language")}</legend>${(["zh", "en"] as const).map(
        (one) => html`<label><input type="radio" name="language" .checked=${fields.language === one} @change=${() => (this.fields = { ...fields, language: one })}> ${t(one === "zh" ? "language.zh" : "language.en")}</label>`,
      )}</fieldset>
      ${this.foot(html`<button type="button" class="button" ?disabled=${this.sending} @click=${this.chooseAgain}>${say("back")}</button>
        <button class="button primary" ?disabled=${this.sending} data-testid="booking-confirm">${say("confirm")}<kbd>⏎</kbd></button>`)}
    </form>`;
  }

  private input(name: "person" | "phone" | "name", label: string, hint: string, wrong: boolean): TemplateResult {
    return html`<label class=${wrong ? "wrong" : ""}><span>${label}</span>
      <input class="field" ?data-first=${name === "person"} maxlength="40" autocomplete="off" inputmode=${name === "phone" ? "tel" : "text"} aria-invalid=${wrong ? "true" : "false"} aria-describedby="${name}-hint"
        .value=${this.fields[name]} data-testid="booking-${name}" @input=${(event: Event) => (this.fields = { ...this.fields, [name]: (event.target as HTMLInputElement).value })}>
      <small id="${name}-hint">${hint}</small></label>`;
  }

  private doneStep(): TemplateResult {
    const { made, hall } = this;
    const one = made && made.appointment;
    return html`<div class="done" role="status"><p class="note good">${say("done")}</p>
        ${one && one.slot_ms ? html`<p class="when">${pick(dateText(one.date))} <strong>${slotTimes(one.slot_ms, one.end_ms, hall.zone)}</strong></p>` : nothing}
        <p class="muted">${say("code")}</p><p class="code number" data-testid="booking-code">${made ? spoken(made.code) : ""}</p>
        <p class="small muted">${say("code_hint")}</p></div>
      ${this.foot(html`<button type="button" class="button" @click=${this.again}>${say("again")}</button>
        <button type="button" class="button" data-testid="booking-print" @click=${() => made && appointmentSlip(hall, made.appointment, made.code)}>${say("print")}</button>`, true)}`;
  }

  private foot(more: TemplateResult, done = false): TemplateResult {
    return html`<footer>
      <button type="button" class="button ${done ? "primary" : ""}" ?data-first=${done} data-testid="booking-leave" @click=${this.leave}>${say("leave")}<kbd>Esc</kbd></button><span>${more}</span></footer>`;
  }

  private enterItems(event: Event, first: string): void {
    event.preventDefault();
    if (this.search.trim() && first) {
      this.add(first);
    } else if (this.chosen.length > 0) {
      this.go("slot");
    }
  }

  private add(code: string): void {
    this.chosen = this.chosen.concat({ code, quantity: 1 }).slice(0, this.hall.limits.max_items);
    this.search = "";
    this.focusFirst();
  }

  private count(code: string, typed: number): void {
    const quantity = Math.min(this.hall.limits.max_quantity, Math.max(1, Math.floor(typed) || 1));
    this.chosen = this.chosen.map((one) => (one.code === code ? { code, quantity } : one));
  }

  private async hold({ date, slot }: SlotChosen): Promise<void> {
    const body = { date, items: this.chosen, slot_ms: slot.start_ms, channel: "desk" };
    const answer = await this.send<Held>("appointments", body);
    if (answer) {
      this.held = answer.appointment;
      this.go("person");
    } else {
      await this.readAgain();
    }
  }

  private async readAgain(): Promise<void> {
    const choice = this.renderRoot.querySelector<OwSlotChoice>("ow-slot-choice");
    if (choice) {
      await choice.load();
    }
  }

  private readonly confirm = async (event: Event): Promise<void> => {
    event.preventDefault();
    this.tried = true;
    const { fields, held } = this;
    if (!held || idFault(fields.person) || phoneFault(fields.phone)) {
      return;
    }
    const optional = { phone: normalPhone(fields.phone), name: fields.name.trim() };
    const body = { person: normalId(fields.person), language: fields.language, ...filled(optional) };
    const made = await this.send<Confirmed>(`appointments/${enc(held.id)}/confirm`, body);
    if (made) {
      this.made = made;
      this.held = null;
      this.fields = { ...this.fields, person: "", phone: "", name: "" };
      this.go("done");
    }
  };

  private readonly chooseAgain = async (): Promise<void> => {
    await this.giveBack();
    this.go("slot");
  };

  private readonly again = (): void => {
    this.made = null;
    this.chosen = [];
    this.tried = false;
    this.go("items");
  };

  private readonly leave = async (): Promise<void> => {
    const made = this.made;
    await this.giveBack();
    this.dispatchEvent(new CustomEvent<Appointment | null>("ow-close", { detail: made ? made.appointment : null }));
  };

  /** A held place goes back at once; if the answer is lost, it runs out by itself. */
  private async giveBack(): Promise<void> {
    const { held } = this;
    this.held = null;
    if (held) {
      await this.send(`appointments/${enc(held.id)}/cancel`, {});
    }
  }

  private async send<T>(path: string, body: Record<string, unknown>): Promise<T | null> {
    if (this.sending) {
      return null;
    }
    this.sending = true;
    this.fault = "";
    try {
      return await this.api.command<T>(`api/halls/${enc(this.hall.hall)}/${path}`, { ...body, command_id: newCommandId() });
    } catch (fault) {
      this.fault = pick(faultText(fault));
      return null;
    } finally {
      this.sending = false;
    }
  }

  private tick(): void {
    const { held } = this;
    if (held && held.until_ms && held.until_ms <= this.nowMs() && !this.sending) {
      this.held = null;
      this.fault = say("hold_over");
      this.step = "slot";
    }
    this.requestUpdate();
  }

  private go(step: Step): void {
    this.fault = "";
    this.step = step;
  }

  private nameOf(code: string): string {
    const item = this.hall.items.find((one) => one.code === code);
    return item ? pick(item.name) : code;
  }

  private focusFirst(): void {
    const first = this.renderRoot.querySelector<HTMLElement>("[data-first]") || this.renderRoot.querySelector<HTMLElement>("ow-slot-choice, footer button");
    if (first) {
      first.focus();
    }
  }
}

function filled(fields: Record<string, string>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of Object.keys(fields)) {
    if (fields[name]) {
      kept[name] = fields[name] as string;
    }
  }
  return kept;
}

define("ow-booking-sheet", OwBookingSheet);
