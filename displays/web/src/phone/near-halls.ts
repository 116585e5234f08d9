// `<ow-near-halls .items .today>`: the halls that take a visit, by free places, and by distance if the person
// wants that. The position stays in this page: the sorting is done here. Fires `ow-hall`.

import { css, html, nothing } from "lit";
import { property, state } from "lit/decorators.js";

import { distanceM, distanceText, itemsQuery, plusDays, sortedHalls } from "../booking/days";
import type { NearHall, Position, Wanted } from "../booking/types";
import { Api, faultText } from "../shared/api";
import { OwElement, define } from "../shared/element";
import { momentText, waitText } from "../shared/format";
import { beside, otherTag, pick, t } from "../shared/i18n";
import { base, buttons, surfaces } from "../shared/theme";
import type { Text } from "../shared/types";

const DAYS = 7;
const EVERY_MS = 15_000;
const LOCATING_MS = 10_000;

export class OwNearHalls extends OwElement {
  static override styles = [
    base,
    buttons,
    surfaces,
    css`
      .locate {
        margin-bottom: var(--ow-3);
      }
      .small {
        color: var(--ow-ink-2);
        font-size: var(--ow-text-s);
      }
      li {
        margin-bottom: var(--ow-3);
      }
      .hall {
        display: block;
        width: 100%;
        padding: var(--ow-3) var(--ow-4);
        border: 1px solid var(--ow-line-strong);
        border-radius: var(--ow-radius);
        background: var(--ow-paper);
        color: inherit;
        font: inherit;
        text-align: left;
        cursor: pointer;
      }
      .hall.here {
        border-color: var(--ow-brand);
        box-shadow: inset 4px 0 0 var(--ow-brand);
      }
      .hall.full {
        background: var(--ow-ground);
      }
      .name {
        display: block;
        font-size: var(--ow-text-l);
        font-weight: 600;
      }
      .facts {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: var(--ow-1) var(--ow-3);
        margin-top: var(--ow-2);
      }
      .free {
        color: var(--ow-good);
        font-weight: 600;
      }
      .full .free {
        color: var(--ow-warn);
      }
    `,
  ];

  @property() current = "";
  @property() today = "";
  @property() zone = "Asia/Shanghai";
  @property({ attribute: false }) items: readonly Wanted[] = [];
  @state() private halls: NearHall[] | null = null;
  @state() private atMs = 0;
  @state() private from: Position | null = null;
  @state() private locating: "no" | "asking" | "failed" = "no";
  @state() private fault: Text | null = null;

  private readonly api = new Api({ token: "" });

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
    this.every(EVERY_MS, () => document.hidden || void this.load());
  }

  private async load(): Promise<void> {
    try {
      const range = `from=${this.today}&to=${plusDays(this.today, DAYS - 1)}`;
      const path = `api/slots?${itemsQuery(this.items)}&${range}`;
      const found = await this.api.get<{ at_ms: number; halls: NearHall[] }>(path);
      this.halls = found.halls;
      this.atMs = found.at_ms;
      this.fault = null;
    } catch (fault) {
      this.fault = this.halls ? null : faultText(fault);
    }
  }

  protected override render() {
    if (this.fault) {
      return html`<div class="note bad" role="alert">
        ${pick(this.fault)}
        <p><button class="button" @click=${() => void this.load()}>${t("button.retry")}</button></p>
      </div>`;
    }
    if (!this.halls) {
      return html`<p class="small" role="status">${t("phone.loading")}</p>`;
    }
    if (this.halls.length === 0) {
      return html`<p class="note warn" role="status">${t("book.halls.none")}</p>`;
    }
    return html`${this.locate(this.halls)}
      <ul data-testid="near-halls">
        ${sortedHalls(this.halls, this.from).map((hall) => this.hall(hall))}
      </ul>`;
  }

  private locate(halls: NearHall[]) {
    if (this.from) {
      return html`<p class="small locate" role="status">${t("book.halls.near")}</p>`;
    }
    if (!halls.some((hall) => !!hall.position) || !("geolocation" in navigator)) {
      return html`<p class="small locate">${t("book.halls.free")}</p>`;
    }
    return html`<div class="locate">
      <button class="button wide" data-testid="locate" ?disabled=${this.locating === "asking"} @click=${this.ask}>
        ${this.locating === "asking" ? t("book.locating") : t("book.locate")}
      </button>
      <p class="small" role="status">${this.locating === "failed" ? t("book.locate.failed") : t("book.locate.more")}</p>
    </div>`;
  }

  private hall(hall: NearHall) {
    const isHere = hall.hall === this.current;
    const first = hall.first_free_ms ? pick(momentText(hall.first_free_ms, this.atMs, this.zone)) : "";
    const far = this.from && hall.position ? pick(distanceText(distanceM(this.from, hall.position))) : "";
    return html`<li>
      <button
        class="hall ${isHere ? "here" : ""} ${hall.free > 0 ? "" : "full"}"
        data-testid="near-hall"
        data-hall=${hall.hall}
        data-free=${hall.free}
        @click=${() => this.dispatchEvent(new CustomEvent("ow-hall", { detail: hall.hall }))}
      >
        <span class="name">${pick(hall.name)} ${isHere ? html`<span class="beside">${t("book.hall.here")}</span>` : nothing}</span>
        <span class="beside" lang=${otherTag()}>${beside(hall.name)}</span>
        <span class="facts">
          <span class="free">${hall.free > 0 ? t("book.hall.free", { n: hall.free }) : t("book.hall.full")}</span>
          <span class="digits">${far}</span>
          <span class="small">${first ? t("book.hall.first", { time: first }) : ""}</span>
          <span class="small">${this.waitNow(hall)}</span>
        </span>
      </button>
    </li>`;
  }

  private waitNow(hall: NearHall): string {
    return typeof hall.wait_ms_p50 === "number"
      ? t("book.hall.wait", { wait: pick(waitText(hall.wait_ms_p50, hall.wait_ms_p80)) })
      : "";
  }

  private ask(): void {
    this.locating = "asking";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        this.from = { lat: coords.latitude, lon: coords.longitude };
        this.locating = "no";
      },
      () => (this.locating = "failed"),
      { timeout: LOCATING_MS, maximumAge: 600_000, enableHighAccuracy: false },
    );
  }
}

define("ow-near-halls", OwNearHalls);
