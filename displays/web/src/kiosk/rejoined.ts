// Back in line: the same number, the new place, and how long it will take from now.

import { html, nothing } from "lit";

import { define } from "../shared/element";
import { isLarge } from "../shared/theme";
import { KioskPart, look, say } from "./part";
import { placeFacts } from "./place-facts";
import { resultLook } from "./result-look";

class KioskRejoined extends KioskPart {
  static override styles = [...look, resultLook];

  protected override render() {
    const { rejoined, leftS } = this.model;
    if (!rejoined) {
      return nothing;
    }
    const { ticket, wait } = rejoined;
    return html`<div class="sides ${isLarge() ? "large" : ""}">
      <section class="card ${ticket.number.length > 5 ? "long" : ""}">
        <h1 tabindex="-1" class="line">${say("kiosk.rejoined")}</h1>
        <p class="number digits" data-testid="rejoined">${ticket.number}</p>
        <dl>${placeFacts(ticket, wait && wait.p50_ms, wait && wait.p80_ms)}</dl>
      </section>
      <section class="after">
        <p class="slip" role="status">${say("kiosk.rejoined.note")}</p>
        <button class="done primary" data-testid="done" @click=${() => this.model.reset()}>
          ${leftS > 0 ? say("kiosk.done.in", { s: leftS }) : say("kiosk.done")}
        </button>
      </section>
    </div>`;
  }
}

define("ow-kiosk-rejoined", KioskRejoined);
