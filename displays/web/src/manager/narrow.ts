// On a phone the page keeps its width: what is wider moves inside its own panel.

import { css } from "lit";

export const narrowStyles = css`
  @media (max-width: 700px) {
    .panel {
      overflow-x: auto;
    }
    .grid2 {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
