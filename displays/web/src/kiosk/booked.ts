// Booked at the kiosk: when to come, the code as large as it can be, the phone's page, and the slip's fate.

import { css, html, nothing } from "lit";

import { slotTimes } from "../booking/days";
import { pageOf } from "../booking/mine";
import { spoken } from "../booking/tale";
import "../shared/components/qr";
import { dateText } from "../shared/dates";
import { define } from "../shared/element";
import { beside, otherTag, pick, t } from "../shared/i18n";
import { isLarge } from "../shared/theme";
import { KioskPart, look, say } from "./part";
import { resultLook } from "./result-look";
import { slipFate } from "./slip-fate";

class KioskBooked extends KioskPart {
  static override styles = [
    ...look,
    resultLook,
    css`
      .when {
        color: var(--ow-brand-strong);
        font-size: 2.6rem;
        font-weight: 700;
        line-height: 1.25;
      }
      .code {
        margin-top: 1rem;
        padding-top: 1rem;
        border-top: 2px dashed var(--ow-line);
      }
      .code .letters {
        color: var(--ow-brand-strong);
        font-size: 4.6rem;
        font-weight: 700;
        letter-spacing: 0.06em;
        line-height: 1.2;
      }
      .large .code .letters {
        font-size: 3.6rem;
      }
    `,
  ];

  protected override render() {
    const { made } = this.model.booking;
    const hall = this.model.watch.hall;
    if (!made || !hall) {
      return nothing;
    }
    const { appointment } = made;
    const day = dateText(appointment.date);
    return html`<div class="sides ${isLarge() ? "large" : ""}">
      <section class="card">
        <h1 tabindex="-1" class="line">${say("kiosk.booked")}</h1>
        <p class="when digits" data-testid="booked-when">${pick(day)} ${slotTimes(appointment.slot_ms || 0, appointment.end_ms, hall.zone)}</p>
        <p lang=${otherTag()}>${beside(day)}</p>
        <div class="code">
          <p class="line">${say("appointment.code")}</p>
          <p class="letters digits" data-testid="code" data-code=${made.code}>${spoken(made.code)}</p>
          <p class="line">${say("kiosk.booked.note")}</p>
        </div>
      </section>
      <section class="after">
        <div class="phone">
          <ow-qr data-testid="qr" data-url=${this.page} .value=${this.page} .label=${t("kiosk.booked.phone")}></ow-qr>
          <div>
            <p>${say("kiosk.booked.phone")}</p>
            <p class="small">${say("kiosk.booked.phone.more")}</p>
          </div>
        </div>
        ${slipFate(this.model)}
        <button class="done primary" data-testid="done" @click=${() => this.model.reset()}>
          ${this.model.leftS > 0 ? say("kiosk.done.in", { s: this.model.leftS }) : say("kiosk.done")}
        </button>
      </section>
    </div>`;
  }

  private get page(): string {
    const { made } = this.model.booking;
    return made
      ? pageOf(this.model.publicRoot, { hall: made.appointment.hall.code, id: made.appointment.id, secret: made.secret })
      : "";
  }
}

define("ow-kiosk-booked", KioskBooked);
