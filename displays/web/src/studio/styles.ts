// What the studio's parts share: rows of fields, tags, figures.

import { css } from "lit";

import { panelStyles } from "../clerk/panel-styles";
import { deskStyles } from "../clerk/styles";

const parts = css`
  td.n {
    white-space: nowrap;
  }
  h2 {
    font-weight: 700;
  }
  tbody th {
    border-bottom-color: var(--ow-line);
    font-weight: 400;
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

export const studioStyles = [...deskStyles, panelStyles, parts];
