// How the name of an item or package looks in a row: two lines, smaller and more lines where either language is long.
// Three lines where a row is higher (`--name-lines`).

import { css } from "lit";

export const nameLook = css`
  .name {
    flex: 1 1 auto;
    min-width: 0;
    margin-right: 1rem;
    font-size: 1.2rem;
    font-weight: 600;
  }
  .name .first {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow: hidden;
    line-height: 1.2;
  }
  .name .second {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .name.wordy .first {
    -webkit-line-clamp: var(--name-lines, 2);
    font-size: 1.1rem;
    line-height: 1.15;
  }
  .name.wordy .second {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: var(--name-lines, 2);
    font-size: 0.75rem;
    line-height: 1.15;
    white-space: normal;
  }
  .name.long .first {
    -webkit-line-clamp: 3;
    font-size: 0.9rem;
    line-height: 1.15;
  }
  .name.long .second {
    font-size: 0.7rem;
  }
`;
