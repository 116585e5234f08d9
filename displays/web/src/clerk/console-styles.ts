// How the console fits into 1366 × 768 without scrolling: three columns, and the keys below.

import { css } from "lit";

export const consoleStyles = css`
  :host {
    display: grid;
    grid-template-rows: auto auto minmax(0, 1fr);
    height: 100vh;
    min-height: 36rem;
  }
  .empty {
    padding: var(--ow-7);
    text-align: center;
  }
  .head {
    display: inline-flex;
    flex-wrap: wrap;
    align-items: center;
  }
  .head > * {
    margin-left: 0.75rem;
  }
  .bad {
    color: var(--ow-bad);
  }
  .good {
    color: var(--ow-good);
  }
  .desk {
    display: grid;
    grid-template-columns: 19.5rem minmax(0, 1fr) 19.5rem;
    grid-template-rows: minmax(0, 1fr) 2.25rem auto;
    gap: 0.5rem 0.625rem;
    min-height: 0;
    padding: 0.625rem;
  }
  .desk.stale > .panel,
  .desk.stale .parked {
    opacity: 0.55;
  }
  .panel {
    min-height: 0;
    padding: 0.625rem 0.75rem;
    border: 1px solid var(--ow-line);
    border-radius: var(--ow-radius-s);
    background: var(--ow-paper);
  }
  h3 {
    color: var(--ow-ink-2);
    font-size: var(--ow-text-s);
  }
  .none {
    padding: 0.25rem 0;
    color: var(--ow-ink-2);
    font-size: var(--ow-text-s);
  }

  .line {
    display: grid;
    grid-template-rows: auto auto minmax(0, 1fr);
    grid-template-columns: minmax(0, 1fr);
  }
  .line h3 {
    margin-bottom: 0.25rem;
  }
  .line .none {
    grid-row: 3;
    grid-column: 1;
  }
  .line .rows {
    grid-row: 3;
    grid-column: 1;
    overflow: auto;
  }
  .counts {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 0.5rem;
    margin-bottom: 0.5rem;
  }
  .counts > div {
    padding: 0.25rem 0.625rem;
    border-radius: var(--ow-radius-s);
    background: var(--ow-ground);
  }
  .counts > div:first-child {
    background: var(--ow-brand-soft);
  }
  dt {
    color: var(--ow-ink-2);
    font-size: 0.8125rem;
  }
  .counts dd {
    font-size: 1.75rem;
    line-height: 1.1;
  }
  .rows li {
    display: grid;
    grid-template-columns: 3.375rem minmax(0, 1fr) auto auto;
    gap: 0.375rem;
    align-items: center;
    min-height: 2.5rem;
    border-bottom: 1px solid var(--ow-line);
    font-size: var(--ow-text-s);
  }
  .rows li:last-child {
    border-bottom: 0;
  }
  .rows .chip {
    margin-right: 0.25rem;
    padding: 0 0.3rem;
    border-radius: 0.25rem;
    font-size: 0.75rem;
    line-height: 1.125rem;
  }
  .rows .number {
    font-size: 1.0625rem;
  }

  .parked {
    display: flex;
    flex-direction: column;
    min-height: 0;
  }
  .parked .panel + .panel {
    margin-top: 0.5rem;
  }
  .parked .panel {
    display: grid;
    flex: 1 1 0;
    min-height: 0;
    grid-template-rows: auto minmax(0, 1fr);
    padding-bottom: 0;
  }
  /* A list with nobody in it leaves its room to the others. */
  .parked .panel.bare {
    flex: none;
  }
  .parked .rows {
    overflow: auto;
  }
  .parked .rows li {
    grid-template-columns: 3.375rem minmax(0, 1fr) auto;
  }
  .parked .what > span {
    display: block;
    line-height: 1.3;
  }
  .acts {
    white-space: nowrap;
  }
  .acts .button.small {
    padding: 0.125rem 0.375rem;
  }
  .count {
    margin-left: 0.375rem;
    padding: 0 0.4rem;
    border-radius: 1rem;
    background: var(--ow-ground);
    color: var(--ow-ink);
  }

  .now {
    display: grid;
    grid-template-rows: auto auto auto auto minmax(0, 1fr);
    align-content: start;
    padding: 0.875rem 1.125rem 0.5rem;
    border-top: 5px solid var(--ow-line-strong);
  }
  .now.CALLED {
    border-top-color: var(--ow-brand);
  }
  .now.SERVING {
    border-top-color: var(--ow-good);
  }
  .now.PAUSED,
  .now.DRAINING {
    border-top-color: var(--ow-warn);
  }
  .top {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto;
    gap: 1.25rem;
    align-items: center;
  }
  .huge {
    font-size: 6rem;
    line-height: 1;
    letter-spacing: -0.02em;
    color: var(--ow-brand-strong);
  }
  .facts p {
    margin-bottom: 0.25rem;
  }
  .gap {
    margin-right: 0.75rem;
  }
  .chips {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
  }
  .chips ow-state {
    margin-right: 0.375rem;
  }
  .timer {
    text-align: right;
  }
  .timer span {
    display: block;
  }
  .timer strong {
    font-size: 2.25rem;
    line-height: 1.1;
  }
  .conditions {
    display: grid;
    grid-template-columns: 1fr 1fr;
    grid-row: 2;
    gap: 0.5rem;
    margin-top: 0.625rem;
  }
  .conditions > div {
    display: flex;
    align-items: center;
    justify-content: space-between;
    padding: 0.3rem 0.75rem;
    border: 1px solid var(--ow-line);
    border-radius: var(--ow-radius-s);
    background: var(--ow-ground);
    font-size: var(--ow-text-s);
  }
  .conditions dd {
    font-variant-numeric: tabular-nums;
    font-weight: 600;
  }
  .conditions .ready {
    border-color: var(--ow-good);
    background: var(--ow-good-soft);
  }
  .conditions .ready dt,
  .conditions .ready dd {
    color: var(--ow-good);
  }
  .why {
    grid-row: 3;
    margin-top: 0.625rem;
    padding: 0.375rem 0.75rem;
    border-left: 4px solid var(--ow-brand);
    background: var(--ow-ground);
    font-size: var(--ow-text-s);
  }
  .items-head {
    grid-row: 4;
    margin-top: 0.75rem;
    padding-bottom: 0.375rem;
    border-bottom: 1px solid var(--ow-line-strong);
  }
  .items {
    grid-row: 5;
    overflow: auto;
  }
  .items li {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto;
    gap: 0.625rem;
    align-items: center;
    min-height: 3rem;
    padding: 0.25rem 0;
    border-bottom: 1px solid var(--ow-line);
  }
  .entry {
    padding: 0.25rem;
    border: 0;
    background: none;
    color: var(--ow-ink-2);
    cursor: pointer;
  }
  .name strong {
    font-size: 1.0625rem;
  }
  .quantity {
    padding: 0 0.4rem;
    border-radius: 0.25rem;
    background: var(--ow-warn-soft);
    color: var(--ow-warn);
  }
  .owed {
    display: block;
    color: var(--ow-warn);
  }
  .results {
    display: flex;
  }
  .result {
    min-height: 2.125rem;
    margin-left: -1px;
    padding: 0 0.75rem;
    border: 1px solid var(--ow-line-strong);
    background: var(--ow-paper);
    color: var(--ow-ink);
    font: 600 var(--ow-text-s) / 1.2 var(--ow-font);
    white-space: nowrap;
    cursor: pointer;
  }
  .result:first-child {
    border-radius: var(--ow-radius-s) 0 0 var(--ow-radius-s);
  }
  .result:last-child {
    border-radius: 0 var(--ow-radius-s) var(--ow-radius-s) 0;
  }
  .result:hover {
    background: var(--ow-brand-soft);
  }
  .result[disabled] {
    color: var(--ow-ink-2);
    cursor: default;
  }
  .result[aria-pressed="true"] {
    z-index: 1;
    border-color: var(--ow-good);
    background: var(--ow-good-soft);
    color: var(--ow-good);
  }
  .result.supplement_due[aria-pressed="true"],
  .result.referred[aria-pressed="true"] {
    border-color: var(--ow-warn);
    background: var(--ow-warn-soft);
    color: var(--ow-warn);
  }
  .result.refused[aria-pressed="true"] {
    border-color: var(--ow-bad);
    background: var(--ow-bad-soft);
    color: var(--ow-bad);
  }
  .rest {
    grid-row: 1 / 6;
    align-self: center;
    padding: 2rem;
    text-align: center;
  }
  .rest h2 {
    font-size: 2.25rem;
  }
  .rest .muted {
    font-size: var(--ow-text-l);
  }
  .giant {
    margin-top: 1.5rem;
    color: var(--ow-brand);
  }
  .giant kbd {
    padding: 0.5rem 1.5rem;
    border-width: 2px;
    border-radius: 0.75rem;
    font-size: 3rem;
    line-height: 1.2;
  }
  .button.large {
    min-height: 3rem;
    margin-top: 1.5rem;
    padding: 0.5rem 2rem;
    font-size: var(--ow-text-l);
  }
  .pulse {
    width: 4rem;
    height: 4rem;
    margin: 1.5rem auto 0;
    border-radius: 50%;
    background: var(--ow-brand);
    animation: pulse 2s ease-in-out infinite;
  }
  @keyframes pulse {
    50% {
      opacity: 0.25;
      transform: scale(0.7);
    }
  }

  .note-row {
    grid-column: 1 / 4;
    min-height: 0;
  }
  .note-row .note {
    padding: 0.3rem 0.875rem;
    line-height: 1.6;
    font-weight: 600;
  }
  .keys {
    display: grid;
    grid-column: 1 / 4;
    grid-template-columns: repeat(10, minmax(0, 1fr));
    gap: 0.5rem;
  }
  .key {
    display: grid;
    grid-template-columns: auto 1fr;
    grid-template-rows: auto 1fr;
    gap: 0 0.375rem;
    align-items: center;
    /* Room for the two lines of what can be undone: the console does not jump when they come and go. */
    min-height: 4.625rem;
    padding: 0.375rem 0.5rem;
    border: 1px solid var(--ow-line-strong);
    border-radius: var(--ow-radius-s);
    background: var(--ow-paper);
    color: var(--ow-brand-strong);
    font: inherit;
    text-align: left;
    cursor: pointer;
  }
  .key .label {
    grid-column: 1 / 3;
    grid-row: 2;
    font-weight: 700;
    line-height: 1.2;
  }
  .key .sub {
    font-size: 0.8125rem;
    font-variant-numeric: tabular-nums;
    text-align: right;
  }
  .key:hover {
    background: var(--ow-brand-soft);
  }
  .key.natural {
    border-color: var(--ow-brand);
    background: var(--ow-brand);
    color: var(--ow-on-brand);
  }
  .key.natural:hover {
    background: var(--ow-brand-strong);
  }
  .key[disabled] {
    border-color: var(--ow-line);
    background: var(--ow-ground);
    color: var(--ow-ink-2);
    cursor: default;
  }
  .key.sending {
    border-color: var(--ow-brand);
    background: var(--ow-brand-soft);
    color: var(--ow-brand-strong);
  }
  .key-list {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 0.375rem 1rem;
    margin-bottom: 0.75rem;
    font-size: var(--ow-text-s);
  }
  .key-list dt {
    color: var(--ow-ink);
    white-space: nowrap;
  }

  /* In large mode or on a small screen nothing is squeezed: the page scrolls. */
  :host([roomy]) {
    height: auto;
  }
  :host([roomy]) .desk {
    grid-template-columns: minmax(0, 1fr);
    grid-template-rows: auto;
  }
  :host([roomy]) .now {
    order: -2;
  }
  :host([roomy]) .note-row,
  :host([roomy]) .keys {
    order: -1;
    grid-column: 1;
  }
  :host([roomy]) .keys {
    grid-template-columns: repeat(5, minmax(0, 1fr));
  }
  @media (max-width: 1100px) {
    :host {
      height: auto;
    }
    .desk {
      grid-template-columns: minmax(0, 1fr);
      grid-template-rows: auto;
    }
    .now {
      order: -2;
    }
    .note-row,
    .keys {
      order: -1;
      grid-column: 1;
    }
    .keys {
      grid-template-columns: repeat(5, minmax(0, 1fr));
    }
  }
`;
