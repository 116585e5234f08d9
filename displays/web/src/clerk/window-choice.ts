// Choosing a window: one clerk, one window; free and taken ones are shown as they are now.

import { css, html, nothing } from "lit";
import { property, state } from "lit/decorators.js";

import { listed } from "../shared/format";
import { type Api, Refused, faultText } from "../shared/api";
import "../shared/components/status";
import { OwElement, define } from "../shared/element";
import { pick } from "../shared/i18n";
import type { HallInfo, HallWindow } from "../shared/types";
import { enc } from "./desk";
import { deskStyles } from "./styles";
import { say } from "./texts";

// How often the list of free windows is read again.
const REFRESH_MS = 5000;

/** `<ow-window-choice .api .hall>`: fires `ow-window` with the code once the window is the clerk's. */
export class OwWindowChoice extends OwElement {
  static override styles = [
    ...deskStyles,
    css`
      :host {
        max-width: 75rem;
        margin: 0 auto;
        padding: var(--ow-5);
      }
      h3 {
        margin: var(--ow-5) 0 var(--ow-2);
        color: var(--ow-ink-2);
        font-size: var(--ow-text-m);
      }
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr));
        gap: var(--ow-3);
      }
      .seat {
        display: grid;
        width: 100%;
        min-height: 6rem;
        padding: var(--ow-3);
        border-left: 5px solid var(--ow-good);
        text-align: left;
        white-space: normal;
        justify-items: start;
        align-content: space-between;
        grid-template-columns: 1fr auto;
      }
      .seat.taken {
        border-left-color: var(--ow-line-strong);
        background: var(--ow-ground);
        color: var(--ow-ink-2);
      }
      .seat .label {
        font-size: var(--ow-text-xl);
        line-height: 1.1;
      }
      .seat .serves {
        grid-column: 1 / 3;
        font-weight: 400;
      }
      .note {
        margin-top: var(--ow-4);
      }
      .note .button {
        margin-left: var(--ow-3);
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) hall!: HallInfo;
  @state() private busy = "";
  @state() private fault: Refused | Error | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.every(REFRESH_MS, () => void this.refresh());
  }

  protected override render() {
    return html`<h2>${say("choose_window")}</h2>
      <p class="muted">${say("choose_window_hint")}</p>
      <div role="alert">${this.fault ? this.trouble(this.fault) : nothing}</div>
      ${this.hall.areas.map((area) => {
        const windows = this.hall.windows.filter((one) => one.area === area.code);
        return windows.length === 0 ? nothing : html`<h3>${pick(area.name)}</h3><ul>${windows.map((one) => html`<li>${this.seat(one)}</li>`)}</ul>`;
      })}`;
  }

  private seat(one: HallWindow) {
    const free = one.state === "CLOSED";
    const themes = this.hall.themes.filter((theme) => one.themes.indexOf(theme.code) >= 0);
    const kind = say(`kind_${one.kind}` as "kind_themed");
    return html`<button class="button seat ${free ? "" : "taken"}" ?disabled=${this.busy !== ""} data-testid="window-${one.code}"
      @click=${() => this.choose(one)}>
      <span class="label number">${one.label}</span>
      ${free ? html`<span class="chip priority">${say("window_free")}</span>` : html`<ow-state of="window" value=${one.state}></ow-state>`}
      <span class="serves small">${one.kind === "comprehensive" ? kind : `${kind} · ${listed(themes.map((theme) => pick(theme.name)))}`}</span>
    </button>`;
  }

  private trouble(fault: Refused | Error) {
    const there = fault instanceof Refused && fault.code === "CLERK_ELSEWHERE" ? String(fault.facts.window || "") : "";
    const own = this.hall.windows.find((one) => one.code === there || one.label === there);
    return html`<p class="note bad" data-testid="window-fault">${pick(faultText(fault))}${
      own ? html`<button class="button small" @click=${() => this.done(own.code)}>${say("go_there", { label: own.label })}</button>` : nothing
    }</p>`;
  }

  private async choose(one: HallWindow): Promise<void> {
    this.busy = one.code;
    this.fault = null;
    try {
      await this.api.command(`api/halls/${enc(this.hall.hall)}/windows/${enc(one.code)}/open`);
      this.done(one.code);
    } catch (fault) {
      if (fault instanceof Refused && fault.code === "WINDOW_OPEN") {
        this.done(one.code);
      } else {
        this.fault = fault as Error;
      }
    } finally {
      this.busy = "";
    }
  }

  private done(detail: string): void {
    this.dispatchEvent(new CustomEvent<string>("ow-window", { detail }));
  }

  private async refresh(): Promise<void> {
    try {
      this.hall = await this.api.get<HallInfo>(`api/halls/${enc(this.hall.hall)}`);
    } catch {
      // The list stays as it was; opening a window tells the truth anyway.
      return;
    }
  }
}

define("ow-window-choice", OwWindowChoice);
