// Small pictures of what is what, drawn with lines of the text's colour.

import { type SVGTemplateResult, svg } from "lit";

export type Kind = "kiosk" | "phone" | "board" | "area" | "strip" | "clerk" | "manager" | "studio" | "other";

const PICTURES: Record<Kind, SVGTemplateResult> = {
  kiosk: svg`<rect x="14" y="4" width="20" height="28" rx="3"/><path d="M18 10h12M18 15h8M20 26h8M18 32v12M30 32v12M12 44h24"/><path d="M21 26v8h6v-8"/>`,
  phone: svg`<rect x="14" y="4" width="20" height="40" rx="4"/><path d="M14 11h20M14 36h20M23 40h2M19 18h10M19 24h6"/>`,
  board: svg`<rect x="4" y="8" width="40" height="26" rx="3"/><path d="M9 15h12M9 21h12M9 27h12M27 15h4M27 21h4M27 27h4M24 34v8M16 42h16"/>`,
  area: svg`<rect x="8" y="6" width="32" height="22" rx="3"/><path d="M13 13h10M13 20h10M30 13h4M30 20h4M24 28v4"/><path d="M10 44v-6h8v6M20 44v-6h8v6M30 44v-6h8v6"/>`,
  strip: svg`<rect x="3" y="14" width="42" height="14" rx="2"/><path d="M8 21h3M14 21h3M20 21h3M26 21h3M32 21h3M38 21h3"/><path d="M8 28v14h32V28M8 36h32"/>`,
  clerk: svg`<circle cx="24" cy="12" r="6"/><path d="M13 32c0-8 5-12 11-12s11 4 11 12"/><path d="M4 32h40M8 32v11M40 32v11"/><rect x="29" y="22" width="12" height="9" rx="1.5"/>`,
  manager: svg`<rect x="4" y="6" width="40" height="32" rx="3"/><path d="M4 14h40M11 31v-7M19 31V20M27 31v-4M35 31V19M18 44h12"/>`,
  studio: svg`<path d="M6 6v36h38M12 36v-6h6v6M18 30v-8h6v14M24 22v-6h6v20M30 24v-2h6v14"/><path d="M11 20c5-12 14-14 26-8"/>`,
  other: svg`<circle cx="12" cy="24" r="3"/><circle cx="24" cy="24" r="3"/><circle cx="36" cy="24" r="3"/>`,
};

export function picture(kind: Kind): SVGTemplateResult {
  return svg`<svg viewBox="0 0 48 48" width="48" height="48" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${PICTURES[kind]}</svg>`;
}

/** Which screen an address opens, by its path. */
export function kindOf(href: string): Kind {
  const found = /^(?:https?:\/\/[^/]+)?\/?(\w+)/.exec(href);
  const name = found ? (found[1] as string) : "";
  if (name === "t") {
    return "phone";
  }
  return Object.prototype.hasOwnProperty.call(PICTURES, name) ? (name as Kind) : "other";
}
