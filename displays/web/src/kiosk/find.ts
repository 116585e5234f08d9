// Search: what is typed, what is found at once, and the keyboard.

import { css, html, nothing } from "lit";

import { define } from "../shared/element";
import { pick, text } from "../shared/i18n";
import { isLarge } from "../shared/theme";
import { KioskPart, isLying, linesThatFit, look, pager, say } from "./part";
import { ROW_REM, itemRow, packageRow, rowLook } from "./rows";
import { MOST_FOUND } from "./search";
import "./keyboard";

// Heading, field, count, pager, margins, and the keyboard where it stands below.
const RESERVED_REM = 43;
const RESERVED_LYING_REM = 16.5;
const LONGEST_QUERY = 40;

class KioskFind extends KioskPart {
  static override styles = [
    ...look,
    ...rowLook,
    css`
      .field {
        display: flex;
        align-items: center;
        margin: 0.9rem 0;
        padding: 0 1.4rem;
        border: 3px solid var(--ow-brand);
        border-radius: 1rem;
        background: var(--ow-paper);
      }
      input {
        flex: 1 1 auto;
        min-width: 0;
        height: 4.6rem;
        border: 0;
        background: none;
        color: var(--ow-ink);
        font: inherit;
        font-size: 1.8rem;
        letter-spacing: 0.05em;
        -webkit-user-select: text;
        user-select: text;
      }
      input:focus {
        outline: none;
      }
      .field:focus-within {
        box-shadow: 0 0 0 4px var(--ow-focus);
      }
      /* Large text above a basket leaves room for the results or for the heading. */
      .field.tight {
        margin: 0 0 0.5rem;
      }
      .field.tight input {
        height: 3rem;
      }
      .count .first,
      .count .second {
        display: inline;
      }
      .count .second {
        margin-left: 0.6em;
      }
      .count {
        margin-bottom: 0.6rem;
        min-height: 1.5em;
        color: var(--ow-ink-2);
      }
      .sides {
        display: flex;
        flex: 1 0 auto;
        flex-direction: column;
        justify-content: space-between;
      }
      .pager {
        margin-bottom: 0.8rem;
      }
      @media (orientation: landscape) {
        .field {
          margin: 0.6rem 0;
        }
        input {
          height: 3.6rem;
        }
        .sides {
          display: grid;
          grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
          gap: 1.2rem;
          align-items: start;
        }
      }
    `,
  ];

  protected override render() {
    const found = this.model.found;
    const isTight = isLarge() && this.model.basket.length > 0;
    const perPage = linesThatFit(this, ROW_REM, isLying() ? RESERVED_LYING_REM : RESERVED_REM);
    const pages = Math.max(1, Math.ceil(found.length / perPage));
    const page = Math.min(this.model.page, pages - 1);
    const shown = found.slice(page * perPage, (page + 1) * perPage);
    return html`
      <h1 tabindex="-1" class=${isTight ? "visually-hidden" : ""}>${say("kiosk.search")}</h1>
      <div class="field ${isTight ? "tight" : ""}">
        <input
          data-testid="query"
          inputmode="none"
          autocomplete="off"
          maxlength=${LONGEST_QUERY}
          aria-label=${pick(text("kiosk.search.hint"))}
          placeholder=${pick(text("kiosk.search.hint"))}
          .value=${this.model.query}
          @input=${(event: Event) => this.model.type((event.target as HTMLInputElement).value)}
        />
      </div>
      <div class="sides">
        <div>
          <p class="count" role="status" data-testid="count">${this.count(found.length)}</p>
          <div class="rows" data-testid="found">
            ${shown.map((one) => (one.kind === "item" ? itemRow : packageRow)(this.model, one.code, one.name))}
          </div>
          ${pager(page, pages, (to) => this.model.turn(to))}
        </div>
        <ow-kiosk-keyboard @ow-key=${(event: CustomEvent<string>) => this.pressed(event.detail)}></ow-kiosk-keyboard>
      </div>
    `;
  }

  private count(found: number) {
    if (this.model.query.trim() === "") {
      return say("kiosk.search.start");
    }
    if (found === 0) {
      return html`<span data-testid="nothing">${say("kiosk.search.none")}</span>`;
    }
    const isAll = found < MOST_FOUND;
    return found > 0 ? say(isAll ? "kiosk.search.found" : "kiosk.search.many", { n: found }) : nothing;
  }

  private pressed(key: string): void {
    const { query } = this.model;
    if (key === "clear") {
      this.model.type("");
    } else if (key === "delete") {
      this.model.type(Array.from(query).slice(0, -1).join(""));
    } else if (query.length < LONGEST_QUERY) {
      this.model.type(query + key);
    }
  }
}

define("ow-kiosk-find", KioskFind);
