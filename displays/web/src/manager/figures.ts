// The figures of a day: what was promised and kept, by hour, window, item and class; charts load only here.

import { css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { deskStyles } from "../clerk/styles";
import { OwElement, define } from "../shared/element";
import { clockTime } from "../shared/format";
import { language, pick } from "../shared/i18n";
import { bookedPanel } from "./booked-figures";
import { bookedStyles } from "./booked-figures-styles";
import type { House } from "./house";
import { ratingText, say } from "./texts";
import type { Figures, Spread } from "./types";

const MINUTE_MS = 60_000;
// The projection follows the log within seconds; the page asks each minute.
const REFRESH_MS = 60_000;
const LEVELS = ["very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied"] as const;
const FACTS = ["taken", "done", "missed", "abandoned", "cancelled", "expired", "recalls", "overtakes"] as const;
const FACT_TEXTS = {
  taken: "total_taken",
  done: "total_done",
  missed: "missed",
  abandoned: "abandoned",
  cancelled: "cancelled",
  expired: "expired",
  recalls: "recalls",
  overtakes: "overtakes",
} as const;

type Charts = typeof import("./charts");
type Order = "n" | "wait" | "service";

export class OwFigures extends OwElement {
  static override styles = [
    ...deskStyles,
    bookedStyles,
    css`
      .panel {
        padding: 0.75rem 0.875rem;
        border: 1px solid var(--ow-line);
        border-radius: var(--ow-radius-s);
        background: var(--ow-paper);
      }
      .tools {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        margin-bottom: 0.75rem;
      }
      .tools > * {
        margin-right: 0.75rem;
      }
      .tools .field {
        width: 11rem;
      }
      .cards {
        display: grid;
        grid-template-columns: repeat(4, minmax(0, 1fr));
        gap: 0.75rem;
        margin-bottom: 0.75rem;
      }
      .cards dd {
        font-size: 2rem;
        line-height: 1.2;
      }
      .cards dd.more {
        font-size: var(--ow-text-s);
      }
      .cards dd small {
        font-size: 1rem;
        font-weight: 400;
      }
      dt {
        color: var(--ow-ink-2);
        font-size: var(--ow-text-s);
      }
      .facts {
        display: grid;
        grid-template-columns: repeat(8, minmax(0, 1fr));
        gap: 0.5rem;
        margin-bottom: 0.75rem;
      }
      .facts dd {
        font-size: 1.25rem;
      }
      .charts {
        display: grid;
        grid-template-columns: minmax(0, 3fr) minmax(0, 2fr);
        gap: 0.75rem;
        margin-bottom: 0.75rem;
      }
      h2 {
        font-size: var(--ow-text-m);
      }
      .chart {
        height: 17rem;
      }
      .ratings li {
        display: grid;
        grid-template-columns: 7.5rem minmax(0, 1fr) 6rem;
        gap: 0.75rem;
        align-items: center;
        padding: 0.375rem 0;
      }
      .bar {
        height: 0.875rem;
        border-radius: 0.25rem;
        background: var(--ow-ground);
      }
      .bar i {
        display: block;
        height: 100%;
        border-radius: 0.25rem;
        background: var(--ow-good);
      }
      .bar.low i {
        background: var(--ow-bad);
      }
      .scroll {
        max-height: 26rem;
        overflow: auto;
      }
      th {
        position: sticky;
        top: 0;
        background: var(--ow-paper);
      }
      th button {
        padding: 0;
        border: 0;
        background: none;
        color: inherit;
        font: inherit;
        cursor: pointer;
      }
      th[aria-sort="descending"] button::after {
        content: " ↓";
      }
      @media (max-width: 1100px) {
        .charts,
        .cards {
          grid-template-columns: minmax(0, 1fr);
        }
        .facts {
          grid-template-columns: repeat(4, minmax(0, 1fr));
        }
      }
    `,
  ];

  @property({ attribute: false }) house!: House;
  @state() private figures: Figures | null = null;
  @state() private date = "";
  @state() private order: Order = "n";
  @state() private failed = false;
  private charts: Charts | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.date = this.house.today();
    void this.load();
    void import("./charts").then((charts) => {
      this.charts = charts;
      this.requestUpdate();
    });
    this.every(REFRESH_MS, () => {
      if (this.figures && !this.figures.final && !document.hidden) {
        void this.load();
      }
    });
    this.follow(() => this.charts && this.charts.dispose(this.renderRoot));
  }

  protected override updated(): void {
    const { charts, figures } = this;
    if (charts && figures) {
      charts.draw(this.renderRoot, figures, { language: language() });
    }
  }

  protected override render(): TemplateResult {
    const { figures } = this;
    return html`<div class="tools">
        <label for="date">${say("date")}</label>
        <input id="date" class="field" type="date" max=${this.house.today()} .value=${this.date} @change=${this.picked} data-testid="figures-date">
        <button class="button" ?disabled=${this.date === this.house.today()} @click=${() => this.go(this.house.today())}>${say("today")}</button>
        ${figures ? html`<span class="chip ${figures.final ? "priority" : "elder"}">${say(figures.final ? "final" : "preliminary")}</span>
          <span class="small muted">${figures.rebuilt_ms ? `${say("rebuilt", { time: clockTime(figures.rebuilt_ms, this.house.hall.zone) })} · ` : ""}${say("definition", { name: figures.definition })}</span>` : nothing}
      </div>
      ${figures ? this.sheet(figures) : this.failed ? html`<p class="note">${say("no_figures")}</p>` : nothing}`;
  }

  private sheet(figures: Figures): TemplateResult {
    const { totals } = figures;
    const pct = (value: number | null | undefined) => (typeof value === "number" ? html`${value}<small>%</small>` : "–");
    return html`<dl class="cards">
        ${this.card("wait", say("wait"), figures.wait)} ${this.card("service", say("service"), figures.service)}
        <div class="panel"><dt>${say("promise")}</dt><dd class="number" data-testid="promise">${pct(totals.promise_kept_pct)}</dd></div>
        <div class="panel"><dt>${say("told")}</dt><dd class="number">${pct(figures.told && figures.told.within_p80_pct)}</dd></div>
      </dl>
      <dl class="facts">${FACTS.map((name) => html`<div class="panel"><dt>${say(FACT_TEXTS[name])}</dt><dd class="number">${totals[name]}</dd></div>`)}</dl>
      ${figures.booked ? bookedPanel(figures.booked) : nothing}
      <div class="charts">
        <section class="panel"><h2 id="hour-h">${say("by_hour")}</h2><div class="chart" data-chart="hour" role="img" aria-labelledby="hour-h"></div>${this.hourTable(figures)}</section>
        <section class="panel"><h2 id="window-h">${say("by_window")}</h2><div class="chart" data-chart="window" role="img" aria-labelledby="window-h"></div>${this.windowTable(figures)}</section>
      </div>
      <div class="charts">${this.items(figures)}<div>${this.ratings(figures)}<br>${this.classes(figures)}</div></div>`;
  }

  private card(name: string, title: string, spread: Spread): TemplateResult {
    return html`<div class="panel"><dt>${title} P50–P80</dt><dd class="number" data-testid="card-${name}">${range(spread)}<small> ${say("minutes")}</small></dd>
      <dd class="more muted">${say("mean")} ${min(spread.mean_ms)} · P90 ${min(spread.p90_ms)} · ${say("max")} ${min(spread.max_ms)}</dd></div>`;
  }

  private hourTable(figures: Figures): TemplateResult {
    const hours = Object.keys(figures.by_hour).sort();
    return html`<details><summary class="small">${say("as_table")}</summary><table><thead><tr><th>${say("hour")}</th><th class="n">${say("taken")}</th><th class="n">P50</th><th class="n">P80</th></tr></thead>
      <tbody>${hours.map((hour) => {
        const one = figures.by_hour[hour];
        return one ? html`<tr><td>${hour}:00</td><td class="n">${one.taken}</td><td class="n">${min(one.wait.p50_ms)}</td><td class="n">${min(one.wait.p80_ms)}</td></tr>` : nothing;
      })}</tbody></table>${nobody(hours)}</details>`;
  }

  private windowTable(figures: Figures): TemplateResult {
    return html`<details data-testid="by-window"><summary class="small">${say("as_table")}</summary><table><thead><tr><th>${say("window")}</th><th class="n">${say("done")}</th><th class="n">${say("use_pct")}</th><th class="n">${say("wait")} P50–P80</th><th class="n">P90</th><th class="n">${say("service")} P50</th></tr></thead>
      <tbody>${Object.keys(figures.by_window).map((code) => {
        const one = figures.by_window[code];
        return one ? html`<tr><td>${one.label}</td><td class="n">${one.done}</td><td class="n">${typeof one.use_pct === "number" ? one.use_pct : "–"}</td><td class="n">${range(one.wait)}</td><td class="n">${min(one.wait.p90_ms)}</td><td class="n">${min(one.service.p50_ms)}</td></tr>` : nothing;
      })}</tbody></table></details>`;
  }

  private items(figures: Figures): TemplateResult {
    const rank = { n: (row: Row) => row.n, wait: (row: Row) => row.wait.p80_ms || 0, service: (row: Row) => row.service.p50_ms || 0 }[this.order];
    type Row = Figures["by_item"][string];
    const rows = Object.keys(figures.by_item).map((code) => ({ code, row: figures.by_item[code] as Row }));
    rows.sort((a, b) => rank(b.row) - rank(a.row) || (a.code < b.code ? -1 : 1));
    const head = (order: Order, label: string) =>
      html`<th class="n" aria-sort=${this.order === order ? "descending" : "none"}><button @click=${() => (this.order = order)}>${label}</button></th>`;
    return html`<section class="panel" data-testid="by-item"><h2>${say("by_item")}</h2><div class="scroll" tabindex="0" role="region" aria-label=${say("by_item")}><table>
      <thead><tr><th>${say("item")}</th>${head("n", say("count"))}${head("wait", `${say("wait")} P50–P80`)}${head("service", `${say("service")} P50`)}</tr></thead>
      <tbody>${rows.map(
        ({ row }) => html`<tr><td>${pick(row.name)}</td><td class="n">${row.n}</td><td class="n">${range(row.wait)}</td><td class="n">${min(row.service.p50_ms)}</td></tr>`,
      )}</tbody></table></div>${nobody(rows)}</section>`;
  }

  private ratings(figures: Figures): TemplateResult {
    const rated = figures.totals.rated;
    const count = LEVELS.reduce((sum, level) => sum + (rated[level] || 0), 0);
    const good = (rated.very_satisfied || 0) + (rated.satisfied || 0) + (rated.basically_satisfied || 0);
    return html`<section class="panel" data-testid="ratings"><h2>${say("ratings")} <span class="small muted">${say("n_rated", { n: count })}${count > 0 ? ` · ${say("satisfied_pct", { pct: ((100 * good) / count).toFixed(1) })}` : ""}</span></h2>
      <ul class="ratings">${LEVELS.map((level, index) => {
        const n = rated[level] || 0;
        const share = count > 0 ? (100 * n) / count : 0;
        return html`<li><span>${ratingText(level)}</span><span class="bar ${index > 2 ? "low" : ""}" aria-hidden="true"><i .style=${`width:${share.toFixed(1)}%`}></i></span><span class="number">${n} <span class="small muted">${share.toFixed(1)}%</span></span></li>`;
      })}</ul></section>`;
  }

  private classes(figures: Figures): TemplateResult {
    const name = (code: string) => {
      const found = this.house.hall.classes.find((one) => one.code === code);
      return found ? pick(found.name) : code;
    };
    const classes = Object.keys(figures.by_class);
    return html`<section class="panel"><h2>${say("by_class")}</h2><table><thead><tr><th>${say("class")}</th><th class="n">${say("count")}</th><th class="n">${say("wait")} P50–P80</th><th class="n">${say("overtakes")}</th></tr></thead>
      <tbody>${classes.map((code) => {
        const row = figures.by_class[code];
        return row ? html`<tr><td>${name(code)}</td><td class="n">${row.n}</td><td class="n">${range(row.wait)}</td><td class="n">${row.overtakes}</td></tr>` : nothing;
      })}</tbody></table>${nobody(classes)}</section>`;
  }

  private picked(event: Event): void {
    this.go((event.target as HTMLInputElement).value || this.house.today());
  }

  private go(date: string): void {
    this.date = date;
    void this.load();
  }

  private async load(): Promise<void> {
    const { date } = this;
    const figures = await this.house.read<Figures>(`figures?date=${encodeURIComponent(date)}`);
    if (date === this.date) {
      this.figures = figures;
      this.failed = !figures;
    }
  }
}

/** What a table says that has no row: nobody has come. */
function nobody(rows: unknown[]): TemplateResult | typeof nothing {
  return rows.length === 0 ? html`<p class="muted" data-testid="nobody">${say("nobody_came")}</p>` : nothing;
}

function min(ms: number | null | undefined): string {
  return typeof ms === "number" ? (ms / MINUTE_MS).toFixed(ms < 10 * MINUTE_MS ? 1 : 0) : "–";
}

// Nobody yet is one dash, and a range of one value is that value.
function range(spread: { p50_ms?: number | null; p80_ms?: number | null }): string {
  const from = min(spread.p50_ms);
  const to = min(spread.p80_ms);
  return from === to ? from : `${from}–${to}`;
}

define("ow-figures", OwFigures);
