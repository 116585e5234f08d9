// The reasons that clerks choose from: known ones by their code, a hall's own in its words.

import { html, type TemplateResult } from "lit";

import { ask } from "../clerk/ask";
import { reasonText } from "../clerk/texts";
import { textOf } from "./form";
import { say } from "./settings-texts";

// What a log line keeps of a reason; the server has the same bound.
const REASON_LIMIT = 40;
const OWN = "*";

export interface ReasonList {
  title: string;
  testid: string;
  known: readonly string[];
  locked: boolean;
  changed: (reasons: string[]) => void;
}

export const HOLD_REASONS: readonly string[] = ["fetch_copy", "fill_form", "wait_system", "other"];
export const CHOSEN_REASONS: readonly string[] = ["priority_visitor", "returning", "error_made_good", "manager_order", "other"];

/** One list of reasons: each can be removed but the last, known ones and own words can be added. */
export function reasonList(reasons: readonly string[], list: ReasonList): TemplateResult {
  const left = list.known.filter((code) => reasons.indexOf(code) < 0);
  return html`<h4>${list.title}</h4>
    <ul class="reasons" data-testid=${list.testid}>${reasons.map(
      (code) => html`<li><span class="chip">${reasonText(code)}</span><button class="button small danger" ?disabled=${list.locked || reasons.length === 1}
        aria-label="${say("remove")} ${reasonText(code)}" @click=${() => list.changed(reasons.filter((one) => one !== code))}>${say("remove")}</button></li>`,
    )}</ul>
    <select class="field short" aria-label="${say("add")} · ${list.title}" ?disabled=${list.locked} @change=${(event: Event) => void add(event, reasons, list)}>
      <option value="">+ ${say("add")}</option>${left.map((code) => html`<option value=${code}>${reasonText(code)}</option>`)}<option value=${OWN}>${say("own_words")}</option>
    </select>`;
}

async function add(event: Event, reasons: readonly string[], list: ReasonList): Promise<void> {
  const chosen = textOf(event);
  (event.target as HTMLSelectElement).value = "";
  const words = chosen === OWN ? await ownWords(list.title) : chosen;
  if (words && reasons.indexOf(words) < 0) {
    list.changed(reasons.concat(words));
  }
}

async function ownWords(title: string): Promise<string> {
  const given = await ask({
    heading: title,
    fields: [{ name: "words", label: say("own_words"), kind: "text", required: true }],
    testid: "dialog-own-reason",
  });
  return given ? String(given.words).trim().slice(0, REASON_LIMIT) : "";
}
