// How surely the fewest windows hold what was asked for, in words, as `onewindow size` says it.

import { pick } from "../shared/i18n";
import type { Text } from "../shared/types";
import { say, wantText } from "./texts";
import type { Figure, Requirement, Sized } from "./types";

export type Standing = "sure" | "held" | "missed";

/** Good, to be watched, or bad. */
export const STANDING_TONES = { sure: "good", held: "warn", missed: "bad" } as const;

/** Whether all requirements are met by their whole intervals, by the figures only, or not. */
export function standingOf(sized: Sized): Standing {
  return sized.sure ? "sure" : sized.held ? "held" : "missed";
}

/** The verdict with the worst hour, with the requirement that is missed or unsure if that is another, and with what was asked over the day. */
export function sizedText(sized: Sized, targetMin: number, themes: readonly { code: string; name: Text }[]): string {
  const within = sized.within_min ?? targetMin;
  const told = say(`sized_${standingOf(sized)}`, { days: sized.days, hours: sized.window_hours.toFixed(1) });
  const worst = say("worst_hour", { hour: sized.worst_hour, min: within, share: share(sized.worst) });
  const { tells } = sized;
  const isOther = !!tells && !(tells.kind === "hour" && tells.name === sized.worst_hour && tells.within_min === within);
  const others = [...(tells && isOther ? [tells] : []), ...(sized.day || []).filter(({ kind }) => !tells || kind !== tells.kind)];
  return say("sized_told", { told, worst, other: others.map((one) => say("sized_other", { what: required(one, themes) })).join("") });
}

function required(one: Requirement, themes: readonly { code: string; name: Text }[]): string {
  const theme = themes.find(({ code }) => code === one.name);
  const what = wantText(one.kind).replace("{name}", theme ? pick(theme.name) : one.name).replace("{min}", String(one.within_min));
  return say("required", { what, share: share(one.found), sign: one.at_most ? "≤" : "≥", wanted: percent(one.wanted) });
}

// `88.1 % (86.0 – 90.1)`, or without its interval where that is not known.
function share({ value, low, high }: Figure): string {
  return value === null ? "–" : `${percent(value)} %${low === null || high === null ? "" : say("share_range", { low: percent(low), high: percent(high) })}`;
}

function percent(part: number): string {
  return (100 * part).toFixed(1);
}
