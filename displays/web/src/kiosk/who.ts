// Who takes the number, if they like: a card reader or the keys type it, and nobody can read it back.

import { html } from "lit";
import { state } from "lit/decorators.js";

import { define } from "../shared/element";
import { t } from "../shared/i18n";
import { isLarge } from "../shared/theme";
import "./digits";
import { errandLook } from "./errand-look";
import { fieldLook, idGroups } from "./fields";
import "./keyboard";
import { KioskPart, look, say } from "./part";

// A longer number is an ID number, which is read in groups.
const PHONE_CHARS = 11;

class KioskWho extends KioskPart {
  static override styles = [...look, fieldLook, errandLook];

  @state() private isLettered = false;

  protected override render() {
    const { model } = this;
    return html`<h1 tabindex="-1">${say("kiosk.who")}</h1>
      <p class="lead">${say("kiosk.who.why")}</p>
      <div class="sides ${isLarge() ? "large" : ""}">
        <section>
          <div class="field">
            <input
              data-testid="who"
              inputmode="none"
              autocomplete="off"
              spellcheck="false"
              aria-label=${t("kiosk.who")}
              .value=${model.person.length > PHONE_CHARS ? idGroups(model.person) : model.person}
              @input=${(event: Event) => model.setPerson((event.target as HTMLInputElement).value)}
              @keydown=${(event: KeyboardEvent) => event.key === "Enter" && model.show("review")}
            />
          </div>
          <button class="go primary" data-testid="who-done" @click=${() => model.show("review")}>${say("kiosk.who.done")}</button>
        </section>
        <section>${this.keys()}</section>
      </div>`;
  }

  private keys() {
    const pressed = (event: CustomEvent<string>): void => this.pressed(event.detail);
    return this.isLettered
      ? html`<ow-kiosk-keyboard @ow-key=${pressed}></ow-kiosk-keyboard>`
      : html`<ow-kiosk-digits letters @ow-key=${pressed}></ow-kiosk-digits>`;
  }

  private pressed(key: string): void {
    const { person } = this.model;
    if (key === "letters") {
      this.isLettered = true;
    } else {
      this.model.setPerson(key === "clear" ? "" : key === "delete" ? person.slice(0, -1) : person + key);
    }
  }
}

define("ow-kiosk-who", KioskWho);
