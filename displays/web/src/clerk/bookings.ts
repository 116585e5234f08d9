// `<ow-bookings>`: the booking desk of clerks and guides. One field finds a booking by code, phone or ID number; the
// booking due next is checked in with one more key.

import { css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import type { Appointment } from "../booking/types";
import { type Api, faultText } from "../shared/api";
import { toast } from "../shared/components/dialog";
import { OwElement, define } from "../shared/element";
import { pick } from "../shared/i18n";
import type { HallInfo } from "../shared/types";
import { type BookingDesk, cancel, checkIn, move, printSlip, tellPrinted } from "./booking-acts";
import { bookingCard } from "./booking-card";
import { bookingCardStyles } from "./booking-card-styles";
import { type Search, inOrder, searchesOf } from "./booking-model";
import "./booking-sheet";
import { say } from "./booking-texts";
import { enc } from "./desk";
import { deskStyles } from "./styles";

const SEARCH_LIMIT = 80;

export class OwBookings extends OwElement {
  static override styles = [
    ...deskStyles,
    bookingCardStyles,
    css`
      form {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto auto;
        gap: 0.75rem;
        align-items: center;
      }
      label {
        font-weight: 600;
      }
      .field {
        min-height: 3rem;
        font-size: 1.25rem;
      }
      .field::placeholder {
        font-size: 1rem;
      }
      form .button {
        min-height: 3rem;
        font-size: 1rem;
      }
      .meaning {
        min-height: 1.5rem;
        margin: 0.25rem 0 0;
        color: var(--ow-ink-2);
        font-size: var(--ow-text-s);
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) hall!: HallInfo;
  @property({ attribute: false }) nowMs: () => number = () => Date.now();
  /** Today by the hall's clock. */
  @property() today = "";
  @state() private typed = "";
  @state() private found: Appointment[] | null = null;
  @state() private sending = false;
  @state() private booking = false;
  /** The next render puts the focus on the first thing to do. */
  private hasNews = false;

  protected override updated(): void {
    if (this.hasNews) {
      this.hasNews = false;
      const first = this.renderRoot.querySelector<HTMLElement>("[data-testid=booking-check-in]:not([disabled])");
      if (first) {
        first.focus();
      }
    }
  }

  protected override render(): TemplateResult {
    return html`<form role="search" @submit=${this.submit}>
        <label for="q">${say("find")}</label>
        <input id="q" class="field number" maxlength=${SEARCH_LIMIT} placeholder=${say("find_hint")} autocomplete="off" spellcheck="false" aria-describedby="meaning" .value=${this.typed}
          data-testid="booking-search" @input=${(event: Event) => (this.typed = (event.target as HTMLInputElement).value)} @keydown=${this.keyed}>
        <button class="button primary" ?disabled=${this.sending} data-testid="booking-find">${say("search")}</button>
        <button type="button" class="button" data-testid="booking-new" @click=${() => (this.booking = true)}>${say("book")}</button>
      </form>
      <p id="meaning" class="meaning">${this.meaning()}</p>
      <div role="status">${this.found ? this.results(this.found) : nothing}</div>
      ${this.booking ? html`<ow-booking-sheet .api=${this.api} .hall=${this.hall} .nowMs=${this.nowMs} @ow-close=${this.booked}></ow-booking-sheet>` : nothing}`;
  }

  override focus(): void {
    const field = this.renderRoot.querySelector<HTMLInputElement>("#q");
    if (field) {
      field.focus();
    }
  }

  private meaning(): string {
    const [first] = searchesOf(this.typed);
    if (!this.typed.trim()) {
      return "";
    }
    return first ? say(`as_${first.by}` as "as_code") : say("as_none");
  }

  private results(found: Appointment[]): TemplateResult {
    const context = { desk: this.desk(), today: this.today || this.hall.date, sending: this.sending };
    return html`<p class="small muted">${found.length === 0 ? say("none_found") : say("found_n", { n: found.length })}</p>
      ${found.map((one) =>
        bookingCard(one, context, {
          checkIn: () => this.act(async () => this.checkedIn(one)),
          move: () => this.act(() => move(this.desk(), one)),
          cancel: () => this.act(() => cancel(this.desk(), one)),
          print: () => void printSlip(this.desk(), one),
        }),
      )}`;
  }

  private desk(): BookingDesk {
    return { api: this.api, hall: this.hall, nowMs: this.nowMs };
  }

  private keyed(event: KeyboardEvent): void {
    if (event.key === "Escape" && this.typed) {
      event.stopPropagation();
      this.clear();
    }
  }

  private clear(): void {
    this.typed = "";
    this.found = null;
  }

  private readonly submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const searches = searchesOf(this.typed);
    if (searches.length === 0 || this.sending) {
      return;
    }
    this.sending = true;
    try {
      this.found = await this.firstHit(searches);
      this.hasNews = true;
    } catch (fault) {
      toast(pick(faultText(fault)), "bad");
    } finally {
      this.sending = false;
    }
  };

  /** Eight characters may be a code or a short paper's number: the second is tried where the first finds nothing. */
  private async firstHit(searches: Search[]): Promise<Appointment[]> {
    for (const { by, value, date } of searches) {
      // Asked for in a body: numbers of papers and phones do not belong into addresses.
      const path = `api/halls/${enc(this.hall.hall)}/appointments/find`;
      const asked = { [by]: value, date: date || "" };
      const { appointments } = await this.api.send<{ appointments: Appointment[] }>("POST", path, asked);
      if (appointments.length > 0) {
        return inOrder(appointments);
      }
    }
    return [];
  }

  /** One act at a time; the card then shows what the hall made of it. */
  private async act(work: () => Promise<Appointment | null>): Promise<void> {
    if (this.sending) {
      return;
    }
    this.sending = true;
    try {
      const changed = await work();
      if (changed) {
        this.replace(changed);
      }
    } finally {
      this.sending = false;
    }
  }

  private async checkedIn(one: Appointment): Promise<Appointment | null> {
    const answer = await checkIn(this.desk(), one);
    if (answer) {
      this.replace(answer.appointment);
      await tellPrinted(this.desk(), answer.ticket);
    }
    return answer && answer.appointment;
  }

  /** A move to another day makes a new booking: it stands where the old one stood. */
  private replace(changed: Appointment): void {
    const { found } = this;
    const source = changed.source ? changed.source.appointment : "";
    this.found = found && found.map((one) => (one.id === changed.id || one.id === source ? changed : one));
    this.dispatchEvent(new CustomEvent("ow-changed"));
  }

  private booked(event: CustomEvent<Appointment | null>): void {
    this.booking = false;
    if (event.detail) {
      this.found = [event.detail];
      this.dispatchEvent(new CustomEvent("ow-changed"));
    }
  }
}

define("ow-bookings", OwBookings);
