// Plans at both ends of what is stated of new hours: what differs at each, in a sentence and in a picture.

import { css, html, type TemplateResult } from "lit";

import { tone } from "./judged";
import { figureText, say } from "./texts";
import type { Figure, Side } from "./types";

/** By how much a plan differs from the one it is held against; `low` where fewer come, null where one end is all. */
export interface Differing {
  name: string;
  high: Record<string, Figure | null>;
  low: Record<string, Figure | null> | null;
}

const SHOWN = ["kept_pct", "mean_wait_min"] as const;

export const endsStyles = css`
  .ends {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    gap: 0.75rem 1.5rem;
    margin: 0.5rem 0;
  }
  .ends .line {
    display: grid;
    grid-template-columns: minmax(5rem, 11rem) minmax(0, 1fr);
    gap: 0.5rem;
    align-items: center;
    font-size: 0.8125rem;
    line-height: 1.5rem;
  }
  .ends .line span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .ends .track {
    position: relative;
    height: 1.5rem;
    background: linear-gradient(var(--ow-line), var(--ow-line)) 0 50% / 100% 1px no-repeat;
  }
  .ends .zero {
    position: absolute;
    top: 0;
    bottom: 0;
    border-left: 2px dashed var(--ow-warn);
  }
  .ends .bar {
    position: absolute;
    top: 0.5rem;
    height: 0.5rem;
    border-radius: 0.25rem;
    background: var(--ow-brand);
    opacity: 0.35;
  }
  .ends .dot {
    position: absolute;
    top: 0.4375rem;
    width: 0.625rem;
    height: 0.625rem;
    margin-left: -0.3125rem;
    border: 2px solid var(--ow-brand-strong);
    border-radius: 50%;
    background: var(--ow-brand-strong);
  }
  .ends .few .dot {
    background: var(--ow-surface, #ffffff);
  }
  .ends .scale {
    display: flex;
    justify-content: space-between;
    color: var(--ow-ink-2);
    font: 0.75rem/1.4 var(--ow-font-number);
  }
  @media (max-width: 60rem) {
    .ends {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;

/** Kept plans beside the first of them. */
export function differingOf(plans: readonly Side[]): Differing[] {
  return plans.slice(1).map((one) => ({ name: one.name, high: one.change || {}, low: one.low ? one.low_change || {} : null }));
}

/** Whether the promise is kept better, for few and for many, and whether that is sure. */
export function verdictOf({ name, high, low }: Differing): string {
  const [most, least] = [tone(high.kept_pct), low ? tone(low.kept_pct) : null];
  if (least === null) {
    return say("told_once", { name, word: say(`kept_${most}`) });
  }
  return least === most ? say("told_both", { name, word: say(`kept_${most}`) }) : say("told_ends", { name, low: say(`kept_${least}`), high: say(`kept_${most}`) });
}

/** Differences with their intervals on one scale, at each end. */
export function endsPicture(plans: readonly Differing[], target: string): TemplateResult {
  return html`<div class="ends" data-testid="ends-picture">${SHOWN.map((code) => html`<div><h3>${say("difference_in", { figure: figureText(code).replace("{target}", target) })}</h3>${scaled(code, plans)}</div>`)}</div>`;
}

function scaled(code: string, plans: readonly Differing[]): TemplateResult {
  const lines = plans.reduce<{ name: string; isFew: boolean; one: Figure }[]>((all, { name, high, low }) => {
    const found = [{ name: low ? say("named_low", { name }) : name, isFew: true, one: low ? low[code] : null }, { name: low ? say("named_high", { name }) : name, isFew: false, one: high[code] }];
    return all.concat(found.filter((line): line is { name: string; isFew: boolean; one: Figure } => !!line.one && line.one.value !== null));
  }, []);
  const ends = lines.reduce<number[]>((all, { one }) => all.concat([one.low ?? 0, one.high ?? 0, one.value ?? 0]), [0]);
  const [from, to] = [Math.min(...ends), Math.max(...ends)];
  const at = (value: number | null) => (100 * ((value ?? 0) - from)) / (to - from || 1);
  return html`${lines.map(({ name, isFew, one }) => html`<div class="line ${isFew ? "few" : ""}"><span title=${name}>${name}</span>
      <div class="track" role="img" aria-label=${say("difference_is", { name, value: signed(one.value ?? 0), low: signed(one.low ?? 0), high: signed(one.high ?? 0) })}>
        <i class="zero" .style=${`left:${at(0)}%`}></i><i class="bar" .style=${`left:${at(one.low)}%;width:${at(one.high) - at(one.low)}%`}></i><i class="dot" .style=${`left:${at(one.value)}%`}></i></div></div>`)}
    <div class="line" aria-hidden="true"><span></span><div class="scale"><span>${signed(from)}</span><span>${signed(to)}</span></div></div>`;
}

/** A difference as people write it. */
export function signed(value: number): string {
  const shown = Math.round(value * 10) / 10 || 0;
  return `${shown > 0 ? "+" : ""}${shown.toLocaleString(undefined, { maximumFractionDigits: 1 })}`;
}
