// Four weeks of booked days: a load bar for each, and the chosen day's slots as heat, by group.

import { html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { plusDays, slotTimes } from "../booking/days";
import { deskStyles } from "../clerk/styles";
import { dateText } from "../shared/dates";
import { OwElement, define } from "../shared/element";
import { clockTime, momentText } from "../shared/format";
import { pick } from "../shared/i18n";
import { calendarStyles } from "./booking-calendar-styles";
import { type Heat, groupsAt, heatOf, loadOf, loadOfSlots, mondayOf, weeksFrom } from "./booking-model";
import { changeSlots } from "./booking-change";
import { refusalText, say } from "./booking-texts";
import type { CalendarDay, LoadedSlot } from "./booking-types";
import type { House } from "./house";
import { kindText } from "./texts";

const WEEKS = 4;
const DAYS = 7 * WEEKS;
// Bookings come in all day; a manager who watches sees them within this.
const REFRESH_MS = 30_000;
const HEATS: readonly Heat[] = ["empty", "low", "mid", "high", "full", "over", "closed", "stuck"];
const COUNTS = ["expected", "checked_in", "early", "in_grace", "late", "no_show", "cancelled", "waitlisted"] as const;

export class OwBookingCalendar extends OwElement {
  static override styles = [...deskStyles, calendarStyles];

  @property({ attribute: false }) house!: House;
  @state() private monday = "";
  @state() private days: Record<string, CalendarDay> = {};
  @state() private date = "";

  override connectedCallback(): void {
    super.connectedCallback();
    this.date = this.house.today();
    this.monday = mondayOf(this.date);
    void this.load();
    this.every(REFRESH_MS, () => {
      if (!document.hidden) {
        void this.load();
      }
    });
  }

  protected override render(): TemplateResult {
    const day = this.days[this.date];
    const locked = this.house.account.role === "auditor";
    return html`<div class="tools">
        <span><button class="button small" aria-label=${say("earlier")} @click=${() => this.go(plusDays(this.monday, -DAYS))}>←</button>
        <button class="button small" @click=${() => this.go(mondayOf(this.house.today()))}>${say("today")}</button>
        <button class="button small" aria-label=${say("later")} data-testid="calendar-later" @click=${() => this.go(plusDays(this.monday, DAYS))}>→</button></span>
        <span>${locked ? nothing : html`<button class="button" data-testid="slots-edit" @click=${() => this.change("edit")}>${say("edit")}</button>
        <button class="button danger" data-testid="slots-close" @click=${() => this.change("close")}>${say("close")}</button>`}</span></div>
      <section class="weeks" aria-label=${say("weeks")} data-testid="booking-calendar">${weeksFrom(this.monday, WEEKS).map((week) => week.map((date) => this.cell(date)))}</section>
      ${day ? this.detail(day) : nothing}`;
  }

  private cell(date: string): TemplateResult {
    const day = this.days[date];
    if (!day) {
      return html`<div class="cell none"><strong>${pick(dateText(date))}</strong></div>`;
    }
    const load = loadOf(day);
    return html`<button class="cell ${day.open ? "" : "shut"} ${date < this.house.today() ? "past" : ""}" aria-pressed=${date === this.date ? "true" : "false"} data-testid="calendar-day" data-date=${date}
      @click=${() => (this.date = date)}>
      <span class="head"><strong>${pick(dateText(date))}</strong>${!day.kind || day.kind === "workday" || day.kind === "weekend" ? nothing : html`<span class="chip">${kindText(day.kind)}</span>`}</span>
      ${load.places > 0 || load.taken > 0 ? html`<span class="bar" aria-hidden="true"><i class=${load.pct > 100 ? "over" : load.pct >= 85 ? "high" : ""} .style=${`width:${Math.min(100, load.pct)}%`}></i></span>
        <span class="small number"><span class="visually-hidden">${say("load_words")}</span>${say("load", { ...load })}</span>` : html`<span class="small muted">${this.why(day)}</span>`}
      <span class="marks">${day.affected.length > 0 ? html`<span class="chip bad">${say("affected_n", { n: day.affected.length })}</span>` : nothing}
        ${load.closed > 0 ? html`<span class="chip elder">${say("closed_n", { n: load.closed })}</span>` : nothing}
        ${load.places > 0 ? html`<span class="small muted">${this.why(day)}</span>` : nothing}</span>
    </button>`;
  }

  /** Why nothing is sold: the refusal, or the moment of a release to come. */
  private why(day: CalendarDay): string {
    if (day.refusal) {
      return refusalText(day.refusal);
    }
    const nowMs = this.house.nowMs();
    return day.release_ms && day.release_ms > nowMs ? say("released_at", { time: pick(momentText(day.release_ms, nowMs, this.house.hall.zone)) }) : "";
  }

  private detail(day: CalendarDay): TemplateResult {
    const codes = Object.keys(day.groups);
    return html`<section class="panel" aria-labelledby="day-h" data-testid="calendar-detail"><h2 id="day-h">${say("day", { date: pick(dateText(day.date)) })}</h2>
      ${day.counts ? html`<dl class="counts">${COUNTS.map((name) => html`<div><dt>${say(`count_${name}`)}</dt><dd class="number">${day.counts ? day.counts[name] : 0}</dd></div>`)}</dl>` : nothing}
      ${codes.length === 0 ? html`<p class="muted">${say("no_groups")}${day.refusal ? `：${this.why(day)}` : ""}</p>` : codes.map((code) => this.group(day, code))}
      ${codes.length > 0 ? html`<p class="legend" aria-hidden="true">${HEATS.map((heat) => html`<span><i class=${heat}></i>${say(`heat_${heat}` as "heat_low")}</span>`)}</p>` : nothing}</section>`;
  }

  private group(day: CalendarDay, code: string): TemplateResult | typeof nothing {
    const found = day.groups[code];
    if (!found) {
      return nothing;
    }
    const load = loadOfSlots(found.slots);
    return html`<h3>${pick(found.name)} <span class="small muted">${say("group_load", { ...load })}</span></h3>
      <ol class="heat" aria-label=${pick(found.name)}>${found.slots.map((slot) => this.slotCell(slot))}</ol>`;
  }

  private slotCell(slot: LoadedSlot): TemplateResult {
    const { zone } = this.house.hall;
    const more = `${slot.closed ? say("slot_closed") : ""}${slot.edited ? say("slot_edited") : ""}`;
    const label = say("slot_long", { time: slotTimes(slot.start_ms, slot.end_ms, zone), taken: slot.taken, places: slot.places, more });
    return html`<li class=${heatOf(slot)} data-testid="heat" data-start=${slot.start_ms} title=${label}><span class="visually-hidden">${label}</span>
      <span aria-hidden="true"><small>${clockTime(slot.start_ms, zone)}${slot.edited ? " ✎" : ""}</small><strong class="number">${slot.taken}<small>/${slot.places}</small></strong></span></li>`;
  }

  private go(monday: string): void {
    this.monday = monday;
    void this.load();
  }

  private async change(kind: "edit" | "close"): Promise<void> {
    if (await changeSlots({ house: this.house, kind, date: this.date, groups: groupsAt(this.days, this.date) })) {
      await this.load();
    }
  }

  private async load(): Promise<void> {
    const { monday } = this;
    const answer = await this.house.read<{ days: CalendarDay[] }>(`bookings/calendar?from=${monday}&to=${plusDays(monday, DAYS - 1)}`);
    if (answer && monday === this.monday) {
      const days: Record<string, CalendarDay> = {};
      for (const day of answer.days) {
        days[day.date] = day;
      }
      this.days = days;
    }
  }
}

define("ow-booking-calendar", OwBookingCalendar);
