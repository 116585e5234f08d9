// What the manager's page works out about booked days: load, weeks, and what a change would do before it is made.

import { plusDays } from "../booking/days";
import type { CalendarDay, ClosedDay, EditedDay, LoadedSlot } from "./booking-types";
import type { BookedFigures } from "./types";

const WEEK = 7;
// From here on a day is nearly sold out and a manager should look.
const HIGH_PCT = 85;

export interface Load {
  places: number;
  taken: number;
  pct: number;
  closed: number;
  edited: number;
}

export function loadOfSlots(slots: readonly LoadedSlot[]): Load {
  const open = slots.filter((slot) => !slot.closed);
  const places = open.reduce((sum, slot) => sum + slot.places, 0);
  const taken = slots.reduce((sum, slot) => sum + slot.taken, 0);
  return { places, taken, pct: pctOf(taken, places), closed: slots.length - open.length, edited: slots.filter((slot) => slot.edited).length };
}

export function loadOf(day: CalendarDay): Load {
  return loadOfSlots(Object.keys(day.groups).reduce<LoadedSlot[]>((all, code) => all.concat(slotsOf(day, code)), []));
}

export function slotsOf(day: CalendarDay, group: string): LoadedSlot[] {
  const found = day.groups[group];
  return found ? found.slots : [];
}

/** The groups of a date; a closed one has none, and a change of several days may still begin there. */
export function groupsAt(days: Record<string, CalendarDay>, date: string): CalendarDay["groups"] {
  const chosen = days[date];
  const some = Object.keys(days).map((one) => (days[one] as CalendarDay).groups).find((groups) => Object.keys(groups).length > 0);
  return chosen && Object.keys(chosen.groups).length > 0 ? chosen.groups : some || {};
}

/** More taken than there are places reads as more than a hundred: the hall has promised too much. */
export function pctOf(taken: number, places: number): number {
  return places > 0 ? Math.round((100 * taken) / places) : taken > 0 ? 100 : 0;
}

export type Heat = "closed" | "stuck" | "empty" | "low" | "mid" | "high" | "full" | "over";

export function heatOf(slot: LoadedSlot): Heat {
  if (slot.closed) {
    return slot.taken > 0 ? "stuck" : "closed";
  }
  const pct = pctOf(slot.taken, slot.places);
  if (slot.taken > slot.places) {
    return "over";
  }
  if (slot.places === 0 || slot.taken === 0) {
    return "empty";
  }
  return pct >= 100 ? "full" : pct >= HIGH_PCT ? "high" : pct >= HIGH_PCT / 2 ? "mid" : "low";
}

/** The Monday of a date's week. */
export function mondayOf(date: string): string {
  const weekday = (new Date(`${date}T00:00:00Z`).getUTCDay() + WEEK - 1) % WEEK;
  return plusDays(date, -weekday);
}

/** Weeks of seven dates from a Monday on. */
export function weeksFrom(monday: string, weeks: number): string[][] {
  return Array.from({ length: weeks }, (_, week) => Array.from({ length: WEEK }, (_none, day) => plusDays(monday, week * WEEK + day)));
}

export interface Preview {
  /** Slots whose number of places changes. */
  changed: number;
  /** Bookings without a place after the change. */
  over: number;
  affected: number;
  moved: number;
  cancelled: number;
  listed: number;
  refused: { date: string; refusal: string }[];
}

const NOTHING: Preview = { changed: 0, over: 0, affected: 0, moved: 0, cancelled: 0, listed: 0, refused: [] };

export function previewOf(days: readonly (EditedDay & ClosedDay)[]): Preview {
  return days.reduce((sum, day) => {
    const changes = (day.changes || []).filter((change) => change.before !== change.after);
    const affected = day.affected || [];
    const count = (becomes: string) => affected.filter((one) => one.becomes === becomes).length;
    return {
      changed: sum.changed + changes.length,
      over: sum.over + (day.changes || []).reduce((all, change) => all + change.over, 0),
      affected: sum.affected + affected.length,
      moved: sum.moved + count("moved"),
      cancelled: sum.cancelled + count("cancelled"),
      listed: sum.listed + count("listed"),
      refused: day.refusal ? sum.refused.concat({ date: day.date, refusal: day.refusal }) : sum.refused,
    };
  }, NOTHING);
}

const FATES = ["early", "in_grace", "late", "absent", "cancelled", "expected"] as const;

export type Fate = (typeof FATES)[number];

/** What became of the bookings, each once: who came and then missed the call is a no-show too, but did not stay away. */
export function becameOf(booked: BookedFigures): { name: Fate; n: number }[] {
  const came = booked.early + booked.in_grace + booked.late;
  const absent = booked.no_show - Math.max(0, came - booked.checked_in);
  return FATES.map((name) => ({ name, n: name === "absent" ? absent : booked[name] }));
}
