// How the promises to booked visitors and to walk-ins were kept on a day; the chart shows what became of the bookings.

import { html, type TemplateResult } from "lit";

import { becameOf } from "./booking-model";
import { say } from "./booking-texts";
import type { BookedFigures } from "./types";

const MINUTE_MS = 60_000;

export function bookedPanel(booked: BookedFigures): TemplateResult {
  const { on_time: onTime, goal, walk_ins_passed: passed } = booked;
  const pct = typeof onTime.pct === "number" ? onTime.pct : null;
  const kept = pct !== null && pct >= goal.on_time_pct;
  const within = passed.most <= passed.bound;
  return html`<section class="panel booked-panel" aria-labelledby="booked-h" data-testid="booked-figures">
    <h2 id="booked-h">${say("figures")} <span class="small muted">${say("made")} ${booked.made}</span></h2>
    <div class="booked-grid">
      <dl><dt>${say("on_time")}</dt><dd class="number large ${pct === null ? "" : kept ? "good" : "bad"}" data-testid="booked-on-time">${pct === null ? "–" : html`${pct}<small>%</small>`}</dd>
        <dd class="small">${say("on_time_n", { kept: onTime.kept, n: onTime.n })}</dd>
        <dd class="small muted">${say("on_time_goal", { min: Math.round(goal.on_time_ms / MINUTE_MS), pct: goal.on_time_pct })}</dd></dl>
      <dl><dt>${say("passed")}</dt><dd class="number large ${within ? "good" : "bad"}" data-testid="booked-passed">${passed.most}<small>/${passed.bound}</small></dd>
        <dd class="small">${say("passed_n", { n: passed.n, times: passed.times })}</dd>
        <dd class="small muted">${say("passed_most", { most: passed.most, bound: passed.bound })}</dd></dl>
      <div><p class="small muted" id="booked-chart-h">${say("came")}</p><div class="booked-chart" data-chart="booked" role="img" aria-labelledby="booked-chart-h"></div>
        <p class="visually-hidden">${becameOf(booked).map((one) => html`${say(`count_${one.name}`)} ${one.n}；`)}</p></div>
    </div></section>`;
}
