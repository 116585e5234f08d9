// The calendar of a hall: the year at a glance with public holidays, the hall's special days, and days from a file.

import { css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { listed } from "../shared/format";
import { define } from "../shared/element";
import { langTag, language } from "../shared/i18n";
import "./calendar-import";
import { SettingsForm, textOf } from "./form";
import type { House } from "./house";
import { MORNING, gridStyles, spanFields } from "./hours-form";
import { dayKindText, say } from "./settings-texts";
import { type CalendarContent, type SpecialDay, withEntry } from "./settings-types";
import { type YearDay, monthsOf } from "./year";

const KINDS = ["holiday", "makeup", "special"] as const;

export class OwCalendarForm extends SettingsForm<CalendarContent> {
  static override styles = [
    ...SettingsForm.styles,
    gridStyles,
    css`
      .year {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(11.5rem, 1fr));
        gap: 0.75rem 1.25rem;
        margin-top: 0.5rem;
      }
      .year h4 {
        margin: 0 0 0.125rem;
      }
      .month {
        display: grid;
        grid-template-columns: repeat(7, 1fr);
        gap: 1px;
        font-size: 0.8125rem;
        font-variant-numeric: tabular-nums;
        text-align: center;
      }
      .month b {
        padding: 0.125rem 0;
        border-radius: 0.1875rem;
        font-weight: 400;
      }
      .weekend {
        color: var(--ow-ink-2);
      }
      .month .holiday,
      .key .holiday {
        background: var(--ow-bad-soft);
        color: var(--ow-bad);
        font-weight: 700;
      }
      .month .makeup,
      .key .makeup {
        background: var(--ow-brand-soft);
        color: var(--ow-brand-strong);
        font-weight: 700;
      }
      .month .special,
      .month .own,
      .key .special {
        box-shadow: inset 0 0 0 2px var(--ow-warn);
        font-weight: 700;
      }
      .key span {
        margin-right: 0.375rem;
        padding: 0 0.5rem;
        border-radius: 0.1875rem;
        font-size: 0.8125rem;
      }
      .note {
        margin: 0.5rem 0;
      }
    `,
  ];

  @property({ attribute: false }) house!: House;
  @state() private year = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.year = Number(this.house.hall.date.slice(0, 4));
  }

  protected override render(): TemplateResult {
    return html`${this.yearView()} ${this.ownDays()}
      <ow-calendar-import .house=${this.house} ?locked=${this.locked}></ow-calendar-import>`;
  }

  private yearView(): TemplateResult {
    const { years, shared, own } = this.value;
    const months = monthsOf(this.year, shared, own);
    const name = new Intl.DateTimeFormat(langTag(language()), { month: "long", timeZone: "UTC" });
    return html`<div class="spread"><h3>${say("year_view", { year: this.year })}</h3><span>
        <button class="button small" aria-label=${say("year_before")} @click=${() => (this.year -= 1)}>←</button>
        <button class="button small" aria-label=${say("year_after")} data-testid="year-after" @click=${() => (this.year += 1)}>→</button></span></div>
      <p class="key">${KINDS.map((kind) => html`<span class=${kind}>${say(`key_${kind}`)}</span>`)}<span class="muted">${say("years", { years: listed(years.map(String)) })}</span></p>
      ${years.includes(this.year) ? nothing : html`<p class="note warn" role="status" data-testid="year-unknown">${say("year_unknown", { year: this.year })}</p>`}
      <div class="year" data-testid="year">${months.map(
        (days, month) => html`<section><h4>${name.format(Date.UTC(this.year, month, 1))}</h4><div class="month">${days.map((day) => this.dayCell(day))}</div></section>`,
      )}</div>`;
  }

  private dayCell(day: YearDay | null): TemplateResult {
    if (!day) {
      return html`<i></i>`;
    }
    const special = day.special;
    const words = special ? `${day.date} ${special.name || dayKindText(special.kind)}` : "";
    return html`<b class="${day.isWeekend ? "weekend" : ""} ${special ? special.kind : ""} ${day.isOwn ? "own" : ""}" title=${words || nothing}>${day.day}${words ? html`<span class="visually-hidden">${words}</span>` : nothing}</b>`;
  }

  private ownDays(): TemplateResult {
    const { own } = this.value;
    const changed = (index: number, day: SpecialDay | null) => this.change({ own: withEntry(own, index, day) });
    const fresh: SpecialDay = { date: "", kind: "special", name: "", spans: [MORNING] };
    return html`<div class="spread"><h3>${say("own_days")}</h3><button class="button" ?disabled=${this.locked} data-testid="own-day-add" @click=${() => changed(own.length, fresh)}>+ ${say("add_day")}</button></div>
      ${own.length === 0 ? nothing : html`<table><thead><tr><th>${say("date")}</th><th>${say("day_kind")}</th><th>${say("day_name")}</th><td></td><td></td></tr></thead><tbody>${own.map((day, index) => this.row(day, index, changed))}</tbody></table>`}`;
  }

  private row(day: SpecialDay, index: number, changed: (index: number, day: SpecialDay | null) => void): TemplateResult {
    const set = (part: Partial<SpecialDay>) => changed(index, { ...day, ...part });
    return html`<tr><td><input class="field" type="date" aria-label=${say("date")} .value=${day.date} ?disabled=${this.locked} @change=${(event: Event) => set({ date: textOf(event) })}></td>
      <td><select class="field" aria-label=${say("day_kind")} ?disabled=${this.locked} @change=${(event: Event) => set({ kind: textOf(event) as SpecialDay["kind"], spans: textOf(event) === "special" ? day.spans : [] })}>
        ${KINDS.map((kind) => html`<option value=${kind} ?selected=${kind === day.kind}>${dayKindText(kind)}</option>`)}</select></td>
      <td><input class="field" maxlength="60" aria-label=${say("day_name")} .value=${day.name} ?disabled=${this.locked} @change=${(event: Event) => set({ name: textOf(event) })}></td>
      <td>${day.kind === "special" ? spanFields(day.spans, (spans) => set({ spans }), { name: day.date, locked: this.locked }) : nothing}</td>
      <td class="acts"><button class="button small danger" ?disabled=${this.locked} @click=${() => changed(index, null)}>${say("remove")}</button></td></tr>`;
  }
}

define("ow-calendar-form", OwCalendarForm);
