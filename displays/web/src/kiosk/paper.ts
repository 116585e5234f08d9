// The slip as a browser prints it: outside the page's own tree, seen on paper only.

import { html, nothing, render, svg } from "lit";

import { qrPath } from "../shared/components/qr";
import { clockTime, dayText, waitText } from "../shared/format";
import { text } from "../shared/i18n";
import type { Text } from "../shared/types";
import type { Slip } from "./printing";

/** Put the slip where only print sees it; returns what removes it again. */
export async function showPaper(slip: Slip): Promise<() => void> {
  const sheet = document.createElement("div");
  sheet.className = "ow-paper";
  sheet.setAttribute("aria-hidden", "true");
  render(paper(slip), sheet);
  document.body.appendChild(sheet);
  // A frame, so that the browser has laid it out.
  await new Promise((done) => requestAnimationFrame(done));
  return () => sheet.remove();
}

function paper(slip: Slip) {
  return html`
    ${slip.training ? html`<p class="strong">${both(text("kiosk.training"))}</p>` : nothing}
    <p class="hall">${slip.hall.zh}</p>
    <p>${slip.hall.en}</p>
    <hr />
    <p>${both(slip.heading || text("kiosk.yours"))}${slip.reprint ? html` （补打 reprint）` : nothing}</p>
    <p class="number ${slip.number.length > 5 ? "long" : ""}">${slip.number}</p>
    ${slip.visitor_class ? html`<p class="strong">${both(slip.visitor_class)}</p>` : nothing}
    <hr />
    ${slip.items.map((item, place) => html`
      <p class="left strong">${place + 1}. ${item.name.zh}${item.quantity > 1 ? ` ×${item.quantity}` : ""}</p>
      <p class="left">${item.name.en}</p>`)}
    <hr />
    ${slip.turn
      ? html`<p class="strong">${slip.turn.zh}</p><p>${slip.turn.en}</p>`
      : html`<p class="left strong">${both(text("kiosk.ahead.label"))}: ${slip.ahead}</p>`}
    ${slip.wait_p50_ms === null ? nothing : html`<p class="left strong">
      ${both(text("kiosk.wait.label"))}: ${both(waitText(slip.wait_p50_ms, slip.wait_p80_ms))}</p>`}
    ${slip.windows.length === 0 ? nothing : html`<p class="left">${both(text("kiosk.windows.label"))}: ${slip.windows.join(", ")}</p>`}
    <hr />
    ${code(slip.qr)}
    <p>${both(slip.qr_note || text("kiosk.scan"))}</p>
    ${slip.notes.map((note) => html`<p>${both(note)}</p>`)}
    <p>${dayText(slip.at_ms, slip.zone).zh} ${clockTime(slip.at_ms, slip.zone)}</p>
  `;
}

function both(words: Text): string {
  return `${words.zh} ${words.en}`.trim();
}

function code(value: string) {
  const { path, size } = qrPath(value);
  return html`<svg viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">${svg`<path d=${path}></path>`}</svg>`;
}
