// `<ow-slot-choice>`: the days on sale as one row, the slots of the chosen day below; both work by keys alone.

import { css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { explained, firstDay, freeOf, halves, itemsQuery, plusDays, shortDate, slotText, slotTimes, statusOf, statusText } from "../booking/days";
import type { Slot, SlotDay, SlotsAnswer, Wanted } from "../booking/types";
import { type Api, faultText } from "../shared/api";
import { dateText, weekday } from "../shared/dates";
import { OwElement, define } from "../shared/element";
import { pick } from "../shared/i18n";
import type { HallInfo } from "../shared/types";
import { say } from "./booking-texts";
import { enc } from "./desk";
import { deskStyles } from "./styles";

// Two weeks fit on a screen, and hardly any hall sells further ahead; the arrow shows the next two.
const DAYS_SHOWN = 14;

/** Fires `ow-slot` with `{ date, slot }`; nothing is held by looking. */
export class OwSlotChoice extends OwElement {
  static override styles = [
    ...deskStyles,
    css`
      .days {
        display: grid;
        grid-template-columns: repeat(7, minmax(0, 1fr));
        gap: 0.375rem;
      }
      .day,
      .slot {
        display: grid;
        padding: 0.375rem 0.5rem;
        border: 1px solid var(--ow-line-strong);
        border-radius: var(--ow-radius-s);
        background: var(--ow-paper);
        color: var(--ow-ink);
        font: inherit;
        font-size: var(--ow-text-s);
        line-height: 1.3;
        text-align: left;
        cursor: pointer;
      }
      .day:hover,
      .slot:hover {
        border-color: var(--ow-brand);
        background: var(--ow-brand-soft);
      }
      .day[aria-pressed="true"],
      .slot[aria-pressed="true"] {
        border-color: var(--ow-brand);
        background: var(--ow-brand);
        color: var(--ow-on-brand);
      }
      .day small,
      .slot small {
        font-size: 0.8125rem;
      }
      .free small {
        color: var(--ow-good);
        font-weight: 600;
      }
      .full small {
        color: var(--ow-bad);
      }
      .closed,
      .later,
      .off,
      .over {
        background: var(--ow-ground);
        color: var(--ow-ink-2);
      }
      [aria-pressed="true"] small {
        color: inherit;
      }
      h4 {
        margin: 0.75rem 0 0.25rem;
        color: var(--ow-ink-2);
        font-size: var(--ow-text-s);
        font-weight: 600;
      }
      .slots {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(7rem, 1fr));
        gap: 0.375rem;
      }
      .slot[disabled] {
        background: var(--ow-ground);
        color: var(--ow-ink-2);
        cursor: not-allowed;
      }
      .slot strong {
        font-variant-numeric: tabular-nums;
      }
      .pages {
        display: flex;
        align-items: center;
        justify-content: space-between;
        margin-bottom: 0.375rem;
      }
      .note {
        margin-top: 0.75rem;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) hall!: HallInfo;
  @property({ attribute: false }) items: readonly Wanted[] = [];
  @property({ attribute: false }) nowMs: () => number = () => Date.now();
  @property({ type: Boolean }) busy = false;
  @state() private days: SlotDay[] | null = null;
  @state() private date = "";
  @state() private chosen = 0;
  @state() private fault = "";
  private from = "";

  override connectedCallback(): void {
    super.connectedCallback();
    this.from = this.hall.date;
    void this.load();
  }

  protected override render(): TemplateResult {
    if (!this.days) {
      return html`<p class="muted" role="status">${this.fault || say("loading")}</p>`;
    }
    const day = this.days.find((one) => one.date === this.date);
    return html`${this.pages(day)}
      <div class="days" role="group" aria-label=${say("days")}>${this.days.map((one) => this.day(one))}</div>
      ${day ? this.slots(day) : nothing}`;
  }

  /** Read the places again: somebody else was quicker. */
  async load(): Promise<void> {
    const asked = `${itemsQuery(this.items)}&from=${this.from}&to=${plusDays(this.from, DAYS_SHOWN - 1)}&channel=desk`;
    try {
      const { days } = await this.api.get<SlotsAnswer>(`api/halls/${enc(this.hall.hall)}/slots?${asked}`);
      this.days = days;
      this.date = days.some((one) => one.date === this.date) ? this.date : firstDay(days);
      this.chosen = 0;
    } catch (fault) {
      this.fault = pick(faultText(fault));
    }
  }

  private pages(day: SlotDay | undefined): TemplateResult {
    const needs = day && day.places_needed && day.places_needed > 1 ? say("needs_n", { n: day.places_needed }) : "";
    const go = (days: number) => {
      this.from = plusDays(this.from, days);
      void this.load();
    };
    return html`<div class="pages"><span class="small muted">${needs}</span><span>
      <button type="button" class="button small" ?disabled=${this.from <= this.hall.date} aria-label=${say("earlier")} @click=${() => go(-DAYS_SHOWN)}>←</button>
      <button type="button" class="button small" aria-label=${say("later")} @click=${() => go(DAYS_SHOWN)}>→</button></span></div>`;
  }

  private day(day: SlotDay): TemplateResult {
    return html`<button type="button" class="day ${statusOf(day)}" aria-pressed=${day.date === this.date ? "true" : "false"} data-testid="day-${day.date}"
      @click=${() => (this.date = day.date)}><span>${pick(weekday(day.date))} <strong>${shortDate(day.date)}</strong></span><small>${pick(statusText(day, this.nowMs(), this.hall.zone))}</small></button>`;
  }

  private slots(day: SlotDay): TemplateResult {
    const why = explained(day, this.nowMs(), this.hall.zone);
    const { morning, afternoon } = halves(day.slots, this.hall.zone);
    return html`${why && day.slots.length === 0 ? html`<p class="note warn" data-testid="day-why">${pick(why)}</p>` : nothing}
      ${this.half(say("morning"), morning, day)} ${this.half(say("afternoon"), afternoon, day)}
      <p class="visually-hidden" role="status">${pick(dateText(day.date))}：${freeOf(day)}</p>`;
  }

  private half(label: string, slots: Slot[], day: SlotDay): TemplateResult | typeof nothing {
    return slots.length === 0
      ? nothing
      : html`<h4>${label}</h4><div class="slots" role="group" aria-label=${label}>${slots.map(
          (slot) => html`<button type="button" class="slot ${slot.fits ? "free" : "full"}" ?disabled=${!slot.fits || this.busy} aria-pressed=${slot.start_ms === this.chosen ? "true" : "false"}
            data-testid="slot" data-start=${slot.start_ms} @click=${() => this.choose(day, slot)}><strong>${slotTimes(slot.start_ms, slot.end_ms, this.hall.zone)}</strong><small>${pick(slotText(slot))}</small></button>`,
        )}</div>`;
  }

  private choose(day: SlotDay, slot: Slot): void {
    this.chosen = slot.start_ms;
    this.dispatchEvent(new CustomEvent<SlotChosen>("ow-slot", { detail: { date: day.date, slot } }));
  }
}

export interface SlotChosen {
  date: string;
  slot: Slot;
}

define("ow-slot-choice", OwSlotChoice);
