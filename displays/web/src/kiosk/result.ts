// The number, as large as the screen allows; where, how long, the code for the phone, and the slip's fate.

import { css, html, nothing } from "lit";

import { define } from "../shared/element";
import { waitText } from "../shared/format";
import { hasText, pick, t, text } from "../shared/i18n";
import { isLarge } from "../shared/theme";
import type { Taken } from "./model";
import { KioskPart, duo, look, say } from "./part";
import { windowLabels } from "./review";
import "../shared/components/qr";

const MOST_ITEMS = 3;

class KioskResult extends KioskPart {
  static override styles = [
    ...look,
    css`
      .card {
        padding: 1.6rem 2rem;
        border-radius: 1.4rem;
        background: var(--ow-paper);
        box-shadow: var(--ow-shadow);
        text-align: center;
      }
      h1 {
        color: var(--ow-ink-2);
        font-size: 1.4rem;
        font-weight: 400;
      }
      .number {
        color: var(--ow-brand-strong);
        font-size: 10.5rem;
        font-weight: 700;
        letter-spacing: 0.02em;
        line-height: 1.1;
      }
      .long .number {
        font-size: 7.5rem;
      }
      .class {
        display: inline-block;
        padding: 0.2rem 1.2rem;
        border-radius: 2rem;
        background: var(--ow-brand-soft);
        color: var(--ow-brand-strong);
        font-size: 1.2rem;
        font-weight: 600;
      }
      dl {
        display: grid;
        grid-template-columns: 1fr 1.4fr;
        margin-top: 1rem;
        padding-top: 1rem;
        border-top: 2px dashed var(--ow-line);
        text-align: left;
      }
      dl div {
        padding: 0.4rem 1rem;
      }
      .all,
      .where {
        grid-column: 1 / -1;
      }
      dt {
        color: var(--ow-ink-2);
        font-size: 1rem;
      }
      dd {
        font-size: 1.7rem;
        font-weight: 700;
        line-height: 1.3;
      }
      .all dd {
        font-size: 1.3rem;
      }
      .items {
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 3;
        overflow: hidden;
      }
      .sides,
      .after {
        display: flex;
        flex: 1 0 auto;
        flex-direction: column;
      }
      .phone {
        display: flex;
        flex: 1 0 auto;
        align-items: center;
        justify-content: center;
        margin-top: 1.2rem;
        text-align: left;
      }
      ow-qr {
        flex: none;
        width: 13rem;
        padding: 0.3rem;
        border-radius: 0.6rem;
        background: #ffffff;
      }
      .phone p {
        margin-left: 1.6rem;
        font-size: 1.4rem;
        font-weight: 600;
      }
      .phone .small {
        margin-top: 0.6rem;
        color: var(--ow-ink-2);
        font-size: 1.05rem;
        font-weight: 400;
      }
      .slip {
        display: flex;
        align-items: center;
        justify-content: space-between;
        min-height: 5rem;
        margin: 1.2rem 0;
        padding: 0.8rem 1.4rem;
        border-radius: 1rem;
        background: var(--ow-brand-soft);
        color: var(--ow-brand-strong);
        font-size: 1.4rem;
        font-weight: 600;
      }
      .slip .second {
        color: inherit;
      }
      .slip.printed {
        background: var(--ow-good-soft);
        color: var(--ow-good);
      }
      .slip.failed {
        border: 4px solid var(--ow-bad);
        background: var(--ow-bad-soft);
        color: var(--ow-bad);
      }
      .slip .why {
        margin-top: 0.3rem;
        font-size: 1rem;
        font-weight: 400;
      }
      .slip button {
        flex: none;
        margin-left: 1rem;
        font-size: 1.1rem;
      }
      .done {
        width: 100%;
        min-height: 5rem;
        font-size: 1.6rem;
      }
      .large .number {
        font-size: 7.6rem;
      }
      .large dl {
        margin-top: 0.5rem;
        padding-top: 0.5rem;
      }
      .large ow-qr {
        width: 9rem;
      }
      @media (orientation: landscape) {
        .number {
          font-size: 8.6rem;
        }
        .long .number,
        .large .number {
          font-size: 6.2rem;
        }
        .card {
          padding: 0.9rem 1.6rem;
        }
        .slip {
          margin: 0.9rem 0;
        }
        dl {
          margin-top: 0.6rem;
          padding-top: 0.5rem;
        }
        dl div {
          padding: 0.2rem 0.8rem;
        }
        dl {
          grid-template-columns: 0.9fr 1.3fr 1.1fr;
        }
        .where {
          grid-column: auto;
        }
        dt.line .second {
          display: block;
          margin: 0;
        }
        .items {
          -webkit-line-clamp: 2;
        }
        .large ow-qr {
          width: 8rem;
        }
        .large dd {
          font-size: 1.3rem;
        }
        .sides {
          display: grid;
          grid-template-columns: minmax(0, 1.2fr) minmax(0, 1fr);
          gap: 1.6rem;
        }
        .phone {
          margin-top: 0;
          padding: 1rem 1.4rem;
          border-radius: 1.4rem;
          background: var(--ow-paper);
          box-shadow: var(--ow-shadow);
        }
        ow-qr {
          width: 13rem;
        }
      }
    `,
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
        ${this.visitorClass(taken)} ${this.facts(taken)}
      </section>
      <section class="after">
        ${this.phone(taken)} ${this.slip()}
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
    return html`<dl>
      <div>
        <dt class="line">${say("kiosk.ahead.label")}</dt>
        <dd data-testid="ahead">${ticket.ahead} ${t("kiosk.ahead.people")}</dd>
      </div>
      <div>
        <dt class="line">${say("kiosk.wait.label")}</dt>
        <dd data-testid="wait">${pick(waitText(ticket.wait_ms_p50, ticket.wait_ms_p80))}</dd>
      </div>
      <div class="where">
        <dt class="line">${say("kiosk.windows.label")}</dt>
        <dd data-testid="windows">${windowLabels(ticket.windows || []) || pick(text("kiosk.windows.closed"))}</dd>
      </div>
      <div class="all">
        <dt class="line">${say("kiosk.your.items")}</dt>
        <dd class="items" data-testid="items">${this.items(taken)}</dd>
      </div>
    </dl>`;
  }

