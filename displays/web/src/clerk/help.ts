// What the keys do, on one sheet.

import { html, type TemplateResult } from "lit";

import "../shared/components/dialog";
import { MAIN_ACTIONS } from "./actions";
import { say } from "./texts";

export function helpOverlay(close: () => void): TemplateResult {
  return html`<ow-dialog open heading=${say("help_title")} @ow-close=${close} data-testid="help">
    <dl class="key-list">
      ${MAIN_ACTIONS.map(
        ({ action, key, also }) => html`<dt><kbd>${key}</kbd>${also ? html` <kbd>${also}</kbd>` : ""}</dt><dd><strong>${say(action)}</strong> ${say(`help_${action}` as "help_next")}</dd>`,
      )}
      <dt><kbd>1</kbd>–<kbd>9</kbd></dt><dd>${say("help_digits")}</dd>
      <dt><kbd>B</kbd></dt><dd>${say("help_bookings")}</dd>
      <dt><kbd>+</kbd></dt><dd>${say("help_add")}</dd>
    </dl>
    <p class="muted small">${say("help_fields")}</p>
    <button slot="actions" class="button primary" @click=${close}>${say("dismiss")}</button>
  </ow-dialog>`;
}
