// How a list of items to pick from looks: themes as chips, packages folded away, counts beside what is chosen.

import { css } from "lit";

export const pickerStyles = css`
  .block,
  .note {
    margin-bottom: var(--ow-4);
  }
  h2 {
    margin-bottom: var(--ow-3);
    font-size: var(--ow-text-l);
  }
  .chips {
    display: flex;
    margin: 0 calc(-1 * var(--ow-1)) var(--ow-4);
    padding: 3px 0;
    overflow-x: auto;
    white-space: nowrap;
  }
  .chips .button {
    flex: 0 0 auto;
    margin: 0 var(--ow-1);
    border-radius: 2em;
  }
  summary {
    min-height: var(--ow-target);
    padding: var(--ow-2) 0;
    color: var(--ow-brand-strong);
    font-size: var(--ow-text-l);
    font-weight: 600;
    cursor: pointer;
  }
  .list {
    margin-bottom: var(--ow-5);
    overflow: hidden;
    border: 1px solid var(--ow-line);
    border-radius: var(--ow-radius);
    background: var(--ow-paper);
  }
  .list li + li {
    border-top: 1px solid var(--ow-line);
  }
  .list .chosen {
    background: var(--ow-brand-soft);
    box-shadow: inset 4px 0 0 var(--ow-brand);
  }
  .pick {
    display: block;
    width: 100%;
    min-height: var(--ow-target);
    padding: var(--ow-3) var(--ow-4);
    border: 0;
    background: transparent;
    color: inherit;
    font: inherit;
    text-align: left;
    cursor: pointer;
  }
  .pick:focus {
    outline-offset: -3px;
  }
  .pick[disabled] {
    cursor: not-allowed;
  }
  .pick[disabled] .name {
    color: var(--ow-ink-2);
  }
  .pick .name {
    margin-right: var(--ow-2);
    font-weight: 600;
  }
  .pick .fact {
    display: block;
    color: var(--ow-ink-2);
    font-size: var(--ow-text-s);
  }
  .stepper {
    display: flex;
    align-items: center;
    padding: 0 var(--ow-4) var(--ow-3);
  }
  .stepper output {
    min-width: 3rem;
    font-weight: 700;
    text-align: center;
  }
`;
