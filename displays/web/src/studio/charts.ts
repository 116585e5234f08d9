// The studio's charts. A module of its own, so that the library loads only where something is to be shown.

import { CHART_FONT, chart, type Option, type Root } from "../shared/charting";
import { clock } from "./times";
import { say } from "./texts";
import type { Figure, Fit, Side } from "./types";

const STEP_MIN = 30;
const COLOURS = ["#7b5a00", "#0f5884", "#1b673c", "#7a2f8f", "#ad2218"] as const;

export { dispose } from "../shared/charting";

export interface Named {
  name: string;
  side: Side;
}

/** A line of a picture; the two ends of a plan have one colour. */
interface Line extends Named {
  tone: number;
  isLow: boolean;
}

export function drawRates(root: Root, fit: Fit): void {
  const times = fit.rates.map((one) => clock(one.at_min));
  const band = fit.rates.map((one) => ({ value: one.value, low: one.low, high: one.high }));
  chart(root, "rates", { ...frame(), legend: { show: false }, xAxis: { type: "category", data: times }, yAxis: axis(say("people_hour")), series: banded(say("people"), band, 1) });
}

export function drawPlans(root: Root, plans: readonly Named[]): void {
  const times = timesOf(plans);
  const lines = linesOf(plans);
  waits(root, "p90", times, plans);
  waits(root, "p50", times, plans);
  chart(root, "queue", queueOption(times, lines));
}

function waits(root: Root, which: "p50" | "p90", times: readonly string[], plans: readonly Named[]): void {
  const series = plans.map(({ name, side }, place) => {
    const at = new Map(side.slots.map((one) => [one.time, one[which]]));
    return side.low ? between(name, times, which, side, place) : banded(name, times.map((time) => at.get(time) || null), place);
  });
  chart(root, which, { ...frame(), xAxis: { type: "category", data: [...times] }, yAxis: axis(say("minutes")), series: series.reduce((all, one) => all.concat(one), []) });
}

function linesOf(plans: readonly Named[]): Line[] {
  return plans.reduce<Line[]>((all, { name, side }, tone) => all.concat(side.low ? [{ name: say("named_low", { name }), side: side.low, tone, isLow: true }, { name: say("named_high", { name }), side, tone, isLow: false }] : [{ name, side, tone, isLow: false }]), []);
}

function queueOption(times: readonly string[], plans: readonly Line[]): Option {
  const open = (side: Side, time: string) => {
    const step = (minutes(time) - side.start_min) / STEP_MIN;
    return side.groups.reduce((sum, group) => sum + (group.open[step] || 0), 0);
  };
  return {
    ...frame(),
    xAxis: { type: "category", data: [...times] },
    yAxis: axis(say("people_windows")),
    series: [
      ...plans.map(({ name, side, tone, isLow }) => ({
        type: "line" as const,
        name: `${say("waiting")} · ${name}`,
        data: times.map((time) => (side.slots.find((one) => one.time === time) || { queue: 0 }).queue),
        itemStyle: { color: colour(tone) },
        ...stroke(tone, isLow),
      })),
      ...plans.filter(isAnother).map(({ name, side, tone }) => ({
        type: "line" as const,
        name: `${say("open")} · ${name}`,
        step: "middle" as const,
        data: times.map((time) => open(side, time)),
        itemStyle: { color: colour(tone) },
        symbol: "none",
        lineStyle: { width: 1, opacity: 0.6 },
      })),
    ],
  };
}

// The two ends of what is stated have the same windows: one line is enough.
function isAnother(one: Named, place: number, all: readonly Named[]): boolean {
  return all.findIndex(({ side }) => side.start_min === one.side.start_min && JSON.stringify(side.groups) === JSON.stringify(one.side.groups)) === place;
}

// The two ends of what is stated as lines, with what lies between them as a shade.
function between(name: string, times: readonly string[], which: "p50" | "p90", side: Side, tone: number) {
  const at = (one: Side) => times.map((time) => (one.slots.find((slot) => slot.time === time) || { [which]: null })[which] || null).map((one) => (one ? one.value : null));
  const [few, many] = [at(side.low || side), at(side)];
  const shade = few.map((one, place) => {
    const other = many[place] ?? null;
    return one === null || other === null ? null : { value: null, low: Math.min(one, other), high: Math.max(one, other) };
  });
  const line = (isLow: boolean) => ({ type: "line" as const, name: say(isLow ? "named_low" : "named_high", { name }), data: isLow ? few : many, itemStyle: { color: colour(tone) }, ...stroke(tone, isLow) });
  return [...shaded(shade, tone), line(true), line(false)];
}

// A line with its interval as a shade.
function banded(name: string, figures: readonly (Figure | null)[], place: number) {
  return [...shaded(figures, place), { type: "line" as const, name, data: figures.map((one) => (one ? one.value : null)), itemStyle: { color: colour(place) }, ...stroke(place, false) }];
}

// The lower end, unseen, and on top of it what lies between the ends.
function shaded(figures: readonly (Figure | null)[], place: number) {
  const ends = (of: (one: Figure) => number | null) => figures.map((one) => (one ? of(one) : null));
  const unseen = { type: "line" as const, stack: `band-${place}`, symbol: "none", silent: true, tooltip: { show: false }, lineStyle: { opacity: 0 } };
  return [
    { ...unseen, data: ends((one) => one.low) },
    { ...unseen, data: ends((one) => (one.low === null || one.high === null ? null : one.high - one.low)), areaStyle: { color: colour(place), opacity: 0.16 } },
  ];
}

// What others are held against is dashed; where few come, dotted.
function stroke(place: number, isLow: boolean) {
  const type = isLow ? ("dotted" as const) : place === 0 ? ("dashed" as const) : ("solid" as const);
  return { symbol: place === 0 ? "diamond" : "circle", lineStyle: { type } };
}

function timesOf(plans: readonly Named[]): string[] {
  const every = new Set<string>();
  plans.forEach(({ side }) => side.slots.forEach((one) => every.add(one.time)));
  return Array.from(every).sort();
}

function colour(place: number): string {
  return COLOURS[place % COLOURS.length] as string;
}

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--ow-${name}`).trim() || "#44545f";
}

function axis(name: string) {
  return { type: "value" as const, name, nameTextStyle: { align: "left" as const, padding: [0, 0, 0, -36] }, min: 0, splitLine: { lineStyle: { color: token("line") } } };
}

function frame() {
  return {
    animation: false,
    textStyle: { fontFamily: CHART_FONT, color: token("ink-2") },
    grid: { left: 44, right: 16, top: 52, bottom: 26 },
    legend: { type: "scroll" as const, top: 0, left: "center", textStyle: { color: token("ink-2") } },
    tooltip: { trigger: "axis" as const, renderMode: "richText" as const, valueFormatter: (value: unknown) => (typeof value === "number" ? value.toFixed(1) : "–") },
  };
}

function minutes(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}
