// The stage of a board: which calls are shown large, and for how long.
//
// Laws: every call that rings is on the stage for at least `minMs`, also if thirty ring at once;
// a number stands beside the window of its newest call, whatever older calls the state still lists;
// a withdrawn call leaves at once, since nobody may follow it; the queue is bounded.

import type { Call } from "../shared/types";

export interface Highlight {
  call: Call;
  sinceMs: number;
}

export interface StageRules {
  capacity: number;
  minMs: number;
  /** After this long a call is in the list of recent calls only. */
  maxMs: number;
}

// More would come to the stage too late to help; the list of recent calls has them all.
const QUEUE_LIMIT = 64;

export class Stage {
  shown: Highlight[] = [];
  private queue: Call[] = [];

  constructor(private rules: StageRules) {}

  get waiting(): number {
    return this.queue.length;
  }

  setRules(rules: StageRules): void {
    this.rules = rules;
  }

  /** A recall renews the highlight that its number already has. */
  ring(calls: Call[], nowMs: number): void {
    for (const call of calls) {
      const held = this.shown.find((highlight) => highlight.call.ticket === call.ticket);
      if (held) {
        held.call = call;
        held.sinceMs = nowMs;
      } else {
        this.queue = this.queue.filter((queued) => queued.ticket !== call.ticket);
        this.queue.push(call);
      }
    }
    this.queue = this.queue.slice(-QUEUE_LIMIT);
    this.tick(nowMs);
  }

  /** Take over what the state says of the calls now; those it no longer has were withdrawn. */
  update(calls: Call[]): void {
    const newest = newestOf(calls);
    // Only older calls of a number are left: its last one was withdrawn.
    const isThere = (call: Call): boolean => {
      const now = newest.get(call.ticket);
      return !!now && now.ring >= call.ring;
    };
    this.queue = this.queue.filter(isThere).map((call) => newest.get(call.ticket) as Call);
    this.shown = this.shown.filter((highlight) => isThere(highlight.call));
    for (const highlight of this.shown) {
      highlight.call = newest.get(highlight.call.ticket) as Call;
    }
  }

  /** Move on; returns whether anything changed. */
  tick(nowMs: number): boolean {
    const before = this.shown.map((highlight) => highlight.call.ticket).join();
    this.shown = this.shown.filter((highlight) => !this.isOver(highlight, nowMs));
    while (this.queue.length > 0) {
      const place = this.freePlace(nowMs);
      if (place < 0) {
        break;
      }
      this.shown[place] = { call: this.queue.shift() as Call, sinceMs: nowMs };
    }
    return before !== this.shown.map((highlight) => highlight.call.ticket).join();
  }

  private isOver(highlight: Highlight, nowMs: number): boolean {
    const ageMs = nowMs - highlight.sinceMs;
    const isDone = highlight.call.state !== "calling";
    return ageMs >= this.rules.maxMs || (isDone && ageMs >= this.rules.minMs);
  }

  // A free cell, or the cell of the oldest highlight that has had its time; -1 if there is none.
  private freePlace(nowMs: number): number {
    if (this.shown.length < this.rules.capacity) {
      return this.shown.length;
    }
    let oldest = 0;
    this.shown.forEach((highlight, i) => {
      oldest = highlight.sinceMs < (this.shown[oldest] as Highlight).sinceMs ? i : oldest;
    });
    const ageMs = nowMs - (this.shown[oldest] as Highlight).sinceMs;
    return ageMs >= this.rules.minMs ? oldest : -1;
  }
}

// A number that was transferred or missed has several calls in the state.
function newestOf(calls: Call[]): Map<string, Call> {
  const newest = new Map<string, Call>();
  for (const call of calls) {
    const known = newest.get(call.ticket);
    if (!known || call.ring > known.ring) {
      newest.set(call.ticket, call);
    }
  }
  return newest;
}
