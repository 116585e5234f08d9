// `<ow-slot-picker .hall .items .today>`: a strip of days, then the chosen day's slots with what is free.
// Fires `ow-slot` with a place that can be had, and `ow-wait` with a time that others have taken.

import { html, nothing } from "lit";
import { property, state } from "lit/decorators.js";

import { Api, faultText } from "../shared/api";
import { dateText } from "../shared/dates";
import { OwElement, define } from "../shared/element";
import { clockTime, countdown } from "../shared/format";
import { beside, otherTag, pick, t } from "../shared/i18n";
import { base, buttons, surfaces } from "../shared/theme";
import type { Text } from "../shared/types";
import { DaySlots } from "./day-slots";
import {
  explained, firstDay, halves, isTaken, nearDay, shortDate, slotText, slotTimes, statusOf, statusText, worthShowing,
} from "./days";
import { slotLook } from "./slot-look";
import type { Slot, SlotDay, Wanted } from "./types";

// Free places change while one looks; the server answers a repeated question without work.
const EVERY_MS = 4000;
// Days after the last one on sale: enough to see when the next one opens.
const TAIL = 2;

export interface ChosenSlot {
  date: string;
  slot_ms: number;
  end_ms: number;
}

export interface WaitWish {
  date: string;
  from_ms: number;
  to_ms: number;
}

export class OwSlotPicker extends OwElement {
  static override styles = [base, buttons, surfaces, slotLook];

  @property() hall = "";
  @property() today = "";
  @property() zone = "Asia/Shanghai";
  /** Whether full slots lead to the waitlist. */
  @property({ type: Boolean }) waits = false;
  @property({ type: Boolean }) kiosk = false;
  @property({ attribute: false }) items: readonly Wanted[] = [];
  @property({ attribute: false }) chosen: ChosenSlot | null = null;
  @property({ attribute: false }) now: () => number = Date.now;
  @state() private date = "";
  @state() private fault: Text | null = null;

