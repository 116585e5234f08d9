// `<ow-rating .item>`: five levels for one item (好差评). Nothing is chosen before the person does,
// and it can be skipped. Fires `ow-rate` with the level.

import { css, html, nothing } from "lit";
import { property, state } from "lit/decorators.js";

import { OwElement, define } from "../shared/element";
import { pick, t } from "../shared/i18n";
import { base, buttons } from "../shared/theme";
import type { RatingLevel, TicketItem } from "../shared/types";

export const LEVELS: readonly RatingLevel[] = [
  "very_satisfied",
  "satisfied",
  "basically_satisfied",
  "dissatisfied",
  "very_dissatisfied",
];

export class OwRating extends OwElement {
  static override styles = [
    base,
    buttons,
    css`
      fieldset {
        min-width: 0;
        margin: var(--ow-3) 0 0;
        padding: 0;
        border: 0;
      }
      legend {
        padding: 0;
        font-weight: 600;
      }
      label {
        display: flex;
        align-items: center;
        min-height: var(--ow-target);
        margin-top: var(--ow-2);
        padding: var(--ow-1) var(--ow-3);
        border: 1px solid var(--ow-line-strong);
        border-radius: var(--ow-radius);
        background: var(--ow-paper);
        cursor: pointer;
      }
      label.chosen {
        border-color: var(--ow-brand);
        background: var(--ow-brand-soft);
        box-shadow: inset 0 0 0 1px var(--ow-brand);
      }
      input {
        width: 1.25rem;
        height: 1.25rem;
        margin: 0 var(--ow-3) 0 0;
      }
      .actions {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: var(--ow-3);
        margin-top: var(--ow-3);
      }
    `,
  ];

  @property({ attribute: false }) item: TicketItem | null = null;
  @property({ type: Boolean }) busy = false;
  @state() private level: RatingLevel | null = null;
  @state() private isSkipped = false;

  protected override render() {
    const item = this.item;
    if (!item || this.isSkipped) {
      return nothing;
    }
    return html`<form @submit=${this.send} data-testid="rating" data-entry=${item.entry}>
      <fieldset>
        <legend>${t("visit.rate.one", { name: pick(item.name) })}</legend>
        ${LEVELS.map(
          (level) => html`<label class=${this.level === level ? "chosen" : ""}>
            <input type="radio" name="level" value=${level} data-level=${level} @change=${() => (this.level = level)} />
            ${t(`rating.${level}` as const)}
          </label>`,
        )}
      </fieldset>
      <div class="actions">
        <button type="button" class="button quiet" data-testid="rate-skip" @click=${() => (this.isSkipped = true)}>
          ${t("visit.rate.skip")}
        </button>
        <button class="button primary" data-testid="rate-send" ?disabled=${this.busy || !this.level}>
          ${t("visit.rate.send")}
        </button>
      </div>
    </form>`;
  }

  private send(event: Event): void {
    event.preventDefault();
    if (this.level) {
      this.dispatchEvent(new CustomEvent("ow-rate", { detail: this.level }));
    }
  }
}

define("ow-rating", OwRating);
