// What the booking pages add to the look of the phone pages.

import { css } from "lit";

export const bookStyles = css`
  h2[tabindex]:focus {
    outline: none;
  }
  .back {
    margin-left: calc(-1 * var(--ow-3));
    padding: 0 var(--ow-3);
  }
  .summary .names {
    font-size: var(--ow-text-l);
    font-weight: 600;
  }
  .summary .big {
    color: var(--ow-brand-strong);
    font-size: var(--ow-text-xl);
    font-weight: 700;
    line-height: 1.3;
  }
  .hold {
    display: flex;
    align-items: center;
    justify-content: space-between;
  }
  .hold b {
    margin-left: var(--ow-3);
    font-size: var(--ow-text-xl);
  }
`;
