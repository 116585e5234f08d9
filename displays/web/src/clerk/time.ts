// Lengths as staff read them at a glance.

import { language } from "../shared/i18n";

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MIN = 60;

/** Minutes, or hours and minutes: 7 分, 1 时 05 分; 7 min, 1 h 05. */
export function span(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / MINUTE_MS));
  const zh = language() === "zh";
  if (minutes < HOUR_MIN) {
    return zh ? `${minutes} 分` : `${minutes} min`;
  }
  const rest = String(minutes % HOUR_MIN).padStart(2, "0");
  const hours = Math.floor(minutes / HOUR_MIN);
  return zh ? `${hours} 时 ${rest} 分` : `${hours} h ${rest}`;
}

/** A running clock: 6:02, 1:06:02. */
export function running(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND_MS));
  const two = (n: number) => String(n).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  return minutes < HOUR_MIN ? `${minutes}:${two(seconds % 60)}` : `${Math.floor(minutes / HOUR_MIN)}:${two(minutes % HOUR_MIN)}:${two(seconds % 60)}`;
}
