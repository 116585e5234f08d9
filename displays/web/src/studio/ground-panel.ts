// What the simulation rests on: the hall's own log, stated visits or a scenario file, and what was learnt, with its doubts.

import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { OwElement, define } from "../shared/element";
import { pick } from "../shared/i18n";
import type { Bench } from "./bench";
import { studioStyles } from "./styles";
import { begun, say } from "./texts";
import type { Fit, Ground } from "./types";

const FOUR_WEEKS_MS = 28 * 86_400_000;
const DAY_MS = 86_400_000;

type From = "log" | "stated" | "file";

export class OwStudioGround extends OwElement {
  static override styles = [
    ...studioStyles,
    css`
      .choice {
        display: inline-flex;
        align-items: center;
        min-height: var(--desk-target);
        margin-right: 1rem;
        font-weight: 600;
      }
      .choice input {
        width: 1.125rem;
        height: 1.125rem;
        margin: 0 0.375rem 0 0;
      }
      textarea.field {
        width: 100%;
        min-height: 10rem;
        font-family: ui-monospace, "DejaVu Sans Mono", monospace;
      }
      .columns {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(26rem, 1fr));
        gap: 1rem;
      }
      .scroll {
        max-height: 22rem;
        overflow: auto;
      }
      @media (max-width: 40rem) {
        .columns {
          grid-template-columns: minmax(0, 1fr);
        }
      }
      .scroll th {
        position: sticky;
        top: 0;
        background: var(--ow-paper);
      }
    `,
  ];

  @property({ attribute: false }) bench!: Bench;
  @property({ type: Number }) tick = 0;
  @state() private from: From = "log";
  @state() private isOpen = false;
  @state() private shown = "";
  private first = "";
  private last = "";
  private visits = "";
  private file = "";

  protected override willUpdate(): void {
    const { bench } = this;
    if (this.shown !== bench.groundJob) {
      this.shown = bench.groundJob;
      this.isOpen = !bench.ground;
    }
    if (!this.last && bench.overview) {
      const today = Date.parse(`${bench.overview.today}T00:00:00Z`);
      this.last = new Date(today - DAY_MS).toISOString().slice(0, 10);
      this.first = new Date(today - FOUR_WEEKS_MS).toISOString().slice(0, 10);
    }
  }

  protected override render(): TemplateResult {
    const { ground } = this.bench;
    return html`<section class="panel" aria-labelledby="ground" data-testid="ground">
      <h2 id="ground">${say("step_ground")}</h2>
      ${ground ? this.summary(ground) : html`<p class="hint">${say("no_ground")}</p>`}
      ${this.isOpen || !ground ? this.choose() : nothing}
      ${ground ? this.details(ground) : nothing}
    </section>`;
  }

  private summary(ground: Ground): TemplateResult {
    const { fit } = ground;
    const words =
      ground.basis === "log" && fit
        ? say("ground_log", { first: fit.first, last: fit.last, days: fit.days, visits: fit.visits.toLocaleString() })
        : say(ground.basis === "file" ? "ground_file" : "ground_stated");
    return html`<div class="row"><p data-testid="ground-said"><span class="tag ${fit ? "fitted" : ""}">${say(fit ? "basis_fitted" : "basis_assumed")}</span>${words}
        ${fit && fit.refused > 0 ? html` <span class="hint">${say("refused_n", { n: fit.refused })}</span>` : nothing}</p>
      ${this.isOpen ? nothing : html`<button class="button small" data-testid="change-ground" @click=${() => (this.isOpen = true)}>${say("change_ground")}</button>`}</div>`;
  }

  private choose(): TemplateResult {
    const one = (from: From) => html`<label class="choice"><input type="radio" name="from" data-testid="from-${from}" .checked=${this.from === from} @change=${() => (this.from = from)}>${say(`from_${from}`)}</label>`;
    return html`<div role="radiogroup" aria-labelledby="ground">${one("log")}${one("stated")}${one("file")}</div>${this.fields()}`;
  }

