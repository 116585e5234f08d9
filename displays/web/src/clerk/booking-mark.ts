// What a ticket says about its booking: the slot, how the visitor came, and until when it is not called.

import { html, nothing, type TemplateResult } from "lit";

import { clockTime } from "../shared/format";
import { punctualityText, say } from "./booking-texts";

/** The booking of a ticket (docs/protocol.md §6). */
export interface TicketBooking {
  id: string;
  slot_ms: number;
  punctuality: "early" | "in_grace" | "late";
  not_before_ms?: number | null;
}

export function bookingMark(booking: TicketBooking | null | undefined, zone: string): TemplateResult | typeof nothing {
  if (!booking) {
    return nothing;
  }
  const wait = booking.not_before_ms;
  return html`<span class="chip booked" data-testid="ticket-booking">${say("booked_for", { time: clockTime(booking.slot_ms, zone) })} · ${punctualityText(booking.punctuality)}</span>${
    typeof wait === "number" ? html`<span class="chip elder" data-testid="ticket-not-before">${say("not_before", { time: clockTime(wait, zone) })}</span>` : nothing
  }`;
}
