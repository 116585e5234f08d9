// A refusal as people read it: the server's sentence in both languages, and what one can do about it.

import { html, nothing } from "lit";

import { listed } from "../shared/format";
import { Refused, faultText } from "../shared/api";
import { beside, hasText, otherTag, pick, t, text } from "../shared/i18n";
import type { Text } from "../shared/types";

/** What to do next, where there is more to say than the reason. */
export function hintOf(code: string): Text | null {
  const key = `book.hint.${code}`;
  return hasText(key) ? text(key) : null;
}

export function codeOf(fault: unknown): string {
  return fault instanceof Refused ? fault.code : "";
}

/** Refusals after which another slot may still be had. */
export function isAboutSlot(code: string): boolean {
  return ["SLOT_FULL", "SLOT_CLOSED", "UNKNOWN_SLOT", "TOO_LONG_FOR_SLOT", "TOO_LATE_TO_BOOK", "NOT_RELEASED", "SLOTS_FREE"].indexOf(code) >= 0;
}

export function refusalNote(fault: unknown, today = "") {
  const words = faultText(fault, today);
  const hint = hintOf(codeOf(fault));
  const other = beside(words);
  return html`<div class="note bad" role="alert" data-testid="refusal" data-code=${codeOf(fault)}>
    <b>${pick(words)}</b>
    ${other ? html`<br /><span class="beside" lang=${otherTag()}>${other}</span>` : nothing}
    ${hint ? html`<p>${pick(hint)}</p>` : nothing}
    ${faultFields(fault)}
  </div>`;
}

function faultFields(fault: unknown) {
  const fields = fault instanceof Refused ? fault.errors.map((one) => one.field) : [];
  const known = fields.filter((field) => field === "person" || field === "phone" || field === "name");
  return known.length === 0
    ? nothing
    : html`<p>${listed(known.map((field) => t(`book.field.${field as "person"}` as const)))}</p>`;
}
