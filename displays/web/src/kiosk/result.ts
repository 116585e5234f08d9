// The number, as large as the screen allows; where, how long, the code for the phone, and the slip's fate.

import { html, nothing } from "lit";

import { define } from "../shared/element";
import { pick, t, text } from "../shared/i18n";
import { isLarge } from "../shared/theme";
import type { Taken } from "./model";
import { KioskPart, duo, lengthClass, look, say } from "./part";
import { placeFacts } from "./place-facts";
import { arrivalNote } from "./punctuality";
import { resultLook } from "./result-look";
import { slipFate } from "./slip-fate";
import "../shared/components/qr";

const MOST_ITEMS = 3;

// What three lines of the ticket take, in halves of a Chinese character.
const LONG_ITEMS = 140;

class KioskResult extends KioskPart {
  static override styles = [
    ...look,
    resultLook,
  ];

  protected override render() {
    const { taken } = this.model;
    if (!taken) {
      return nothing;
    }
    const { number } = taken.ticket;
    return html`<div class="sides ${isLarge() ? "large" : ""}">
      <section class="card ${number.length > 5 ? "long" : ""}">
        <h1 tabindex="-1" class="line">${say("kiosk.yours")}</h1>
        <p class="number digits" data-testid="number">${number}</p>
        ${this.visitorClass(taken)} ${arrivalNote(this.model, taken)} ${this.facts(taken)}
      </section>
      <section class="after">
        ${this.phone(taken)} ${slipFate(this.model)}
        <button class="done primary" data-testid="done" @click=${() => this.model.reset()}>
          ${this.model.leftS > 0 ? say("kiosk.done.in", { s: this.model.leftS }) : say("kiosk.done")}
        </button>
      </section>
    </div>`;
  }

  private visitorClass(taken: Taken) {
    const found = this.model.classes.find((one) => one.code === taken.visitorClass);
    return found && taken.visitorClass !== "ordinary" ? html`<p class="class line">${duo(found.name)}</p>` : nothing;
  }

  private facts(taken: Taken) {
    const { ticket } = taken;
    const items = this.items(taken);
    return html`<dl>
      ${placeFacts(ticket, ticket.wait_ms_p50, ticket.wait_ms_p80)}
      <div class="all">
        <dt class="line">${say("kiosk.your.items")}</dt>
        <dd class="items ${lengthClass(items, LONG_ITEMS)}" data-testid="items">${items}</dd>
      </div>
    </dl>`;
  }

  private items(taken: Taken): string {
    const names = this.chosenNames(taken.chosen.slice(0, MOST_ITEMS));
    const rest = taken.chosen.length > MOST_ITEMS ? ` … ${pick(text("kiosk.basket", { n: taken.chosen.length }))}` : "";
    return names + rest;
  }

  private phone(taken: Taken) {
    return html`<div class="phone">
      <ow-qr data-testid="qr" data-url=${taken.url} .value=${taken.url} .label=${t("kiosk.scan")}></ow-qr>
      <div>
        <p>${say("kiosk.scan")}</p>
        <p class="small">${say("kiosk.scan.more")}</p>
      </div>
    </div>`;
  }
}

define("ow-kiosk-result", KioskResult);
