// `<ow-onward .api .path .secret>`: where a visit goes on in another hall: its name, the new number, the way to its page.

import { css, html, nothing } from "lit";
import { property, state } from "lit/decorators.js";

import type { Api } from "../shared/api";
import { OwElement, define } from "../shared/element";
import { pick, t } from "../shared/i18n";
import { type Linked, linkedPage } from "../shared/linked";
import { rootUrl } from "../shared/place";
import { base, buttons, surfaces } from "../shared/theme";

// The number is made by a job that tries again each second; a hall that cannot be reached may take longer.
const EVERY_MS = 2000;
const PATIENT_TRIES = 30;

export class OwOnward extends OwElement {
  static override styles = [
    base,
    buttons,
    surfaces,
    css`
      .number {
        margin: var(--ow-2) 0;
        color: var(--ow-brand-strong);
        font-size: 3.5rem;
        font-weight: 700;
        line-height: 1.1;
        text-align: center;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property() path = "";
  @property() secret = "";
  @state() private found: Linked | null = null;
  @state() private tries = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
    this.every(EVERY_MS, () => void this.look());
  }

  protected override render() {
    const { found } = this;
    if (!found) {
      return nothing;
    }
    const hall = found.hall.name ? pick(found.hall.name) : found.hall.code;
    return html`<section class="card" aria-labelledby="onward" data-testid="onward">
      <h2 id="onward">${t("visit.onward", { hall })}</h2>
      <div role="status">${found.ticket ? this.number(found, found.ticket.number) : html`<p>${this.waiting()}</p>`}</div>
    </section>`;
  }

  private number(found: Linked, number: string) {
    const page = linkedPage(found, rootUrl());
    return html`<p>${t("visit.onward.number")}</p>
      <p class="number digits" data-testid="onward-number">${number}</p>
      ${page ? html`<p><a class="button primary wide" href=${page} data-testid="onward-page">${t("visit.onward.page")}</a></p>` : nothing}`;
  }

  private waiting(): string {
    return t(this.tries < PATIENT_TRIES ? "visit.onward.soon" : "visit.onward.ask");
  }

  private async look(): Promise<void> {
    if (this.found && this.found.ticket) {
      return;
    }
    try {
      const { linked } = await this.api.get<{ linked: Linked | null }>(`${this.path}/linked?secret=${encodeURIComponent(this.secret)}`);
      this.found = linked;
    } catch {
      // The next look may succeed; the page itself says when the link is lost.
    }
    this.tries += 1;
  }
}

define("ow-onward", OwOnward);
