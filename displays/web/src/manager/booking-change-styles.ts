// How the dialog of a change of slots looks: fields, preview, reason, in the order of thinking.

import { css } from "lit";

export const changeStyles = css`
  dialog {
    width: 46rem;
    max-width: calc(100vw - 2rem);
    max-height: calc(100vh - 2rem);
    padding: 0;
    overflow: hidden;
    border: 0;
    border-radius: var(--ow-radius);
    background: var(--ow-paper);
    color: var(--ow-ink);
    box-shadow: var(--ow-shadow-high);
  }
  dialog::backdrop {
    background: rgba(10, 24, 36, 0.5);
  }
  form {
    display: grid;
    grid-template-rows: auto minmax(0, 1fr) auto;
    max-height: calc(100vh - 2rem);
  }
  header {
    padding: 0.875rem 1.25rem 0.5rem;
  }
  h2 {
    font-size: var(--ow-text-l);
  }
  .body {
    padding: 0 1.25rem 0.875rem;
    overflow: auto;
  }
  .row {
    display: grid;
    grid-template-columns: 1fr 1fr 1fr 1fr;
    gap: 0.75rem;
  }
  label > span,
  legend,
  summary {
    font-size: var(--ow-text-s);
    font-weight: 600;
  }
  .wide {
    display: block;
    margin-top: 0.625rem;
  }
  label small {
    color: var(--ow-ink-2);
  }
  fieldset {
    margin: 0.625rem 0 0;
    padding: 0;
    border: 0;
  }
  .option {
    display: inline-block;
    margin: 0.25rem 0.5rem 0 0;
    padding: 0.25rem 0.75rem;
    border: 1px solid var(--ow-line-strong);
    border-radius: var(--ow-radius-s);
  }
  .option.on {
    border-color: var(--ow-brand);
    background: var(--ow-brand-soft);
  }
  .note {
    margin-top: 0.75rem;
  }
  .scroll {
    max-height: 15rem;
    margin-top: 0.5rem;
    overflow: auto;
  }
  .scroll th {
    position: sticky;
    top: 0;
    background: var(--ow-paper);
  }
  tr.over td {
    background: var(--ow-bad-soft);
    color: var(--ow-bad);
  }
  .chip.moved {
    border-color: var(--ow-good);
    background: var(--ow-good-soft);
    color: var(--ow-good);
  }
  .chip.cancelled {
    border-color: var(--ow-bad);
    background: var(--ow-bad-soft);
    color: var(--ow-bad);
  }
  .chip.listed {
    border-color: var(--ow-warn);
    background: var(--ow-warn-soft);
    color: var(--ow-warn);
  }
  footer {
    display: flex;
    justify-content: space-between;
    padding: 0.75rem 1.25rem;
    border-top: 1px solid var(--ow-line);
    background: var(--ow-ground);
  }
  footer .button {
    margin-right: 0.5rem;
    padding: 0.25rem 1rem;
  }
  footer kbd {
    margin-left: 0.5rem;
  }
  @media (max-width: 700px) {
    .row {
      grid-template-columns: 1fr 1fr;
    }
  }
`;
