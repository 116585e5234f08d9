// The job that runs, how far it is, what went wrong, and how fast the live hall answers meanwhile.

import { css, html, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";

import { OwElement, define } from "../shared/element";
import { momentText } from "../shared/format";
import { language, pick } from "../shared/i18n";
import type { Bench } from "./bench";
import { isCancelled } from "./jobs";
import { studioStyles } from "./styles";
import { fieldText, jobText, runningText, say } from "./texts";
import type { Failure, Fault, Job, Pace } from "./types";

const MINUTE_S = 60;
// Fewer answers tell nothing of a 99th percentile.
const FEW = 20;

export class OwStudioJob extends OwElement {
  static override styles = [
    ...studioStyles,
    css`
      .bar {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0.75rem;
        align-items: center;
      }
      progress {
        width: 100%;
        height: 0.875rem;
        accent-color: var(--ow-brand);
      }
      .pace {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        margin: 0 0 0.5rem;
        color: var(--ow-ink-2);
        font-size: 0.8125rem;
      }
      .pace > * {
        margin-right: 1rem;
      }
      .note {
        margin-bottom: 0.75rem;
      }
      .note ul {
        margin-top: 0.25rem;
        padding-left: 1.25rem;
        list-style: disc;
      }
    `,
  ];

  @property({ attribute: false }) bench!: Bench;
  @property({ type: Number }) tick = 0;

  private told: Failure | null = null;

  protected override updated(): void {
    const { failure } = this.bench;
    if (failure && failure !== this.told) {
      this.scrollIntoView({ block: "nearest" });
    }
    this.told = failure;
  }

  protected override render(): TemplateResult {
    const { job, stopped, failure, overview } = this.bench;
    return html`<div aria-live="polite">${this.bench.isLost ? html`<p class="note bad" data-testid="lost">${say("lost")}</p>` : nothing}${this.bench.elsewhere ? this.elsewhere(this.bench.elsewhere) : nothing}${job && job.state === "running" ? this.running(job) : nothing}${stopped ? this.leftBehind(stopped) : failure ? this.failed(failure) : nothing}</div>
      ${overview ? html`<p class="pace" data-testid="pace"><strong>${say("pace")}</strong>${this.paces(overview.pace)}</p>` : nothing}`;
  }

  private running(job: Job): TemplateResult {
    const { progress } = job;
    return html`<div class="panel bar" data-testid="running"><div><strong>${runningText(job.kind)}</strong>
        <span class="hint">${progress && progress.total > 1 ? say("done_of", { done: progress.done, total: progress.total }) : nothing} ${progress && progress.left_s !== null ? left(progress.left_s) : nothing}</span>
        <progress aria-label=${runningText(job.kind)} max=${progress ? progress.total : 1} .value=${progress && progress.done > 0 ? progress.done : 0}></progress></div>
      <button class="button" data-testid="cancel" @click=${() => void this.bench.cancel()}>${say("cancel")}</button></div>`;
  }

  private elsewhere(hall: string): TemplateResult {
    return html`<p class="note warn" data-testid="elsewhere">${say("elsewhere")} <a href="studio?hall=${encodeURIComponent(hall)}">${say("to_elsewhere")}</a></p>`;
  }

  private leftBehind(job: Job): TemplateResult {
    const time = pick(momentText(job.at_ms, Date.now(), this.bench.hall.zone));
    return html`<div class="note warn bar" data-testid="left-behind"><span>${say("left_behind", { job: jobText(job.kind), time })}</span>
      <button class="button small" data-testid="again" @click=${() => void this.bench.again(job)}>${say("again")}</button></div>`;
  }

  private failed(failure: Failure): TemplateResult {
    const words = (one: { zh: string; en: string }) => (language() === "zh" ? one.zh : one.en);
    if (isCancelled(failure)) {
      return html`<p class="note" data-testid="cancelled">${say("job_why", { job: jobText(this.bench.failedKind), why: words(failure) })}</p>`;
    }
    if (failure.faults.length === 0) {
      return html`<p class="note bad" role="alert" data-testid="failure" data-code=${failure.code}>${say("failed")}: ${words(failure)}</p>`;
    }
    return html`<div class="note bad" role="alert" data-testid="failure" data-code=${failure.code}><strong>${say("faults")}</strong>
      <ul>${failure.faults.map((fault) => html`<li data-fault=${fault.code} data-field=${fault.field} data-line=${fault.line}>${place(fault)}${words(fault).replace(/^scenario\.toml:\d+: /, "")}</li>`)}</ul></div>`;
  }

  private paces(now: Pace): TemplateResult {
    const { job, overview } = this.bench;
    const latest = job || (overview ? overview.jobs.find((one) => one.pace) : undefined);
    const pace = latest ? latest.pace : null;
    const one = (title: string, of: Pace, name: string) => html`<span data-testid="pace-${name}">${title}: ${of.n < FEW ? say("pace_few", { n: of.n }) : say("pace_of", { p50: fixed(of.p50_ms), p99: fixed(of.p99_ms), n: of.n })}</span>`;
    const others = overview ? overview.running - (this.bench.isRunning ? 1 : 0) : 0;
    return html`${one(say("pace_now"), now, "now")}${pace ? html`${one(say("pace_before"), pace.before, "before")}${one(say("pace_during"), pace.during, "during")}` : nothing}
      ${overview && others > 0 ? html`<span data-testid="others">${say("others_run", { n: others, most: overview.limits.jobs })}</span>` : nothing}`;
  }
}

function place(fault: Fault): string {
  if (fault.line > 0) {
    return `${say("line", { n: fault.line })}: `;
  }
  const [field] = fault.field.split(".");
  return field ? `${fieldText(field)}: ` : "";
}

function left(seconds: number): string {
  return seconds >= 2 * MINUTE_S ? say("left_min", { n: Math.ceil(seconds / MINUTE_S) }) : say("left_s", { n: Math.ceil(seconds) });
}

function fixed(ms: number | null): string {
  return ms === null ? "–" : ms.toFixed(1);
}

define("ow-studio-job", OwStudioJob);
