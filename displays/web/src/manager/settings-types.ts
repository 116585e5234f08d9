// Sections of a hall's settings as the server keeps them (docs/protocol.md §4); unknown fields are passed on.

import type { Serves } from "../clerk/types";
import type { Text } from "../shared/types";

export interface Span {
  from_min: number;
  to_min: number;
}

export interface Hours {
  days: Span[][];
  holiday: Span[];
  makeup: Span[] | null;
}

export interface SpecialDay {
  date: string;
  kind: "holiday" | "makeup" | "special";
  name: string;
  spans: Span[];
}

export interface CalendarContent {
  years: number[];
  shared: SpecialDay[];
  own: SpecialDay[];
}

export interface Coded {
  code: string;
  name: Text;
}

export interface WindowSetting {
  code: string;
  label: string;
  area: string;
  kind: string;
  serves: Serves;
  helps: Serves;
  help_rule: { when: "idle" | "waited"; after_ms: number };
}

export interface WindowsContent {
  areas: Coded[];
  windows: WindowSetting[];
}

export interface ItemSetting extends Coded {
  theme: string;
  service_ms: number;
  service_cv_pct: number;
  keywords: string;
}

export interface ItemsContent {
  themes: Coded[];
  items: ItemSetting[];
  packages: { code: string; name: Text; items: string[] }[];
}

export interface HallContent {
  name: Text;
  zone: string;
  voice: "browser" | "silent";
  training: boolean;
  position: { lat: number; lon: number } | null;
}

export interface BookingGroupContent {
  code: string;
  name: Text;
  themes: string[];
  items: string[];
  slot_ms: number;
  places: number | null;
  channels: { channel: string; places: number }[];
  windows: number;
  unit_ms: number;
  walk_in_pct: number;
  no_show_pct: number;
  rules: Record<string, unknown> | null;
  [field: string]: unknown;
}

export interface BookingContent {
  groups: BookingGroupContent[];
  rules: Record<string, unknown>;
}

export interface Policy {
  version: string;
  series: { prefix: string; themes: string[]; classes: string[]; first: number; last: number; digits: number }[];
  quotas: { item: string; theme: string; morning: number | null; afternoon: number | null }[];
  classes: { code: string; name: Text; lane: number; credit_ms: number }[];
  hold: { per_window: number; reasons: string[] };
  chosen_reasons: string[];
  /** Null where the hall takes no bookings. */
  booking?: BookingContent | null;
  [group: string]: unknown;
}

/** One list with one entry replaced, removed (null) or added (at the end). */
export function withEntry<T>(list: readonly T[], index: number, entry: T | null): T[] {
  const copy = list.slice();
  if (entry === null) {
    copy.splice(index, 1);
  } else {
    copy[index] = entry;
  }
  return copy;
}

/** 09:00 of minutes after midnight; past midnight counts on. */
export function clockOf(minutes: number): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`;
}

/** Minutes after midnight of 9:00, 09:00 or 0900; null for anything else. A text field, because browsers show their own twelve hours. */
export function minutesOf(clock: string): number | null {
  const found = /^\s*(\d{1,2})[:：.]?(\d{2})\s*$/.exec(clock);
  const minutes = found ? Number(found[1]) * 60 + Number(found[2]) : -1;
  return found && Number(found[2]) < 60 && minutes >= 0 && minutes <= 1440 ? minutes : null;
}
