// What a desk works out about booked visits: what a search means, when one may check in, who is expected when.
//
// Laws: nothing here knows the clock or the server; what the hall would refuse is told before it is asked for,
// and the hall still decides.

import type { Appointment } from "../booking/types";

const MINUTE_MS = 60_000;
const CODE_LENGTH = 8;
// Mainland mobile numbers: eleven digits that begin with 1.
const PHONE = /^(?:\+?86)?(1\d{10})$/;
const QR = /^OW1:([^:]+):(\d{4}-\d{2}-\d{2}):([A-Z0-9]+)$/;
// The shortest papers that people show: passports and permits of seven characters.
const PAPER = /^[A-Z0-9]{7,18}$/;

export type SearchBy = "code" | "phone" | "person";

export interface Search {
  by: SearchBy;
  value: string;
  /** The day that a QR code names. */
  date?: string;
}

/** What a typed or scanned text may mean, the likeliest first; nothing when it can mean nothing. */
export function searchesOf(typed: string): Search[] {
  const plain = typed.toUpperCase().replace(/[\s\-－–—·]/g, "");
  const scanned = QR.exec(typed.trim().toUpperCase());
  if (scanned) {
    return [{ by: "code", value: scanned[3] as string, date: scanned[2] as string }];
  }
  const phone = PHONE.exec(plain);
  if (phone) {
    return [{ by: "phone", value: phone[1] as string }];
  }
  const found: Search[] = plain.length === CODE_LENGTH && PAPER.test(plain) ? [{ by: "code", value: plain }] : [];
  return PAPER.test(plain) ? found.concat({ by: "person", value: plain }) : found;
}

export type CheckIn =
  | { kind: "not" | "on_time" }
  | { kind: "other_day"; date: string }
  | { kind: "too_early"; at_ms: number }
  | { kind: "early"; at_ms: number }
  | { kind: "late"; minutes: number }
  | { kind: "absent"; at_ms: number };

/** What checking in now would mean for a booking. */
export function checkInOf(one: Appointment, today: string, nowMs: number): CheckIn {
  const slot = one.slot_ms;
  if (one.state !== "BOOKED" || typeof slot !== "number") {
    return { kind: "not" };
  }
  if (one.date !== today) {
    return { kind: "other_day", date: one.date };
  }
  if (typeof one.check_in_from_ms === "number" && nowMs < one.check_in_from_ms) {
    return { kind: "too_early", at_ms: one.check_in_from_ms };
  }
  if (nowMs < slot) {
    return { kind: "early", at_ms: slot };
  }
  if (typeof one.absent_ms === "number" && nowMs >= one.absent_ms) {
    return { kind: "absent", at_ms: one.absent_ms };
  }
  const grace = typeof one.in_time_until_ms === "number" ? one.in_time_until_ms : slot;
  return nowMs <= grace ? { kind: "on_time" } : { kind: "late", minutes: Math.floor((nowMs - slot) / MINUTE_MS) };
}

export function mayCheckIn(how: CheckIn): boolean {
  return how.kind === "early" || how.kind === "on_time" || how.kind === "late";
}

/** Due next first: today's open ones, then later days, then what is over. */
export function inOrder(found: readonly Appointment[]): Appointment[] {
  const isOpen = (one: Appointment) => ["BOOKED", "SLOT_HELD", "OFFERED", "WAITLISTED"].includes(one.state);
  const at = (one: Appointment) => one.slot_ms || (one.wish ? one.wish.from_ms : 0);
  return found.slice().sort((a, b) => Number(isOpen(b)) - Number(isOpen(a)) || at(a) - at(b) || (a.id < b.id ? -1 : 1));
}

export interface ArrivalSlot {
  start_ms: number;
  /** Places taken: by who is expected and by who has come. */
  booked: number;
  /** Bookings whose visitors stayed away. */
  gone: number;
}

/** How many are booked and how many stayed away, by slot, all groups together. */
export function arrivalsOf(day: { groups: Record<string, { slots: { start_ms: number; taken: number }[] }>; no_shows: readonly Appointment[] }): ArrivalSlot[] {
  const slots = new Map<number, ArrivalSlot>();
  const add = (start_ms: number, part: "booked" | "gone", count: number) => {
    const slot = slots.get(start_ms) || { start_ms, booked: 0, gone: 0 };
    slots.set(start_ms, { ...slot, [part]: slot[part] + count });
  };
  Object.keys(day.groups).forEach((code) => (day.groups[code] || { slots: [] }).slots.forEach((slot) => add(slot.start_ms, "booked", slot.taken)));
  day.no_shows.forEach((one) => typeof one.slot_ms === "number" && add(one.slot_ms, "gone", 1));
  return Array.from(slots.values())
    .filter((slot) => slot.booked + slot.gone > 0)
    .sort((a, b) => a.start_ms - b.start_ms);
}

/** What the kiosk's reader takes: `OW1:{hall}:{date}:{code}`. */
export function qrOf(hall: string, date: string, code: string): string {
  return `OW1:${hall}:${date}:${code}`;
}

/** ABCD 2345: read aloud in two halves. */
export function spoken(code: string): string {
  return code.replace(/(.{4})(?=.)/g, "$1 ");
}
