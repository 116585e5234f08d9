// A keypad for numbers: ID and phone numbers, with X, and the way to letters for other documents.

import { css, html } from "lit";
import { property } from "lit/decorators.js";

import { define } from "../shared/element";
import { t } from "../shared/i18n";
import { isLarge } from "../shared/theme";
import { KioskKeys } from "./keys";
import { look } from "./part";

const ROWS = ["123", "456", "789"] as const;

/** Fires `ow-key` with a character, `delete`, `clear` or `letters`. */
class KioskDigits extends KioskKeys {
  static override styles = [
    ...look,
    css`
      .pad {
        display: grid;
        grid-template-columns: repeat(3, minmax(0, 1fr));
        gap: 0.6rem;
        max-width: 30rem;
        margin: 0 auto;
        padding: 0.9rem;
        border-radius: 1rem;
        background: var(--ow-line);
      }
      button {
        min-height: 4.4rem;
        border-color: transparent;
        font-size: 2rem;
      }
      .word {
        font-size: 1.1rem;
      }
      .large {
        gap: 0.4rem;
        padding: 0.6rem;
      }
      .large button {
        min-height: 3rem;
      }
      @media (orientation: landscape) {
        button {
          min-height: 3.4rem;
        }
        .large button {
          min-height: 2.6rem;
        }
      }
    `,
  ];

  /** Whether letters may be needed: an X and a key for the other keyboard. */
  @property({ type: Boolean }) letters = false;

  protected override render() {
    return html`<div class="pad ${isLarge() ? "large" : ""}" role="group" aria-label=${t("kiosk.keyboard")} data-testid="digits">
      ${ROWS.map((row) => Array.from(row, (key) => this.key(key, key)))}
      ${this.letters ? this.key("X", "X") : this.key("clear", t("kiosk.key.clear"), "word")} ${this.key("0", "0")}
      ${this.key("delete", `⌫ ${t("kiosk.key.delete")}`, "word")}
      ${this.letters ? [this.key("clear", t("kiosk.key.clear"), "word"), this.key("letters", t("kiosk.key.letters"), "word")] : ""}
    </div>`;
  }
}

define("ow-kiosk-digits", KioskDigits);
