// What all parts of the kiosk share: the model they show, both languages side by side, their look.

import { css, html, nothing } from "lit";
import { property } from "lit/decorators.js";

import type { Refused } from "../shared/api";
import { plainDates } from "../shared/dates";
import { deviceTold } from "../shared/device";
import { OwElement } from "../shared/element";
import { listed } from "../shared/format";
import { type TextKey, type Values, beside, language, langTag, otherTag, pick, text } from "../shared/i18n";
import { base } from "../shared/theme";
import type { Text } from "../shared/types";
import type { Chosen } from "./basket";
import type { KioskModel } from "./model";

export abstract class KioskPart extends OwElement {
  @property({ attribute: false }) model!: KioskModel;

  override connectedCallback(): void {
    super.connectedCallback();
    this.follow(this.model.onChange(() => this.requestUpdate()));
  }

  /** What was chosen in one line, by name, with how many of each. */
  protected chosenNames(chosen: readonly Chosen[]): string {
    const names = chosen.map((one) => {
      const item = this.model.item(one.code);
      return `${pick(item ? item.name : one.code)}${one.quantity > 1 ? ` ×${one.quantity}` : ""}`;
    });
    return listed(names);
  }
}

/** A text in the chosen language with the other one under or beside it. */
export function duo(words: Text | null | undefined) {
  const other = beside(words);
  return html`<span class="first" lang=${langTag(language())}>${pick(words)}</span>${
    other ? html`<span class="second" lang=${otherTag()}>${other}</span>` : nothing
  }`;
}

// What two lines of a row take, in halves of a Chinese character.
const LONG_FROM = 76;

/** `long` for a name that needs smaller letters to be read to its end, where variants of an item often differ. */
export function lengthClass(name: string, from: number = LONG_FROM): string {
  const halves = Array.from(name).reduce((sum, letter) => sum + (letter > "\u2e7f" ? 2 : 1), 0);
  return halves > from ? "long" : "";
}

// What one line of a row takes of the other language, in halves of a Chinese character.
const WORDY_FROM = 44;

/** How a row's name is written: smaller where either language is long; both are read to their end. */
export function nameClass(name: Text): string {
  return `${lengthClass(pick(name))} ${lengthClass(beside(name), WORDY_FROM) ? "wordy" : ""}`;
}

/** A refusal as visitors read it: in plain dates, and not "sign in" where the kiosk is not enrolled. */
export function refusalAt(problem: Refused, today: string): Text {
  const told = deviceTold(problem);
  return plainDates(told ? told.title : problem.title, today);
}

export function say(key: TextKey, values: Values = {}) {
  return duo(text(key, values));
}

/** How many lines of `lineRem` fit into what surrounds `part`, beside `reservedRem` of other things; at least two. */
export function linesThatFit(part: HTMLElement, lineRem: number, reservedRem: number): number {
  const remPx = parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  const heightPx = part.parentElement ? part.parentElement.clientHeight : 0;
  return Math.max(2, Math.floor((heightPx / remPx - reservedRem) / lineRem));
}

export function isLying(): boolean {
  return window.innerWidth > window.innerHeight;
}

export const look = [
  base,
  css`
    :host {
      display: block;
    }
    h1 {
      font-size: 1.9rem;
      line-height: 1.25;
      outline: none;
    }
    /* A heading is focused only to lead screen readers to a new screen. */
    h1[tabindex]:focus {
      outline: none;
    }
    @media (orientation: landscape) {
      h1 .first,
      h1 .second {
        display: inline;
      }
      h1 .second {
        margin-left: 0.6em;
      }
    }
    .first,
    .second {
      display: block;
    }
    .second {
      color: var(--ow-ink-2);
      font-size: 0.72em;
      font-weight: 400;
      line-height: 1.3;
    }
    .line .first,
    .line .second {
      display: inline;
    }
    .line .second {
      margin-left: 0.5em;
    }
    button {
      margin: 0;
      padding: 0.6rem 1.2rem;
      min-height: 3.4rem;
      min-width: 3.4rem;
      border: 2px solid var(--ow-line);
      border-radius: 0.7rem;
      background: var(--ow-paper);
      color: var(--ow-ink);
      font: inherit;
      font-weight: 600;
      line-height: 1.25;
      text-align: center;
      cursor: pointer;
      -webkit-tap-highlight-color: transparent;
    }
    button:active {
      background: var(--ow-brand-soft);
      border-color: var(--ow-brand);
    }
    button:focus {
      outline-width: 5px;
    }
    button.primary {
      border-color: var(--ow-brand);
      background: var(--ow-brand);
      color: var(--ow-on-brand);
    }
    button.primary:active {
      background: var(--ow-brand-strong);
    }
    button.primary .second {
      color: inherit;
    }
    button[disabled],
    button[aria-disabled="true"] {
      background: var(--ow-ground);
      color: var(--ow-ink-2);
      cursor: default;
    }
    .pager {
      display: flex;
      align-items: center;
      justify-content: center;
      margin-top: 0.8rem;
    }
    .pager button {
      flex: 0 1 11rem;
      min-width: 7rem;
    }
    .pager p {
      flex: 0 1 13rem;
      min-width: 5rem;
      color: var(--ow-ink-2);
      text-align: center;
    }
    .tag {
      display: inline-block;
      padding: 0.15rem 0.7rem;
      border-radius: 1rem;
      background: var(--ow-warn-soft);
      color: var(--ow-warn);
      font-size: 0.85rem;
      font-weight: 600;
    }
  `,
];

/** Previous and next; nothing when everything fits on one page. */
export function pager(page: number, pages: number, turn: (page: number) => void) {
  if (pages < 2) {
    return nothing;
  }
  return html`<nav class="pager" aria-label=${pick(text("kiosk.page.of", { n: page + 1, of: pages }))}>
    <button data-testid="page-previous" ?disabled=${page === 0} @click=${() => turn(page - 1)}>
      ${say("kiosk.page.previous")}
    </button>
    <p data-testid="page">${page + 1} / ${pages}</p>
    <button data-testid="page-next" ?disabled=${page >= pages - 1} @click=${() => turn(page + 1)}>
      ${say("kiosk.page.next")}
    </button>
  </nav>`;
}
