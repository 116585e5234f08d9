// How four weeks and a day's slots look: the darker, the fuller; closed is hatched, too much is red.

import { css } from "lit";

export const calendarStyles = css`
  .tools {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    margin-bottom: 0.5rem;
  }
  .weeks {
    display: grid;
    grid-template-columns: repeat(7, minmax(0, 1fr));
    gap: 0.375rem;
    margin-bottom: 0.75rem;
  }
  .cell {
    display: grid;
    align-content: start;
    min-height: 5.5rem;
    padding: 0.375rem 0.5rem;
    border: 1px solid var(--ow-line);
    border-radius: var(--ow-radius-s);
    background: var(--ow-paper);
    color: var(--ow-ink);
    font: inherit;
    font-size: var(--ow-text-s);
    text-align: left;
    cursor: pointer;
  }
  .cell:hover {
    border-color: var(--ow-brand);
  }
  .cell.shut,
  .cell.none {
    background: var(--ow-ground);
    color: var(--ow-ink-2);
  }
  .cell.past strong {
    font-weight: 400;
  }
  .cell[aria-pressed="true"] {
    border-color: var(--ow-brand);
    box-shadow: 0 0 0 2px var(--ow-brand);
  }
  .cell .head {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
  }
  .chip.bad {
    border-color: var(--ow-bad);
    background: var(--ow-bad-soft);
    color: var(--ow-bad);
  }
  .bar {
    height: 0.625rem;
    margin: 0.25rem 0 0.125rem;
    overflow: hidden;
    border-radius: 0.3125rem;
    background: #dbe5ec;
  }
  .bar i {
    display: block;
    height: 100%;
    border-radius: 0.3125rem;
    background: var(--ow-brand);
  }
  .bar i.high {
    background: var(--ow-warn);
  }
  .bar i.over {
    background: var(--ow-bad);
  }
  .panel {
    padding: 0.75rem 0.875rem;
    border: 1px solid var(--ow-line);
    border-radius: var(--ow-radius-s);
    background: var(--ow-paper);
  }
  h2 {
    font-size: var(--ow-text-m);
  }
  h3 {
    margin: 0.75rem 0 0.25rem;
    font-size: var(--ow-text-s);
  }
  .counts {
    display: grid;
    grid-template-columns: repeat(8, minmax(0, 1fr));
    gap: 0.5rem;
    margin-top: 0.25rem;
  }
  .counts dt {
    color: var(--ow-ink-2);
    font-size: 0.8125rem;
  }
  .counts dd {
    font-size: 1.25rem;
    line-height: 1.2;
  }
  .heat {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(4.5rem, 1fr));
    gap: 0.25rem;
  }
  .heat li {
    padding: 0.25rem 0.375rem;
    border: 1px solid var(--ow-line);
    border-radius: var(--ow-radius-s);
    line-height: 1.25;
  }
  .heat li > span {
    display: block;
  }
  .heat li > .visually-hidden {
    position: absolute;
  }
  .heat small {
    font-size: 0.8125rem;
    font-weight: 400;
  }
  .heat span > small {
    display: block;
  }
  .heat .number {
    font-size: 1.125rem;
  }
  .empty {
    background: var(--ow-paper);
  }
  .low {
    background: #dcebf5;
  }
  .mid {
    background: #b4d5ea;
  }
  .high {
    background: #3f83ac;
    color: #ffffff;
  }
  .heat .high {
    background: #2f739c;
  }
  .full {
    background: #0a3f61;
    color: #ffffff;
  }
  .over {
    background: var(--ow-bad);
    color: #ffffff;
  }
  .closed,
  .stuck {
    background: repeating-linear-gradient(135deg, #f1f4f7 0, #f1f4f7 6px, #dde5eb 6px, #dde5eb 9px);
    color: var(--ow-ink);
  }
  .heat .stuck {
    border-color: var(--ow-bad);
  }
  .heat .stuck .number {
    color: var(--ow-bad);
  }
  .legend .stuck {
    border-color: var(--ow-bad);
  }
  .legend {
    margin-top: 0.625rem;
    color: var(--ow-ink-2);
    font-size: 0.8125rem;
  }
  .legend span {
    margin-right: 0.875rem;
    white-space: nowrap;
  }
  .legend i {
    display: inline-block;
    width: 0.875rem;
    height: 0.875rem;
    margin-right: 0.25rem;
    border: 1px solid var(--ow-line-strong);
    border-radius: 0.1875rem;
    vertical-align: -0.125rem;
  }
  @media (max-width: 1000px) {
    .weeks {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
    .counts {
      grid-template-columns: repeat(4, minmax(0, 1fr));
    }
  }
`;
