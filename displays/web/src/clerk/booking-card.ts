// One booking as a desk reads it: when, what, in which state, what checking in now would mean, and what can be done.

import { html, nothing, type TemplateResult } from "lit";

import { slotTimes } from "../booking/days";
import type { Appointment } from "../booking/types";
import { dateText } from "../shared/dates";
import { clockTime, momentText } from "../shared/format";
import { pick } from "../shared/i18n";
import type { BookingDesk } from "./booking-acts";
import { type CheckIn, checkInOf, mayCheckIn } from "./booking-model";
import { punctualityText, say, stateText } from "./booking-texts";

export interface CardContext {
  desk: BookingDesk;
  today: string;
  sending: boolean;
}

export interface CardActs {
  checkIn: () => void;
  move: () => void;
  cancel: () => void;
  print: () => void;
}

export function bookingCard(one: Appointment, context: CardContext, acts: CardActs): TemplateResult {
  const { desk, today, sending } = context;
  const how = checkInOf(one, today, desk.nowMs());
  const can = (op: string) => (one.can || []).includes(op);
  const shown = { in: can("check-in") && one.date === today, move: can("move"), cancel: can("cancel") };
  const label = `${when(one, context)} ${stateText(one.state)}`;
  return html`<article class="booking ${one.state}" aria-label=${label} data-testid="booking" data-state=${one.state} data-id=${one.id}>
    <div class="top"><p class="when">${one.date === today ? html`<strong class="day">${say("today")}</strong>` : html`<strong class="day">${pick(dateText(one.date))}</strong>`}
        <strong class="number">${times(one, desk)}</strong></p>
      <p class="chips">${stateChip(one)}${one.punctuality ? html`<span class="chip ${one.punctuality}">${punctualityText(one.punctuality)}</span>` : nothing}
        ${one.ticket ? html`<strong class="ticket number" data-testid="booking-number">${one.ticket.number}</strong>` : nothing}</p></div>
    <ul class="items">${one.items.map((item) => html`<li>${pick(item.name)}${item.quantity > 1 ? html` <span class="number">×${item.quantity}</span>` : nothing}</li>`)}</ul>
    ${one.affected ? html`<p class="note warn">${say("affected")}</p>` : nothing}
    <div class="foot"><p class="hint ${mayCheckIn(how) ? "may" : ""}" data-testid="booking-hint">${hint(one, how, desk)}</p>
    <p class="acts">
      ${shown.in ? html`<button class="button primary" ?disabled=${sending || !mayCheckIn(how)} data-testid="booking-check-in" @click=${acts.checkIn}>${say("check_in")}<kbd>⏎</kbd></button>` : nothing}
      ${shown.move ? html`<button class="button" ?disabled=${sending} data-testid="booking-move-open" @click=${acts.move}>${say("move")}</button>` : nothing}
      ${shown.cancel ? html`<button class="button danger" ?disabled=${sending} data-testid="booking-cancel" @click=${acts.cancel}>${say("cancel")}</button>` : nothing}
      ${one.state === "BOOKED" ? html`<button class="button quiet" ?disabled=${sending} @click=${acts.print}>${say("reprint")}</button>` : nothing}</p></div>
  </article>`;
}

export function stateChip(one: Appointment): TemplateResult {
  return html`<span class="chip ${one.state}">${stateText(one.state)}</span>${one.excused ? html`<span class="chip">${say("excused")}</span>` : nothing}`;
}

function when(one: Appointment, { desk }: CardContext): string {
  return `${pick(dateText(one.date))} ${times(one, desk)}`;
}

function times(one: Appointment, desk: BookingDesk): string {
  if (one.slot_ms) {
    return slotTimes(one.slot_ms, one.end_ms, desk.hall.zone);
  }
  return one.wish ? slotTimes(one.wish.from_ms, one.wish.to_ms, desk.hall.zone) : "";
}

/** The one sentence that a desk needs: what happens if this person checks in now. */
function hint(one: Appointment, how: CheckIn, desk: BookingDesk): string {
  const at = (ms: number) => clockTime(ms, desk.hall.zone);
  switch (how.kind) {
    case "on_time":
      return say("when_on_time");
    case "early":
      return say("when_early", { time: at(how.at_ms) });
    case "late":
      return say("when_late", { n: how.minutes });
    case "too_early":
      return say("when_too_early", { time: at(how.at_ms) });
    case "absent":
      return say("when_absent", { time: at(how.at_ms) });
    case "other_day":
      return one.cancel_until_ms ? say("change_until", { time: pick(momentText(one.cancel_until_ms, desk.nowMs(), desk.hall.zone)) }) : "";
    default:
      return typeof one.ahead === "number" && one.state === "WAITLISTED" ? say("ahead", { n: one.ahead + 1 }) : "";
  }
}
