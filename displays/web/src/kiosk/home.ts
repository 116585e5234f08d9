// The first screen: search, themes as large tiles, and packages for occasions of life.

import { css, html, nothing } from "lit";

import { define } from "../shared/element";
import { pick } from "../shared/i18n";
import { isLarge } from "../shared/theme";
import { themesOf } from "../shared/themes";
import type { Text } from "../shared/types";
import { offerOf } from "./offer";
import { KioskPart, duo, isLying, linesThatFit, look, pager, say } from "./part";
import { ROW_REM, itemCount, itemRow, rowLook } from "./rows";

/** The list of all packages, where a theme would stand. */
export const PACKAGES = "*packages";
const MOST_PACKAGES = 4;
const MOST_PACKAGES_LARGE = 2;
// Up to four make two by two; from nine on tiles are made smaller.
const FEW_THEMES = 4;
const MANY_THEMES = 8;

// Around pages of all items: heading, bookings, search, their own heading, pager and margins.
const RESERVED_REM = 27;
const RESERVED_LYING_REM = 20;

class KioskHome extends KioskPart {
  static override styles = [
    ...look,
    ...rowLook,
    css`
      .search {
        display: flex;
        align-items: center;
        width: 100%;
        margin: 1.3rem 0;
        padding: 0.8rem 1.6rem;
        border: 3px solid var(--ow-brand);
        border-radius: 2.6rem;
        text-align: left;
      }
      .search svg {
        flex: none;
        width: 2.2rem;
        height: 2.2rem;
        margin-right: 1.1rem;
        color: var(--ow-brand);
      }
      .search .words {
        font-size: 1.3rem;
        color: var(--ow-brand-strong);
      }
      .bookings {
        display: grid;
        grid-template-columns: 3fr 2fr;
        gap: 0.8rem;
        margin-top: 1rem;
      }
      .bookings button {
        min-height: 4.6rem;
        border-radius: 1rem;
        font-size: 1.6rem;
      }
      .bookings.three {
        grid-template-columns: 4fr 3fr 3fr;
      }
      .bookings.three button {
        padding: 0.3rem 0.6rem;
        font-size: 1.35rem;
      }
      .bookings.alone {
        grid-template-columns: 1fr;
      }
      .bookings.alone button {
        min-height: 3.6rem;
        font-size: 1.3rem;
      }
      h2 {
        margin: 1.3rem 0 0.6rem;
        color: var(--ow-ink-2);
        font-size: 1.15rem;
      }
      .sides,
      .sides > section {
        display: flex;
        flex: 1 0 auto;
        flex-direction: column;
      }
      .tiles {
        display: grid;
        flex: 1 0 auto;
        grid-template-columns: repeat(var(--columns), minmax(0, 1fr));
        grid-auto-rows: minmax(4.2rem, 1fr);
        gap: 0.8rem;
        max-height: calc(var(--rows) * 15rem);
      }
      .tile {
        display: flex;
        align-items: center;
        padding: 0.5rem 1.3rem;
        border-color: var(--tile-line, transparent);
        border-radius: 1rem;
        box-shadow: var(--ow-shadow);
        text-align: left;
      }
      .emblem {
        flex: none;
        display: flex;
        align-items: center;
        justify-content: center;
        width: 4.2rem;
        height: 4.2rem;
        margin-right: 1.2rem;
        border-radius: 1rem;
        background: var(--ow-brand);
        color: var(--ow-on-brand);
        font-size: 2.3rem;
        font-weight: 500;
      }
      .label {
        min-width: 0;
        font-size: 1.55rem;
        line-height: 1.2;
      }
      .label .second {
        overflow-wrap: break-word;
      }
      .label .count {
        display: block;
        margin-top: 0.3rem;
        color: var(--ow-ink-2);
        font-size: 0.9rem;
        font-weight: 400;
      }
      .small .tile {
        padding: 0.4rem 0.9rem;
      }
      .small .emblem {
        width: 3.2rem;
        height: 3.2rem;
        margin-right: 0.8rem;
        font-size: 1.7rem;
      }
      .small .label {
        font-size: 1.25rem;
      }
      .sides > .occasions {
        flex-grow: 0.4;
      }
      .occasion {
        border-left: 0.5rem solid var(--ow-good);
      }
      .occasion .label {
        font-size: 1.25rem;
      }
      @media (orientation: landscape) {
        .bookings button {
          min-height: 3.6rem;
          font-size: 1.3rem;
        }
        .search {
          flex: none;
          margin: 0.7rem 0 0;
          padding: 0.3rem 1.6rem;
        }
        h2 {
          margin: 0.9rem 0 0.5rem;
        }
        h2 .first,
        h2 .second {
          display: inline;
        }
        h2 .second {
          margin-left: 0.6em;
        }
        .sides {
          flex-direction: row;
        }
        .sides > section {
          flex: 3 1 0;
          min-width: 0;
        }
        .sides .rows {
          grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        }
        .sides > .occasions {
          flex: 1 1 0;
          margin-left: 1.4rem;
        }
        .label {
          font-size: 1.4rem;
        }
        .small .tile {
          padding: 0.2rem 0.8rem;
        }
        .small .label {
          font-size: 1.15rem;
        }
        /* Four packages and two rows of themes fit under each other on a lying screen. */
        .occasions .tiles {
          grid-auto-rows: minmax(3.6rem, 1fr);
          gap: 0.5rem;
        }
        .occasions .tile {
          padding: 0.1rem 1rem;
        }
        .occasion .label {
          font-size: 1.15rem;
        }
        .occasion .label .count {
          margin-top: 0;
        }
      }
    `,
  ];

