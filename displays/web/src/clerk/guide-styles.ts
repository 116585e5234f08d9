// How the guide's page looks: finding on the left, what needs a hand on the right.

import { css } from "lit";

export const guideStyles = css`
  main {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 28rem;
    gap: 0.75rem;
    max-width: 90rem;
    margin: 0 auto;
    padding: 0.75rem;
  }
  .head > * {
    margin-left: 0.75rem;
  }
  .bad {
    color: var(--ow-bad);
  }
  .panel {
    margin-bottom: 0.75rem;
    padding: 0.875rem 1rem;
    border: 1px solid var(--ow-line);
    border-radius: var(--ow-radius-s);
    background: var(--ow-paper);
  }
  .search {
    display: grid;
    grid-auto-flow: column;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 0.75rem;
    align-items: center;
  }
  .search label {
    font-weight: 600;
  }
  .search .field {
    min-height: 3rem;
    font-size: 1.5rem;
    text-transform: uppercase;
  }
  .search .day {
    font-size: 1rem;
  }
  .search .field::placeholder {
    font-size: 1rem;
    text-transform: none;
  }
  .search .button {
    min-height: 3rem;
    font-size: 1rem;
  }
  .card-ticket .top {
    display: flex;
    align-items: center;
  }
  .card-ticket h2 {
    margin-right: 1.25rem;
    color: var(--ow-brand-strong);
    font-size: 4rem;
    line-height: 1.1;
  }
  .items li {
    padding: 0.375rem 0;
    border-top: 1px solid var(--ow-line);
  }
  .acts {
    margin: 0.75rem -0.25rem 0;
  }
  .acts .button {
    margin: 0.25rem;
  }
  .passers li {
    padding: 0.375rem 0;
    border-top: 1px solid var(--ow-line);
    font-size: var(--ow-text-s);
  }
  h2 {
    font-size: var(--ow-text-m);
  }
  .count {
    margin-left: 0.5rem;
    padding: 0 0.5rem;
    border-radius: 1rem;
    background: var(--ow-ground);
  }
  .rows li {
    display: grid;
    grid-template-columns: 4rem minmax(0, 1fr) auto auto;
    gap: 0.5rem;
    align-items: center;
    min-height: 3rem;
    border-top: 1px solid var(--ow-line);
    font-size: var(--ow-text-s);
  }
  .rows .number {
    font-size: 1.125rem;
  }
  .queues li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 4rem 14rem;
    gap: 0.75rem;
    align-items: baseline;
    padding: 0.375rem 0;
    border-top: 1px solid var(--ow-line);
  }
  .queues .number {
    font-size: 1.25rem;
    text-align: right;
  }
  .alarms {
    max-height: 16rem;
    overflow-y: auto;
  }
  .alarms li {
    margin-top: 0.375rem;
    padding: 0.375rem 0.75rem;
    border-left: 4px solid var(--ow-warn);
    border-radius: var(--ow-radius-s);
    background: var(--ow-warn-soft);
    color: var(--ow-warn);
  }
  .alarms .alarm {
    border-color: var(--ow-bad);
    background: var(--ow-bad-soft);
    color: var(--ow-bad);
  }
  .none {
    color: var(--ow-ink-2);
  }
  @media (max-width: 1000px) {
    main {
      grid-template-columns: minmax(0, 1fr);
    }
  }
  @media (max-width: 600px) {
    .search {
      grid-auto-flow: row;
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    }
    .search label,
    .search .field {
      grid-column: 1 / 3;
    }
    .queues li {
      grid-template-columns: minmax(0, 1fr) 4rem;
    }
  }
`;
