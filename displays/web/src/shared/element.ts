// The base of our components: renders again when the language changes or a feed moves.

import "./nonce";

import { LitElement } from "lit";

import type { LiveFeed } from "./feed";
import { applyLanguage, onLanguage } from "./i18n";
import { applyLarge } from "./theme";

export abstract class OwElement extends LitElement {
  private readonly undone: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.follow(onLanguage(() => this.requestUpdate()));
  }

  override disconnectedCallback(): void {
    for (const undo of this.undone.splice(0)) {
      undo();
    }
    super.disconnectedCallback();
  }

  /** Keep a subscription for as long as the element is on the page. */
  protected follow(undo: () => void): void {
    this.undone.push(undo);
  }

  /** Render on every change of `feed`, and stop it with the element. */
  protected followFeed(feed: LiveFeed<unknown, unknown>): void {
    this.follow(feed.onChange(() => this.requestUpdate()));
    this.follow(() => feed.stop());
    feed.start();
  }

  /** Do `work` every `everyMs` while the element is on the page. */
  protected every(everyMs: number, work: () => void): void {
    const timer = window.setInterval(work, everyMs);
    this.follow(() => window.clearInterval(timer));
  }
}

/** Register once; a page that loads two chunks with the same component must not fail. */
export function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) {
    customElements.define(name, element);
  }
}

/** What every page does first: language and text size as the person left them. */
export function openPage(options: { theme?: "light" | "board"; title?: string } = {}): void {
  applyLanguage();
  applyLarge();
  if (options.theme === "board") {
    document.documentElement.setAttribute("data-theme", "board");
  }
  if (options.title) {
    document.title = options.title;
  }
}
