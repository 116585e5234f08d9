// A person's own bookings and the name of this browser, kept here only. A booking's secret is the key to
// its page; names, phone and ID numbers are never kept.

import type { Text } from "../shared/types";
import type { Appointment } from "./types";

export interface Kept {
  hall: string;
  id: string;
  secret: string;
  hallName: Text;
  item: Text;
  date: string;
  slotMs: number | null;
  state: string;
  /** The person's calendar feed, told once at the confirmation. */
  feed?: string;
}

const STORED = "ow.bookings";
const DEVICE = "ow.device";
const LIMIT = 20;
// A past booking is looked up for its figures or an appeal for some weeks, not for ever.
const KEPT_MS = 60 * 86_400_000;
const DEVICE_BYTES = 16;

export function myBookings(nowMs: number = Date.now()): Kept[] {
  return read()
    .filter((one) => nowMs - Date.parse(`${one.date}T00:00:00Z`) < KEPT_MS)
    .sort((a, b) => (a.slotMs || 0) - (b.slotMs || 0) || (a.date < b.date ? -1 : 1));
}

/** Keep a booking, or what is newly known of it. */
export function keep(appointment: Appointment, secret: string, feed: string = ""): void {
  const first = appointment.items[0];
  const before = read().filter((other) => other.id === appointment.id)[0];
  const one: Kept = {
    hall: appointment.hall.code,
    id: appointment.id,
    secret,
    hallName: appointment.hall.name,
    item: first ? first.name : { zh: "", en: "" },
    date: appointment.date,
    slotMs: appointment.slot_ms || null,
    state: appointment.state,
    feed: feed || (before && before.feed) || "",
  };
  write([one].concat(read().filter((other) => other.id !== one.id)).slice(0, LIMIT));
}

export function drop(id: string): void {
  write(read().filter((one) => one.id !== id));
}

export function secretOfBooking(hall: string, id: string): string {
  const found = read().find((one) => one.hall === hall && one.id === id);
  return found ? found.secret : "";
}

export function feedOf(id: string): string {
  const found = read().find((one) => one.id === id);
  return (found && found.feed) || "";
}

/** The address of a booking's own page; the secret travels in the fragment. */
export function pageOf(root: string, one: { hall: string; id: string; secret: string }): string {
  return `${root}a/${encodeURIComponent(one.hall)}/${encodeURIComponent(one.id)}#${encodeURIComponent(one.secret)}`;
}

/** A random name of this browser: the server limits bookings per device by it, and makes a pseudonym of it. */
export function deviceName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(DEVICE_BYTES));
  const fresh = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  try {
    const known = localStorage.getItem(DEVICE);
    if (known && /^[0-9a-f]{32}$/.test(known)) {
      return known;
    }
    localStorage.setItem(DEVICE, fresh);
  } catch {
    // Private windows refuse: the name then lasts for this page.
    return fresh;
  }
  return fresh;
}

function read(): Kept[] {
  try {
    const kept = JSON.parse(localStorage.getItem(STORED) || "[]") as unknown;
    return Array.isArray(kept) ? (kept as Kept[]).filter(isKept) : [];
  } catch {
    return [];
  }
}

function write(bookings: Kept[]): void {
  try {
    localStorage.setItem(STORED, JSON.stringify(bookings));
  } catch {
    // Private windows refuse: the link itself still opens the booking.
    return;
  }
}

function isKept(one: Kept | null): one is Kept {
  return !!one && typeof one.id === "string" && typeof one.hall === "string" && !!one.hallName && typeof one.date === "string";
}
