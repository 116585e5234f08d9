// Screens that stand for all others: the hall is closed, or there is no link yet.

import { css, html, nothing } from "lit";

import { define } from "../shared/element";
import { momentText, spanTimes } from "../shared/format";
import { text } from "../shared/i18n";
import type { HallInfo } from "../shared/types";
import { KioskPart, duo, look, say } from "./part";

const noticeLook = css`
  :host {
    align-items: center;
    justify-content: center;
    text-align: center;
  }
  .notice {
    width: 100%;
    max-width: 44rem;
    padding: 3rem 2.4rem;
    border-radius: 1.6rem;
    background: var(--ow-paper);
    box-shadow: var(--ow-shadow);
  }
  h1 {
    font-size: 2.6rem;
  }
  h1 .first,
  h1 .second {
    display: block;
    margin: 0;
  }
  dl {
    margin: 2rem 0;
    padding: 1.6rem;
    border-radius: 1rem;
    background: var(--ow-brand-soft);
  }
  dt {
    margin-top: 1.2rem;
    color: var(--ow-ink-2);
  }
  dt:first-child {
    margin-top: 0;
  }
  dd {
    color: var(--ow-brand-strong);
    font-size: 2rem;
    font-weight: 700;
  }
  @media (orientation: landscape) {
    .notice {
      padding: 1.6rem 2.4rem;
    }
    dl {
      margin: 1.2rem 0;
      padding: 1rem 1.6rem;
    }
    dt {
      margin-top: 0.6rem;
    }
  }
  .ways {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 1rem;
    margin-bottom: 1.6rem;
  }
  .ways.one {
    grid-template-columns: 1fr;
  }
  .ways button {
    min-height: 4.6rem;
    font-size: 1.5rem;
  }
  .instead {
    margin-top: 1.6rem;
    font-size: 1.5rem;
  }
  .more {
    color: var(--ow-ink-2);
  }
`;

class KioskClosed extends KioskPart {
  static override styles = [...look, noticeLook];

  protected override render() {
    const hall = this.model.watch.hall;
    if (!hall) {
      return nothing;
    }
    const next = hall.next_open_ms;
    return html`<div class="notice" data-testid="closed">
      <h1 tabindex="-1">${say(hall.open ? "kiosk.closed.stopped" : "kiosk.closed")}</h1>
      <dl>
        <dt class="line">${say("kiosk.closed.hours")}</dt>
        <dd>${hall.sessions.length > 0 ? hours(hall) : duo(text("kiosk.closed.none"))}</dd>
        ${next
          ? html`<dt class="line">${say("kiosk.closed.next")}</dt>
              <dd data-testid="next-open">${duo(momentText(next, this.model.watch.nowMs(), hall.zone))}</dd>`
          : nothing}
      </dl>
      ${hall.bookable
        ? html`<div class="ways">
            <button class="primary" data-testid="plan" @click=${() => this.model.planAhead()}>${say("kiosk.plan")}</button>
            <button data-testid="check-in" @click=${() => this.model.show("check-in")}>${say("kiosk.check.in")}</button>
          </div>`
        : nothing}
      ${hall.rejoin
        ? html`<div class="ways one"><button data-testid="rejoin" @click=${() => this.model.show("rejoin")}>${say("kiosk.rejoin")}</button></div>`
        : nothing}
      <p class="more">${say("kiosk.closed.ask")}</p>
    </div>`;
  }
}

/** The server does not know this kiosk, so it can give no number: visitors are sent on, the banner tells staff why. */
class KioskShut extends KioskPart {
  static override styles = [...look, noticeLook];

  protected override render() {
    return html`<div class="notice" role="alert" data-testid="shut">
      <h1 tabindex="-1">${say("kiosk.shut")}</h1>
      <p class="instead">${say("kiosk.shut.body")}</p>
    </div>`;
  }
}

class KioskConnecting extends KioskPart {
  static override styles = [
    ...look,
    noticeLook,
    css`
      .ring {
        width: 5rem;
        height: 5rem;
        margin: 0 auto 2rem;
        border: 0.5rem solid var(--ow-line);
        border-top-color: var(--ow-brand);
        border-radius: 50%;
        animation: turn 1.2s linear infinite;
      }
      @keyframes turn {
        to {
          transform: rotate(360deg);
        }
      }
    `,
  ];

  protected override render() {
    if (this.model.watch.isUnknown) {
      return html`<div class="notice" data-testid="unknown-hall">
        <h1 tabindex="-1">${say("kiosk.unknown.hall", { hall: this.model.hallCode })}</h1>
      </div>`;
    }
    return html`<div class="notice" role="status" data-testid="connecting">
      <div class="ring" aria-hidden="true"></div>
      <h1 tabindex="-1">${say("kiosk.connecting")}</h1>
      <p class="more">${say("kiosk.connecting.body")}</p>
    </div>`;
  }
}

/** 09:00–12:00 · 14:00–18:00 */
export function hours(hall: HallInfo): string {
  return hall.sessions
    .map((one) => spanTimes(one.open_ms, one.close_ms, hall.zone))
    .join(" · ");
}

define("ow-kiosk-closed", KioskClosed);
define("ow-kiosk-shut", KioskShut);
define("ow-kiosk-connecting", KioskConnecting);
