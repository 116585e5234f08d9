// Today's booked arrivals for the guide: the counts of the day, and for each slot how many are booked and how many stayed away.

import { css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import type { Api } from "../shared/api";
import { OwElement, define } from "../shared/element";
import { clockTime } from "../shared/format";
import type { HallInfo } from "../shared/types";
import type { CalendarDay } from "../manager/booking-types";
import type { BookedCounts } from "../manager/types";
import { type ArrivalSlot, arrivalsOf } from "./booking-model";
import { say } from "./booking-texts";
import { enc } from "./desk";
import { deskStyles } from "./styles";

// The counts come live; the slots are asked for when they change, and once a minute anyway.
const REFRESH_MS = 60_000;
const COUNTS = ["expected", "checked_in", "not_due", "late", "no_show", "waitlisted"] as const;
// Slots that ended longer ago than this are history.
const SHOWN_AFTER_MS = 3_600_000;

export class OwArrivals extends OwElement {
  static override styles = [
    ...deskStyles,
    css`
      .counts {
        display: grid;
        grid-template-columns: repeat(6, minmax(0, 1fr));
        gap: 0.25rem;
        margin: 0.25rem 0 0.5rem;
      }
      .counts dt {
        color: var(--ow-ink-2);
        font-size: 0.8125rem;
      }
      .counts dd {
        font-size: 1.25rem;
        line-height: 1.2;
      }
      li {
        display: grid;
        grid-template-columns: 3.5rem minmax(0, 1fr) 2rem;
        gap: 0.5rem;
        align-items: center;
        min-height: 1.75rem;
        font-size: var(--ow-text-s);
      }
      .bar {
        display: flex;
        height: 0.875rem;
        overflow: hidden;
        border-radius: 0.25rem;
        background: var(--ow-ground);
      }
      .bar i {
        height: 100%;
      }
      .booked {
        background: #5b9fc6;
      }
      .gone {
        background: var(--ow-bad);
      }
      .now {
        font-weight: 700;
      }
      .keys span {
        margin-right: 0.75rem;
        color: var(--ow-ink-2);
        font-size: 0.8125rem;
      }
      .keys i {
        display: inline-block;
        width: 0.75rem;
        height: 0.75rem;
        margin-right: 0.25rem;
        border-radius: 0.1875rem;
        vertical-align: -0.0625rem;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) hall!: HallInfo;
  @property({ attribute: false }) counts: BookedCounts | null = null;
  @property({ attribute: false }) nowMs: () => number = () => Date.now();
  @property() today = "";
  @state() private slots: ArrivalSlot[] = [];
  private countsSeen = "";

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
    this.every(REFRESH_MS, () => void this.load());
  }

  protected override updated(): void {
    const counts = JSON.stringify(this.counts);
    if (counts !== this.countsSeen) {
      this.countsSeen = counts;
      void this.load();
    }
  }

  protected override render(): TemplateResult | typeof nothing {
    const { counts } = this;
    const slots = this.slots.filter((slot) => slot.start_ms > this.nowMs() - SHOWN_AFTER_MS);
    const most = Math.max(1, ...slots.map(total));
    return html`${counts ? html`<dl class="counts">${COUNTS.map((name) => html`<div><dt>${say(`count_${name}`)}</dt><dd class="number" data-testid="booked-${name}">${counts[name]}</dd></div>`)}</dl>` : nothing}
      ${slots.length === 0 ? html`<p class="muted">${say("arrivals_none")}</p>` : html`<ul data-testid="arrivals">${slots.map((slot) => this.row(slot, most))}</ul>
        <p class="keys" aria-hidden="true">${(["booked", "gone"] as const).map((part) => html`<span><i class=${part}></i>${say(`slot_${part}` as "slot_booked")}</span>`)}</p>`}`;
  }

  private row(slot: ArrivalSlot, most: number): TemplateResult {
    const time = clockTime(slot.start_ms, this.hall.zone);
    const width = (n: number) => `width:${((100 * n) / most).toFixed(1)}%`;
    return html`<li class=${slot.start_ms <= this.nowMs() ? "now" : ""}><span class="number">${time}</span>
      <span class="bar" role="img" aria-label=${say("slot_load", { time, booked: slot.booked, gone: slot.gone })}>
        <i class="booked" .style=${width(slot.booked)}></i><i class="gone" .style=${width(slot.gone)}></i></span>
      <span class="number" aria-hidden="true">${total(slot)}</span></li>`;
  }

  private async load(): Promise<void> {
    try {
      const today = this.today || this.hall.date;
      const { days } = await this.api.get<{ days: CalendarDay[] }>(`api/halls/${enc(this.hall.hall)}/bookings/calendar?from=${today}&to=${today}`);
      this.slots = days[0] ? arrivalsOf(days[0]) : [];
    } catch {
      // The list stays as it was; the counts above are live.
      return;
    }
  }
}

function total(slot: ArrivalSlot): number {
  return slot.booked + slot.gone;
}

define("ow-arrivals", OwArrivals);
