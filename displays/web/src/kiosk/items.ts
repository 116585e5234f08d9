// The items of a theme, page by page, or all packages.

import { css, html } from "lit";

import { define } from "../shared/element";
import { text } from "../shared/i18n";
import type { Text } from "../shared/types";
import { PACKAGES } from "./home";
import { KioskPart, duo, isLying, linesThatFit, look, pager } from "./part";
import { ROW_REM, itemRow, packageRow, rowLook } from "./rows";

// Heading, pager and margins.
const RESERVED_REM = 12.2;
const RESERVED_LYING_REM = 9.6;

class KioskItems extends KioskPart {
  static override styles = [
    ...look,
    ...rowLook,
    css`
      h1 {
        margin-bottom: 1rem;
      }
      @media (orientation: landscape) {
        .rows {
          grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        }
      }
    `,
  ];

  protected override render() {
    const isPackages = this.model.theme === PACKAGES;
    const hall = this.model.watch.hall;
    const all: { code: string; name: Text }[] = isPackages
      ? (hall ? hall.packages : [])
      : this.model.itemsOf(this.model.theme);
    const reserved = isLying() ? RESERVED_LYING_REM : RESERVED_REM;
    const perPage = linesThatFit(this, ROW_REM, reserved) * (isLying() ? 2 : 1);
    const pages = Math.max(1, Math.ceil(all.length / perPage));
    const page = Math.min(this.model.page, pages - 1);
    const shown = all.slice(page * perPage, (page + 1) * perPage);
    const row = isPackages ? packageRow : itemRow;
    return html`
      <h1 tabindex="-1">${duo(this.heading(isPackages))}</h1>
      <div class="rows" data-testid="items">${shown.map((one) => row(this.model, one.code, one.name))}</div>
      ${pager(page, pages, (to) => this.model.turn(to))}
    `;
  }

  private heading(isPackages: boolean): Text {
    if (isPackages) {
      return text("kiosk.packages");
    }
    const hall = this.model.watch.hall;
    const theme = hall && hall.themes.find((one) => one.code === this.model.theme);
    return theme ? theme.name : text("kiosk.all");
  }
}

define("ow-kiosk-items", KioskItems);
