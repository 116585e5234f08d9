// What a plan would bring, beside the windows as they are, or several kept plans beside the first: figures with intervals.

import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { listed } from "../shared/format";
import { OwElement, define } from "../shared/element";
import { language } from "../shared/i18n";
import type { Bench } from "./bench";
import type { Named } from "./charts";
import { differingOf, endsPicture, endsStyles, signed, verdictOf } from "./ends";
import { judged, tone } from "./judged";
import { STANDING_TONES, sizedText, standingOf } from "./sized";
import { studioStyles } from "./styles";
import { basisText, begun, figureText, say } from "./texts";
import type { About, Figure, Run, Side, Stated } from "./types";

const FIGURES = ["kept_pct", "mean_wait_min", "p50_min", "p90_min", "longest_min", "visitors", "left", "turned_away", "use_pct", "window_hours", "cost"] as const;
const CARDS = ["kept_pct", "p90_min", "use_pct", "window_hours"] as const;

export class OwStudioResult extends OwElement {
  static override styles = [
    ...studioStyles,
    endsStyles,
    css`
      .cards {
        display: grid;
        grid-template-columns: repeat(4, minmax(0, 1fr));
        gap: 0.75rem;
        margin: 0.5rem 0;
      }
      .card {
        padding: 0.5rem 0.75rem;
        border-radius: var(--ow-radius-s);
        box-shadow: none;
      }
      .card dt {
        color: var(--ow-ink-2);
        font-size: var(--ow-text-s);
      }
      .card dd.big {
        font-size: 1.75rem;
        line-height: 1.2;
      }
      .charts {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        gap: 0.75rem;
      }
      .better {
        color: var(--ow-good);
        font-weight: 600;
      }
      .worse {
        color: var(--ow-bad);
        font-weight: 600;
      }
      td small {
        color: var(--ow-ink-2);
      }
      td .end {
        display: block;
      }
      .row.tools {
        justify-content: space-between;
      }
      .mark {
        padding: 0.125rem 0.625rem;
        border: 2px dashed var(--ow-warn);
        border-radius: var(--ow-radius-s);
        color: var(--ow-warn);
        font-weight: 700;
      }
      @media (max-width: 60rem) {
        .cards,
        .charts {
          grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        }
      }
      @media (max-width: 40rem) {
        .charts {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) bench!: Bench;
  /** `run` or `compared`. */
  @property() of = "run";
  @property({ type: Number }) tick = 0;
  @state() private name = "";
  private drawnOf: unknown = null;
  private drawnIn = "";

  protected override render(): TemplateResult | typeof nothing {
    const about = this.about;
    if (!about) {
      return this.of === "run" ? html`<section class="panel" aria-labelledby="result"><h2 id="result">${say("step_result")}</h2><p class="hint">${say("no_result")}</p></section>` : nothing;
    }
    const plans = this.plans(about);
    return html`<section class="panel" aria-labelledby="result" data-testid="result-${this.of}">
      <div class="spread"><h2 id="result">${this.of === "run" ? say("step_result") : say("compared")} · ${about.date}</h2><span class="mark">${say("simulated")}</span></div>
      ${this.of === "run" ? this.opening(about as Run) : nothing}
      ${this.of === "run" ? this.verdict(about as Run) : this.held(about, (plans[0] as Named).name)}
      ${this.of === "run" ? this.cards(about as Run) : nothing}
      <div class="charts"><div><h3>${say(plans.some(({ side }) => side.low) ? "chart_waits_ends" : "chart_waits")}</h3><div class="chart" data-chart="p90"></div></div><div><h3>${say("chart_queue")}</h3><div class="chart" data-chart="queue"></div></div></div>
      ${this.figures(about, plans)}
      <p class="hint">${say(about.same_people === false ? "sure_moved" : "sure", { days: about.days, seed: about.seed, version: about.version })}</p>
      <details><summary>${say("table")}</summary><h3>${say("chart_half")}</h3><div class="chart" data-chart="p50"></div>${this.halves(bothEnds(plans))}</details>
      <details ?open=${about.basis.some((one) => one.basis === "assumed")}><summary>${say("rests")}</summary>
        <ul class="list" data-testid="basis">${about.basis.map((one) => html`<li><span class="tag ${one.basis}">${basisText(one.basis)}</span>${begun(one)}</li>`)}</ul></details>
      ${this.tools()}
    </section>`;
  }

  private get about(): About | null {
    return this.of === "run" ? this.bench.run : this.bench.compared;
  }

  private plans(about: About): Named[] {
    if (this.of === "run") {
      const run = about as Run;
      const plan = { ...run.plan, change: run.change };
      const found = run.current ? [{ name: say("as_it_is"), side: run.current }] : [];
      return run.low
        ? [...found, { name: say("plan_low"), side: { ...run.low, change: run.low_change || null } }, { name: say("plan_high"), side: plan }]
        : [...found, { name: say("plan"), side: plan }];
    }
    return (this.bench.compared ? this.bench.compared.plans : []).map((side) => ({ name: side.name, side }));
  }

  // When the hall opens, and what is assumed of hours that are new, said before any figure.
  private opening(run: Run): TemplateResult | typeof nothing {
    const { opening, draft } = run;
    if (!opening) {
      return nothing;
    }
    const blocks = draft.blocks && draft.blocks.length > 0 ? draft.blocks : [{ hours: "", moved: draft.moved, induced: draft.induced }];
    const isNobody = blocks.every(({ moved, induced }) => moved.high <= 0 && induced.high <= 0);
    const told = blocks.map(({ hours, moved, induced }) => say("as_stated", { hours: hours ? `${spans([hours])} ` : "", what: stating(moved, induced) })).join("");
    const isNew = opening.new.length > 0;
    return html`<p class="hint" data-testid="result-hours">${isNew ? html`<span class="tag">${say("basis_assumed")}</span>` : nothing}${say("open_at", { date: run.date, hours: spans(opening.hours) })}${isNew ? say("open_new", { hours: spans(opening.new) }) : nothing}${isNew ? (isNobody ? say("as_nobody") : `${told}${say("as_you_state")}`) : nothing}</p>`;
  }

  private verdict(run: Run): TemplateResult {
    const word = tone(run.change.kept_pct);
    const told = verdictOf({ name: say("plan"), high: run.change, low: run.low ? run.low_change || {} : null });
    return html`${run.sized ? html`<p class="note ${STANDING_TONES[standingOf(run.sized)]}" data-testid="sized" data-standing=${standingOf(run.sized)}>${sizedText(run.sized, run.target_min, this.bench.hall.themes)}</p>` : nothing}
      <p data-testid="verdict" class=${word === "same" ? "muted" : word}>${run.current ? told : say("alone")}</p>`;
  }

  // Kept plans against the first of them, at both ends of what is stated of new hours.
  private held(about: About, first: string): TemplateResult {
    const plans = differingOf(this.bench.compared ? this.bench.compared.plans : []);
    return html`<p>${say("against", { name: first })}</p>
      <ul class="list" data-testid="told">${plans.map((one) => html`<li>${verdictOf(one)}</li>`)}</ul>
      ${endsPicture(plans, String(about.target_min))}
      ${plans.some(({ low }) => low) ? html`<p class="hint" data-testid="ends">${say("ends_hint")}</p>` : nothing}`;
  }

  private cards(run: Run): TemplateResult {
    return html`<dl class="cards">${CARDS.map((code) => {
      const plan = run.plan.figures[code];
      const was = run.current ? run.current.figures[code] : null;
      const low = run.low ? run.low.figures[code] : null;
      return html`<div class="card"><dt>${this.titleOf(code, run)}</dt><dd class="big number" data-testid="card-${code}">${short(plan)}</dd>
        <dd class="hint">${interval(plan)}</dd>${low ? html`<dd class="hint">${say("plan_low")} ${short(low)}</dd>` : nothing}${run.current ? html`<dd class="hint">${say("as_it_is")} ${short(was)}</dd>` : nothing}</div>`;
    })}</dl>`;
  }

  private figures(about: About, plans: readonly Named[]): TemplateResult {
    const isCompared = (place: number) => place > 0 && plans.some(({ side }) => side.change && Object.keys(side.change).length > 0);
    const codes = FIGURES.filter((code) => plans.some(({ side }) => side.figures[code]));
    return html`<div class="wide" tabindex="0" role="region" aria-label=${say("figure")}><table data-testid="figures"><thead><tr><th scope="col">${say("figure")}</th>${plans.map(({ name }, place) => html`<th class="n" scope="col">${name}</th>${isCompared(place) ? html`<th class="n" scope="col">${say("difference")}</th>` : nothing}`)}</tr></thead>
      <tbody>${codes.map((code) => html`<tr><th scope="row">${this.titleOf(code, about)}</th>${plans.map(({ side }, place) => html`<td class="n">${ends(side, (one) => html`${short(one.figures[code])} <small>${interval(one.figures[code])}</small>`)}</td>${isCompared(place) ? this.change(code, side) : nothing}`)}</tr>`)}
        ${(["last_out", "worst"] as const).map((field) => html`<tr><th scope="row">${say(field)}</th>${plans.map(({ side }, place) => html`<td class="n">${ends(side, (one) => html`${one[field]}`)}</td>${isCompared(place) ? html`<td></td>` : nothing}`)}</tr>`)}</tbody></table></div>`;
  }

  private change(code: string, side: Side): TemplateResult {
    if (!side.low) {
      return html`<td class="n">${difference(code, side.change)}</td>`;
    }
    return html`<td class="n"><span class="end">${difference(code, side.low_change)}</span><span class="end">${difference(code, side.change)}</span></td>`;
  }

  private halves(plans: readonly Named[]): TemplateResult {
    const times = Array.from(new Set(plans.reduce<string[]>((all, { side }) => all.concat(side.slots.map((one) => one.time)), []))).sort();
    return html`<div class="wide" tabindex="0" role="region" aria-label=${say("table")}><table><thead><tr><th scope="col">${say("time")}</th>${plans.map(({ name }) => html`<th class="n" scope="col">${name} · ${say("people")}</th><th class="n" scope="col">${say("wait_p50")}</th><th class="n" scope="col">${say("wait_p90")}</th><th class="n" scope="col">${say("waiting")}</th>`)}</tr></thead>
      <tbody>${times.map((time) => html`<tr><th scope="row">${time}</th>${plans.map(({ side }) => {
        const one = side.slots.find((slot) => slot.time === time);
        return one ? html`<td class="n">${one.called.toFixed(0)}</td><td class="n">${short(one.p50)}</td><td class="n">${short(one.p90)} <small>${interval(one.p90)}</small></td><td class="n">${one.queue.toFixed(1)}</td>` : html`<td></td><td></td><td></td><td></td>`;
      })}</tr>`)}</tbody></table></div>`;
  }

  private tools(): TemplateResult {
    const { bench } = this;
    const job = this.of === "run" ? bench.runJob : bench.comparedJob;
    const save = html`<label class="one">${say("keep_name")}<input class="field" maxlength="80" data-testid="plan-name" .value=${this.name} @input=${(event: Event) => (this.name = (event.target as HTMLInputElement).value)}></label>
      <button class="button" data-testid="keep" ?disabled=${!this.name.trim()} @click=${() => void this.keep()}>${say("keep")}</button>
      <button class="button" data-testid="watch" ?disabled=${bench.isRunning} @click=${() => void bench.begin({ kind: "day", ground: bench.groundJob, draft: bench.draft() })}>${say("watch")}</button>`;
    return html`<div class="row"><a class="button" data-testid="export-${this.of}" href=${new URL(bench.path(`/jobs/${job}/report.xlsx`), bench.api.root).href} download>${say("export")}</a>${this.of === "run" ? save : nothing}</div>`;
  }

  private async keep(): Promise<void> {
    await this.bench.keep(this.name.trim());
    this.name = "";
  }

  private titleOf(code: string, about: About): string {
    return figureText(code).replace("{target}", String(about.target_min));
  }

  protected override updated(changed: PropertyValues<this>): void {
    const about = this.about;
    this.renderRoot.querySelectorAll("details").forEach((part) => {
      part.ontoggle = () => void this.draw();
    });
    if (about && (about !== this.drawnOf || this.drawnIn !== language() || changed.has("of"))) {
      this.drawnOf = about;
      this.drawnIn = language();
      void this.draw();
    }
  }

  private async draw(): Promise<void> {
    const charts = await import("./charts");
    if (this.about) {
      charts.drawPlans(this.renderRoot, this.plans(this.about));
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    void import("./charts").then((charts) => charts.dispose(this.renderRoot));
  }
}

function bothEnds(plans: readonly Named[]): Named[] {
  return plans.reduce<Named[]>((all, { name, side }) => all.concat(side.low ? [{ name: say("named_low", { name }), side: side.low }, { name: say("named_high", { name }), side }] : [{ name, side }]), []);
}

// What a table says of a plan: once, or for few and for many.
function ends(side: Side, of: (one: Side) => TemplateResult): TemplateResult {
  return side.low ? html`<span class="end"><small>${say("low_end")}</small> ${of(side.low)}</span><span class="end"><small>${say("high_end")}</small> ${of(side)}</span>` : of(side);
}

function difference(code: string, change: Side["change"]): TemplateResult {
  const one = change ? change[code] : null;
  if (!one || one.value === null) {
    return html`–`;
  }
  const word = judged(code, one);
  return html`<span class=${word === "same" ? "" : word}>${signed(one.value)} <small>${one.low === null || one.high === null ? "" : `(${signed(one.low)} … ${signed(one.high)})`}</small></span>`;
}

function spans(times: readonly string[]): string {
  return listed(times.map((one) => one.replace("-", "–")));
}

// Who comes, as it was written; what was left open is not named.
function stating(moved: Stated, induced: Stated): string {
  const parts = [moved.high > 0 ? say("stated_moved", { n: stated(moved) }) : "", induced.high > 0 ? say("stated_induced", { n: stated(induced) }) : ""].filter((one) => one !== "");
  return parts.length > 0 ? parts.join(say("and_then")) : say("stated_nobody");
}

function stated(one: Stated): string {
  const range = one.low === one.high ? String(one.low) : `${one.low}–${one.high}`;
  return `${range} ${one.is_percent ? say("unit_percent") : say("unit_visits")}`;
}

function short(one: Figure | null | undefined): string {
  return one && one.value !== null ? one.value.toLocaleString(undefined, { maximumFractionDigits: 1 }) : "–";
}

function interval(one: Figure | null | undefined): string {
  const digits = { maximumFractionDigits: 1 };
  return one && one.low !== null && one.high !== null && !(one.low === one.high && one.low === one.value) ? `(${one.low.toLocaleString(undefined, digits)}–${one.high.toLocaleString(undefined, digits)})` : "";
}

define("ow-studio-result", OwStudioResult);
