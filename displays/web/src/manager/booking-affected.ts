// Bookings that the hall cannot keep and nobody has dealt with: a person calls, then moves or cancels.

import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";

import type { Appointment } from "../booking/types";
import { cancel, move } from "../clerk/booking-acts";
import { define } from "../shared/element";
import { BookingList } from "./booking-list";
import { channelText, say } from "./booking-texts";
import type { CalendarDay } from "./booking-types";
import { say as sayClerk } from "../clerk/booking-texts";

export class OwBookingAffected extends BookingList {
  protected readonly daysBefore = 0;
  protected readonly daysAfter = 27;
  @state() private found: Appointment[] | null = null;
  @state() private busy = false;

  protected override render(): TemplateResult {
    const { found } = this;
    return html`<section class="panel" data-testid="affected"><div class="tools">${this.range()}</div><p class="small muted">${say("affected_hint")}</p>
      ${found && found.length === 0 ? html`<p class="none">${say("affected_none")}</p>` : nothing}
      ${found && found.length > 0 ? html`<table><thead><tr><th>${say("time")}</th><th>${say("items")}</th><th>${say("channel")}</th><td></td></tr></thead><tbody>${found.map((one) => this.row(one))}</tbody></table>` : nothing}</section>`;
  }

  private row(one: Appointment): TemplateResult {
    const off = this.busy || this.isLocked;
    return html`<tr data-testid="affected-booking">${this.booked(one)}<td>${channelText(one.channel)}</td>
      <td class="acts"><button class="button small" ?disabled=${off} data-testid="affected-move" @click=${() => this.act(move, one)}>${sayClerk("move")}</button>
      <button class="button small danger" ?disabled=${off} data-testid="affected-cancel" @click=${() => this.act(cancel, one)}>${sayClerk("cancel")}</button></td></tr>`;
  }

  private async act(work: typeof move, one: Appointment): Promise<void> {
    if (this.busy) {
      return;
    }
    this.busy = true;
    try {
      const { api, hall } = this.house;
      if (await work({ api, hall, nowMs: () => this.house.nowMs() }, one)) {
        await this.load();
      }
    } finally {
      this.busy = false;
    }
  }

  protected async load(): Promise<void> {
    const answer = await this.house.read<{ days: CalendarDay[] }>(`bookings/calendar?from=${this.from}&to=${this.to}`);
    this.found = answer && answer.days.reduce<Appointment[]>((all, day) => all.concat(day.affected), []);
  }
}

define("ow-booking-affected", OwBookingAffected);
