// The charts of a day's figures. A module of its own, so that the library loads only where charts are shown.

import { CHART_FONT, chart, type Option, type Root } from "../shared/charting";
import { say } from "./texts";
import { type Fate, becameOf } from "./booking-model";
import { say as sayBooking } from "./booking-texts";
import type { BookedFigures, Figures } from "./types";

export { dispose } from "../shared/charting";

const MINUTE_MS = 60_000;
// A window that is busy beyond this has no air for a peak.
const BUSY_PCT = 85;
// More labels than this run into one another on half a page.
const EVERY_LABEL = 24;

export function draw(root: Root, figures: Figures, _shown: { language: string }): void {
  chart(root, "hour", hourOption(figures));
  chart(root, "window", windowOption(figures));
  if (figures.booked) {
    chart(root, "booked", bookedOption(figures.booked));
  }
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--ow-${name}`).trim() || "#0f5884";
}

function frame() {
  return {
    animation: false,
    textStyle: { fontFamily: CHART_FONT, color: colour("ink-2") },
    grid: { left: 44, right: 44, top: 34, bottom: 28 },
    tooltip: { trigger: "axis" as const, renderMode: "richText" as const },
  };
}

function hourOption(figures: Figures): Option {
  const hours = Object.keys(figures.by_hour).sort();
  const line = (field: "p50_ms" | "p80_ms") =>
    hours.map((hour) => {
      const one = figures.by_hour[hour];
      const ms = one ? one.wait[field] : null;
      return typeof ms === "number" ? Math.round((10 * ms) / MINUTE_MS) / 10 : null;
    });
  const split = { lineStyle: { color: colour("line") } };
  return {
    ...frame(),
    legend: { top: 0, left: "center", textStyle: { color: colour("ink-2") } },
    xAxis: { type: "category", data: hours.map((hour) => `${hour}:00`) },
    yAxis: [
      { type: "value", name: say("taken"), splitLine: split },
      { type: "value", name: say("minutes"), splitLine: { show: false } },
    ],
    series: [
      { type: "bar", name: say("taken"), data: hours.map((hour) => (figures.by_hour[hour] || { taken: 0 }).taken), itemStyle: { color: "#9cc3dc" }, barMaxWidth: 36 },
      { type: "line", name: `${say("wait")} P50`, yAxisIndex: 1, data: line("p50_ms"), itemStyle: { color: colour("good") }, symbol: "circle" },
      { type: "line", name: `${say("wait")} P80`, yAxisIndex: 1, data: line("p80_ms"), itemStyle: { color: colour("bad") }, symbol: "diamond", lineStyle: { type: "dashed" } },
    ],
  };
}

function windowOption(figures: Figures): Option {
  const rows = Object.keys(figures.by_window).map((code) => figures.by_window[code]);
  return {
    ...frame(),
    xAxis: { type: "category", data: rows.map((row) => (row ? row.label : "")), axisLabel: { interval: rows.length > EVERY_LABEL ? "auto" : 0, fontSize: 11 } },
    yAxis: { type: "value", max: 100, name: "%", splitLine: { lineStyle: { color: colour("line") } } },
    series: [
      {
        type: "bar",
        name: say("use_pct"),
        barMaxWidth: 28,
        data: rows.map((row) => {
          const pct = (row && row.use_pct) || 0;
          return { value: pct, itemStyle: { color: pct >= BUSY_PCT ? colour("warn") : colour("brand") } };
        }),
      },
    ],
  };
}

/** One bar for what became of the day's bookings: its parts are people, side by side. */
function bookedOption(booked: BookedFigures): Option {
  const tints: Record<Fate, string> = {
    early: "#9cc3dc",
    in_grace: colour("good"),
    late: "#c98a1b",
    absent: colour("bad"),
    cancelled: "#7b8b96",
    expected: "#d3dce2",
  };
  return {
    ...frame(),
    grid: { left: 12, right: 12, top: 34, bottom: 4 },
    legend: { top: 0, left: "center", itemWidth: 14, textStyle: { color: colour("ink-2") } },
    xAxis: { type: "value", show: false, max: "dataMax" },
    yAxis: { type: "category", data: [""], show: false },
    series: becameOf(booked).map(({ name, n }) => ({
      type: "bar" as const,
      stack: "booked",
      name: sayBooking(`count_${name}`),
      data: [n],
      itemStyle: { color: tints[name] },
      barWidth: 30,
      label: { show: n > 0, color: name === "expected" || name === "early" ? colour("ink") : "#ffffff", fontWeight: "bold" as const },
    })),
  };
}
