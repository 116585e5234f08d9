// Changing the places of slots, or closing them, for a range of days and times: first a preview, then the change.
//
// Laws: nothing is saved that was not previewed with the same fields; every change has a reason.

import { html, nothing, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";

import { slotTimes } from "../booking/days";
import { stateText } from "../clerk/booking-texts";
import { deskStyles } from "../clerk/styles";
import { faultText, newCommandId } from "../shared/api";
import { toast } from "../shared/components/dialog";
import { dateText } from "../shared/dates";
import { OwElement, define } from "../shared/element";
import { clockTime, listed } from "../shared/format";
import { pick } from "../shared/i18n";
import type { Text } from "../shared/types";
import { changeStyles } from "./booking-change-styles";
import { previewOf } from "./booking-model";
import { refusalText, say } from "./booking-texts";
import type { ClosedDay, EditedDay, LoadedSlot } from "./booking-types";
import type { House } from "./house";
import { clockOf, minutesOf } from "./settings-types";

type Day = EditedDay & ClosedDay;

export interface Change {
  house: House;
  kind: "edit" | "close";
  /** The day that the manager looks at. */
  date: string;
  groups: Record<string, { name: Text; slots: LoadedSlot[] }>;
}

interface Fields {
  from: string;
  to: string;
  group: string;
  from_time: string;
  to_time: string;
  places: string;
  windows: string;
  then: "list" | "move" | "cancel";
  reason: string;
}

const THENS = ["move", "list", "cancel"] as const;
// A preview of more than this is read as numbers, not as rows.
const ROWS = 60;
const DEFAULT_FROM_MIN = 540;
const DEFAULT_TO_MIN = 1020;

/** Show the dialog; true when something was changed. */
export function changeSlots(change: Change): Promise<boolean> {
  const element = document.createElement("ow-booking-change") as OwBookingChange;
  element.change = change;
  document.body.appendChild(element);
  return new Promise((resolve) => {
    element.answered = (changed) => {
      element.remove();
      resolve(changed);
    };
  });
}

export class OwBookingChange extends OwElement {
  static override styles = [...deskStyles, changeStyles];

  @property({ attribute: false }) change!: Change;
  answered: (changed: boolean) => void = () => undefined;
  @state() private fields!: Fields;
  @state() private preview: Day[] | null = null;
  @state() private busy = false;
  @state() private fault = "";
  @query("dialog") private dialog!: HTMLDialogElement;

  override connectedCallback(): void {
    super.connectedCallback();
    const { change } = this;
    const codes = Object.keys(change.groups);
    const { from, to } = spanOf(change);
    const group = change.kind === "edit" || codes.length === 1 ? codes[0] || "" : "";
    this.fields = { from: change.date, to: change.date, group, from_time: from, to_time: to, places: "", windows: "", then: "move", reason: "" };
  }

  protected override firstUpdated(): void {
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.answered(false);
    });
    this.dialog.addEventListener("keydown", (event) => event.stopPropagation());
    this.dialog.showModal();
  }

  protected override render(): TemplateResult {
    const { kind } = this.change;
    const { preview } = this;
    return html`<dialog aria-labelledby="h" data-testid="dialog-${kind}"><form @submit=${this.submit} novalidate>
      <header><h2 id="h">${say(kind)}</h2><p class="small muted">${say(`${kind}_intro` as "edit_intro")}</p></header>
      <div class="body">${this.ranges()} ${kind === "edit" ? this.placesField() : this.closing()}
        <div role="alert">${this.fault ? html`<p class="note bad" data-testid="change-fault">${this.fault}</p>` : nothing}</div>
        <div role="status" data-testid="preview">${preview ? this.previewed(preview) : nothing}</div>
        ${preview ? html`<label class="wide"><span>${say("reason")}</span><input class="field" maxlength="200" .value=${this.fields.reason} data-testid="change-reason"
          @input=${(event: Event) => (this.fields = { ...this.fields, reason: (event.target as HTMLInputElement).value })}></label>` : nothing}</div>
      <footer><button type="button" class="button" @click=${() => this.answered(false)}>${say("cancel")}<kbd>Esc</kbd></button>
        <span><button type=${preview ? "button" : "submit"} class="button ${preview ? "" : "primary"}" ?disabled=${this.busy} data-testid="change-preview" @click=${preview ? () => this.look() : nothing}>${this.busy && !preview ? say("previewing") : say("preview")}</button>
        <button type=${preview ? "submit" : "button"} class="button ${kind === "close" ? "danger solid" : "primary"}" ?disabled=${!preview || this.busy} data-testid="change-save">${say(kind === "close" ? "close_now" : "save")}</button></span></footer>
    </form></dialog>`;
  }

  private ranges(): TemplateResult {
    const { change, fields } = this;
    const codes = Object.keys(change.groups);
    const named = change.kind === "close" ? [html`<option value="" ?selected=${fields.group === ""}>${say("all_groups")}</option>`] : [];
    return html`<div class="row">${this.input("from", say("from_date"), "date")} ${this.input("to", say("to_date"), "date")}
        ${this.input("from_time", say("from_time"), "text")} ${this.input("to_time", say("to_time"), "text")}</div>
      <label class="wide"><span>${say("group")}</span><select class="field" data-testid="change-group" @change=${(event: Event) => this.set({ group: (event.target as HTMLSelectElement).value })}>${named}${codes.map((code) => {
        const group = change.groups[code];
        return html`<option value=${code} ?selected=${fields.group === code}>${group ? pick(group.name) : code}</option>`;
      })}</select></label>`;
  }

  private input(name: "from" | "to" | "from_time" | "to_time", label: string, type: string): TemplateResult {
    return html`<label><span>${label}</span><input class="field" type=${type} maxlength="10" inputmode=${type === "text" ? "numeric" : nothing} placeholder=${type === "text" ? "09:00" : nothing}
      .value=${this.fields[name]} data-testid="change-${name}" @change=${(event: Event) => this.set({ [name]: (event.target as HTMLInputElement).value })}></label>`;
  }

  private placesField(): TemplateResult {
    return html`<label class="wide"><span>${say("places")}</span><input class="field" type="number" min="0" max="999" .value=${this.fields.places} data-testid="change-places" aria-describedby="places-hint"
      @input=${(event: Event) => this.set({ places: (event.target as HTMLInputElement).value })}><small id="places-hint">${say("places_hint")}</small></label>`;
  }

  private closing(): TemplateResult {
    const { fields } = this;
    return html`<fieldset><legend>${say("then")}</legend>${THENS.map(
        (then) => html`<label class="option ${fields.then === then ? "on" : ""}"><input type="radio" name="then" .checked=${fields.then === then} data-testid="then-${then}" @change=${() => this.set({ then })}> ${say(`then_${then}` as "then_move")}</label>`,
      )}</fieldset>
      <label class="wide"><span>${say("windows")}</span><input class="field" type="number" min="0" max="1000" .value=${fields.windows} data-testid="change-windows" aria-describedby="windows-hint"
        @input=${(event: Event) => this.set({ windows: (event.target as HTMLInputElement).value })}><small id="windows-hint">${say("windows_hint")}</small></label>`;
  }

  private previewed(days: Day[]): TemplateResult {
    const sum = previewOf(days);
    const edits = this.change.kind === "edit";
    const told = edits
      ? [sum.changed > 0 ? say("preview_changed", { n: sum.changed }) : say("preview_none"), sum.over > 0 ? say("preview_over", { n: sum.over }) : ""]
      : [sum.affected > 0 ? say("preview_affected", { n: sum.affected, moved: sum.moved, cancelled: sum.cancelled, listed: sum.listed }) : say("preview_nobody")];
    const isBad = sum.over > 0 || sum.affected > 0;
    return html`<p class="note ${isBad ? "warn" : "good"}" data-testid="preview-sum">${told.filter((part) => part !== "").join("；")}</p>
      ${sum.refused.map((one) => html`<p class="note bad">${say("refused_day", { date: pick(dateText(one.date)), why: refusalText(one.refusal) })}</p>`)}
      ${edits ? this.changeRows(days) : this.affectedRows(days)}`;
  }

  private changeRows(days: Day[]): TemplateResult | typeof nothing {
    const { zone } = this.change.house.hall;
    const rows = days.reduce<TemplateResult[]>((all, day) => all.concat((day.changes || []).filter((one) => one.before !== one.after).map(
      (one) => html`<tr class=${one.over > 0 ? "over" : ""}><td>${pick(dateText(day.date))} <span class="number">${clockTime(one.start_ms, zone)}</span></td><td class="n">${one.before}</td><td class="n"><strong>${one.after}</strong></td><td class="n">${one.taken}</td><td class="n">${one.over || ""}</td></tr>`,
    )), []);
    return rows.length === 0 ? nothing : html`<div class="scroll" tabindex="0" role="region" aria-label=${say("preview_title")}><table><thead><tr><th>${say("time")}</th><th class="n">${say("before")}</th><th class="n">${say("after")}</th><th class="n">${say("taken")}</th><th class="n">${say("over")}</th></tr></thead><tbody>${rows.slice(0, ROWS)}</tbody></table></div>`;
  }

  private affectedRows(days: Day[]): TemplateResult | typeof nothing {
    const { zone } = this.change.house.hall;
    const rows = days.reduce<TemplateResult[]>((all, day) => all.concat((day.affected || []).map(
      (one) => html`<tr data-testid="affected-row"><td>${pick(dateText(day.date))} <span class="number">${one.slot_ms ? slotTimes(one.slot_ms, one.end_ms, zone) : ""}</span></td><td>${listed(one.items.map((item) => pick(item.name)))}</td>
        <td>${stateText(one.state)}</td><td>${one.becomes ? html`<span class="chip ${one.becomes}">${say(`becomes_${one.becomes}` as "becomes_moved")}</span>` : nothing}</td></tr>`,
    )), []);
    return rows.length === 0 ? nothing : html`<div class="scroll" tabindex="0" role="region" aria-label=${say("preview_title")}><table><thead><tr><th>${say("time")}</th><th>${say("items")}</th><th>${say("state")}</th><th>${say("becomes")}</th></tr></thead><tbody>${rows.slice(0, ROWS)}</tbody></table></div>`;
  }

  /** Another field makes another preview necessary. */
  private set(part: Partial<Fields>): void {
    this.fields = { ...this.fields, ...part };
    this.preview = null;
    this.fault = "";
  }

  private readonly submit = (event: Event): void => {
    event.preventDefault();
    void (this.preview ? this.save() : this.look());
  };

  private async look(): Promise<void> {
    const days = await this.send(true);
    if (days) {
      this.preview = days;
      await this.updateComplete;
      const reason = this.renderRoot.querySelector<HTMLInputElement>("[data-testid=change-reason]");
      if (reason) {
        reason.focus();
      }
    }
  }

  private async save(): Promise<void> {
    if (!this.fields.reason.trim()) {
      this.fault = say("need_reason");
      return;
    }
    const days = await this.send(false);
    if (!days) {
      return;
    }
    const { refused } = previewOf(days);
    toast(refused.length > 0 ? say("saved_partly", { n: refused.length }) : say("saved"), refused.length > 0 ? "bad" : "good");
    if (refused.length > 0) {
      this.preview = days;
    } else {
      this.answered(true);
    }
  }

  private async send(checkOnly: boolean): Promise<Day[] | null> {
    const body = this.body();
    if (typeof body === "string") {
      this.fault = body;
      return null;
    }
    if (this.busy) {
      return null;
    }
    this.busy = true;
    this.fault = "";
    const { house, kind } = this.change;
    try {
      const path = house.path(`bookings/${kind === "edit" ? "slots" : "close"}`);
      const answer = await house.api.command<{ days: Day[] }>(path, { ...body, check_only: checkOnly, command_id: newCommandId() });
      return answer.days;
    } catch (fault) {
      this.fault = pick(faultText(fault));
      return null;
    } finally {
      this.busy = false;
    }
  }

  /** The body of the request, or what is wrong with the fields. */
  private body(): Record<string, unknown> | string {
    const { fields, change } = this;
    const from = minutesOf(fields.from_time);
    const to = minutesOf(fields.to_time);
    if (from === null || to === null || to <= from) {
      return say("bad_times");
    }
    if (!fields.from || !fields.to || fields.to < fields.from) {
      return say("bad_dates");
    }
    const range = { from: fields.from, to: fields.to, from_min: from, to_min: to, ...(fields.reason.trim() ? { reason: fields.reason.trim() } : {}) };
    if (change.kind === "edit") {
      return { ...range, group: fields.group, places: fields.places.trim() === "" ? null : Number(fields.places) };
    }
    return { ...range, then: fields.then, ...(fields.group ? { group: fields.group } : {}), windows: Number(fields.windows) || 0 };
  }
}

/** From the first to the last slot of the day, or usual hours. */
function spanOf({ groups, house }: Change): { from: string; to: string } {
  const slots = Object.keys(groups).reduce<LoadedSlot[]>((all, code) => all.concat((groups[code] || { slots: [] }).slots), []);
  if (slots.length === 0) {
    return { from: clockOf(DEFAULT_FROM_MIN), to: clockOf(DEFAULT_TO_MIN) };
  }
  const { zone } = house.hall;
  return { from: clockTime(Math.min(...slots.map((slot) => slot.start_ms)), zone), to: clockTime(Math.max(...slots.map((slot) => slot.end_ms)), zone) };
}

define("ow-booking-change", OwBookingChange);
