// Another day: first the slot, then the person; the place is held meanwhile, and that is counted down.

import { css, html, nothing } from "lit";
import { state } from "lit/decorators.js";

import { slotTimes } from "../booking/days";
import { refusalNote } from "../booking/refusal";
import type { ChosenSlot } from "../booking/slot-picker";
import "../booking/slot-picker";
import { dateText } from "../shared/dates";
import { define } from "../shared/element";
import { countdown } from "../shared/format";
import { pick, t } from "../shared/i18n";
import { isLarge, surfaces } from "../shared/theme";
import type { BookingField } from "./booking";
import "./digits";
import { fieldLook, idGroups } from "./fields";
import "./keyboard";
import { KioskPart, look, say } from "./part";

class KioskBook extends KioskPart {
  static override styles = [
    ...look,
    surfaces,
    fieldLook,
    css`
      .what {
        margin: 0.6rem 0 1rem;
        color: var(--ow-ink-2);
        font-size: 1.15rem;
      }
      .note {
        margin: 0.8rem 0;
        font-size: 1.3rem;
      }
      .note p {
        margin-top: 0.4rem;
        font-size: 1.1rem;
      }
      .hold {
        display: flex;
        align-items: center;
        justify-content: space-between;
      }
      .hold b {
        margin-left: 1rem;
        font-size: 1.8rem;
      }
      .when {
        color: var(--ow-brand-strong);
        font-size: 2rem;
        font-weight: 700;
      }
      label {
        display: block;
        margin: 0.9rem 0 0.3rem;
        font-size: 1.2rem;
        font-weight: 600;
      }
      label .second {
        display: inline;
        margin-left: 0.5em;
      }
      label .first {
        display: inline;
      }
      .field.off {
        border-color: var(--ow-line-strong);
      }
      input {
        height: 4.2rem;
        font-size: 1.9rem;
      }
      .wrong {
        margin-top: 0.4rem;
        color: var(--ow-bad);
        font-size: 1.3rem;
        font-weight: 700;
      }
      .keys {
        margin-top: 1rem;
      }
      .privacy {
        margin-top: 0.8rem;
        color: var(--ow-ink-2);
        font-size: 0.95rem;
      }
      .go {
        width: 100%;
        min-height: 5.4rem;
        margin-top: 1rem;
        border-radius: 1.2rem;
        font-size: 1.9rem;
      }
      .large .when {
        font-size: 1.6rem;
      }
      .large .hold {
        margin: 0.4rem 0;
        padding: 0.2rem 1rem;
        font-size: 1.1rem;
      }
      .large .hold b {
        font-size: 1.4rem;
      }
      .large label {
        margin: 0.5rem 0 0.2rem;
        font-size: 1.1rem;
      }
      .large .privacy {
        margin-top: 0.4rem;
        font-size: 0.85rem;
      }
      .large .go {
        min-height: 4rem;
        margin-top: 0.6rem;
        font-size: 1.6rem;
      }
      .large .keys {
        margin-top: 0.6rem;
      }
      .what.tight {
        margin: 0.2rem 0 0.4rem;
      }
      @media (orientation: landscape) {
        .go {
          min-height: 4.2rem;
        }
        .large .go {
          min-height: 3.2rem;
        }
        .large .keys {
          margin-top: 0;
        }
      }
    `,
  ];

  @state() private isLettered = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.every(1000, () => this.model.booking.held && this.requestUpdate());
  }

  protected override render() {
    const { booking, watch } = this.model;
    const hall = watch.hall;
    if (!hall) {
      return nothing;
    }
    return html`<h1 tabindex="-1">${say(booking.held ? "kiosk.book.who" : "kiosk.book.when")}</h1>
      <p class="what ${isLarge() ? "tight" : ""}">${this.chosenNames(this.model.basket)}</p>
      ${booking.fault ? refusalNote(booking.fault, this.model.today) : nothing} ${booking.held ? this.who() : this.when(hall.date, hall.zone)}`;
  }

  private when(today: string, zone: string) {
    const { booking, basket, watch, hallCode } = this.model;
    return html`<ow-slot-picker
      kiosk
      hall=${hallCode}
      today=${today}
      zone=${zone}
      .items=${basket}
      .chosen=${booking.slot}
      .now=${() => watch.nowMs()}
      @ow-slot=${(event: CustomEvent<ChosenSlot>) => void booking.hold(basket, event.detail)}
    ></ow-slot-picker>`;
  }

  private who() {
    const { booking, watch, basket } = this.model;
    const held = booking.held;
    const zone = watch.hall ? watch.hall.zone : "";
    const one = held && held.appointment;
    return html`<div class="sides ${isLarge() ? "large" : ""}">
      <section>
        ${one && one.slot_ms
          ? html`<p class="when digits">${pick(dateText(one.date))} ${slotTimes(one.slot_ms, one.end_ms, zone)}</p>`
          : nothing}
        ${this.hold()} ${this.field("person")} ${this.field("phone")}
        <p class="privacy">${t("kiosk.privacy")}</p>
        <button class="go primary" data-testid="book-confirm" ?disabled=${booking.isBusy} @click=${() => void booking.confirm(basket)}>
          ${say(booking.isBusy ? "book.sending" : booking.isHoldOver ? "book.hold.again" : "book.confirm")}
        </button>
      </section>
      <section class="keys">${this.keys()}</section>
    </div>`;
  }

  private hold() {
    const { booking, watch } = this.model;
    const until = booking.held && booking.held.appointment.until_ms;
    if (!until) {
      return nothing;
    }
    return booking.isHoldOver
      ? html`<div class="note warn" role="alert" data-testid="hold">${t("book.hold.over")}</div>`
      : html`<div class="note good hold" data-testid="hold">
          <span>${t("book.hold")}</span><b class="digits" role="timer" aria-live="off">${countdown(until, watch.nowMs())}</b>
        </div>`;
  }

  private field(name: BookingField) {
    const { booking } = this.model;
    const isOn = booking.field === name;
    const value = name === "person" ? idGroups(booking.person) : booking.phone;
    return html`<label for=${name}>${say(name === "person" ? "kiosk.field.person" : "kiosk.field.phone")}</label>
      <div class="field ${isOn ? "" : "off"}">
        <input
          id=${name}
          data-testid="field-${name}"
          inputmode="none"
          autocomplete="off"
          spellcheck="false"
          aria-invalid=${name === "person" && booking.wrong ? "true" : "false"}
          .value=${value}
          @focus=${() => booking.setField(name)}
          @input=${(event: Event) => booking.write((event.target as HTMLInputElement).value)}
        />
      </div>
      ${name === "person" && booking.wrong ? html`<p class="wrong" role="alert">${t(booking.wrong)}</p>` : nothing}`;
  }

  private keys() {
    const isPerson = this.model.booking.field === "person";
    const pressed = (event: CustomEvent<string>): void => this.pressed(event.detail);
    return isPerson && this.isLettered
      ? html`<ow-kiosk-keyboard @ow-key=${pressed}></ow-kiosk-keyboard>`
      : html`<ow-kiosk-digits ?letters=${isPerson} @ow-key=${pressed}></ow-kiosk-digits>`;
  }

  private pressed(key: string): void {
    if (key === "letters") {
      this.isLettered = true;
    } else {
      this.model.booking.press(key);
    }
  }
}

define("ow-kiosk-book", KioskBook);
