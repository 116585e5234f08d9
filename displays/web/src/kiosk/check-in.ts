// Booked visitors arrive: by the code's picture, by the code itself, or by ID number. Refusals are read from afar.

import { css, html, nothing } from "lit";
import { state } from "lit/decorators.js";

import { spoken } from "../booking/tale";
import { define } from "../shared/element";
import { t } from "../shared/i18n";
import { isLarge } from "../shared/theme";
import type { ArrivalMode } from "./arrival";
import "./digits";
import { errandGo, errandLook, errandProblem, scanHint } from "./errand-look";
import { fieldLook, idGroups } from "./fields";
import "./keyboard";
import { KioskPart, look, say } from "./part";

// What was typed is of no use here and now: asking again says the same, a number can be had instead.
const OVER: readonly string[] = ["CODE_LAPSED", "CODE_CANCELLED", "UNKNOWN_BOOKING", "WRONG_DAY", "WRONG_HALL"];

class KioskCheckIn extends KioskPart {
  static override styles = [
    ...look,
    fieldLook,
    errandLook,
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
      .large .ways {
        margin: 0.6rem 0;
      }
      .large .ways button {
        min-height: 3.4rem;
        font-size: 1.2rem;
      }
      .ways button[aria-pressed="true"] {
        border-color: var(--ow-brand);
        border-width: 4px;
        background: var(--ow-brand-soft);
        color: var(--ow-brand-strong);
      }
    `,
  ];

  @state() private isLettered = false;

  protected override render() {
    const { arrival } = this.model;
    return html`<h1 tabindex="-1">${say("kiosk.check.in")}</h1>
      <div class="sides ${isLarge() ? "large" : ""}">
        <section>
          ${arrival.problem ? nothing : scanHint("kiosk.by.scan")}
          <div class="ways" role="group" aria-label=${t("kiosk.check.in")}>
            ${this.way("code", "kiosk.by.code")} ${this.way("person", "kiosk.by.person")}
          </div>
          ${this.field()} ${errandProblem(arrival, this.model.today, (code) => this.wayOut(code))}
          ${this.isOver ? nothing : errandGo(arrival, "check-in-go", "kiosk.check.in.go", "kiosk.checking")}
        </section>
        <section>${this.keys()}</section>
      </div>`;
  }

  private get isOver(): boolean {
    const { problem } = this.model.arrival;
    return problem !== null && OVER.indexOf(problem.code) >= 0;
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

  private wayOut(code: string) {
    const { problem } = this.model.arrival;
    const { hall } = this.model.watch;
    if (code === "CODE_USED" && problem && hall && hall.rejoin) {
      const number = String(problem.facts.number);
      return html`<button data-testid="rejoin-instead" @click=${() => this.model.rejoinAs(number)}>${say("kiosk.rejoin")}</button>`;
    }
    return OVER.indexOf(code) >= 0 && !this.model.watch.isClosed
      ? html`<button class="primary" data-testid="take-instead" @click=${() => this.model.goHome()}>${say("kiosk.take.instead")}</button>`
      : nothing;
  }
}

define("ow-kiosk-check-in", KioskCheckIn);
