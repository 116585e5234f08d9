// How taking a number and booking from afar look: what is mine above, and a bar that stays in reach.

import { css } from "lit";

export const takeStyles = css`
  main {
    padding-bottom: 9rem;
  }
  .mine {
    padding: var(--ow-1) 0;
  }
  .mine b {
    color: var(--ow-brand-strong);
    font-size: var(--ow-text-l);
  }
  .bar {
    position: fixed;
    z-index: 10;
    left: 0;
    right: 0;
    bottom: 0;
    border-top: 1px solid var(--ow-line);
    background: var(--ow-paper);
    box-shadow: 0 -4px 20px rgba(19, 33, 44, 0.1);
  }
  .bar .inner {
    max-width: 34rem;
    margin: 0 auto;
    padding: var(--ow-3) var(--ow-4);
  }
  .who {
    margin-bottom: var(--ow-3);
  }
  .who label {
    display: block;
    font-weight: 600;
  }
  .who .field {
    margin-top: var(--ow-1);
    font-size: var(--ow-text-l);
  }
  .who .field[aria-invalid="true"] {
    border-color: var(--ow-bad);
    box-shadow: inset 0 0 0 1px var(--ow-bad);
  }
  .who .fault {
    margin-top: var(--ow-1);
    color: var(--ow-bad);
    font-weight: 600;
  }
  .bar p {
    flex: 99 1 8rem;
    margin-right: var(--ow-3);
  }
  .bar span {
    color: var(--ow-ink-2);
    font-size: var(--ow-text-s);
  }
  .bar .button {
    flex: 1 1 auto;
    min-width: 8rem;
    font-size: var(--ow-text-l);
  }
`;
