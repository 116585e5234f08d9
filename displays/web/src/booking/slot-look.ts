// How days and slots look, on a phone and, larger, on the glass of a kiosk.

import { css } from "lit";

export const slotLook = css`
  h3 {
    margin: var(--ow-4) 0 var(--ow-2);
    font-size: var(--ow-text-l);
  }
  h4 {
    margin: var(--ow-3) 0 var(--ow-2);
    color: var(--ow-ink-2);
    font-size: var(--ow-text-m);
    font-weight: 600;
  }
  .quiet {
    padding: var(--ow-5) 0;
    color: var(--ow-ink-2);
    text-align: center;
  }
  .days {
    display: flex;
    margin: 0 calc(-1 * var(--ow-4));
    padding: 4px var(--ow-3) var(--ow-2);
    overflow-x: auto;
    -webkit-overflow-scrolling: touch;
  }
  .day,
  .slot {
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    padding: var(--ow-2) var(--ow-1);
    border: 1px solid var(--ow-line-strong);
    border-radius: var(--ow-radius);
    background: var(--ow-paper);
    color: var(--ow-ink);
    font: inherit;
    line-height: 1.25;
    cursor: pointer;
    -webkit-tap-highlight-color: transparent;
  }
  .day {
    flex: 0 0 auto;
    min-width: 4.9rem;
    min-height: 5rem;
    margin: 0 var(--ow-1);
  }
  .day .name {
    font-weight: 600;
  }
  .day .date {
    color: var(--ow-ink-2);
  }
  .day .word,
  .slot .word {
    margin-top: 0.15em;
    font-size: var(--ow-text-s);
    white-space: nowrap;
  }
  .day.free .word,
  .slot.free .word {
    color: var(--ow-good);
    font-weight: 600;
  }
  .day.full .word,
  .day.later .word {
    color: var(--ow-warn);
  }
  .day.closed,
  .day.over,
  .day.off {
    border-style: dashed;
    background: transparent;
    color: var(--ow-ink-2);
  }
  .slots {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(7rem, 1fr));
    gap: var(--ow-2);
  }
  .slot {
    min-height: 3.75rem;
  }
  .slot .time {
    font-weight: 600;
    white-space: nowrap;
  }
  .slot.full {
    background: var(--ow-ground);
  }
  .slot.full .word {
    color: var(--ow-warn);
  }
  .slot[disabled] {
    border-color: var(--ow-line);
    color: var(--ow-ink-2);
    cursor: not-allowed;
  }
  .slot[disabled] .word {
    color: var(--ow-ink-2);
  }
  .day[aria-pressed="true"],
  .slot[aria-pressed="true"] {
    border-color: var(--ow-brand);
    background: var(--ow-brand);
    color: var(--ow-on-brand);
  }
  .day[aria-pressed="true"] .date,
  .day[aria-pressed="true"] .word,
  .slot[aria-pressed="true"] .word {
    color: inherit;
  }
  .reason b {
    display: block;
  }
  .reason p {
    margin-top: var(--ow-3);
  }
  :host([kiosk]) .days {
    display: grid;
    grid-template-columns: repeat(7, minmax(0, 1fr));
    gap: 0.5rem;
    margin: 0;
    padding: 0;
    overflow: visible;
  }
  :host([kiosk]) .day {
    min-width: 0;
    min-height: 5.4rem;
    margin: 0;
  }
  :host([kiosk]) .slots {
    grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr));
    gap: 0.6rem;
  }
  :host([kiosk]) .slot {
    min-height: 4rem;
  }
  :host([kiosk]) .day,
  :host([kiosk]) .slot {
    border-width: 2px;
  }
`;
