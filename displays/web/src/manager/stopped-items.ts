// Items that get no numbers while the others do: each by its name, with the button that gives them out again.

import { html, nothing, type TemplateResult } from "lit";

import { pick } from "../shared/i18n";
import type { House } from "./house";
import { say } from "./texts";

export function stoppedItems(house: House, codes: string[]): TemplateResult | typeof nothing {
  if (codes.length === 0) {
    return nothing;
  }
  return html`<ul class="stopped" data-testid="stopped-items">${codes.map((code) => {
    const item = house.hall.items.find((one) => one.code === code);
    const name = item ? pick(item.name) : code;
    return html`<li class="spread"><span>${name}</span>
      <button class="button small" aria-label=${`${say("resume_issuing")} ${name}`} data-testid="resume-${code}" @click=${() => house.command("day/resume-issuing", { items: [code] })}>${say("resume_item")}</button></li>`;
  })}</ul>`;
}
