// What a manager does to the day: hours, issuing, its end. Times are typed in the hall's zone.

import { type Field, ask } from "../clerk/ask";
import { itemOptions } from "../clerk/item-options";
import { toast } from "../shared/components/dialog";
import { clockTime, listed } from "../shared/format";
import type { Session } from "../shared/types";
import type { House } from "./house";
import { minutesOf } from "./settings-types";
import { say } from "./texts";

const MINUTE_MS = 60_000;
const DAY_MIN = 1440;
// A day has a morning, an afternoon and an evening at most.
const SPANS = 3;

export async function changeHours(house: House): Promise<void> {
  const current = house.feed.state;
  if (!current) {
    return;
  }
  const { zone } = house.hall;
  const fields: Field[] = [];
  for (let n = 0; n < SPANS; n += 1) {
    const session = current.day.sessions[n];
    fields.push({ name: `from${n}`, label: say("from_n", { n: n + 1 }), kind: "time", value: session ? clockTime(session.open_ms, zone) : "" });
    fields.push({ name: `to${n}`, label: say("to_n", { n: n + 1 }), kind: "time", value: session ? clockTime(session.close_ms, zone) : "" });
  }
  fields.push({ name: "reason", label: say("reason"), kind: "text", required: true });
  const given = await ask({ heading: say("change_hours"), intro: say("change_hours_intro"), fields, pairs: true, testid: "dialog-hours" });
  if (!given) {
    return;
  }
  const midnight = midnightOf(house, current.day.sessions);
  const sessions: Session[] = [];
  for (let n = 0; n < SPANS; n += 1) {
    const open = minutesOf(String(given[`from${n}`]));
    const close = minutesOf(String(given[`to${n}`]));
    if (open === null || close === null) {
      continue;
    }
    // A close before the opening is past midnight.
    const end = close > open ? close : close + DAY_MIN;
    sessions.push({ open_ms: midnight + open * MINUTE_MS, close_ms: midnight + end * MINUTE_MS });
  }
  if (sessions.length === 0) {
    toast(say("hours_bad"), "bad");
    return;
  }
  await house.command("day/sessions", { sessions, reason: given.reason });
}

export async function stopIssuing(house: House): Promise<void> {
  const stopped = (house.feed.state && house.feed.state.day.stopped_items) || [];
  const given = await ask({
    heading: say("stop_issuing"),
    intro: say("stop_intro"),
    fields: [
      {
        name: "which",
        label: say("stop_which"),
        kind: "choice",
        value: "all",
        options: [
          { value: "all", label: say("stop_all") },
          { value: "some", label: say("stop_some") },
        ],
      },
      { name: "items", label: say("items"), kind: "picks", required: true, options: itemOptions(house.hall).filter((one) => stopped.indexOf(one.value) < 0), when: (values) => values.which === "some" },
    ],
    confirm: say("stop_issuing"),
    danger: true,
    testid: "dialog-stop-issuing",
  });
  if (given) {
    await house.command("day/stop-issuing", given.which === "some" ? { items: given.items } : {});
  }
}

export async function endDay(house: House): Promise<void> {
  const current = house.feed.state;
  if (!current) {
    return;
  }
  const numbers = Object.keys(current.windows)
    .map((code) => current.windows[code])
    .map((window) => (window && window.number) || "")
    .concat(current.held.map((ticket) => ticket.number))
    .filter((number) => number !== "");
  const left = numbers.length > 0 ? say("end_left", { n: numbers.length, numbers: listed(numbers) }) : say("end_none_left");
  const given = await ask({
    heading: say("end_title"),
    intro: say("end_intro", { waiting: current.totals.waiting, missed: current.totals.missed }),
    fields: [{ name: "left", label: left, kind: "words" }],
    confirm: say("end_day"),
    danger: true,
    testid: "dialog-end",
  });
  if (given) {
    await house.command("day/end", {});
  }
}

/** Midnight of the business date in the hall's zone: from a session's own clock, so no zone is computed twice. */
function midnightOf(house: House, sessions: Session[]): number {
  const known = sessions[0] ? sessions[0].open_ms : house.nowMs();
  const wall = minutesOf(clockTime(known, house.hall.zone)) || 0;
  return Math.floor(known / MINUTE_MS) * MINUTE_MS - wall * MINUTE_MS;
}
