// The on-screen keyboard: letters and digits, enough for pinyin, English and codes.

import { css, html } from "lit";

import { define } from "../shared/element";
import { t } from "../shared/i18n";
import { isLarge } from "../shared/theme";
import { KioskKeys } from "./keys";
import { look } from "./part";

const ROWS = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"] as const;

/** Fires `ow-key` with a character, `delete` or `clear`. */
class KioskKeyboard extends KioskKeys {
  static override styles = [
    ...look,
    css`
      :host {
        padding: 0.9rem;
        border-radius: 1rem;
        background: var(--ow-line);
      }
      .keys {
        display: flex;
        justify-content: center;
        margin-bottom: 0.4rem;
      }
      button {
        flex: 1 1 0;
        min-width: 0;
        max-width: 4.6rem;
        min-height: 3.7rem;
        margin: 0 0.2rem;
        padding: 0;
        border-color: transparent;
        font-size: 1.5rem;
      }
      .large button {
        min-height: 3.1rem;
      }
      @media (orientation: landscape) {
        :host {
          padding: 0.6rem;
        }
        button {
          min-height: 3.1rem;
        }
        .large button {
          min-height: 2.3rem;
        }
      }
      .wide {
        max-width: 12rem;
        flex-grow: 2;
        font-size: 1.1rem;
      }
      .space {
        flex-grow: 5;
        max-width: none;
      }
    `,
  ];

  protected override render() {
    return html`<div class=${isLarge() ? "large" : ""} role="group" aria-label=${t("kiosk.keyboard")} data-testid="keyboard">
      ${ROWS.map((row, place) => html`<div class="keys">
        ${Array.from(row, (key) => this.key(key, key.toUpperCase()))}
        ${place === ROWS.length - 1 ? this.key("delete", `⌫ ${t("kiosk.key.delete")}`, "wide") : ""}
      </div>`)}
      <div class="keys">
        ${this.key("clear", t("kiosk.key.clear"), "wide")} ${this.key(" ", t("kiosk.key.space"), "wide space")}
      </div>
    </div>`;
  }
}

define("ow-kiosk-keyboard", KioskKeyboard);
