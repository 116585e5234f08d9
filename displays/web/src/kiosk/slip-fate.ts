// What became of the slip, and the way to have it once more.

import { html, nothing } from "lit";

import { hasText, text } from "../shared/i18n";
import type { KioskModel } from "./model";
import { duo, say } from "./part";

export function slipFate(model: KioskModel) {
  const { printing, mayReprint } = model;
  return html`<div class="slip ${printing}" role=${printing === "failed" ? "alert" : "status"} data-testid="slip" data-print=${printing}>
    <div>${fate(model)}</div>
    ${mayReprint ? html`<button data-testid="reprint" @click=${() => void model.reprint()}>${say("kiosk.reprint")}</button>` : nothing}
  </div>`;
}

function fate({ printing, printReason }: KioskModel) {
  if (printing === "failed") {
    const key = `kiosk.print.${printReason}`;
    const why = hasText(key) ? text(key) : null;
    const valid = text("kiosk.print.valid");
    const more = why ? { zh: `${why.zh}。${valid.zh}`, en: `${why.en}. ${valid.en}` } : valid;
    return html`${say("kiosk.print.failed")}<p class="why">${duo(more)}</p>`;
  }
  const words = { none: "kiosk.print.none", printing: "kiosk.printing", printed: "kiosk.printed" } as const;
  return say(words[printing]);
}
