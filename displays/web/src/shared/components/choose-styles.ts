// How the choice of a hall, an area or a window looks.

import { css } from "lit";

export const chooseStyles = css`
  main {
    max-width: 64rem;
    margin: 0 auto;
    padding: var(--ow-6) var(--ow-4);
  }
  h1 {
    font-size: var(--ow-text-xl);
  }
  .lead {
    margin: var(--ow-2) 0 var(--ow-5);
    color: var(--ow-ink-2);
  }
  .note {
    margin-bottom: var(--ow-4);
  }
  ul {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr));
    gap: var(--ow-3);
    padding: 0;
    list-style: none;
  }
  .button {
    display: block;
    padding: var(--ow-4);
    text-align: left;
  }
  .button .beside {
    display: block;
    margin-left: 0;
    color: var(--ow-ink-2);
    font-size: var(--ow-text-s);
    font-weight: 400;
  }
`;
