// The head of the light pages: where one is, the link's state, language and text size.

import { css, html, nothing } from "lit";
import { property } from "lit/decorators.js";

import { OwElement, define } from "../element";
import type { FeedStatus } from "../feed";
import { language, setLanguage, t } from "../i18n";
import { base, buttons, isLarge, setLarge } from "../theme";
import "./status";

/** `<ow-topbar heading="…" beside="…" status="live">`; more controls go into the default slot. */
export class OwTopbar extends OwElement {
  static override styles = [
    base,
    buttons,
    css`
      header {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        min-height: 3.5rem;
        padding: var(--ow-2) var(--ow-4);
        border-bottom: 3px solid var(--ow-brand);
        background: var(--ow-paper);
      }
      .name {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        margin-right: var(--ow-3);
      }
      h1 {
        margin-right: var(--ow-2);
        color: var(--ow-brand-strong);
        font-size: var(--ow-text-l);
      }
      .controls {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
      }
      .controls > * {
        margin-left: var(--ow-2);
      }
      .controls {
        margin-left: auto;
      }
      .button {
        padding: var(--ow-1) var(--ow-3);
        font-size: var(--ow-text-s);
      }
      /* On a phone the name and the controls share one line: the dot alone tells the link. */
      @media (max-width: 480px) {
        header {
          padding: var(--ow-1) var(--ow-3);
        }
        h1 {
          margin-right: var(--ow-1);
          font-size: var(--ow-text-m);
        }
        .name {
          margin-right: 0;
        }
        .button {
          padding: var(--ow-1);
        }
        .controls > * {
          margin-left: var(--ow-1);
        }
      }
    `,
  ];

  @property() heading = "";
  @property() beside = "";
  @property() status: FeedStatus | "" = "";

  protected override render() {
    return html`<header>
      <div class="name">
        <h1>${this.heading || t("product.name")}</h1>
        ${this.beside ? html`<span class="beside">${this.beside}</span>` : nothing}
      </div>
      <div class="controls">
        <slot></slot>
        ${this.status ? html`<ow-link status=${this.status}></ow-link>` : nothing}
        <button class="button quiet" data-testid="large" aria-pressed=${String(isLarge())} @click=${this.resize}>
          ${isLarge() ? t("large.off") : t("large.on")}
        </button>
        <button
          class="button quiet"
          data-testid="language"
          lang=${language() === "zh" ? "en" : "zh-CN"}
          aria-label=${t("language.switch")}
          @click=${() => setLanguage(language() === "zh" ? "en" : "zh")}
        >
          ${language() === "zh" ? "English" : "中文"}
        </button>
      </div>
    </header>`;
  }

  private resize(): void {
    setLarge(isLarge() ? "standard" : "large");
    this.requestUpdate();
  }
}

define("ow-topbar", OwTopbar);
