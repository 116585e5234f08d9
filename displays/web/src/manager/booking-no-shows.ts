// Who booked and did not come; a manager may grant an appeal, with the reason that goes into the log.

import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";

import type { Appointment } from "../booking/types";
import { ask } from "../clerk/ask";
import { define } from "../shared/element";
import { momentText } from "../shared/format";
import { pick } from "../shared/i18n";
import { BookingList } from "./booking-list";
import { channelText, say } from "./booking-texts";

export class OwBookingNoShows extends BookingList {
  protected readonly daysBefore = 30;
  protected readonly daysAfter = 0;
  @state() private found: Appointment[] | null = null;

  protected override render(): TemplateResult {
    const { found } = this;
    return html`<section class="panel" data-testid="no-shows"><div class="tools">${this.range()}</div><p class="small muted">${say("no_shows_hint")}</p>
      ${found && found.length === 0 ? html`<p class="none">${say("no_shows_none")}</p>` : nothing}
      ${found && found.length > 0 ? html`<table><thead><tr><th>${say("time")}</th><th>${say("items")}</th><th>${say("channel")}</th><th>${say("state")}</th><td></td></tr></thead><tbody>${found.map((one) => this.row(one))}</tbody></table>` : nothing}</section>`;
  }

  private row(one: Appointment): TemplateResult {
    return html`<tr data-testid="no-show">${this.booked(one)}<td>${channelText(one.channel)}</td>
      <td>${one.excused ? html`<span class="chip CHECKED_IN">${say("excused")}</span>` : html`<span class="chip NO_SHOW">${say("counts")}</span>`}</td>
      <td class="acts">${one.excused || this.isLocked ? nothing : html`<button class="button small" data-testid="appeal" @click=${() => this.appeal(one)}>${say("appeal")}</button>`}</td></tr>`;
  }

  private async appeal(one: Appointment): Promise<void> {
    const time = one.slot_ms ? pick(momentText(one.slot_ms, this.house.nowMs(), this.house.hall.zone)) : one.date;
    const given = await ask({
      heading: say("appeal_title", { time }),
      intro: say("appeal_intro"),
      fields: [{ name: "reason", label: say("appeal_reason"), kind: "text", required: true }],
      confirm: say("appeal"),
      testid: "dialog-appeal",
    });
    if (given && (await this.house.command(`appointments/${encodeURIComponent(one.id)}/appeal`, { reason: String(given.reason).trim() }))) {
      await this.load();
    }
  }

  protected async load(): Promise<void> {
    const answer = await this.house.read<{ no_shows: Appointment[] }>(`bookings/no-shows?from=${this.from}&to=${this.to}`);
    this.found = answer && answer.no_shows;
  }
}

define("ow-booking-no-shows", OwBookingNoShows);