  protected override render() {
    return html`
      <h1 tabindex="-1">${say(this.model.purpose === "book" ? "kiosk.book.what" : "kiosk.welcome")}</h1>
      ${this.isFresh ? this.bookings() : nothing}
      <button class="search" data-testid="search" @click=${() => this.model.show("search")}>
        <svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round">
          <circle cx="10.5" cy="10.5" r="6.5"></circle><path d="M15.5 15.5 21 21"></path>
        </svg>
        <span class="words">${say("kiosk.search.hint")}</span>
      </button>
      <div class="sides ${this.isSmall ? "small" : ""}">${this.offer()} ${this.packages()}</div>
    `;
  }

  /** Who adds to a basket came neither to check in nor for a missed call; the bar with the basket needs the room. */
  private get isFresh(): boolean {
    return this.model.purpose !== "book" && this.model.basket.length === 0;
  }

  private bookings() {
    const hall = this.model.watch.hall;
    const rejoin = hall && hall.rejoin
      ? html`<button data-testid="rejoin" @click=${() => this.model.show("rejoin")}>${say("kiosk.rejoin")}</button>`
      : nothing;
    return hall && hall.bookable
      ? html`<div class="bookings ${hall.rejoin ? "three" : ""}">
          <button class="primary" data-testid="check-in" @click=${() => this.model.show("check-in")}>${say("kiosk.check.in")}</button>
          <button data-testid="plan" @click=${() => this.model.planAhead()}>${say("kiosk.plan")}</button>
          ${rejoin}
        </div>`
      : hall && hall.rejoin
        ? html`<div class="bookings alone">${rejoin}</div>`
        : nothing;
  }

  private offer() {
    const hall = this.model.watch.hall;
    if (!hall) {
      return nothing;
    }
    const offer = offerOf(hall);
    if (offer === "few") {
      return html`<section>
        <h2>${say("kiosk.all")}</h2>
        <div class="rows">${hall.items.map((item) => itemRow(this.model, item.code, item.name))}</div>
      </section>`;
    }
    if (offer === "pages") {
      return this.pages(hall.items);
    }
    const { themes } = this;
    const columns = (isLying() && themes.length > FEW_THEMES ? 3 : 2) + (themes.length > MANY_THEMES ? 1 : 0);
    return html`<section>
      <h2>${say("kiosk.themes")}</h2>
      <div class="tiles" .style=${grid(columns, themes.length)}>${themes.map((theme) => this.theme(theme))}</div>
    </section>`;
  }

  private pages(items: readonly { code: string; name: Text }[]) {
    const reserved = isLying() ? RESERVED_LYING_REM : RESERVED_REM;
    const perPage = linesThatFit(this, ROW_REM, reserved) * (isLying() ? 2 : 1);
    const pages = Math.max(1, Math.ceil(items.length / perPage));
    const page = Math.min(this.model.page, pages - 1);
    const shown = items.slice(page * perPage, (page + 1) * perPage);
    return html`<section>
      <h2>${say("kiosk.all")}</h2>
      <div class="rows" data-testid="items">${shown.map((one) => itemRow(this.model, one.code, one.name))}</div>
      ${pager(page, pages, (to) => this.model.turn(to))}
    </section>`;
  }

  private get themes(): { code: string; name: Text }[] {
    const hall = this.model.watch.hall;
    return hall ? themesOf(hall) : [];
  }

  private get isSmall(): boolean {
    return isLarge() || this.themes.length > MANY_THEMES;
  }

  private theme(theme: { code: string; name: Text }) {
    const count = this.model.itemsOf(theme.code).length;
    return html`<button
      class="tile"
      data-testid="theme"
      data-code=${theme.code}
      @click=${() => this.model.show("items", theme.code)}
    >
      <span class="emblem" aria-hidden="true">${Array.from(theme.name.zh || theme.code)[0]}</span>
      <span class="label">${duo(theme.name)}${this.count(count)}</span>
    </button>`;
  }

  private packages() {
    const hall = this.model.watch.hall;
    if (!hall || hall.packages.length === 0) {
      return nothing;
    }
    const most = isLarge() ? MOST_PACKAGES_LARGE : MOST_PACKAGES;
    const isMore = hall.packages.length > most;
    const shown = hall.packages.slice(0, isMore ? most - 1 : most);
    const columns = isLying() ? 1 : 2;
    return html`<section class="occasions">
      <h2>${say("kiosk.packages")}</h2>
      <div class="tiles" .style=${grid(columns, shown.length + (isMore ? 1 : 0))}>
        ${shown.map(
          (one) => html`<button class="tile occasion" data-testid="package" data-code=${one.code} @click=${() => this.model.choose(one.items)}>
            <span class="label">${duo(one.name)}${this.count(one.items.length)}</span>
          </button>`,
        )}
        ${isMore
          ? html`<button class="tile occasion" data-testid="packages" @click=${() => this.model.show("items", PACKAGES)}>
              <span class="label">${say("kiosk.packages.all")}</span>
            </button>`
          : nothing}
      </div>
    </section>`;
  }

  private count(items: number) {
    return isLarge() ? nothing : html`<span class="count">${pick(itemCount(items))}</span>`;
  }
}

function grid(columns: number, tiles: number): string {
  return `--columns: ${columns}; --rows: ${Math.ceil(tiles / columns)}`;
}

define("ow-kiosk-home", KioskHome);
