// `<ow-halls>`: chooses a hall, for who opens the phone page without one; own tickets come first.

import { css, html, nothing } from "lit";
import { state } from "lit/decorators.js";

import { Api, faultText } from "../shared/api";
import "../shared/components/topbar";
import { OwElement, define } from "../shared/element";
import { pick, t } from "../shared/i18n";
import { rootUrl } from "../shared/place";
import { base, buttons, surfaces } from "../shared/theme";
import type { HallSummary, Text } from "../shared/types";
import "./my-bookings";
import { phoneStyles } from "./styles";

export class OwHalls extends OwElement {
  static override styles = [
    base,
    buttons,
    surfaces,
    phoneStyles,
    css`
      li {
        margin-bottom: var(--ow-3);
      }
      .button {
        justify-content: space-between;
        text-align: left;
      }
      .button.book {
        justify-content: center;
      }
    `,
  ];

  @state() private halls: HallSummary[] | null = null;
  @state() private fault: Text | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  private async load(): Promise<void> {
    try {
      this.halls = (await new Api({ token: "" }).get<{ halls: HallSummary[] }>("api/halls")).halls;
    } catch (fault) {
      this.fault = faultText(fault);
    }
  }

  protected override render() {
    return html`<ow-topbar heading=${t("phone.title")}></ow-topbar>
      <main data-testid="halls">
        <ow-my-bookings></ow-my-bookings>
        <p class="block">
          <a class="button primary wide book" data-testid="book" href="${rootUrl()}phone?book=1">${t("book.from.halls")}</a>
        </p>
        <h2>${t("phone.choose.hall")}</h2>
        ${this.fault ? html`<p class="note bad" role="alert">${pick(this.fault)}</p>` : nothing}
        <ul>
          ${(this.halls || []).map(
            (one) => html`<li>
              <a class="button wide" href="${rootUrl()}phone?hall=${encodeURIComponent(one.hall)}">
                <span>${pick(one.name)}</span>
                <span class="small">${one.open ? t("phone.ahead", { n: one.waiting }) : t("phone.closed")}</span>
              </a>
            </li>`,
          )}
        </ul>
      </main>`;
  }
}

define("ow-halls", OwHalls);
