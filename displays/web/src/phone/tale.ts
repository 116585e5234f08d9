// A ticket's state as a sentence for the person who holds it, and as a tone for the page.

import { text } from "../shared/i18n";
import type { Text, TicketState } from "../shared/types";

// Longer than this nobody calls it near, however few stand before.
const NEAR_MS = 30 * 60_000;

export type Tone = "plain" | "near" | "call" | "missed" | "over";

/** `soonestMs`: the wait that is told now (P50), where there is one. */
export function taleOf(ticket: TicketState, soonestMs: number | null | undefined): { tone: Tone; text: Text } {
  const label = (ticket.call && ticket.call.label) || ticket.window || "";
  switch (ticket.state) {
    case "WAITING":
      return isNear(ticket, soonestMs)
        ? { tone: "near", text: text("visit.near") }
        : { tone: "plain", text: text("visit.waiting") };
    case "CALLED":
      return { tone: "call", text: text("visit.go", { label }) };
    case "SERVING":
      return { tone: "plain", text: text("visit.serving", { label }) };
    case "HELD":
      return { tone: "near", text: text("visit.held") };
    case "MISSED":
      return { tone: "missed", text: text("visit.missed") };
    case "DONE":
      return { tone: "over", text: text(ticket.linked ? "visit.linked" : "visit.done") };
    case "CANCELLED":
      return { tone: "over", text: text("visit.cancelled") };
    case "ABANDONED":
      return { tone: "over", text: text("visit.abandoned") };
    default:
      return { tone: "over", text: text("visit.expired") };
  }
}

/** Few are before it, and it is called soon: over a lunch nobody need come to the waiting area. */
function isNear(ticket: TicketState, soonestMs: number | null | undefined): boolean {
  return ticket.near && (soonestMs || 0) <= NEAR_MS;
}

export function isOver(ticket: TicketState): boolean {
  return ["DONE", "CANCELLED", "ABANDONED", "EXPIRED"].indexOf(ticket.state) >= 0;
}

/** The choices of a delay: few, and the greatest that the hall allows among them. */
export function placesToLet(most: number): number[] {
  return [1, 2, 3, 5, 10].filter((places) => places < most).concat(most > 0 ? [most] : []);
}
