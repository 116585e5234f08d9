// Times and waiting ranges as people read them, in the hall's zone.

import { language, t, text } from "./i18n";
import type { Text } from "./types";

const MINUTE_MS = 60_000;
// Above this many minutes a wait reads better in hours.
const HOURS_FROM_MIN = 120;
const DEFAULT_ZONE = "Asia/Shanghai";

const formatters = new Map<string, Intl.DateTimeFormat>();

/** hh:mm in the hall's zone. */
export function clockTime(ms: number, zone: string = DEFAULT_ZONE): string {
  return formatter("clock", zone, { hour: "2-digit", minute: "2-digit", hour12: false })
    .format(ms)
    .replace(/^24/, "00");
}

/** 09:00–12:00; a span that ends at midnight ends at 24:00. */
export function spanTimes(fromMs: number, toMs: number, zone: string): string {
  const end = clockTime(toMs, zone);
  return `${clockTime(fromMs, zone)}–${end === "00:00" ? "24:00" : end}`;
}

/** The day in both languages: 11月21日 星期六, Sat 21 Nov. */
export function dayText(ms: number, zone: string = DEFAULT_ZONE): Text {
  const zhDay = { month: "long", day: "numeric", weekday: "long" } as const;
  const enDay = { month: "short", day: "numeric", weekday: "short" } as const;
  return {
    zh: formatter("day", zone, zhDay, "zh-CN").format(ms).replace("星期", " 星期"),
    en: formatter("day-en", zone, enDay, "en-GB").format(ms),
  };
}

/** Day and time when it is not today, only the time when it is. */
export function momentText(ms: number, nowMs: number, zone: string = DEFAULT_ZONE): Text {
  const time = clockTime(ms, zone);
  const day = dayText(ms, zone);
  const isToday = day.en === dayText(nowMs, zone).en;
  return isToday ? { zh: time, en: time } : { zh: `${day.zh} ${time}`, en: `${day.en} ${time}` };
}

/** An honest range: the lower end rounded down, the upper end rounded up, never a false point. */
export function waitText(p50Ms: number | null | undefined, p80Ms: number | null | undefined): Text {
  if (p50Ms === null || p50Ms === undefined) {
    return text("wait.unknown");
  }
  const upperMs = p80Ms === null || p80Ms === undefined ? p50Ms : Math.max(p80Ms, p50Ms);
  if (upperMs < MINUTE_MS) {
    return text("wait.short");
  }
  const from = Math.floor(p50Ms / MINUTE_MS);
  const to = Math.ceil(upperMs / MINUTE_MS);
  if (from >= HOURS_FROM_MIN) {
    return text("wait.hours", { from: (from / 60).toFixed(1), to: (to / 60).toFixed(1) });
  }
  return from === to ? text("wait.single", { from }) : text("wait.range", { from, to });
}

/** Minutes and seconds left until `untilMs`, never below zero: 4:05. */
export function countdown(untilMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.ceil((untilMs - nowMs) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Several names or labels in one line, as the page's language joins them. */
export function listed(names: readonly string[]): string {
  return names.join(language() === "zh" ? "、" : ", ");
}

/** "5 号窗口" or "Window 5"; labels that say it themselves stay as they are. */
export function windowText(label: string): string {
  return unitOf(label, "号") ? t("window.number", { label }) : label;
}

/** What stands after a window's label: `unit`, or nothing after a label such as 综合一窗. */
export function unitOf(label: string, unit: string): string {
  return /[窗口台号]|window|desk/i.test(label) ? "" : unit;
}

// Making a formatter costs far more than using it.
function formatter(
  name: string,
  zone: string,
  options: Intl.DateTimeFormatOptions,
  locale = "en-GB",
): Intl.DateTimeFormat {
  const key = `${name} ${zone}`;
  let found = formatters.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(locale, { ...options, timeZone: known(zone) });
    formatters.set(key, found);
  }
  return found;
}

function known(zone: string): string {
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone: zone });
    return zone;
  } catch {
    return DEFAULT_ZONE;
  }
}
