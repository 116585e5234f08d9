// `<ow-my-bookings>`: the bookings that this phone knows, each looked up anew; those to come first.

import { css, html, nothing } from "lit";
import { state } from "lit/decorators.js";

import { appointmentPath } from "../booking/acts";
import { type Kept, drop, keep, myBookings, pageOf } from "../booking/mine";
import { isPast } from "../booking/tale";
import type { AppointmentAnswer } from "../booking/types";
import { Api, Refused } from "../shared/api";
import { dateText } from "../shared/dates";
import { OwElement, define } from "../shared/element";
import { clockTime } from "../shared/format";
import { hasText, pick, t } from "../shared/i18n";
import { rootUrl } from "../shared/place";
import { base, buttons, surfaces } from "../shared/theme";

const PAST_SHOWN = 3;

export class OwMyBookings extends OwElement {
  static override styles = [
    base,
    buttons,
    surfaces,
    css`
      .card {
        margin-bottom: var(--ow-4);
        padding: var(--ow-4);
      }
      h2 {
        margin-bottom: var(--ow-2);
        font-size: var(--ow-text-l);
      }
      li {
        display: flex;
        align-items: center;
        justify-content: space-between;
        padding: var(--ow-2) 0;
      }
      li + li {
        border-top: 1px solid var(--ow-line);
      }
      .what {
        min-width: 0;
        margin-right: var(--ow-3);
      }
      .when {
        display: block;
        color: var(--ow-brand-strong);
        font-weight: 700;
      }
      .past .when {
        color: var(--ow-ink-2);
      }
      .small {
        color: var(--ow-ink-2);
        font-size: var(--ow-text-s);
      }
      .acts {
        flex: 0 0 auto;
      }
    `,
  ];

  @state() private mine: Kept[] = [];
  private readonly api = new Api({ token: "" });

  override connectedCallback(): void {
    super.connectedCallback();
    this.mine = myBookings();
    void this.refresh();
  }

  // One after the other: twenty bookings are no reason for twenty requests at once.
  private async refresh(): Promise<void> {
    for (const one of this.mine.filter((kept) => !isPast(kept.state))) {
      try {
        const path = appointmentPath(one.hall, one.id);
        const found = await this.api.send<AppointmentAnswer>("GET", `${path}?secret=${encodeURIComponent(one.secret)}`);
        keep(found.appointment, one.secret);
      } catch (fault) {
        if (fault instanceof Refused && (fault.status === 404 || fault.status === 403)) {
          drop(one.id);
        }
      }
    }
    this.mine = myBookings();
  }

  protected override render() {
    const open = this.mine.filter((one) => !isPast(one.state));
    const past = this.mine.filter((one) => isPast(one.state)).slice(-PAST_SHOWN).reverse();
    const shown = open.concat(past);
    if (shown.length === 0) {
      return nothing;
    }
    return html`<section class="card" aria-labelledby="mine" data-testid="my-bookings">
      <h2 id="mine">${t("book.mine")}</h2>
      <ul>
        ${shown.map((one) => this.row(one))}
      </ul>
    </section>`;
  }

  private row(one: Kept) {
    const key = `booking.${one.state}`;
    const time = one.slotMs ? clockTime(one.slotMs) : "";
    return html`<li class=${isPast(one.state) ? "past" : ""} data-testid="my-booking" data-id=${one.id} data-state=${one.state}>
      <span class="what">
        <span class="when digits">${pick(dateText(one.date))} ${time}</span>
        <span>${pick(one.item)}</span>
        <span class="small">${pick(one.hallName)} · ${hasText(key) ? t(key) : one.state}</span>
      </span>
      <span class="acts">
        <a class="button" href=${pageOf(rootUrl(), one)}>${t("phone.mine.open")}</a>
        ${isPast(one.state)
          ? html`<button class="button quiet" @click=${() => this.forget(one)}>${t("phone.mine.forget")}</button>`
          : nothing}
      </span>
    </li>`;
  }

  private forget(one: Kept): void {
    drop(one.id);
    this.mine = myBookings();
  }
}

define("ow-my-bookings", OwMyBookings);
