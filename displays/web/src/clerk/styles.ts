// What the staff pages share inside their shadow roots: denser than the citizens' pages, same tokens.

import { css } from "lit";

import { base, buttons, surfaces } from "../shared/theme";

const dense = css`
  :host {
    --desk-target: 2.25rem;
  }
  .button {
    min-height: var(--desk-target);
    min-width: 2rem;
    padding: 0.25rem 0.75rem;
    border-radius: var(--ow-radius-s);
    font-size: var(--ow-text-s);
    white-space: nowrap;
  }
  .button.small {
    min-height: 1.75rem;
    padding: 0.125rem 0.5rem;
    font-size: 0.8125rem;
  }
  .button.quiet {
    color: var(--ow-brand-strong);
  }
  .button.danger.solid {
    background: var(--ow-bad);
    border-color: var(--ow-bad);
    color: #ffffff;
  }
  .field {
    min-height: var(--desk-target);
    padding: 0.25rem 0.625rem;
    border-radius: var(--ow-radius-s);
    font-size: var(--ow-text-s);
  }
  kbd {
    display: inline-block;
    min-width: 1.375rem;
    padding: 0 0.3rem;
    border: 1px solid currentColor;
    border-radius: 0.25rem;
    font: 600 0.75rem/1.25rem var(--ow-font-number);
    text-align: center;
  }
  .chip {
    display: inline-block;
    margin-right: 0.375rem;
    padding: 0 0.5rem;
    border: 1px solid var(--ow-line);
    border-radius: 1rem;
    background: var(--ow-ground);
    color: var(--ow-ink-2);
    font-size: 0.8125rem;
    font-weight: 600;
    line-height: 1.375rem;
    white-space: nowrap;
  }
  .chip.priority {
    border-color: var(--ow-good);
    background: var(--ow-good-soft);
    color: var(--ow-good);
  }
  .chip.booked {
    border-color: var(--ow-brand);
    background: var(--ow-brand-soft);
    color: var(--ow-brand-strong);
  }
  .chip.elder {
    border-color: var(--ow-warn);
    background: var(--ow-warn-soft);
    color: var(--ow-warn);
  }
  .muted {
    color: var(--ow-ink-2);
  }
  .small {
    font-size: 0.8125rem;
  }
  .number {
    font-family: var(--ow-font-number);
    font-variant-numeric: tabular-nums;
    font-weight: 700;
  }
  .clip {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .spread {
    display: flex;
    align-items: center;
    justify-content: space-between;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: var(--ow-text-s);
  }
  th {
    padding: 0.375rem 0.625rem;
    border-bottom: 1px solid var(--ow-line-strong);
    color: var(--ow-ink-2);
    font-weight: 600;
    text-align: left;
    white-space: nowrap;
  }
  thead td {
    border-bottom: 1px solid var(--ow-line-strong);
  }
  tbody td {
    padding: 0.375rem 0.625rem;
    border-bottom: 1px solid var(--ow-line);
    vertical-align: middle;
  }
  th.n,
  td.n {
    text-align: right;
    font-variant-numeric: tabular-nums;
  }
`;

export const deskStyles = [base, buttons, surfaces, dense];
