// How a question to staff looks.

import { css } from "lit";

export const askStyles = css`
  dialog {
    width: 34rem;
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
  dialog.wide {
    width: 46rem;
  }
  dialog::backdrop {
    background: rgba(10, 24, 36, 0.5);
  }
  form {
    display: grid;
    grid-template-rows: auto auto minmax(0, 1fr) auto;
    max-height: calc(100vh - 2rem);
  }
  h2 {
    padding: 1rem 1.25rem 0;
    font-size: var(--ow-text-l);
  }
  .intro {
    padding: 0.25rem 1.25rem 0;
    color: var(--ow-ink-2);
    font-size: var(--ow-text-s);
  }
  .intro .number {
    display: block;
    margin: 0.5rem 0;
    color: var(--ow-brand-strong);
    font-size: 4.5rem;
    line-height: 1.1;
    text-align: center;
  }
  .fields {
    grid-row: 3;
    padding: 0.75rem 1.25rem 1rem;
    overflow: auto;
  }
  .pairs {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 0 1rem;
  }
  footer {
    grid-row: 4;
    display: flex;
    justify-content: flex-end;
    padding: 0.75rem 1.25rem;
    border-top: 1px solid var(--ow-line);
    background: var(--ow-ground);
  }
  footer .button {
    margin-left: 0.5rem;
    padding: 0.25rem 1rem;
  }
  footer kbd {
    margin-left: 0.5rem;
    opacity: 0.85;
  }
  fieldset {
    margin: 0 0 0.75rem;
    padding: 0;
    border: 0;
  }
  legend,
  label.block > span {
    display: block;
    margin-bottom: 0.25rem;
    padding: 0;
    color: var(--ow-ink-2);
    font-size: var(--ow-text-s);
    font-weight: 600;
  }
  label.block {
    display: block;
    margin-bottom: 0.75rem;
  }
  label.block small {
    color: var(--ow-ink-2);
  }
  .choices {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr));
    gap: 0.5rem;
  }
  .choices.long {
    grid-template-columns: 1fr;
  }
  .choices.long .option {
    flex-wrap: nowrap;
  }
  .option {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    min-height: 2.5rem;
    padding: 0.25rem 0.625rem;
    border: 1px solid var(--ow-line-strong);
    border-radius: var(--ow-radius-s);
    cursor: pointer;
  }
  .option.on {
    border-color: var(--ow-brand);
    background: var(--ow-brand-soft);
    box-shadow: inset 0 0 0 1px var(--ow-brand);
    font-weight: 600;
  }
  .option input {
    margin: 0 0.5rem 0 0;
  }
  .option > span {
    flex: 1 1 0;
  }
  .option kbd {
    margin-right: 0.5rem;
    color: var(--ow-ink-2);
  }
  .option small,
  .hit small {
    margin-left: auto;
    padding-left: 0.5rem;
    color: var(--ow-ink-2);
    font-weight: 400;
  }
  .option:focus-within,
  .hit:focus-within {
    outline: 3px solid var(--ow-focus);
    outline-offset: 1px;
  }
  .option input:focus,
  .hit input:focus {
    outline: none;
  }
  .wrong .choices,
  .wrong .hits,
  .wrong .field {
    border-color: var(--ow-bad);
    outline: 2px solid var(--ow-bad);
  }
  .check {
    display: flex;
    align-items: center;
    min-height: 2.25rem;
  }
  .check input {
    width: 1.125rem;
    height: 1.125rem;
    margin: 0 0.5rem 0 0;
  }
  .words {
    margin-bottom: 0.75rem;
    padding: 0.5rem 0.75rem;
    border-left: 4px solid var(--ow-brand);
    background: var(--ow-brand-soft);
    font-size: var(--ow-text-s);
  }
  .hits {
    height: 13rem;
    margin-top: 0.5rem;
    overflow: auto;
    border: 1px solid var(--ow-line);
    border-radius: var(--ow-radius-s);
  }
  .hit {
    display: flex;
    align-items: center;
    min-height: 2.25rem;
    padding: 0.125rem 0.625rem;
    border-bottom: 1px solid var(--ow-line);
    cursor: pointer;
    font-size: var(--ow-text-s);
  }
  .hit.on {
    background: var(--ow-brand-soft);
    font-weight: 600;
  }
  .hit input {
    margin: 0 0.625rem 0 0;
  }
  .none {
    padding: 1rem;
    color: var(--ow-ink-2);
    text-align: center;
  }
  textarea {
    resize: vertical;
  }
`;
