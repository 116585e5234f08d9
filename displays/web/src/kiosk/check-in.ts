// Booked visitors arrive: by the code's picture, by the code itself, or by ID number. Refusals are read from afar.

import { css, html, nothing } from "lit";
import { state } from "lit/decorators.js";

import { spoken } from "../booking/tale";
import { hintOf } from "../booking/refusal";
import { define } from "../shared/element";
import { pick, t, text } from "../shared/i18n";
import { isLarge } from "../shared/theme";
import type { ArrivalMode } from "./arrival";
import "./digits";
import { fieldLook, idGroups } from "./fields";
import "./keyboard";
import { KioskPart, duo, look, say } from "./part";

class KioskCheckIn extends KioskPart {
  static override styles = [
    ...look,
    fieldLook,
    css`
      .ways {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 0.8rem;
        margin: 1rem 0;
      }
      .ways button {
        min-height: 4.6rem;
        font-size: 1.4rem;
      }
      .ways button[aria-pressed="true"] {
        border-color: var(--ow-brand);
        border-width: 4px;
        background: var(--ow-brand-soft);
        color: var(--ow-brand-strong);
      }
      .scan {
        display: flex;
        align-items: center;
        margin-top: 0.8rem;
        padding: 1rem 1.4rem;
        border-radius: 1rem;
        background: var(--ow-brand-soft);
        color: var(--ow-brand-strong);
        font-size: 1.3rem;
        font-weight: 600;
      }
      .scan svg {
        flex: none;
        width: 3.4rem;
        height: 3.4rem;
        margin-right: 1.2rem;
      }
      .scan .second {
        color: inherit;
      }
      .go {
        width: 100%;
        min-height: 6rem;
        margin: 1rem 0;
        border-radius: 1.2rem;
        font-size: 2.1rem;
      }
      .problem {
        margin: 1rem 0;
        padding: 1.6rem;
        border: 5px solid var(--ow-bad);
        border-radius: 1.2rem;
        background: var(--ow-bad-soft);
        color: var(--ow-bad);
        font-size: 2.3rem;
        font-weight: 700;
        line-height: 1.3;
      }
      .problem .second {
        color: inherit;
        font-size: 0.6em;
      }
      .problem .hint {
        margin-top: 0.8rem;
        font-size: 0.65em;
        font-weight: 400;
      }
      .problem button {
        width: 100%;
        min-height: 4.6rem;
        margin-top: 1.2rem;
        font-size: 1.5rem;
      }
      .large .problem {
        font-size: 1.9rem;
      }
      @media (orientation: landscape) {
        .sides {
          display: grid;
          grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
          gap: 1.6rem;
        }
        .go {
          min-height: 4.6rem;
        }
      }
    `,
  ];

  @state() private isLettered = false;

  protected override render() {
    const { arrival } = this.model;
    return html`<h1 tabindex="-1">${say("kiosk.check.in")}</h1>
      <div class="sides ${isLarge() ? "large" : ""}">
        <section>
          ${this.scanHint()}
          <div class="ways" role="group" aria-label=${t("kiosk.check.in")}>
            ${this.way("code", "kiosk.by.code")} ${this.way("person", "kiosk.by.person")}
          </div>
          ${this.field()} ${this.problem()}
          ${arrival.state === "unanswered"
            ? nothing
            : html`<button class="go primary" data-testid="check-in-go" ?disabled=${!arrival.mayAsk} @click=${() => void arrival.submit()}>
                ${say(arrival.state === "asking" ? "kiosk.checking" : "kiosk.check.in.go")}
              </button>`}
        </section>
        <section>${this.keys()}</section>
      </div>`;
  }

  private scanHint() {
    return html`<p class="scan">
      <svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2">
        <path d="M3 8V3h5M16 3h5v5M21 16v5h-5M8 21H3v-5"></path>
        <path d="M7 7h4v4H7zM13 7h4v4h-4zM7 13h4v4H7zM14 14h3v3h-3z" fill="currentColor" stroke="none"></path>
      </svg>
      <span>${say("kiosk.by.scan")}</span>
    </p>`;
  }

  private way(mode: ArrivalMode, words: "kiosk.by.code" | "kiosk.by.person") {
    const { arrival } = this.model;
    return html`<button
      data-testid="by-${mode}"
      aria-pressed=${String(arrival.mode === mode)}
      @click=${() => arrival.setMode(mode)}
    >${say(words)}</button>`;
  }

  private field() {
    const { arrival } = this.model;
    const isCode = arrival.mode === "code";
    return html`<div class="field">
      <input
        data-testid="arrival"
        inputmode="none"
        autocomplete="off"
        spellcheck="false"
        aria-label=${t(isCode ? "kiosk.by.code" : "kiosk.by.person")}
        placeholder=${t(isCode ? "kiosk.code.hint" : "kiosk.person.hint")}
        .value=${isCode ? spoken(arrival.typed) : idGroups(arrival.typed)}
        @input=${(event: Event) => arrival.write((event.target as HTMLInputElement).value)}
        @keydown=${(event: KeyboardEvent) => event.key === "Enter" && void arrival.submit()}
      />
    </div>`;
  }

  private keys() {
    const { arrival } = this.model;
    const pressed = (event: CustomEvent<string>): void => this.pressed(event.detail);
    return arrival.mode === "person" && !this.isLettered
      ? html`<ow-kiosk-digits letters @ow-key=${pressed}></ow-kiosk-digits>`
      : html`<ow-kiosk-keyboard @ow-key=${pressed}></ow-kiosk-keyboard>`;
  }

  private pressed(key: string): void {
    if (key === "letters") {
      this.isLettered = true;
    } else {
      this.model.arrival.press(key);
    }
  }

  private problem() {
    const { arrival } = this.model;
    if (arrival.state === "unanswered") {
      return html`<div class="problem" role="alert" data-testid="problem" data-code="UNANSWERED">
        ${say("kiosk.unanswered")}
        <button class="primary" data-testid="retry" @click=${() => void arrival.again()}>${say("button.retry")}</button>
      </div>`;
    }
    const { problem } = arrival;
    if (!problem) {
      return nothing;
    }
    const hint = hintOf(problem.code) || text("kiosk.check.in.ask");
    const isOver = problem.code === "CODE_LAPSED" || problem.code === "CODE_CANCELLED" || problem.code === "UNKNOWN_BOOKING";
    return html`<div class="problem" role="alert" data-testid="problem" data-code=${problem.code}>
      ${duo(problem.title)}
      <p class="hint">${pick(hint)}</p>
      ${isOver
        ? html`<button class="primary" data-testid="take-instead" @click=${() => this.model.reset()}>${say("kiosk.take.instead")}</button>`
        : nothing}
    </div>`;
  }
}

define("ow-kiosk-check-in", KioskCheckIn);
