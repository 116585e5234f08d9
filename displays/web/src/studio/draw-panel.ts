// Drawing a plan: how many windows are open in each half-hour, by mouse, touch or keys, and the rules of the day.

import { css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { listed } from "../shared/format";
import { OwElement, define } from "../shared/element";
import { pick } from "../shared/i18n";
import type { Bench, Drawn } from "./bench";
import type { Comers, Written } from "./comers";
import { studioStyles } from "./styles";
import { figureText, kindText, say, weekdayText } from "./texts";
import { STEP_MIN, clock } from "./times";
import type { Ground, WindowGroup } from "./types";
import { type Wants, wantedOf } from "./wants";

const DAYS = [10, 20, 40, 100, 200] as const;
const PAGE = 5;
const MOST_WANTED: Record<keyof Wants, number> = { share: 99.9, p50: 240, p90: 240, use: 99.9, booked: 99.9, bookedWithin: 240 };

export class OwStudioDraw extends OwElement {
  static override styles = [
    ...studioStyles,
    css`
      .both {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 20rem;
        gap: 1rem;
      }
      /* The drawing is as tall as the fields beside it. */
      .drawing {
        display: flex;
        flex-direction: column;
      }
      .canvas {
        display: flex;
        flex: 1 1 19rem;
        min-height: 19rem;
        max-height: 32rem;
        padding-top: 0.25rem;
        border-bottom: 1px solid var(--ow-line-strong);
        touch-action: none;
        user-select: none;
        -webkit-user-select: none;
      }
      .slot {
        position: relative;
        flex: 1 1 0;
        min-width: 0;
        cursor: ns-resize;
      }
      .slot:hover {
        background: var(--ow-brand-soft);
      }
      .bar {
        position: absolute;
        left: 8%;
        right: 8%;
        bottom: 0;
        border-radius: 0.2rem 0.2rem 0 0;
        background: var(--ow-brand);
      }
      .was {
        position: absolute;
        left: 0;
        right: 0;
        border-top: 2px dashed var(--ow-warn);
      }
      .slot b {
        position: absolute;
        left: 0;
        right: 0;
        font: 700 0.75rem/1.1 var(--ow-font-number);
        text-align: center;
        pointer-events: none;
      }
      .hours {
        display: flex;
        color: var(--ow-ink-2);
        font: 0.75rem/1.4 var(--ow-font-number);
      }
      .hours span {
        flex: 1 1 0;
        min-width: 0;
        white-space: nowrap;
      }
      .tools {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        margin-bottom: 0.25rem;
      }
      .tools .button {
        margin-left: 0.375rem;
      }
      .side .one,
      .side > .hint {
        margin-bottom: 0.375rem;
      }
      .pair {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 0.5rem;
        align-items: end;
      }
      .coming {
        margin-bottom: 0.375rem;
        padding: 0.375rem 0.5rem;
        border: 1px solid var(--ow-line);
        border-radius: var(--ow-radius-s);
      }
      .block {
        margin-top: 0.375rem;
        padding-top: 0.25rem;
        border-top: 1px solid var(--ow-line);
      }
      .how .choice {
        display: inline-block;
        margin-right: 0.75rem;
        font-size: 0.8125rem;
      }
      .range {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto minmax(0, 1fr) minmax(0, 1.5fr);
        gap: 0.25rem;
        align-items: center;
        margin: 0.25rem 0;
        font-size: 0.8125rem;
      }
      .range span {
        grid-column: 1 / -1;
        color: var(--ow-ink-2);
        font-weight: 600;
      }
      .go {
        margin-top: 0.5rem;
        padding-top: 0.5rem;
        border-top: 1px solid var(--ow-line);
      }
      .go .button {
        width: 100%;
        white-space: normal;
      }
      .go .pair {
        margin-top: 0.625rem;
      }
      .go .pair .button {
        margin-bottom: 0.375rem;
      }
      .sum {
        margin-top: 0.25rem;
      }
      @media (max-width: 70rem) {
        .both {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) bench!: Bench;
  @property({ type: Number }) tick = 0;
  @state() private dragging = false;

  protected override render(): TemplateResult | typeof nothing {
    const { ground, drawn } = this.bench;
    if (!ground || !drawn) {
      return nothing;
    }
    return html`<section class="panel" aria-labelledby="draw" data-testid="draw">
      <h2 id="draw">${say("step_draw")}</h2>
      <div class="both"><div class="drawing">${this.tools(ground)}${this.canvas(ground, drawn)}${this.sum(drawn)}</div><div class="side">${this.fields(drawn)}${this.actions(drawn)}</div></div>
    </section>`;
  }

  private tools(ground: Ground): TemplateResult {
    const { bench } = this;
    const all = (by: number) => bench.edit({ counts: (bench.drawn as Drawn).counts.map((counts, group) => (group === bench.group ? counts.map((count, slot) => (bench.usual(group, slot) > 0 || count > 0 ? Math.max(0, Math.min((ground.groups[group] as WindowGroup).windows.length, count + by)) : 0)) : counts)) });
    return html`<div class="tools"><label class="one">${say("windows_of")}
        <select class="field" data-testid="group" @change=${(event: Event) => this.choose(Number((event.target as HTMLSelectElement).value))}>${ground.groups.map((group, place) => html`<option value=${place} ?selected=${place === bench.group}>${say("group_n", { name: groupName(group), n: group.windows.length })}</option>`)}</select></label>
      <span><button class="button small" data-testid="all-less" @click=${() => all(-1)}>${say("less")}</button><button class="button small" data-testid="all-more" @click=${() => all(1)}>${say("more")}</button><button class="button small" data-testid="as-it-is" @click=${() => void bench.drawUsual((bench.drawn as Drawn).date)}>${say("reset")}</button></span></div>`;
  }

  private canvas(ground: Ground, drawn: Drawn): TemplateResult {
    const { bench } = this;
    const [first, last] = bench.span;
    const slots = Array.from({ length: last - first }, (_, step) => first + step);
    const most = Math.max(1, (ground.groups[bench.group] as WindowGroup).windows.length);
    const counts = drawn.counts[bench.group] as number[];
    return html`<div class="canvas" data-testid="canvas" @pointerdown=${this.press} @pointermove=${this.move} @pointerup=${this.release} @pointercancel=${this.release}>
        ${slots.map((slot) => this.half(slot, counts[slot] || 0, most))}</div>
      <div class="hours" aria-hidden="true">${slots.map((slot) => html`<span>${slot % 2 === 0 ? clock(slot * STEP_MIN).slice(0, 2) : ""}</span>`)}</div>
      <p class="hint">${say("draw_hint")}</p>`;
  }

  private half(slot: number, count: number, most: number): TemplateResult {
    const share = (100 * count) / most;
    const was = (100 * this.bench.usual(this.bench.group, slot)) / most;
    const inside = share > 88;
    return html`<div class="slot" role="slider" tabindex="0" data-slot=${slot} aria-orientation="vertical" aria-label=${say("slider", { time: clock(slot * STEP_MIN) })} aria-valuemin="0" aria-valuemax=${most} aria-valuenow=${count} @keydown=${(event: KeyboardEvent) => this.key(event, slot, count)}>
      <i class="bar" .style=${`height:${share}%`}></i><i class="was" .style=${`bottom:${was}%`}></i>
      <b .style=${`bottom:calc(${share}% ${inside ? "- 1rem" : "+ 0.125rem"});color:${inside ? "#ffffff" : "var(--ow-ink)"}`}>${count}</b></div>`;
  }

  private sum(drawn: Drawn): TemplateResult {
    const { bench } = this;
    const [first, last] = bench.span;
    let hours = 0;
    let was = 0;
    drawn.counts.forEach((counts, group) => {
      for (let slot = first; slot < last; slot += 1) {
        hours += (counts[slot] || 0) / 2;
        was += bench.usual(group, slot) / 2;
      }
    });
    return html`<p class="sum number" data-testid="window-hours">${say("window_hours", { n: hours.toFixed(1), was: was.toFixed(1) })}</p>`;
  }

  private fields(drawn: Drawn): TemplateResult {
    const { bench } = this;
    const number = (field: "stopBefore" | "target" | "demand" | "cost", label: Parameters<typeof say>[0]) =>
      html`<label class="one">${say(label)}<input class="field" type="number" data-testid=${field} .value=${drawn[field]} @change=${(event: Event) => bench.edit({ [field]: (event.target as HTMLInputElement).value })}></label>`;
    return html`<label class="one">${say("date")}<input class="field" type="date" data-testid="date" .value=${drawn.date} @change=${(event: Event) => this.moved((event.target as HTMLInputElement).value)}></label>
      <p class="hint" data-testid="date-rests">${this.rests()}</p>
      <label class="one">${say("hours")}<input class="field" data-testid="hours" .value=${drawn.hours} placeholder=${say("hours_hint")} @change=${(event: Event) => bench.openAt((event.target as HTMLInputElement).value)}></label>
      ${bench.newTimes.length > 0 ? this.coming(drawn) : nothing}
      <div class="pair"><label class="one">${say("at_close")}<select class="field" data-testid="at-close" @change=${(event: Event) => bench.edit({ atClose: (event.target as HTMLSelectElement).value as "serve" | "stop" })}>
          ${(["serve", "stop"] as const).map((one) => html`<option value=${one} ?selected=${drawn.atClose === one}>${say(`at_close_${one}`)}</option>`)}</select></label>
        ${number("stopBefore", "stop_before")} ${number("target", "target")} ${number("demand", "demand")} ${number("cost", "cost")}
        <label class="one">${say("days")}<select class="field" data-testid="days" @change=${(event: Event) => bench.edit({ days: Number((event.target as HTMLSelectElement).value) })}>${DAYS.map((one) => html`<option value=${one} ?selected=${drawn.days === one}>${one}</option>`)}</select></label></div>`;
  }

  private actions(drawn: Drawn): TemplateResult {
    const { bench } = this;
    const ask = (kind: string, more: Record<string, unknown> = {}) => void bench.begin({ kind, ground: bench.groundJob, draft: bench.draft(), ...more });
    return html`<div class="go"><button class="button primary" data-testid="run" ?disabled=${bench.isRunning} @click=${() => ask("run", { days: drawn.days })}>${say("run")}</button>
      <div class="pair">${this.want("share", say("size_share"), drawn)}
        <button class="button" data-testid="size" title=${say("size_hint")} ?disabled=${bench.isRunning} @click=${() => ask("size", { ...wantedOf(drawn.wants, this.isBooking), days: drawn.days })}>${say("size")}</button></div>
      <p class="hint">${say("size_hint")}</p>
      <details data-testid="more-wants"><summary>${say("more_wants")}</summary>
        <div class="pair">${this.want("p50", figureText("p50_min"), drawn)} ${this.want("p90", figureText("p90_min"), drawn)} ${this.want("use", say("use_most"), drawn)}</div>
        ${this.isBooking ? html`<div class="pair">${this.want("booked", say("booked_share"), drawn)} ${this.want("bookedWithin", say("booked_within"), drawn)}</div>` : nothing}
        <p class="hint">${say("wants_hint")}</p></details></div>`;
  }

  private want(field: keyof Wants, label: string, drawn: Drawn): TemplateResult {
    const write = (event: Event) => this.bench.edit({ wants: { ...drawn.wants, [field]: (event.target as HTMLInputElement).value } });
    return html`<label class="one">${label}<input class="field" type="number" min="1" step="any" max=${MOST_WANTED[field]} data-testid=${field} .value=${drawn.wants[field]} @change=${write}></label>`;
  }

  // A hall without bookings may be planned on a scenario that has them.
  private get isBooking(): boolean {
    const { ground, hall } = this.bench;
    return hall.bookable || (!!ground && ground.basis === "file");
  }

  // Who comes in hours that are new: nobody knows, so the manager states it, for all together or for each, or states nobody.
  private coming(drawn: Drawn): TemplateResult {
    const { bench } = this;
    const { apart, newTimes } = bench;
    const shown = listed(newTimes.map(([from, to]) => `${clock(from)}–${clock(to)}`));
    const all = apart.length > 0 ? apart.map((block) => bench.comersOf(block)) : [drawn];
    const isNobody = all.every(({ moved, induced }) => [moved, induced].every((one) => !(Number(one.low) > 0) && !(Number(one.high) > 0)));
    const how = (isApart: boolean) => html`<label class="choice"><input type="radio" name="apart" data-testid=${isApart ? "apart" : "together"} .checked=${drawn.isApart === isApart} @change=${() => bench.edit({ isApart })}>${say(isApart ? "apart" : "together")}</label>`;
    return html`<div class="coming" data-testid="coming"><p class="hint"><strong>${say("new_hours", { hours: shown })}</strong></p>
      ${newTimes.length > 1 ? html`<div class="how" role="radiogroup" aria-label=${say("new_hours", { hours: shown })}>${how(false)}${how(true)}</div>` : nothing}
      ${apart.length > 0 ? apart.map((block) => this.block(block)) : html`${this.range("moved", drawn.moved, "", (moved) => bench.edit({ moved }))}${this.range("induced", drawn.induced, "", (induced) => bench.edit({ induced }))}`}
      <p class="hint" data-testid="coming-assumed"><span class="tag">${say("basis_assumed")}</span>${isNobody ? say("nobody_stated") : say("somebody_stated")}</p></div>`;
  }

  private block(block: string): TemplateResult {
    const { bench } = this;
    const own = bench.comersOf(block);
    const write = (part: Partial<Comers>) => bench.edit({ blocks: { ...(bench.drawn as Drawn).blocks, [block]: { ...own, ...part } } });
    return html`<div class="block" role="group" aria-label=${block} data-testid="block-${block}"><strong>${block.replace("-", "–")}</strong>
      ${this.range("moved", own.moved, block, (moved) => write({ moved }))}${this.range("induced", own.induced, block, (induced) => write({ induced }))}</div>`;
  }

  private range(field: "moved" | "induced", own: Written, block: string, write: (one: Written) => void): TemplateResult {
    const id = block ? `${field}-${block}` : field;
    const name = block ? `${block} ${say(field)}` : say(field);
    const part = (end: "low" | "high") =>
      html`<input class="field" type="number" min="0" data-testid="${id}-${end}" aria-label="${name}: ${say(end)}" placeholder=${say(end)} .value=${own[end]} @change=${(event: Event) => write({ ...own, [end]: (event.target as HTMLInputElement).value })}>`;
    return html`<div class="range" role="group" aria-label=${name}><span>${say(field)}</span>${part("low")}<i>–</i>${part("high")}
      <select class="field" data-testid="${id}-unit" aria-label="${name}: ${say("unit")}" @change=${(event: Event) => write({ ...own, isPercent: (event.target as HTMLSelectElement).value === "percent" })}>
        <option value="percent" ?selected=${own.isPercent}>${say("unit_percent")}</option><option value="visits" ?selected=${!own.isPercent}>${say("unit_visits")}</option></select></div>`;
  }

  private rests(): string {
    const { ground, planned, weekday } = this.bench;
    if (!ground || !planned || !weekday) {
      return "";
    }
    const name = weekdayText(String(planned.weekday));
    const kind = planned.name || (planned.kind === "workday" || planned.kind === "weekend" ? "" : kindText(planned.kind));
    const day = kind ? say("day_named", { weekday: name, name: kind }) : name;
    if (planned.hours.length === 0) {
      return say("date_closed", { day });
    }
    if (planned.kind === "makeup") {
      return say("date_makeup", { day });
    }
    if (!ground.fit) {
      return say("date_visits", { day, visits: weekday.visits.toFixed(0) });
    }
    return ground.weekdays[String(planned.like)] ? say("date_rests", { n: weekday.days, weekday: name, day, visits: weekday.visits.toFixed(0) }) : say("date_unseen", { day, weekday: name });
  }

  private moved(date: string): void {
    if (date) {
      void this.bench.drawUsual(date);
    }
  }

  private choose(group: number): void {
    this.bench.group = group;
    this.bench.edit({});
  }

  private key(event: KeyboardEvent, slot: number, count: number): void {
    const steps: Record<string, number> = { ArrowUp: 1, ArrowDown: -1, PageUp: PAGE, PageDown: -PAGE, Home: -1e6, End: 1e6 };
    const step = steps[event.key];
    const sideways = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (step !== undefined) {
      this.bench.set(this.bench.group, slot, count + step);
    } else if (sideways !== 0) {
      const next = this.renderRoot.querySelector<HTMLElement>(`[data-slot="${slot + sideways}"]`);
      if (next) {
        next.focus();
      }
    } else {
      return;
    }
    event.preventDefault();
  }

  private readonly press = (event: PointerEvent): void => {
    this.dragging = true;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.paint(event);
  };

  private readonly move = (event: PointerEvent): void => {
    if (this.dragging) {
      this.paint(event);
    }
  };

  private readonly release = (): void => {
    this.dragging = false;
  };

  // The bar under the pointer goes to its height; a stroke over several half-hours sets them all.
  private paint(event: PointerEvent): void {
    const canvas = event.currentTarget as HTMLElement;
    const place = canvas.getBoundingClientRect();
    const [first, last] = this.bench.span;
    const step = Math.floor(((event.clientX - place.left) / place.width) * (last - first));
    const ground = this.bench.ground as Ground;
    const most = (ground.groups[this.bench.group] as WindowGroup).windows.length;
    const height = 1 - (event.clientY - place.top) / place.height;
    this.bench.set(this.bench.group, Math.max(first, Math.min(last - 1, first + step)), Math.round(height * most));
  }
}

/** A group by what its windows serve, and where. */
export function groupName(group: WindowGroup): string {
  const served = group.everything ? say("group_all") : listed(group.themes.map(pick)) || group.labels.join(" ");
  return group.area ? `${pick(group.area)} · ${served}` : served;
}

define("ow-studio-draw", OwStudioDraw);
