// A slip from the desk's printer: the number, what for, when; and the phone page where its secret is known.

import { qrPath } from "../shared/components/qr";
import { clockTime } from "../shared/format";
import type { HallInfo } from "../shared/types";
import type { StaffTicket } from "./types";

// Set as properties: the pages' content policy refuses style elements.
const PAPER = "font:14pt sans-serif;text-align:center;margin:6mm";
const STYLES: Record<string, string> = { h1: "font-size:40pt;margin:2mm 0", p: "margin:1mm 0" };
const CODE_WIDTH = "40mm";
// A printer dialog that was left alone does not keep its frame for ever.
const KEEP_MS = 60_000;

export type Line = ["h1" | "p", string];

/** The slip of a number. */
export function slip(hall: HallInfo, ticket: StaffTicket, link: string): void {
  const lines: Line[] = [
    ["p", hall.name.zh],
    ["h1", ticket.number],
    ...ticket.items.map((item): Line => ["p", `${item.name.zh}${item.quantity > 1 ? ` ×${item.quantity}` : ""}`]),
    ["p", `${hall.date} ${clockTime(ticket.arrived_ms, hall.zone)}`],
  ];
  printed(ticket.number, lines, link);
}

/** Print from a frame of its own; every text is set as text. */
export function printed(title: string, lines: readonly Line[], link: string): void {
  const frame = document.createElement("iframe");
  frame.title = title;
  frame.style.cssText = "position:fixed;width:0;height:0;border:0";
  document.body.appendChild(frame);
  const inner = frame.contentDocument;
  const view = frame.contentWindow;
  if (!inner || !view) {
    frame.remove();
    return;
  }
  inner.body.style.cssText = PAPER;
  for (const [tag, words] of lines) {
    const line = inner.createElement(tag);
    line.textContent = words;
    line.style.cssText = STYLES[tag] || "";
    inner.body.appendChild(line);
  }
  if (link) {
    inner.body.appendChild(code(inner, link));
  }
  view.print();
  window.setTimeout(() => frame.remove(), KEEP_MS);
}

function code(inner: Document, link: string): Element {
  const { path, size } = qrPath(link);
  const space = "http://www.w3.org/2000/svg";
  const svg = inner.createElementNS(space, "svg");
  svg.setAttribute("viewBox", `0 0 ${size} ${size}`);
  svg.style.width = CODE_WIDTH;
  const shape = inner.createElementNS(space, "path");
  shape.setAttribute("d", path);
  svg.appendChild(shape);
  return svg;
}
