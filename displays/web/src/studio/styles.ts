// What the studio's parts share: panels, rows of fields, figures.

import { css } from "lit";

import { deskStyles } from "../clerk/styles";

const parts = css`
  .panel {
    margin-bottom: 0.75rem;
    padding: 0.75rem 0.875rem;
    border: 1px solid var(--ow-line);
    border-radius: var(--ow-radius-s);
    background: var(--ow-paper);
  }
  h2 {
    margin-bottom: 0.5rem;
    font-size: var(--ow-text-m);
  }
  h3 {
    margin: 0.5rem 0 0.25rem;
    color: var(--ow-ink-2);
    font-size: var(--ow-text-s);
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: flex-end;
    margin: 0 -0.375rem;
  }
  .row > * {
    margin: 0.25rem 0.375rem;
  }
  label.one {
    display: block;
    color: var(--ow-ink-2);
    font-size: 0.8125rem;
    font-weight: 600;
  }
  label.one .field {
    display: block;
    color: var(--ow-ink);
    font-weight: 400;
  }
  .short {
    width: 6.5rem;
  }
  .date {
    width: 10rem;
  }
  .hint {
    color: var(--ow-ink-2);
    font-size: 0.8125rem;
  }
  .chart {
    height: 15rem;
  }
  .wide {
    overflow-x: auto;
  }
  .tag {
    display: inline-block;
    margin-right: 0.375rem;
    padding: 0 0.5rem;
    border-radius: 1rem;
    background: var(--ow-warn-soft);
    color: var(--ow-warn);
    font-size: 0.8125rem;
    font-weight: 600;
    line-height: 1.375rem;
    white-space: nowrap;
  }
  .tag.fitted {
    background: var(--ow-good-soft);
    color: var(--ow-good);
  }
  .tag.published {
    background: var(--ow-brand-soft);
    color: var(--ow-brand-strong);
  }
  .list li {
    padding: 0.25rem 0;
    font-size: var(--ow-text-s);
  }
  details > summary {
    padding: 0.25rem 0;
    color: var(--ow-brand-strong);
    font-weight: 600;
    cursor: pointer;
  }
`;

export const studioStyles = [...deskStyles, parts];
