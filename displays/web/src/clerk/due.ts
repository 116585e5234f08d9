// Until when materials that are owed are usually brought.

import { dateOf } from "../shared/dates";
import { plusDays } from "../booking/days";

// Five workdays are the usual time to hand in what is owed; the clerk changes it freely.
const OWED_DAYS = 7;

/** The usual last date for what is owed, by the hall's own calendar. */
export function usualDue(nowMs: number, zone: string): string {
  return plusDays(dateOf(nowMs, zone), OWED_DAYS);
}
