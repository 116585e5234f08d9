// The ring rule: each call rings once per screen, in order, and never late.
//
// An entry rings when its counter is greater than the greatest that was rung or skipped and it is
// young enough. The counter starts again each business day, so a smaller counter with a later time
// than anything seen before can only belong to a new day.

import type { Call } from "./types";

export class RingRule {
  private greatest = 0;
  private latestAtMs = 0;
  private date: string | null = null;

  /** Forget the day that was: its counters say nothing about the new one. */
  reset(): void {
    this.greatest = 0;
    this.latestAtMs = 0;
  }

  /** Return the calls that ring now, older first; those too old are skipped for good. */
  due(calls: Call[], now: { atMs: number; limitMs: number; date?: string | undefined }): Call[] {
    if (now.date && this.date && now.date !== this.date) {
      this.reset();
    }
    this.date = now.date || this.date;
    const sorted = calls.filter(isCall).sort((a, b) => a.ring - b.ring);
    if (sorted.some((call) => call.ring <= this.greatest && call.at_ms > this.latestAtMs)) {
      this.reset();
    }
    const fresh = sorted.filter((call) => call.ring > this.greatest);
    for (const call of sorted) {
      this.greatest = Math.max(this.greatest, call.ring);
      this.latestAtMs = Math.max(this.latestAtMs, call.at_ms);
    }
    return fresh.filter((call) => now.atMs - call.at_ms <= now.limitMs);
  }
}

/** The calls of a board, an area, a strip or a ticket state, whichever it is. */
export function callsOf(state: unknown): Call[] {
  const view = state as { calls?: Record<string, Call>; call?: Call | null } | null;
  if (view && view.calls && typeof view.calls === "object") {
    return Object.keys(view.calls).map((key) => view.calls![key] as Call);
  }
  return view && view.call ? [view.call] : [];
}

function isCall(call: unknown): call is Call {
  const entry = call as Call | null;
  return (
    !!entry &&
    typeof entry.number === "string" &&
    Number.isFinite(entry.ring) &&
    Number.isFinite(entry.at_ms)
  );
}
