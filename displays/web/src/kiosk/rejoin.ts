// Who missed the call comes back: by the slip's QR code, or by the number on it.

import { css, html } from "lit";

import { define } from "../shared/element";
import { t } from "../shared/i18n";
import { isLarge } from "../shared/theme";
import { errandGo, errandLook, errandProblem, scanHint } from "./errand-look";
import { fieldLook } from "./fields";
import "./keyboard";
import { KioskPart, look, say } from "./part";

class KioskRejoin extends KioskPart {
  static override styles = [
    ...look,
    fieldLook,
    errandLook,
    css`
      .field {
        margin-top: 1rem;
      }
    `,
  ];

  protected override render() {
    const { rejoining } = this.model;
    return html`<h1 tabindex="-1">${say("kiosk.rejoin")}</h1>
      <p class="lead">${say("kiosk.rejoin.lead")}</p>
      <div class="sides ${isLarge() ? "large" : ""}">
        <section>
          ${scanHint("kiosk.rejoin.scan")}
          <div class="field">
            <input
              data-testid="rejoin-number"
              inputmode="none"
              autocomplete="off"
              spellcheck="false"
              aria-label=${t("kiosk.rejoin.number")}
              placeholder=${t("kiosk.rejoin.number")}
              .value=${rejoining.typed}
              @input=${(event: Event) => rejoining.write((event.target as HTMLInputElement).value)}
              @keydown=${(event: KeyboardEvent) => event.key === "Enter" && void rejoining.submit()}
            />
          </div>
          ${errandProblem(rejoining, this.model.today)} ${errandGo(rejoining, "rejoin-go", "kiosk.rejoin.go", "kiosk.rejoin.asking")}
        </section>
        <section>
          <ow-kiosk-keyboard @ow-key=${(event: CustomEvent<string>) => rejoining.press(event.detail)}></ow-kiosk-keyboard>
        </section>
      </div>`;
  }
}

define("ow-kiosk-rejoin", KioskRejoin);
