// Small parts of booking: what is booked, how long the place is held, what is waited for.

import { html, nothing } from "lit";

import { slotTimes } from "../booking/days";
import type { WaitWish } from "../booking/slot-picker";
import type { Appointment, Wanted } from "../booking/types";
import { dateText } from "../shared/dates";
import { countdown, listed } from "../shared/format";
import { pick, t } from "../shared/i18n";
import type { HallInfo } from "../shared/types";

// The last minute is said louder.
const URGENT_MS = 60_000;

export function visitSummary(info: HallInfo, items: readonly Wanted[], slot: Appointment | null = null) {
  const names = items.map((one) => {
    const item = info.items.find((other) => other.code === one.code);
    return `${item ? pick(item.name) : one.code}${one.quantity > 1 ? ` ×${one.quantity}` : ""}`;
  });
  return html`<section class="card summary" data-testid="summary">
    ${slot && slot.slot_ms
      ? html`<p class="big digits">
          ${pick(dateText(slot.date))} ${slotTimes(slot.slot_ms, slot.end_ms, info.zone)}
        </p>`
      : nothing}
    <p class="names">${listed(names)}</p>
    <p class="small">${pick(info.name)}</p>
  </section>`;
}

export function heldNote(held: Appointment, nowMs: number) {
  const until = held.until_ms || nowMs;
  if (until <= nowMs) {
    return html`<div class="note warn" role="alert" data-testid="hold" data-over="true">${t("book.hold.over")}</div>`;
  }
  return html`<div class="note ${until - nowMs < URGENT_MS ? "warn" : "good"} hold" data-testid="hold" data-over="false">
    <span>${t("book.hold")}</span>
    <b class="digits" role="timer" aria-live="off">${countdown(until, nowMs)}</b>
  </div>`;
}

export function wishNote(wish: WaitWish, zone: string) {
  return html`<div class="note" data-testid="wish">
    <b class="digits">${pick(dateText(wish.date))} ${slotTimes(wish.from_ms, wish.to_ms, zone)}</b>
    <p>${t("book.wait.how")}</p>
  </div>`;
}
