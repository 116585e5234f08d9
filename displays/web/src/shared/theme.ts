// Styles that components share inside their shadow roots, and the large mode. The tokens are in
// theme.css. Written for Chrome 69: no flex `gap`, `inset`, `clamp()` or `:is()`; grids have gaps.

import "./theme.css";

import { css } from "lit";

const STORED = "ow.large";

/** The ground rules: every component takes these first. */
export const base = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :host {
    display: block;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd,
  figure {
    margin: 0;
    padding: 0;
  }
  ul,
  ol {
    list-style: none;
  }
  h1,
  h2,
  h3 {
    font-weight: 600;
    line-height: 1.3;
  }
  a {
    color: var(--ow-brand);
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip: rect(0 0 0 0);
    white-space: nowrap;
  }
  .beside {
    color: var(--ow-ink-2);
    font-size: 0.8em;
    font-weight: 400;
  }
  .digits {
    font-family: var(--ow-font-number);
    font-variant-numeric: tabular-nums;
    font-feature-settings: "tnum";
  }
  a:focus,
  button:focus,
  input:focus,
  select:focus,
  textarea:focus,
  summary:focus,
  [tabindex]:focus {
    outline: 3px solid var(--ow-focus);
    outline-offset: 2px;
  }
  /* Browsers that can tell show the ring to those who use the keyboard only. */
  a:focus:not(:focus-visible),
  button:focus:not(:focus-visible),
  summary:focus:not(:focus-visible),
  [tabindex]:focus:not(:focus-visible) {
    outline: none;
  }
  /* Where the system chooses the colours, every border is drawn alike: what is chosen has the system's pair for that. */
  @media (forced-colors: active) {
    a[aria-current],
    button[aria-current],
    button[aria-pressed="true"],
    button[aria-checked="true"] {
      border-color: Highlight !important;
      background: Highlight !important;
      color: HighlightText !important;
      forced-color-adjust: none;
    }
    button[aria-pressed="true"] *,
    button[aria-checked="true"] * {
      color: HighlightText !important;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
    }
  }
`;

/** Buttons: `.button`, with `primary`, `danger`, `quiet` or `wide` beside it. */
export const buttons = css`
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    min-height: var(--ow-target);
    min-width: var(--ow-target);
    padding: var(--ow-2) var(--ow-4);
    border: 1px solid var(--ow-line-strong);
    border-radius: var(--ow-radius);
    background: var(--ow-paper);
    color: var(--ow-brand-strong);
    font: inherit;
    font-weight: 600;
    line-height: 1.25;
    text-align: center;
    text-decoration: none;
    cursor: pointer;
    transition: background-color 120ms, border-color 120ms;
  }
  .button:hover {
    background: var(--ow-brand-soft);
    border-color: var(--ow-brand);
  }
  .button.primary {
    background: var(--ow-brand);
    border-color: var(--ow-brand);
    color: var(--ow-on-brand);
  }
  .button.primary:hover {
    background: var(--ow-brand-strong);
    border-color: var(--ow-brand-strong);
  }
  .button.danger {
    border-color: var(--ow-bad);
    color: var(--ow-bad);
  }
  .button.danger:hover {
    background: var(--ow-bad-soft);
  }
  .button.quiet {
    border-color: transparent;
    background: transparent;
  }
  .button.quiet:hover {
    background: var(--ow-brand-soft);
  }
  .button.wide {
    width: 100%;
  }
  .button[disabled],
  .button[disabled]:hover,
  .button[aria-disabled="true"],
  .button[aria-disabled="true"]:hover {
    background: var(--ow-ground);
    border-color: var(--ow-line);
    color: var(--ow-ink-2);
    cursor: not-allowed;
  }
  .button .beside {
    margin-left: var(--ow-2);
    color: inherit;
  }
`;

/** Cards, fields and notes of the light pages. */
export const surfaces = css`
  .card {
    padding: var(--ow-5);
    border: 1px solid var(--ow-line);
    border-radius: var(--ow-radius);
    background: var(--ow-paper);
    box-shadow: var(--ow-shadow);
  }
  .note {
    padding: var(--ow-3) var(--ow-4);
    border-left: 4px solid var(--ow-brand);
    border-radius: var(--ow-radius-s);
    background: var(--ow-brand-soft);
  }
  .note.good {
    border-color: var(--ow-good);
    background: var(--ow-good-soft);
    color: var(--ow-good);
  }
  .note.warn {
    border-color: var(--ow-warn);
    background: var(--ow-warn-soft);
    color: var(--ow-warn);
  }
  .note.bad {
    border-color: var(--ow-bad);
    background: var(--ow-bad-soft);
    color: var(--ow-bad);
  }
  .field {
    width: 100%;
    min-height: var(--ow-target);
    padding: var(--ow-2) var(--ow-3);
    border: 1px solid var(--ow-line-strong);
    border-radius: var(--ow-radius);
    background: var(--ow-paper);
    color: inherit;
    font: inherit;
  }
`;

export function isLarge(): boolean {
  return document.documentElement.hasAttribute("data-large");
}

export function setLarge(mode: "large" | "standard"): void {
  document.documentElement.toggleAttribute("data-large", mode === "large");
  try {
    localStorage.setItem(STORED, mode);
  } catch {
    // Without storage the choice lasts for this page.
    return;
  }
}

/** Bring back the size that this browser was set to; `?large=1` asks for it once. */
export function applyLarge(search: string = location.search): void {
  let wanted = new URLSearchParams(search).get("large") === "1";
  try {
    wanted = wanted || localStorage.getItem(STORED) === "large";
  } catch {
    wanted = wanted || false;
  }
  document.documentElement.toggleAttribute("data-large", wanted);
}
