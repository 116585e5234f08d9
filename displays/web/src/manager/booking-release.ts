// The release plan: which day comes on sale when, by group, so that nobody is surprised by a crowd.

import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";

import { dateText } from "../shared/dates";
import { define } from "../shared/element";
import { momentText } from "../shared/format";
import { pick } from "../shared/i18n";
import { BookingList } from "./booking-list";
import { say } from "./booking-texts";
import type { ReleaseDay } from "./booking-types";

export class OwBookingRelease extends BookingList {
  protected readonly daysBefore = 0;
  protected readonly daysAfter = 20;
  @state() private days: ReleaseDay[] | null = null;

  protected override render(): TemplateResult {
    const days = (this.days || []).filter((day) => day.groups.length > 0);
    return html`<section class="panel" data-testid="release"><div class="tools">${this.range()}</div><p class="small muted">${say("release_hint")}</p>
      ${this.days && days.length === 0 ? html`<p class="none">${say("release_none")}</p>` : nothing}
      ${days.length > 0 ? html`<table><thead><tr><th>${say("date")}</th><th>${say("group")}</th><th class="n">${say("places_day")}</th><th>${say("on_sale")}</th></tr></thead><tbody>${days.map((day) => this.rows(day))}</tbody></table>` : nothing}</section>`;
  }

  private rows(day: ReleaseDay): TemplateResult[] {
    const nowMs = this.house.nowMs();
    return day.groups.map(
      (group, place) => html`<tr>${place === 0 ? html`<td rowspan=${day.groups.length}><strong>${pick(dateText(day.date))}</strong></td>` : nothing}
        <td>${pick(group.name)}</td><td class="n">${group.places}</td>
        <td>${typeof group.release_ms !== "number" ? "–" : group.release_ms <= nowMs ? html`<span class="chip CHECKED_IN">${say("on_sale_now")}</span>` : html`<strong class="number">${pick(momentText(group.release_ms, nowMs, this.house.hall.zone))}</strong>`}</td></tr>`,
    );
  }

  protected async load(): Promise<void> {
    const answer = await this.house.read<{ days: ReleaseDay[] }>(`bookings/release?from=${this.from}&to=${this.to}`);
    this.days = answer && answer.days;
  }
}

define("ow-booking-release", OwBookingRelease);
