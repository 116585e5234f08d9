// Says which field an address lacks, instead of showing an empty screen.

import { html, render } from "lit";

import { text } from "../i18n";
import { query } from "../place";

/** Whether any of `fields` is missing; if so the page says which, in both languages. */
export function missingFields(fields: string[]): boolean {
  const missing = fields.filter((field) => !query(field));
  if (missing.length > 0) {
    const message = text("fault.page", { name: missing.join(", ") });
    render(
      html`<main class="ow-missing" data-testid="missing">
        <h1>${text("product.name").zh}</h1>
        <p>${message.zh}</p>
        <p lang="en">${message.en}</p>
      </main>`,
      document.body,
    );
  }
  return missing.length > 0;
}
