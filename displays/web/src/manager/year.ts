// A year as a person looks at it: twelve months of weeks that begin on Monday, with what is special about a day.

import type { SpecialDay } from "./settings-types";

const MONTHS = 12;
const WEEK = 7;
const SATURDAY = 5;

export interface YearDay {
  date: string;
  day: number;
  isWeekend: boolean;
  special: SpecialDay | null;
  /** The hall's own, which stands above the public calendar. */
  isOwn: boolean;
}

/** Twelve lists of days; null fills the first week up to the month's first weekday. */
export function monthsOf(year: number, shared: readonly SpecialDay[], own: readonly SpecialDay[]): (YearDay | null)[][] {
  const found = new Map<string, { day: SpecialDay; isOwn: boolean }>();
  shared.forEach((day) => found.set(day.date, { day, isOwn: false }));
  own.forEach((day) => found.set(day.date, { day, isOwn: true }));
  return Array.from({ length: MONTHS }, (_, month) => {
    const count = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
    const days = Array.from({ length: count }, (_none, index): YearDay => {
      const at = new Date(Date.UTC(year, month, index + 1));
      const date = at.toISOString().slice(0, 10);
      const known = found.get(date);
      return { date, day: index + 1, isWeekend: weekdayOf(at) >= SATURDAY, special: known ? known.day : null, isOwn: !!known && known.isOwn };
    });
    const before = weekdayOf(new Date(Date.UTC(year, month, 1)));
    return [...Array.from({ length: before }, () => null), ...days];
  });
}

/** Monday is 0. */
function weekdayOf(at: Date): number {
  return (at.getUTCDay() + WEEK - 1) % WEEK;
}
