// What the open day made of new settings, as a note of the page.

import { html, nothing, type TemplateResult } from "lit";

import { type DayTold, dayText, isBehind } from "./day-told";

/** Stays until the next save: a person must know that today goes on by the old settings. */
export function dayNote(told: DayTold): TemplateResult | typeof nothing {
  return told.day ? html`<p class="note ${isBehind(told) ? "warn" : "good"}" data-testid="day-told">${dayText(told)}</p>` : nothing;
}
