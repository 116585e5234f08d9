// Dialogs and toasts: one question at a time, answered by keyboard or touch.

import { css, html, nothing } from "lit";
import { property } from "lit/decorators.js";

import { OwElement, define } from "../element";
import { t } from "../i18n";
import { base, buttons } from "../theme";

const TOAST_MS = 6000;
// More would hide the page; the oldest goes first.
const TOAST_LIMIT = 4;

/** `<ow-dialog heading="…" open>`: fires `ow-close`; buttons go into the slot `actions`. */
export class OwDialog extends OwElement {
  static override styles = [
    base,
    buttons,
    css`
      dialog {
        width: 32rem;
        max-width: calc(100vw - 2rem);
        max-height: calc(100vh - 2rem);
        padding: var(--ow-5);
        overflow: auto;
        border: 0;
        border-radius: var(--ow-radius-l);
        background: var(--ow-paper);
        color: var(--ow-ink);
        box-shadow: var(--ow-shadow-high);
      }
      dialog::backdrop {
        background: rgba(10, 24, 36, 0.55);
      }
      h2 {
        margin-bottom: var(--ow-3);
        font-size: var(--ow-text-l);
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        justify-content: flex-end;
        margin: var(--ow-5) calc(-1 * var(--ow-1)) calc(-1 * var(--ow-1));
      }
      ::slotted(*) {
        max-width: 100%;
      }
      .actions ::slotted(button),
      .actions button {
        margin: var(--ow-1);
      }
    `,
  ];

  @property() heading = "";
  @property({ type: Boolean }) open = false;
  /** Where the person was before; the browser only goes back there by itself when a dialog closes before it is removed. */
  private askedFrom: HTMLElement | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    const dialog = this.renderRoot.querySelector("dialog");
    if (dialog && dialog.open && this.askedFrom) {
      this.askedFrom.focus();
    }
  }

  protected override render() {
    return html`<dialog aria-labelledby="heading" @close=${this.closed} @cancel=${this.closed}>
      <h2 id="heading">${this.heading}</h2>
      <slot></slot>
      <div class="actions"><slot name="actions"></slot></div>
    </dialog>`;
  }

  protected override updated(): void {
    const dialog = this.renderRoot.querySelector("dialog");
    if (!dialog) {
      return;
    }
    if (this.open && !dialog.open) {
      this.askedFrom = focused();
      dialog.showModal();
    } else if (!this.open && dialog.open) {
      dialog.close();
    }
  }

  private closed(): void {
    if (this.open) {
      this.open = false;
      this.dispatchEvent(new CustomEvent("ow-close"));
    }
  }
}

/** `<ow-confirm>` is made by `confirmed()`; it is its own element to carry the styles. */
class OwConfirm extends OwElement {
  static override styles = [base, buttons];

  @property({ attribute: false }) question: Question | null = null;
  @property({ attribute: false }) answer: (yes: boolean) => void = () => undefined;

  protected override render() {
    const question = this.question;
    if (!question) {
      return nothing;
    }
    return html`<ow-dialog open heading=${question.heading} @ow-close=${() => this.answer(false)}>
      <p>${question.body || ""}</p>
      <button slot="actions" class="button" data-testid="confirm-no" @click=${() => this.answer(false)}>
        ${question.no || t("button.cancel")}
      </button>
      <button
        slot="actions"
        class="button ${question.tone === "danger" ? "danger" : "primary"}"
        data-testid="confirm-yes"
        @click=${() => this.answer(true)}
      >
        ${question.yes || t("button.ok")}
      </button>
    </ow-dialog>`;
  }
}

export interface Question {
  heading: string;
  body?: string;
  yes?: string;
  no?: string;
  tone?: "plain" | "danger";
}

/** What has the focus, however deep in components. */
export function focused(): HTMLElement | null {
  let found = document.activeElement;
  while (found && found.shadowRoot && found.shadowRoot.activeElement) {
    found = found.shadowRoot.activeElement;
  }
  return found instanceof HTMLElement ? found : null;
}

/** Ask a person; closing the dialog means no. */
export function confirmed(question: Question): Promise<boolean> {
  return new Promise((resolve) => {
    const host = document.createElement("ow-confirm") as OwConfirm;
    host.question = question;
    host.answer = (yes) => {
      host.remove();
      resolve(yes);
    };
    document.body.appendChild(host);
  });
}

/** Say something for a few seconds; faults are announced at once to screen readers. */
export function toast(message: string, tone: "plain" | "good" | "bad" = "plain"): void {
  let shelf = document.querySelector("ow-toasts") as OwToasts | null;
  if (!shelf) {
    shelf = document.createElement("ow-toasts") as OwToasts;
    document.body.appendChild(shelf);
  }
  shelf.add(message, tone);
}

class OwToasts extends OwElement {
  static override styles = [
    base,
    css`
      :host {
        position: fixed;
        z-index: 50;
        left: 0;
        right: 0;
        bottom: var(--ow-5);
        pointer-events: none;
      }
      /* On a phone the thumb's half of the page stays free. */
      @media (max-width: 480px) {
        :host {
          top: 4rem;
          bottom: auto;
        }
      }
      div {
        width: 30rem;
        max-width: calc(100vw - 2rem);
        margin: var(--ow-2) auto 0;
        padding: var(--ow-3) var(--ow-4);
        border-radius: var(--ow-radius);
        background: #13212c;
        color: #ffffff;
        box-shadow: var(--ow-shadow-high);
      }
      .good {
        background: #175a34;
      }
      .bad {
        background: #8f1c13;
      }
    `,
  ];

  private shown: { id: number; message: string; tone: string }[] = [];
  private next = 0;

  add(message: string, tone: string): void {
    const id = (this.next += 1);
    this.shown = this.shown.concat({ id, message, tone }).slice(-TOAST_LIMIT);
    this.requestUpdate();
    window.setTimeout(() => {
      this.shown = this.shown.filter((entry) => entry.id !== id);
      this.requestUpdate();
    }, TOAST_MS);
  }

  protected override render() {
    return html`<section role="status" aria-live="polite">
      ${this.shown.map(
        (entry) => html`<div class=${entry.tone} role=${entry.tone === "bad" ? "alert" : "status"} data-testid="toast">
          ${entry.message}
        </div>`,
      )}
    </section>`;
  }
}

define("ow-dialog", OwDialog);
define("ow-confirm", OwConfirm);
define("ow-toasts", OwToasts);

