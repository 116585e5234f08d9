// Small words of state: badge, link dot, stale banner, clock, waiting range.

import { css, html, nothing } from "lit";
import { property } from "lit/decorators.js";

import { OwElement, define } from "../element";
import type { FeedStatus } from "../feed";
import { clockTime, dayText, waitText } from "../format";
import { beside, hasText, otherTag, pick, t, text } from "../i18n";
import { base } from "../theme";
import type { Text } from "../types";

const TONES: Record<string, string> = {
  WAITING: "brand",
  CALLED: "call",
  CALLING: "call",
  SERVING: "good",
  DONE: "good",
  IDLE: "brand",
  OPEN: "brand",
  HELD: "warn",
  PAUSED: "warn",
  DRAINING: "warn",
  SUPPLEMENT_DUE: "warn",
  REFERRED: "warn",
  MISSED: "bad",
  REFUSED: "bad",
};

/** `<ow-state of="ticket|window|item|call" value="WAITING">`: the product's word for a state. */
export class OwState extends OwElement {
  static override styles = [
    base,
    css`
      :host {
        display: inline-block;
      }
      span {
        display: inline-block;
        padding: 0.1em 0.6em;
        border-radius: 1em;
        background: var(--ow-ground);
        color: var(--ow-ink-2);
        font-size: var(--ow-text-s);
        font-weight: 600;
        white-space: nowrap;
      }
      .brand {
        background: var(--ow-brand-soft);
        color: var(--ow-brand-strong);
      }
      .call {
        background: var(--ow-brand);
        color: var(--ow-on-brand);
      }
      .good {
        background: var(--ow-good-soft);
        color: var(--ow-good);
      }
      .warn {
        background: var(--ow-warn-soft);
        color: var(--ow-warn);
      }
      .bad {
        background: var(--ow-bad-soft);
        color: var(--ow-bad);
      }
    `,
  ];

  @property() of = "ticket";
  @property() value = "";

  protected override render() {
    const value = (this.value || "").toUpperCase();
    const key = `${this.of}.${value}`;
    const word = hasText(key) ? t(key) : value;
    return html`<span class=${TONES[value] || "plain"} data-state=${value}>${word}</span>`;
  }
}

/** `<ow-link status="live">`: a dot that says whether the page is true, with a word beside it. */
export class OwLink extends OwElement {
  static override styles = [
    base,
    css`
      :host {
        display: inline-flex;
        align-items: center;
        color: var(--ow-ink-2);
        font-size: var(--ow-text-s);
        white-space: nowrap;
      }
      i {
        width: 0.7em;
        height: 0.7em;
        margin-right: 0.4em;
        border-radius: 50%;
        background: var(--ow-warn);
      }
      @media (max-width: 480px) {
        span {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip: rect(0 0 0 0);
        }
      }
      .live {
        background: var(--ow-good);
      }
      .stale,
      .refused {
        background: var(--ow-bad);
      }
    `,
  ];

  @property() status: FeedStatus = "connecting";

  protected override render() {
    return html`<i class=${this.status} aria-hidden="true"></i
      ><span data-link=${this.status}>${t(`link.${this.status}` as const)}</span>`;
  }
}

/** `<ow-banner status="stale" .asOf=${ms} .why=${refusal}>`: "data of hh:mm" while the link is lost, or why it is refused. */
export class OwBanner extends OwElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
      }
      div {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        justify-content: center;
        padding: 0.5em 1em;
        background: #7a1710;
        color: #ffffff;
        font-weight: 600;
        text-align: center;
      }
      span {
        margin: 0 0.5em;
      }
    `,
  ];

  @property() status: FeedStatus = "connecting";
  @property({ attribute: false }) asOf: number | null = null;
  @property({ attribute: false }) why: { title: Text } | null = null;
  @property() zone = "Asia/Shanghai";

  protected override render() {
    const isShown = this.status === "stale" || this.status === "refused";
    return html`<section role="status" aria-live="polite" data-testid="stale" ?data-stale=${isShown}>
      ${isShown ? this.banner() : nothing}
    </section>`;
  }

  private banner() {
    const time = this.asOf === null ? "" : clockTime(this.asOf, this.zone);
    const message = time ? text("stale.data", { time }) : text("stale.never");
    const retrying = text(this.status === "refused" ? "refused.asking" : "stale.retrying");
    if (this.status === "refused" && this.why) {
      const { title } = this.why;
      return html`<div data-testid="refused">
        <span>${title.zh} · ${retrying.zh}</span>
        <span lang="en">${title.en} · ${retrying.en}</span>
      </div>`;
    }
    return html`<div>
      <span>${message.zh} · ${retrying.zh}</span>
      <span lang="en">${message.en} · ${retrying.en}</span>
    </div>`;
  }
}

/** `<ow-clock .now=${() => feed.nowMs()}>`: the server's time and day, in the hall's zone. */
export class OwClock extends OwElement {
  static override styles = [
    base,
    css`
      :host {
        display: inline-block;
        white-space: nowrap;
      }
      .day {
        margin-right: 0.6em;
      }
    `,
  ];

  @property({ attribute: false }) now: () => number = () => Date.now();
  @property() zone = "Asia/Shanghai";
  @property({ type: Boolean }) dated = false;

  override connectedCallback(): void {
    super.connectedCallback();
    // A second is the finest step that hh:mm of a demo at 60 times the pace needs.
    this.every(1000, () => this.requestUpdate());
  }

  protected override render() {
    const now = this.now();
    const day = this.dated ? html`<span class="day">${pick(dayText(now, this.zone))}</span>` : nothing;
    return html`${day}<time class="digits">${clockTime(now, this.zone)}</time>`;
  }
}

/** `<ow-wait .p50=${ms} .p80=${ms}>`: the range in the chosen language, the other beside it. */
export class OwWait extends OwElement {
  static override styles = [
    base,
    css`
      :host {
        display: inline-block;
      }
      .beside {
        margin-left: 0.4em;
      }
    `,
  ];

  @property({ attribute: false }) p50: number | null = null;
  @property({ attribute: false }) p80: number | null = null;
  @property({ type: Boolean }) single = false;

  protected override render() {
    const wait = waitText(this.p50, this.p80);
    const other = this.single ? "" : beside(wait);
    return html`<span data-testid="wait">${pick(wait)}</span>${
      other ? html`<span class="beside" lang=${otherTag()}>${other}</span>` : nothing
    }`;
  }
}

define("ow-state", OwState);
define("ow-link", OwLink);
define("ow-banner", OwBanner);
define("ow-clock", OwClock);
define("ow-wait", OwWait);
