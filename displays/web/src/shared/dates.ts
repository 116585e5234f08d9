// Dates as people read them. Pure; dates are the hall's own (2026-11-27), never the phone's.

import { text } from "./i18n";
import type { Text } from "./types";

const ZH_DAYS = ["周日", "周一", "周二", "周三", "周四", "周五", "周六"] as const;
const EN_DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
const EN_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
// A date, with a time of day or without, as the server's sentences write it.
const WRITTEN = /(\d{4}-\d{2}-\d{2})(?: (\d{2}:\d{2}))?/g;

/** The hall's date of a moment. */
export function dateOf(ms: number, zone: string): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit",
  }).formatToParts(ms);
  const part = (type: string) => (parts.find((one) => one.type === type) as { value: string }).value;
  return `${part("year")}-${part("month")}-${part("day")}`;
}

export function weekday(date: string): Text {
  const day = new Date(`${date}T00:00:00Z`).getUTCDay();
  return { zh: ZH_DAYS[day] as string, en: EN_DAYS[day] as string };
}

/** 11月27日 周五, Fri 27 Nov. */
export function dateText(date: string): Text {
  const [, month, day] = date.split("-").map(Number) as [number, number, number];
  const name = weekday(date);
  return { zh: `${month}月${day}日 ${name.zh}`, en: `${name.en} ${day} ${EN_MONTHS[month - 1]}` };
}

/** A sentence of the server with its dates as people say them: a time of `today` without its day. */
export function plainDates(sentence: Text, today = ""): Text {
  const said = (language: "zh" | "en") =>
    (sentence[language] || "").replace(WRITTEN, (_, date: string, time: string | undefined) => {
      if (date === today) {
        return time || text("date.today")[language] || "";
      }
      return `${dateText(date)[language]}${time ? ` ${time}` : ""}`;
    });
  return { ...sentence, zh: said("zh"), en: said("en") };
}
