// How the overview looks at 1440 × 900, and how it folds on smaller screens.

import { css } from "lit";

import { panelStyles } from "../clerk/panel-styles";

export const overviewStyles = css`
  .bad {
    color: var(--ow-bad);
  }
  .good {
    color: var(--ow-good);
  }
  ${panelStyles}
  .count {
    margin-left: 0.5rem;
    padding: 0 0.5rem;
    border-radius: 1rem;
    background: var(--ow-ground);
  }
  .totals {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(6.5rem, 1fr));
    gap: 0.5rem;
    margin-bottom: 0.75rem;
  }
  .totals > div {
    padding: 0.5rem 0.75rem;
    border: 1px solid var(--ow-line);
    border-top: 3px solid var(--ow-line-strong);
    border-radius: var(--ow-radius-s);
    background: var(--ow-paper);
  }
  .totals > div:last-child {
    grid-column: span 2;
  }
  .totals dt {
    color: var(--ow-ink-2);
    font-size: var(--ow-text-s);
    white-space: nowrap;
  }
  .totals dd {
    font-size: 1.75rem;
    line-height: 1.15;
    white-space: nowrap;
  }
  .totals dd.of {
    color: var(--ow-ink-2);
    font-size: var(--ow-text-s);
  }
  .totals small {
    color: var(--ow-ink-2);
    font-size: 0.875rem;
    font-weight: 400;
  }
  .totals .waiting,
  .totals .called {
    border-top-color: var(--ow-brand);
  }
  .totals .serving,
  .totals .done {
    border-top-color: var(--ow-good);
  }
  .totals .held,
  .totals .warn {
    border-top-color: var(--ow-warn);
  }
  .totals .missed,
  .totals .alarm {
    border-top-color: var(--ow-bad);
  }
  .totals .warn dd {
    color: var(--ow-warn);
  }
  .totals .alarm dd {
    color: var(--ow-bad);
  }
  .columns {
    display: grid;
    grid-template-columns: 15.5rem minmax(0, 1fr) 17rem;
    gap: 0.75rem;
    align-items: start;
  }
  .columns.stale {
    opacity: 0.6;
  }
  .queues li {
    padding: 0.375rem 0;
  }
  .queues .number {
    font-size: 1.25rem;
  }
  .bar {
    display: block;
    height: 0.625rem;
    margin: 0.125rem 0 0.25rem;
    border-radius: 0.25rem;
    background: var(--ow-ground);
  }
  .bar i {
    display: block;
    height: 100%;
    border-radius: 0.25rem;
    background: var(--ow-brand);
  }
  .queues .warn .bar i {
    background: var(--ow-warn);
  }
  .queues .warn .age {
    color: var(--ow-warn);
    font-weight: 600;
  }
  .queues .alarm .bar i {
    background: var(--ow-bad);
  }
  .queues .alarm .age {
    color: var(--ow-bad);
    font-weight: 600;
  }
  .grid {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(9.25rem, 1fr));
    gap: 0.5rem;
  }
  .grid li {
    display: grid;
  }
  .tile {
    display: grid;
    width: 100%;
    min-height: 7.5rem;
    padding: 0.5rem 0.625rem;
    border: 1px solid var(--ow-line);
    border-left: 5px solid var(--ow-line-strong);
    border-radius: var(--ow-radius-s);
    background: var(--ow-paper);
    color: var(--ow-ink);
    font: inherit;
    text-align: left;
    cursor: pointer;
  }
  .tile:hover {
    border-color: var(--ow-brand);
    box-shadow: var(--ow-shadow);
  }
  .tile .label {
    font-size: 1.25rem;
    line-height: 1.2;
  }
  .tile .now strong {
    font-size: 1.25rem;
  }
  .tile .now {
    min-height: 1.875rem;
  }
  .tile.CLOSED {
    background: var(--ow-ground);
    color: var(--ow-ink-2);
  }
  .tile.IDLE,
  .tile.CALLING {
    border-left-color: var(--ow-brand);
  }
  .tile.SERVING {
    border-left-color: var(--ow-good);
  }
  .tile.PAUSED,
  .tile.DRAINING {
    border-left-color: var(--ow-warn);
    background: #fffaf0;
  }
  .tile.gone {
    border-color: var(--ow-bad);
    border-left-color: var(--ow-bad);
    background: #fff6f5;
  }
  .compact {
    padding: 0.625rem 0.75rem;
  }
  .compact .grid {
    grid-template-columns: repeat(auto-fill, minmax(4.625rem, 1fr));
    gap: 0.375rem;
  }
  .compact .tile {
    min-height: 4.5rem;
    padding: 0.125rem 0.375rem 0.25rem;
    overflow: hidden;
    border-left-width: 4px;
    grid-template-columns: minmax(0, 1fr);
    --ow-text-s: 0.75rem;
  }
  .compact .label {
    font-size: 1.0625rem;
  }
  .compact .since {
    color: var(--ow-ink-2);
    font-size: 0.75rem;
    white-space: nowrap;
  }
  .compact .tile .now {
    min-height: 1.375rem;
    font-size: 1rem;
    line-height: 1.375;
  }
  .compact .who {
    font-size: 0.75rem;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .alarms {
    max-height: 26rem;
    overflow: auto;
  }
  .alarms li {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto;
    gap: 0.5rem;
    align-items: start;
    margin-bottom: 0.375rem;
    padding: 0.5rem 0.625rem;
    border-left: 4px solid var(--ow-warn);
    border-radius: var(--ow-radius-s);
    background: var(--ow-warn-soft);
    font-size: var(--ow-text-s);
  }
  .alarms strong {
    color: var(--ow-warn);
  }
  .alarms small {
    color: var(--ow-ink-2);
  }
  .alarms .alarm {
    border-color: var(--ow-bad);
    background: var(--ow-bad-soft);
  }
  .alarms .alarm strong {
    color: var(--ow-bad);
  }
  .degraded {
    margin-bottom: 0.75rem;
  }
  .day-hours {
    display: grid;
    font-size: var(--ow-text-s);
    text-align: right;
  }
  .held li,
  .stopped li {
    padding: 0.25rem 0;
    border-top: 1px solid var(--ow-line);
  }
  .acts {
    margin: 0.5rem -0.25rem 0;
  }
  .acts .button {
    margin: 0.25rem;
  }
  .facts {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 0.375rem 1rem;
    margin-bottom: 1rem;
  }
  .facts dt {
    color: var(--ow-ink-2);
  }
  .panel-acts {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 0.5rem;
  }
  @media (max-width: 1300px) {
    .columns {
      grid-template-columns: 16rem minmax(0, 1fr) 17rem;
    }
    .totals {
      gap: 0.375rem;
    }
    .totals > div {
      padding: 0.375rem 0.5rem;
    }
    .totals dd.number {
      font-size: 1.5rem;
    }
  }
  @media (max-width: 1000px) {
    .columns {
      grid-template-columns: minmax(0, 1fr);
    }
    .totals {
      grid-template-columns: repeat(auto-fill, minmax(7rem, 1fr));
    }
  }
`;
