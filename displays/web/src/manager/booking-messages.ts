// Every message about a day's bookings and its fate; what failed can be sent again by a person.

import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";

import { define } from "../shared/element";
import { momentText } from "../shared/format";
import { pick } from "../shared/i18n";
import { BookingList } from "./booking-list";
import { channelText, messageKindText, messageReasonText, messageStateText, say } from "./booking-texts";
import type { MessageRow, MessageState } from "./booking-types";

const STATES = ["waiting", "sent", "failed", "void", "quiet"] as const;
// Messages go out by themselves; the list follows them at this pace.
const REFRESH_MS = 15_000;

export class OwBookingMessages extends BookingList {
  protected readonly daysBefore = 0;
  protected readonly daysAfter = 0;
  @state() private messages: MessageRow[] | null = null;
  @state() private counts: Partial<Record<MessageState, number>> = {};
  @state() private wanted: MessageState | "" = "";

  override connectedCallback(): void {
    super.connectedCallback();
    this.every(REFRESH_MS, () => {
      if (!document.hidden) {
        void this.load();
      }
    });
  }

  protected override render(): TemplateResult {
    const { messages, counts } = this;
    const all = STATES.reduce((sum, one) => sum + (counts[one] || 0), 0);
    const filter = (value: MessageState | "", label: string, n: number) =>
      html`<button class="button small filter" aria-pressed=${this.wanted === value ? "true" : "false"} data-testid="messages-${value || "all"}" @click=${() => this.filter(value)}>${label}&nbsp;<span class="number">${n}</span></button>`;
    return html`<section class="panel" data-testid="messages"><div class="tools">
        <label class="small">${say("date")} <input class="field" type="date" .value=${this.from} @change=${(event: Event) => {
          this.from = (event.target as HTMLInputElement).value || this.from;
          void this.load();
        }}></label>
        <span>${filter("", messageStateText("all"), all)}${STATES.map((one) => filter(one, messageStateText(one), counts[one] || 0))}</span></div>
      ${messages && messages.length === 0 ? html`<p class="none">${say("messages_none")}</p>` : nothing}
      ${messages && messages.length > 0 ? html`<table><thead><tr><th>${say("message_kind")}</th><th>${say("booking")}</th><th>${say("channel")}</th><th>${say("message_fate")}</th><th>${say("message_due")}</th><th>${say("message_sent")}</th><th class="n">${say("message_attempts")}</th><th>${say("message_reason")}</th><td></td></tr></thead>
        <tbody>${messages.map((one) => this.row(one))}</tbody></table>` : nothing}</section>`;
  }

  private row(one: MessageRow): TemplateResult {
    const kind = messageKindText(one.kind.replace(/-/g, "_"));
    const at = (ms: number | null | undefined) => (typeof ms === "number" ? pick(momentText(ms, this.house.nowMs(), this.house.hall.zone)) : "–");
    return html`<tr data-testid="message" data-state=${one.state}><td>${kind}</td><td class="small number">${one.appointment}</td><td>${one.channel ? channelText(one.channel) : "–"}</td><td><span class="chip ${one.state}">${messageStateText(one.state)}</span></td>
      <td>${at(one.due_ms)}</td><td>${at(one.sent_ms)}</td><td class="n">${one.attempts}</td><td>${one.reason ? messageReasonText(one.reason) : ""}</td>
      <td class="acts">${one.state === "failed" && !this.isLocked ? html`<button class="button small" aria-label=${say("retry_of", { kind })} data-testid="message-retry" @click=${() => this.retry(one)}>${say("retry")}</button>` : nothing}</td></tr>`;
  }

  private filter(value: MessageState | ""): void {
    this.wanted = value;
    void this.load();
  }

  private async retry(one: MessageRow): Promise<void> {
    if (await this.house.command(`bookings/messages/${encodeURIComponent(one.id)}/retry`)) {
      await this.load();
    }
  }

  protected async load(): Promise<void> {
    const { from, wanted } = this;
    const answer = await this.house.read<{ messages: MessageRow[]; counts: Partial<Record<MessageState, number>> }>(`bookings/messages?date=${from}${wanted ? `&state=${wanted}` : ""}`);
    if (answer && from === this.from && wanted === this.wanted) {
      this.messages = answer.messages;
      this.counts = answer.counts;
    }
  }
}

define("ow-booking-messages", OwBookingMessages);