  private readonly api = new Api({ token: "" });
  private slots: DaySlots | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.every(EVERY_MS, () => document.hidden || void this.load());
    // A release is counted down, and looked for when it comes.
    this.every(1000, () => this.isCounting && this.requestUpdate());
  }

  protected override willUpdate(): void {
    const slots = DaySlots.of(this.slots, this.api, this.hall, this.items, this.today);
    if (slots !== this.slots) {
      this.slots = slots;
      void this.load();
    }
  }

  private get days(): SlotDay[] {
    return worthShowing((this.slots && this.slots.days) || [], TAIL);
  }

  private get day(): SlotDay | undefined {
    return this.days.find((one) => one.date === this.date);
  }

  private get isCounting(): boolean {
    const day = this.day;
    return !!day && statusOf(day) === "later" && !!day.release_ms;
  }

  /** Ask again at once: a place that was chosen is gone. */
  async load(): Promise<void> {
    const { slots } = this;
    if (!slots) {
      return;
    }
    try {
      const isNew = await slots.ask();
      this.fault = null;
      if (isNew) {
        this.date = this.day ? this.date : firstDay(this.days);
        this.requestUpdate();
      }
    } catch (fault) {
      this.fault = faultText(fault);
    }
  }

  protected override render() {
    const { days } = this;
    if (this.fault && days.length === 0) {
      return html`<div class="note bad" role="alert">
        ${pick(this.fault)}
        <p><button class="button" @click=${() => void this.load()}>${t("button.retry")}</button></p>
      </div>`;
    }
    if (!this.slots || !this.slots.isKnown) {
      return html`<p class="quiet" role="status">${t("phone.loading")}</p>`;
    }
    if (days.length === 0) {
      return this.nothingAtAll();
    }
    return html`<div class="days" role="group" aria-label=${t("book.days")} data-testid="days">
        ${days.map((day) => this.dayButton(day))}
      </div>
      ${this.day ? this.chosenDay(this.day) : nothing}`;
  }

  // No day is on sale: the first reason that a day gives stands for all.
  private nothingAtAll() {
    const all = (this.slots && this.slots.days) || [];
    const reason = all.map((day) => explained(day, this.now(), this.zone)).find((one) => !!one);
    return html`<div class="note warn" role="status" data-testid="no-days" data-refusal=${(all[0] && all[0].refusal) || ""}>
      ${reason ? pick(reason) : t("book.why.off")}
    </div>`;
  }

  private dayButton(day: SlotDay) {
    const status = statusOf(day);
    const name = nearDay(day.date, this.today);
    const word = pick(statusText(day, this.now(), this.zone));
    return html`<button
      class="day ${status}"
      data-testid="day"
      data-date=${day.date}
      data-status=${status}
      aria-pressed=${String(day.date === this.date)}
      aria-label="${pick(dateText(day.date))} ${word}"
      @click=${() => (this.date = day.date)}
    >
      <span class="name">${pick(name)}</span>
      <span class="date digits">${shortDate(day.date)}</span>
      <span class="word">${word}</span>
    </button>`;
  }

  private chosenDay(day: SlotDay) {
    const { morning, afternoon } = halves(day.slots, this.zone);
    const reason = explained(day, this.now(), this.zone);
    return html`<section aria-live="polite" data-testid="day-slots" data-date=${day.date}>
      <h3>${pick(dateText(day.date))} <span class="beside" lang=${otherTag()}>${beside(dateText(day.date))}</span></h3>
      ${reason ? this.why(day, reason) : nothing} ${this.half("book.morning", morning)} ${this.half("book.afternoon", afternoon)}
    </section>`;
  }

  private why(day: SlotDay, reason: Text) {
    const isFull = statusOf(day) === "full";
    const release = this.isCounting ? day.release_ms : null;
    return html`<div class="note ${isFull ? "" : "warn"} reason" role="status" data-testid="reason" data-refusal=${day.refusal || ""}>
      ${pick(reason)}
      ${release && release > this.now()
        ? html`<b class="digits">${t("book.release.left", { left: countdown(release, this.now()) })}</b>`
        : nothing}
      ${isFull && this.mayWait(day)
        ? html`<p>
            <button class="button primary" data-testid="wait-day" @click=${() => this.wait(day, day.slots.filter(isTaken))}>
              ${t("book.wait.day")}
            </button>
          </p>`
        : nothing}
    </div>`;
  }

  private half(name: "book.morning" | "book.afternoon", slots: Slot[]) {
    return slots.length === 0
      ? nothing
      : html`<h4>${t(name)}</h4>
          <div class="slots">${slots.map((slot) => this.slotButton(slot))}</div>`;
  }

  private slotButton(slot: Slot) {
    const day = this.day as SlotDay;
    const isChosen = !!this.chosen && this.chosen.date === day.date && this.chosen.slot_ms === slot.start_ms;
    const isFull = isTaken(slot);
    const isUsable = slot.fits || (isFull && this.mayWait(day));
    const times = slotTimes(slot.start_ms, slot.end_ms, this.zone);
    return html`<button
      class="slot ${slot.fits ? "free" : "full"}"
      data-testid="slot"
      data-time=${clockTime(slot.start_ms, this.zone)}
      data-free=${slot.free}
      data-fits=${String(slot.fits)}
      aria-pressed=${String(isChosen)}
      ?disabled=${!isUsable}
      @click=${() => (slot.fits ? this.choose(day, slot) : this.wait(day, [slot]))}
    >
      <span class="time digits">${times}</span>
      <span class="word">${isFull && this.mayWait(day) ? t("book.slot.wait") : pick(slotText(slot))}</span>
    </button>`;
  }

  private mayWait(day: SlotDay): boolean {
    return this.waits && day.waitlist === true;
  }

  private choose(day: SlotDay, slot: Slot): void {
    const detail: ChosenSlot = { date: day.date, slot_ms: slot.start_ms, end_ms: slot.end_ms };
    this.dispatchEvent(new CustomEvent("ow-slot", { detail }));
  }

  private wait(day: SlotDay, slots: Slot[]): void {
    const [first, last] = [slots[0], slots[slots.length - 1]];
    if (first && last) {
      const detail: WaitWish = { date: day.date, from_ms: first.start_ms, to_ms: last.end_ms };
      this.dispatchEvent(new CustomEvent("ow-wait", { detail }));
    }
  }
}

define("ow-slot-picker", OwSlotPicker);
