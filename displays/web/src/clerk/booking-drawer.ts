// `<ow-booking-drawer>`: the booking desk over a window's console; Esc goes back to the ticket.

import { css, html, type TemplateResult } from "lit";
import { property, query } from "lit/decorators.js";

import { OwElement, define } from "../shared/element";
import { say } from "./booking-texts";
import type { OwBookings } from "./bookings";
import "./bookings";
import type { Desk } from "./desk";
import { deskStyles } from "./styles";

export class OwBookingDrawer extends OwElement {
  static override styles = [
    ...deskStyles,
    css`
      dialog {
        width: 54rem;
        max-width: calc(100vw - 2rem);
        max-height: calc(100vh - 2rem);
        min-height: 60vh;
        padding: 0;
        overflow: auto;
        border: 0;
        border-radius: var(--ow-radius);
        background: var(--ow-ground);
        color: var(--ow-ink);
        box-shadow: var(--ow-shadow-high);
      }
      dialog::backdrop {
        background: rgba(10, 24, 36, 0.5);
      }
      header {
        padding: 0.75rem 1.25rem;
        border-bottom: 1px solid var(--ow-line);
        background: var(--ow-paper);
      }
      h2 {
        font-size: var(--ow-text-l);
      }
      .inside {
        padding: 1rem 1.25rem;
      }
    `,
  ];

  @property({ attribute: false }) desk!: Desk;
  @property() today = "";
  @query("dialog") private dialog!: HTMLDialogElement;
  @query("ow-bookings") private bookings!: OwBookings;

  protected override firstUpdated(): void {
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.close();
    });
    this.dialog.showModal();
    void this.bookings.updateComplete.then(() => this.bookings.focus());
  }

  protected override render(): TemplateResult {
    const { desk } = this;
    return html`<dialog aria-labelledby="h" data-testid="booking-drawer">
      <header class="spread"><h2 id="h">${say("open")}</h2><button class="button" data-testid="bookings-close" @click=${this.close}>${say("leave")}&nbsp;<kbd>Esc</kbd></button></header>
      <div class="inside"><ow-bookings .api=${desk.api} .hall=${desk.hall} .nowMs=${() => desk.nowMs()} today=${this.today}></ow-bookings></div>
    </dialog>`;
  }

  private readonly close = (): void => {
    this.dispatchEvent(new CustomEvent("ow-close"));
  };
}

define("ow-booking-drawer", OwBookingDrawer);
