// What a person reads about days and slots: free, full, closed, or not on sale yet and since when it will be.
// Pure; dates are the hall's own (2026-11-27), never the phone's.

import { dateOf, weekday } from "../shared/dates";
import { clockTime, momentText } from "../shared/format";
import { type TextKey, hasText, text } from "../shared/i18n";
import type { Text } from "../shared/types";
import type { NearHall, Position, Slot, SlotDay, Wanted } from "./types";

export type DayStatus = "free" | "full" | "over" | "closed" | "later" | "off";

const DAY_MS = 86_400_000;
const NOON = 12;
// Mean radius of the Earth, IUGG.
const EARTH_M = 6_371_009;
const KM_M = 1000;

/** `item=a:2&item=b`, as `GET …/slots` takes it. */
export function itemsQuery(items: readonly Wanted[]): string {
  return items
    .map((one) => `item=${encodeURIComponent(one.code)}${one.quantity > 1 ? `:${one.quantity}` : ""}`)
    .join("&");
}

/** `a:2,b`, as our own addresses name them. */
export function itemsText(items: readonly Wanted[]): string {
  return items.map((one) => (one.quantity > 1 ? `${one.code}:${one.quantity}` : one.code)).join(",");
}

export function itemsOfText(written: string): Wanted[] {
  return written
    .split(",")
    .filter((one) => one.trim() !== "")
    .map((one) => {
      const [code, count] = one.split(":");
      const quantity = Math.floor(Number(count));
      return { code: (code as string).trim(), quantity: quantity > 1 ? quantity : 1 };
    });
}

export function statusOf(day: SlotDay): DayStatus {
  if (day.refusal) {
    return refusedStatus(day.refusal);
  }
  if (!day.open) {
    return "closed";
  }
  if (day.slots.length === 0) {
    return "over";
  }
  return day.slots.some((slot) => slot.fits) ? "free" : "full";
}

function refusedStatus(code: string): DayStatus {
  if (code === "CLOSED_THAT_DAY") {
    return "closed";
  }
  return code === "NOT_RELEASED" || code === "CALENDAR_UNPUBLISHED" ? "later" : "off";
}

/** Places of all slots that the visit still fits into. */
export function freeOf(day: SlotDay): number {
  return day.slots.filter((slot) => slot.fits).reduce((sum, slot) => sum + slot.free, 0);
}

/** One or two words under a day of the strip. */
export function statusText(day: SlotDay, nowMs: number, zone: string): Text {
  const status = statusOf(day);
  if (status === "free") {
    return text("book.day.free", { n: freeOf(day) });
  }
  if (status === "later" && day.release_ms) {
    const isToday = dateOf(day.release_ms, zone) === dateOf(nowMs, zone);
    return isToday
      ? text("book.day.opens", { time: clockTime(day.release_ms, zone) })
      : text("book.day.opens", { time: shortDate(dateOf(day.release_ms, zone)) });
  }
  return text(`book.day.${status}` as TextKey);
}

/** A sentence for a day that sells nothing; null for one that does. */
export function explained(day: SlotDay, nowMs: number, zone: string): Text | null {
  const status = statusOf(day);
  if (status === "free") {
    return null;
  }
  if (day.refusal === "NOT_RELEASED" && day.release_ms) {
    const at = momentText(day.release_ms, nowMs, zone);
    return {
      zh: text("book.why.NOT_RELEASED.at", { time: at.zh }).zh,
      en: text("book.why.NOT_RELEASED.at", { time: at.en }).en,
    };
  }
  const key = `book.why.${day.refusal || status}`;
  return text(hasText(key) ? key : "book.why.off");
}

/** Why one slot cannot be had, in a word. */
export function slotText(slot: Slot): Text {
  if (slot.fits) {
    return text("book.slot.free", { n: slot.free });
  }
  const key = `book.slot.${slot.closed ? "SLOT_CLOSED" : slot.why || ""}`;
  return text(hasText(key) ? key : "book.slot.full");
}

/** May a person queue for this slot? Only for one that others have taken. */
export function isTaken(slot: Slot): boolean {
  return !slot.fits && !slot.closed && (slot.why === "SLOT_FULL" || !slot.why);
}

export function halves(slots: readonly Slot[], zone: string): { morning: Slot[]; afternoon: Slot[] } {
  const isEarly = (slot: Slot) => Number(clockTime(slot.start_ms, zone).slice(0, 2)) < NOON;
  return { morning: slots.filter(isEarly), afternoon: slots.filter((slot) => !isEarly(slot)) };
}

/** The day to show first: the first with a free place, else the first that might still get one. */
export function firstDay(days: readonly SlotDay[]): string {
  const free = days.find((day) => statusOf(day) === "free");
  const full = days.find((day) => statusOf(day) === "full");
  const shown = free || full || days.find((day) => statusOf(day) === "later") || days[0];
  return shown ? shown.date : "";
}

/** Leave out the tail of days that say nothing new: after the last one on sale, `tail` more. */
export function worthShowing(days: readonly SlotDay[], tail: number): SlotDay[] {
  let last = -1;
  days.forEach((day, place) => {
    const status = statusOf(day);
    last = status === "free" || status === "full" ? place : last;
  });
  return days.slice(0, last + 1 + tail);
}

// Dates.

export function plusDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** 11/27, for places where a word has no room. */
export function shortDate(date: string): string {
  const [, month, day] = date.split("-").map(Number) as [number, number, number];
  return `${month}/${day}`;
}

/** Today, tomorrow, or the day's name. */
export function nearDay(date: string, today: string): Text {
  if (date === today) {
    return text("book.today");
  }
  return date === plusDays(today, 1) ? text("book.tomorrow") : weekday(date);
}

/** 09:00–09:30. */
export function slotTimes(startMs: number, endMs: number | null | undefined, zone: string): string {
  const start = clockTime(startMs, zone);
  return endMs ? `${start}–${clockTime(endMs, zone)}` : start;
}

// Halls.

/** Metres on the sphere (haversine); good to half a percent, which is more than a choice of halls needs. */
export function distanceM(a: Position, b: Position): number {
  const rad = (degrees: number) => (degrees * Math.PI) / 180;
  const square = (angle: number) => Math.pow(Math.sin(angle / 2), 2);
  const part =
    square(rad(b.lat - a.lat)) + Math.cos(rad(a.lat)) * Math.cos(rad(b.lat)) * square(rad(b.lon - a.lon));
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(part)));
}

export function distanceText(metres: number): Text {
  if (metres < KM_M) {
    // Fifty metres are what a phone's position is worth among houses.
    return text("book.metres", { n: Math.max(50, Math.round(metres / 50) * 50) });
  }
  const km = metres / KM_M;
  return text("book.km", { n: km < 10 ? km.toFixed(1) : String(Math.round(km)) });
}

/** Nearest first where the position is known, else most free places first; halls without places last. */
export function sortedHalls(halls: readonly NearHall[], from: Position | null): NearHall[] {
  const far = (hall: NearHall) => (from && hall.position ? distanceM(from, hall.position) : Infinity);
  return halls
    .map((hall, order) => ({ hall, order, far: far(hall) }))
    .sort((a, b) => {
      const byFree = Number(b.hall.free > 0) - Number(a.hall.free > 0);
      const byFar = from && a.far !== b.far ? a.far - b.far : 0;
      return byFree || byFar || b.hall.free - a.hall.free || a.order - b.order;
    })
    .map((one) => one.hall);
}
