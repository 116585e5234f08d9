// The week as a grid: each day its spans, then holidays and make-up workdays.

import { css, html, nothing, type TemplateResult } from "lit";

import { define } from "../shared/element";
import { SettingsForm, textOf } from "./form";
import { say } from "./settings-texts";
import { type Hours, type Span, clockOf, minutesOf, withEntry } from "./settings-types";

const DAY_MIN = 1440;
const WORKDAYS = 5;
// The bar behind a day runs from six in the morning to midnight.
const BAR_FROM_MIN = 360;
export const MORNING: Span = { from_min: 540, to_min: 720 };

export const gridStyles = css`
  .day {
    display: grid;
    grid-template-columns: 7rem minmax(0, 1fr) 11rem;
    gap: 0.75rem;
    align-items: center;
    min-height: 3.25rem;
    padding: 0.375rem 0;
    border-bottom: 1px solid var(--ow-line);
  }
  /* The same width on every day: the bars of the week stand under each other. */
  .day > span:last-child {
    text-align: right;
  }
  .day > strong small {
    display: block;
    color: var(--ow-ink-2);
    font-weight: 400;
  }
  .spans {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
  }
  .span {
    margin: 0.125rem 1rem 0.125rem 0;
    white-space: nowrap;
  }
  .bar {
    position: relative;
    width: 100%;
    height: 0.375rem;
    margin-top: 0.25rem;
    border-radius: 0.25rem;
    background: var(--ow-ground);
  }
  .bar i {
    position: absolute;
    top: 0;
    height: 100%;
    border-radius: 0.25rem;
    background: var(--ow-brand);
  }
  @media (max-width: 700px) {
    .day {
      grid-template-columns: minmax(0, 1fr);
    }
    .day > span:last-child {
      text-align: left;
    }
  }
`;

export class OwHoursForm extends SettingsForm<Hours> {
  static override styles = [...SettingsForm.styles, gridStyles];

  protected override render(): TemplateResult {
    const { days, holiday, makeup } = this.value;
    return html`<p class="small muted">${say("hours_hint")}</p>
      ${days.map((spans, index) => this.day(say(`day_${index}` as "day_0"), spans, (changed) => this.change({ days: withEntry(days, index, changed) }), index))}
      ${this.day(say("day_holiday"), holiday, (changed) => this.change({ holiday: changed }))}
      ${makeup
        ? this.day(say("day_makeup"), makeup, (changed) => this.change({ makeup: changed }))
        : html`<div class="day"><strong>${say("day_makeup")}</strong><span class="muted">${say("makeup_as_week")}</span>
            <button class="button small" ?disabled=${this.locked} @click=${() => this.change({ makeup: (days[0] || []).slice() })}>${say("makeup_own")}</button></div>`}`;
  }

  private day(name: string, spans: Span[], changed: (spans: Span[]) => void, index = -1): TemplateResult {
    return html`<div class="day" role="group" aria-label=${name}><strong>${name}</strong><div>
      ${spanFields(spans, changed, { name, locked: this.locked })}
      <div class="bar" aria-hidden="true">${spans.map((span) => html`<i .style=${`left:${percent(span.from_min)}%;width:${percent(span.to_min) - percent(span.from_min)}%`}></i>`)}</div></div>
      <span><button class="button small" ?disabled=${this.locked} aria-label="${say("add_span")} ${name}" @click=${() => changed(spans.concat(nextSpan(spans)))}>+ ${say("add_span")}</button>
      ${index === 0 ? html`<button class="button small" ?disabled=${this.locked} @click=${() => this.copyDown(spans)}>${say("copy_down")}</button>` : nothing}</span></div>`;
  }

  private copyDown(spans: Span[]): void {
    this.change({ days: this.value.days.map((old, index) => (index < WORKDAYS ? spans.slice() : old)) });
  }
}

export function spanFields(spans: Span[], changed: (spans: Span[]) => void, { name, locked }: { name: string; locked: boolean }): TemplateResult {
  const set = (index: number, part: Partial<Span>) => {
    const span = { ...(spans[index] as Span), ...part };
    // An end at or before its start is past midnight.
    const to = span.to_min % DAY_MIN;
    changed(withEntry(spans, index, { ...span, to_min: to > span.from_min ? to : to + DAY_MIN }));
  };
  const time = (index: number, field: "from_min" | "to_min", value: number) => html`<input class="field mini number" inputmode="numeric" maxlength="5" placeholder="09:00" ?disabled=${locked} aria-label="${name} ${say(field === "from_min" ? "from" : "to")}"
    .value=${clockOf(value)} @change=${(event: Event) => {
      const minutes = minutesOf(textOf(event));
      if (minutes !== null) {
        set(index, { [field]: minutes });
      } else {
        (event.target as HTMLInputElement).value = clockOf(value);
      }
    }}>`;
  return html`<div class="spans">${spans.length === 0 ? html`<span class="muted">${say("closed")}</span>` : nothing}${spans.map(
    (span, index) => html`<span class="span">${time(index, "from_min", span.from_min)} – ${time(index, "to_min", span.to_min)}
      <button class="button small quiet" ?disabled=${locked} aria-label="${say("remove")} ${name} ${clockOf(span.from_min)}" @click=${() => changed(withEntry(spans, index, null))}>×</button></span>`,
  )}</div>`;
}

function nextSpan(spans: Span[]): Span {
  const last = spans[spans.length - 1];
  return last ? { from_min: Math.min(last.to_min + 120, DAY_MIN), to_min: Math.min(last.to_min + 330, DAY_MIN + 60) } : MORNING;
}

function percent(minutes: number): number {
  return Math.max(0, Math.min(100, ((minutes - BAR_FROM_MIN) / (DAY_MIN - BAR_FROM_MIN)) * 100));
}

define("ow-hours-form", OwHoursForm);
