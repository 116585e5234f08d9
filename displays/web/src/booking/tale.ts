// A booking's state as a sentence for the person who holds it, and as a tone for the page.

import { text } from "../shared/i18n";
import type { Text } from "../shared/types";
import type { Appointment } from "./types";

export type Tone = "good" | "wait" | "offer" | "bad" | "over";

export function taleOf(one: Appointment, nowMs: number): { tone: Tone; text: Text } {
  switch (one.state) {
    case "SLOT_HELD":
      return { tone: "wait", text: text("appointment.held") };
    case "BOOKED":
      return booked(one, nowMs);
    case "WAITLISTED":
      return { tone: "wait", text: text("appointment.waitlisted") };
    case "OFFERED":
      return { tone: "offer", text: text("appointment.offered") };
    case "CHECKED_IN":
      return { tone: "good", text: text("appointment.checked_in", { number: one.ticket ? one.ticket.number : "" }) };
    case "NO_SHOW":
      return { tone: "bad", text: text(one.excused ? "appointment.excused" : "appointment.no_show") };
    case "RESCHEDULED":
      return { tone: "over", text: text("appointment.moved") };
    case "CANCELLED":
      return { tone: "over", text: text("appointment.cancelled") };
    default:
      return { tone: "over", text: text("appointment.expired") };
  }
}

function booked(one: Appointment, nowMs: number): { tone: Tone; text: Text } {
  if (one.affected) {
    return { tone: "bad", text: text("appointment.affected") };
  }
  const from = one.check_in_from_ms;
  const late = one.in_time_until_ms;
  if (late && nowMs > late) {
    return { tone: "offer", text: text("appointment.late") };
  }
  return from && nowMs >= from
    ? { tone: "offer", text: text("appointment.come") }
    : { tone: "good", text: text("appointment.booked") };
}

/** Nothing more will happen to it. */
export function isPast(state: string): boolean {
  return ["CHECKED_IN", "NO_SHOW", "RESCHEDULED", "CANCELLED", "EXPIRED"].indexOf(state) >= 0;
}

const SOON_MS = 3000;
const NEAR_MS = 10_000;
const CALM_MS = 30_000;
const DAY_MS = 86_400_000;

/** How soon to ask again: what can change by itself is looked at every few seconds. */
export function pollMs(one: Appointment | null, nowMs: number): number {
  if (!one || one.state === "SLOT_HELD" || one.state === "OFFERED" || one.state === "WAITLISTED") {
    return SOON_MS;
  }
  if (isPast(one.state)) {
    return CALM_MS;
  }
  const isNear = !one.slot_ms || one.slot_ms - nowMs < DAY_MS;
  return isNear ? NEAR_MS : CALM_MS;
}

/** May it be checked in now, as far as this page can know? The server decides. */
export function mayCheckIn(one: Appointment, nowMs: number): boolean {
  const isOffered = one.can.indexOf("check-in") >= 0;
  return isOffered && (!one.check_in_from_ms || nowMs >= one.check_in_from_ms);
}

export function codeText(hall: string, date: string, code: string): string {
  return `OW1:${hall}:${date}:${code}`;
}

/** In two groups of four, to be read aloud: ABCD EFGH. */
export function spoken(code: string): string {
  return code.replace(/(.{4})(?=.)/g, "$1 ");
}