  private items(taken: Taken): string {
    const names = taken.chosen.slice(0, MOST_ITEMS).map((one) => {
      const item = this.model.item(one.code);
      return `${pick(item ? item.name : one.code)}${one.quantity > 1 ? ` ×${one.quantity}` : ""}`;
    });
    const rest = taken.chosen.length > MOST_ITEMS ? ` … ${pick(text("kiosk.basket", { n: taken.chosen.length }))}` : "";
    return names.join("、") + rest;
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

  private slip() {
    const { printing, mayReprint } = this.model;
    return html`<div class="slip ${printing}" role=${printing === "failed" ? "alert" : "status"} data-testid="slip" data-print=${printing}>
      <div>${this.fate()}</div>
      ${mayReprint
        ? html`<button data-testid="reprint" @click=${() => void this.model.reprint()}>${say("kiosk.reprint")}</button>`
        : nothing}
    </div>`;
  }

  private fate() {
    const { printing, printReason } = this.model;
    if (printing === "failed") {
      const key = `kiosk.print.${printReason}`;
      const why = hasText(key) ? text(key) : null;
      const valid = text("kiosk.print.valid");
      const more = why ? { zh: `${why.zh}。${valid.zh}`, en: `${why.en}. ${valid.en}` } : valid;
      return html`${say("kiosk.print.failed")}<p class="why">${duo(more)}</p>`;
    }
    const words = { none: "kiosk.print.none", printing: "kiosk.printing", printed: "kiosk.printed" } as const;
    return say(words[printing]);
  }
}

define("ow-kiosk-result", KioskResult);
