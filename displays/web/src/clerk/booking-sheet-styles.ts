// How booking on behalf and moving a booking look: one dialog, its steps on top, its keys below.

import { css } from "lit";

export const sheetStyles = css`
  dialog {
    width: 52rem;
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
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    padding: 0.75rem 1.25rem;
    border-bottom: 1px solid var(--ow-line);
  }
  h2 {
    font-size: var(--ow-text-l);
  }
  h3 {
    margin-top: 0.75rem;
    font-size: var(--ow-text-s);
    color: var(--ow-ink-2);
  }
  .steps {
    display: flex;
    flex-wrap: wrap;
  }
  .steps li {
    margin-left: 0.25rem;
    padding: 0.125rem 0.75rem;
    border-radius: 1rem;
    color: var(--ow-ink-2);
    font-size: var(--ow-text-s);
  }
  .steps li[aria-current] {
    background: var(--ow-brand);
    color: var(--ow-on-brand);
    font-weight: 600;
  }
  .steps .past {
    color: var(--ow-good);
    font-weight: 600;
  }
  .body {
    max-height: calc(100vh - 7rem);
    padding: 0.75rem 1.25rem 0;
    overflow: auto;
  }
  .summary {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    justify-content: space-between;
    margin-bottom: 0.75rem;
  }
  .summary .held {
    color: var(--ow-warn);
    font-weight: 600;
    font-variant-numeric: tabular-nums;
  }
  .note {
    margin-bottom: 0.75rem;
  }
  .search {
    min-height: 3rem;
    font-size: 1.125rem;
  }
  .hits {
    min-height: 12rem;
    margin-top: 0.5rem;
  }
  .hit {
    display: flex;
    align-items: baseline;
    justify-content: space-between;
    width: 100%;
    padding: 0.375rem 0.625rem;
    border: 0;
    border-bottom: 1px solid var(--ow-line);
    background: none;
    color: inherit;
    font: inherit;
    text-align: left;
    cursor: pointer;
  }
  .hit:hover {
    background: var(--ow-brand-soft);
  }
  .hit small {
    color: var(--ow-ink-2);
    white-space: nowrap;
  }
  .none {
    padding: 0.75rem;
    color: var(--ow-ink-2);
  }
  .basket li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 5rem auto;
    gap: 0.5rem;
    align-items: center;
    padding: 0.25rem 0.625rem;
    border-bottom: 1px solid var(--ow-line);
    background: var(--ow-brand-soft);
  }
  .person {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 0.75rem 1.25rem;
  }
  .person label > span,
  legend {
    display: block;
    padding: 0;
    font-weight: 600;
  }
  .person small {
    display: block;
    color: var(--ow-ink-2);
  }
  .person .wrong small {
    color: var(--ow-bad);
    font-weight: 600;
  }
  .person .wrong .field {
    border-color: var(--ow-bad);
  }
  .person .field {
    min-height: 3rem;
    font-size: 1.125rem;
  }
  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
  }
  fieldset label {
    display: inline-block;
    margin: 0.75rem 1.25rem 0 0;
  }
  .done {
    padding: 0.5rem 0 1rem;
    text-align: center;
  }
  .when {
    font-size: var(--ow-text-l);
  }
  .code {
    color: var(--ow-brand-strong);
    font-size: 3.5rem;
    letter-spacing: 0.08em;
    line-height: 1.2;
  }
  footer {
    position: sticky;
    bottom: 0;
    display: flex;
    grid-column: 1 / 3;
    justify-content: space-between;
    margin: 0.75rem -1.25rem 0;
    padding: 0.75rem 1.25rem;
    border-top: 1px solid var(--ow-line);
    background: var(--ow-ground);
  }
  footer .button {
    margin-left: 0.5rem;
    padding: 0.25rem 1rem;
  }
  footer > .button {
    margin-left: 0;
  }
  footer kbd {
    margin-left: 0.5rem;
  }
  @media (max-width: 700px) {
    .person {
      grid-template-columns: minmax(0, 1fr);
    }
    footer {
      grid-column: 1;
    }
  }
`;