  private fields(): TemplateResult {
    const learn = (label: string, ask: () => Record<string, unknown>) =>
      html`<button class="button primary" data-testid="learn" ?disabled=${this.bench.isRunning} @click=${() => void this.bench.begin(ask())}>${label}</button>`;
    switch (this.from) {
      case "log":
        return html`<div class="row">
          <label class="one">${say("first")}<input class="field date" type="date" data-testid="first" .value=${this.first} @change=${(event: Event) => (this.first = valueOf(event))}></label>
          <label class="one">${say("last")}<input class="field date" type="date" data-testid="last" .value=${this.last} @change=${(event: Event) => (this.last = valueOf(event))}></label>
          ${learn(say("learn"), () => ({ kind: "log", first: this.first, last: this.last }))}</div>`;
      case "stated":
        return html`<div class="row">
          <label class="one">${say("visits_a_day")}<input class="field short" type="number" data-testid="visits" .value=${this.visits} @input=${(event: Event) => (this.visits = valueOf(event))}></label>
          ${learn(say("take"), () => ({ kind: "stated", visits: Number(this.visits) || 0 }))}</div>`;
      default:
        return html`<label class="one">${say("file_text")}<textarea class="field" data-testid="file-text" spellcheck="false" maxlength="60000" .value=${this.file} @input=${(event: Event) => (this.file = valueOf(event))}></textarea></label>
          <div class="row">${learn(say("take"), () => ({ kind: "file", text: this.file || " " }))}</div>`;
    }
  }

  private details(ground: Ground): TemplateResult {
    return html`<details data-testid="fit" @toggle=${(event: Event) => void this.opened(event.target as HTMLDetailsElement)}><summary>${say(ground.fit ? "show_fit" : "doubts")}</summary>
      ${ground.fit ? this.fit(ground, ground.fit) : nothing}
      ${ground.fit ? html`<h3>${say("doubts")}</h3>` : nothing}
      <ul class="list">${ground.doubts.map((one) => html`<li>${begun(one)}</li>`)}</ul>
    </details>`;
  }

  private fit(ground: Ground, fit: Fit): TemplateResult {
    return html`<div class="columns">
      <div><h3>${say("rates")}</h3><div class="chart" data-chart="rates"></div>
        <h3>${say("checked")}</h3>${this.checks(ground)}</div>
      <div><h3>${say("services")}</h3><div class="scroll" tabindex="0" role="region" aria-label=${say("services")}><table><thead><tr><th>${say("item")}</th><th class="n">${say("mean_min")}</th><th class="n">${say("interval")}</th><th class="n">${say("n")}</th><th class="n">${say("own_pct")}</th></tr></thead>
        <tbody>${fit.services.map((one) => html`<tr><td>${pick(one.name) || one.item}</td><td class="n">${one.mean_min.toFixed(1)}</td><td class="n">${one.low_min.toFixed(1)}–${one.high_min.toFixed(1)}</td><td class="n">${one.n}</td><td class="n">${one.own_pct.toFixed(0)} %</td></tr>`)}</tbody></table></div></div>
      <div><h3>${say("parameters")}</h3><div class="scroll" tabindex="0" role="region" aria-label=${say("parameters")}><table><thead><tr><th>${say("figure")}</th><th class="n">${say("value")}</th><th class="n">${say("interval")}</th><th class="n">${say("n")}</th></tr></thead>
        <tbody>${fit.parameters.map((one) => html`<tr><td>${begun(one)}</td><td class="n">${one.value}</td><td class="n">${one.interval}</td><td class="n">${one.n}</td></tr>`)}</tbody></table></div></div>
    </div>`;
  }

  private checks({ checks }: Ground): TemplateResult {
    if (!checks) {
      return html`<p class="hint">${say("not_checked")}</p>`;
    }
    return html`<ul class="list">
      <li>${say("check_arrivals", { pct: checks.arrivals_inside_pct.toFixed(0), poisson: checks.poisson_inside_pct.toFixed(0) })}</li>
      <li>${say("check_services", { pct: checks.services_inside_pct.toFixed(0), bias: checks.services_bias_pct.toFixed(1) })}</li>
      ${checks.waits.length > 0 ? html`<li>${say("check_waits", { inside: checks.waits_inside, n: checks.waits.length })}</li>` : nothing}</ul>`;
  }

  // The picture is drawn once somebody looks: a closed part has no width, and the library is large.
  private async opened(part: HTMLDetailsElement): Promise<void> {
    const { ground } = this.bench;
    if (part.open && ground && ground.fit) {
      const charts = await import("./charts");
      charts.drawRates(this.renderRoot, ground.fit);
    }
  }

  protected override updated(changed: PropertyValues<this>): void {
    const part = this.renderRoot.querySelector<HTMLDetailsElement>("details");
    if (part && part.open && !changed.has("tick")) {
      void this.opened(part);
    }
  }
}

function valueOf(event: Event): string {
  return (event.target as HTMLInputElement).value;
}

define("ow-studio-ground", OwStudioGround);
