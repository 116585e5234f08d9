// The base of the manager's lists of bookings: a range of days, read again when it changes, and one look for all.

import { css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { plusDays, slotTimes } from "../booking/days";
import type { Appointment } from "../booking/types";
import { bookingCardStyles } from "../clerk/booking-card-styles";
import { deskStyles } from "../clerk/styles";
import { dateText } from "../shared/dates";
import { listed } from "../shared/format";
import { OwElement } from "../shared/element";
import { pick } from "../shared/i18n";
import { say } from "./booking-texts";
import type { House } from "./house";

export abstract class BookingList extends OwElement {
  static override styles = [
    ...deskStyles,
    bookingCardStyles,
    css`
      .panel {
        padding: 0.75rem 0.875rem;
        border: 1px solid var(--ow-line);
        border-radius: var(--ow-radius-s);
        background: var(--ow-paper);
      }
      .tools {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        margin-bottom: 0.5rem;
      }
      .tools > * {
        margin: 0 0.75rem 0.25rem 0;
      }
      .tools .field {
        width: 11rem;
      }
      .none {
        padding: 0.75rem 0;
        color: var(--ow-ink-2);
      }
      .acts {
        text-align: right;
        white-space: nowrap;
      }
      .chip.failed {
        border-color: var(--ow-bad);
        background: var(--ow-bad-soft);
        color: var(--ow-bad);
      }
      .chip.sent {
        border-color: var(--ow-good);
        background: var(--ow-good-soft);
        color: var(--ow-good);
      }
      .chip.waiting {
        border-color: var(--ow-brand);
        background: var(--ow-brand-soft);
        color: var(--ow-brand-strong);
      }
      .filter {
        margin-right: 0.375rem;
      }
      .filter[aria-pressed="true"] {
        border-color: var(--ow-brand);
        background: var(--ow-brand);
        color: var(--ow-on-brand);
      }
    `,
  ];

  @property({ attribute: false }) house!: House;
  @state() protected from = "";
  @state() protected to = "";

  /** Days before and after today that are shown first. */
  protected abstract readonly daysBefore: number;
  protected abstract readonly daysAfter: number;
  protected abstract load(): Promise<void>;

  override connectedCallback(): void {
    super.connectedCallback();
    this.from = plusDays(this.house.today(), -this.daysBefore);
    this.to = plusDays(this.house.today(), this.daysAfter);
    void this.load();
  }

  protected get isLocked(): boolean {
    return this.house.account.role === "auditor";
  }

  protected range(): TemplateResult {
    const field = (name: "from" | "to", label: string) => html`<label class="small">${label} <input class="field" type="date" .value=${this[name]} data-testid="list-${name}"
      @change=${(event: Event) => {
        this[name] = (event.target as HTMLInputElement).value || this[name];
        void this.load();
      }}></label>`;
    return html`${field("from", say("from_date"))} ${field("to", say("to_date"))}`;
  }

  /** When and what, the first two columns of every list. */
  protected booked(one: Appointment): TemplateResult {
    const { zone } = this.house.hall;
    return html`<td>${pick(dateText(one.date))} ${one.slot_ms ? html`<strong class="number">${slotTimes(one.slot_ms, one.end_ms, zone)}</strong>` : nothing}</td>
      <td>${listed(one.items.map((item) => `${pick(item.name)}${item.quantity > 1 ? ` ×${item.quantity}` : ""}`))}</td>`;
  }
}
