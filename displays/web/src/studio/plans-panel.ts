// Kept plans to choose from, and a simulated day on the normal board.

import { css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { listed } from "../shared/format";
import { confirmed } from "../shared/components/dialog";
import { OwElement, define } from "../shared/element";
import type { Bench } from "./bench";
import { studioStyles } from "./styles";
import { say } from "./texts";
import type { Figure, KeptPlan } from "./types";

const SPEEDS = [1, 10, 60, 120, 300] as const;
const MOST = 5;

export class OwStudioPlans extends OwElement {
  static override styles = [
    ...studioStyles,
    css`
      iframe {
        width: 100%;
        height: 27rem;
        border: 3px dashed var(--ow-warn);
        border-radius: var(--ow-radius-s);
      }
      td input {
        width: 1.25rem;
        height: 1.25rem;
      }
      .board {
        margin-top: 0.75rem;
      }
    `,
  ];

  @property({ attribute: false }) bench!: Bench;
  @property({ type: Number }) tick = 0;
  @state() private chosen: readonly string[] = [];

  protected override render(): TemplateResult {
    const plans = this.bench.overview ? this.bench.overview.plans : [];
    return html`<section class="panel" aria-labelledby="plans"><h2 id="plans">${say("step_plans")}</h2>
      ${plans.length > 0 ? this.table(plans) : html`<p class="hint">${say("no_plans")}</p>`}
      ${this.bench.day ? this.board() : nothing}</section>`;
  }

  private table(plans: readonly KeptPlan[]): TemplateResult {
    const { bench } = this;
    const isReady = this.chosen.length >= 2 && this.chosen.length <= MOST;
    return html`<div class="wide" tabindex="0" role="region" aria-label=${say("plans")}><table data-testid="plans"><thead><tr><th scope="col">${say("chosen")}</th><th scope="col">${say("plan_name")}</th><th scope="col">${say("date")}</th><th scope="col">${say("plan_hours")}</th><th class="n" scope="col">${say("promise_kept")}</th><th class="n" scope="col">${say("wait_p90")}</th><th class="n" scope="col">${say("fig_window_hours")}</th><th class="n" scope="col">${say("acts")}</th></tr></thead><tbody>${plans.map((plan) => {
      const { kept_pct: kept, p90_min: wait, window_hours: hours } = plan.side.figures;
      return html`<tr><td><input type="checkbox" aria-label=${say("choose", { name: plan.name })} data-testid="choose-${plan.id}" .checked=${this.chosen.indexOf(plan.id) >= 0} @change=${() => this.toggle(plan.id)}></td>
        <td><strong>${plan.name}</strong>${this.chosen[0] === plan.id ? html` <span class="tag published" data-testid="base">${say("base")}</span>` : nothing} <span class="hint">${plan.actor.replace(/^\w+:/, "")}</span></td>
        <td class="number">${plan.draft.date}</td><td>${plan.draft.hours.length > 0 ? listed(plan.draft.hours) : say("as_set")}</td>
        <td class="n">${shown(kept)}</td><td class="n">${shown(wait)}</td><td class="n">${shown(hours)}</td>
        <td class="n"><button class="button small" data-testid="load-${plan.id}" ?disabled=${!bench.ground} @click=${() => void bench.load(plan.draft)}>${say("load")}</button>
          <button class="button small danger" data-testid="delete-${plan.id}" @click=${() => void this.drop(plan)}>${say("delete")}</button></td></tr>`;
    })}</tbody></table></div>
    <div class="row"><button class="button" data-testid="compare" ?disabled=${!isReady || bench.isRunning} @click=${() => void bench.begin({ kind: "compare", plans: this.chosen, days: bench.drawn ? bench.drawn.days : 40 })}>${say("compare")}</button><span class="hint">${say("compare_hint")}</span></div>`;
  }

  private board(): TemplateResult {
    const { bench } = this;
    const day = bench.day;
    const address = new URL(`board?hall=${encodeURIComponent(bench.hall.hall)}&simulated=${bench.dayJob}&voice=silent`, bench.api.root).href;
    const now = bench.playing ? bench.playing.speed : 60;
    return html`<div class="board" data-testid="watching"><div class="row">
        <p><span class="tag">${say("simulated")}</span>${day ? say("watching", { date: day.date, visits: day.visits }) : nothing}</p>
        <label class="one">${say("speed")}<select class="field short" data-testid="speed" @change=${(event: Event) => void bench.speed(Number((event.target as HTMLSelectElement).value))}>${SPEEDS.map((one) => html`<option value=${one} ?selected=${one === now}>${say("speed_n", { n: one })}</option>`)}</select></label>
        <a class="button" href=${address} target="_blank" rel="noopener" data-testid="open-board">${say("open_board")}</a></div>
      <iframe src=${address} title=${say("board_frame")} data-testid="board-frame"></iframe></div>`;
  }

  private toggle(id: string): void {
    this.chosen = this.chosen.indexOf(id) >= 0 ? this.chosen.filter((one) => one !== id) : [...this.chosen, id];
  }

  private async drop(plan: KeptPlan): Promise<void> {
    if (await confirmed({ heading: say("delete_title", { name: plan.name }), yes: say("delete"), tone: "danger" })) {
      this.chosen = this.chosen.filter((one) => one !== plan.id);
      await this.bench.drop(plan);
    }
  }
}

function shown(one: Figure | null | undefined): string {
  return one && one.value !== null ? one.value.toFixed(1) : "–";
}

define("ow-studio-plans", OwStudioPlans);
