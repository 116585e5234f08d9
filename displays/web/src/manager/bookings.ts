// The manager's page of booked visits: calendar, what needs a person, no-shows, release plan and messages.

import { css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { deskStyles } from "../clerk/styles";
import { OwElement, define } from "../shared/element";
import "./booking-affected";
import "./booking-calendar";
import "./booking-messages";
import "./booking-no-shows";
import "./booking-release";
import { say } from "./booking-texts";
import type { House } from "./house";

const PARTS = ["calendar", "affected", "no-shows", "release", "messages"] as const;
type Part = (typeof PARTS)[number];

export class OwManagerBookings extends OwElement {
  static override styles = [
    ...deskStyles,
    css`
      nav {
        display: flex;
        flex-wrap: wrap;
        margin-bottom: 0.75rem;
      }
      nav a {
        margin: 0 0.375rem 0.25rem 0;
        padding: 0.25rem 0.875rem;
        border: 1px solid var(--ow-line-strong);
        border-radius: 2rem;
        background: var(--ow-paper);
        color: var(--ow-ink);
        font-size: var(--ow-text-s);
        font-weight: 600;
        text-decoration: none;
      }
      nav a:hover {
        background: var(--ow-brand-soft);
      }
      nav a[aria-current] {
        border-color: var(--ow-brand);
        background: var(--ow-brand);
        color: var(--ow-on-brand);
      }
    `,
  ];

  @property({ attribute: false }) house!: House;
  @state() private shownPart: Part = partOfHash();

  override connectedCallback(): void {
    super.connectedCallback();
    const moved = () => (this.shownPart = partOfHash());
    window.addEventListener("hashchange", moved);
    this.follow(() => window.removeEventListener("hashchange", moved));
  }

  protected override render(): TemplateResult {
    return html`<nav aria-label=${say("parts")}>${PARTS.map(
        (part) => html`<a href="#bookings/${part}" aria-current=${part === this.shownPart ? "page" : nothing} data-testid="bookings-${part}">${say(`part_${part}`)}</a>`,
      )}</nav>${this.content()}`;
  }

  private content(): TemplateResult {
    const { house } = this;
    switch (this.shownPart) {
      case "affected":
        return html`<ow-booking-affected .house=${house}></ow-booking-affected>`;
      case "no-shows":
        return html`<ow-booking-no-shows .house=${house}></ow-booking-no-shows>`;
      case "release":
        return html`<ow-booking-release .house=${house}></ow-booking-release>`;
      case "messages":
        return html`<ow-booking-messages .house=${house}></ow-booking-messages>`;
      default:
        return html`<ow-booking-calendar .house=${house}></ow-booking-calendar>`;
    }
  }
}

function partOfHash(): Part {
  const name = (location.hash.split("/")[1] || "") as Part;
  return PARTS.indexOf(name) >= 0 ? name : "calendar";
}

define("ow-manager-bookings", OwManagerBookings);
