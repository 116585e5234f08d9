// Panels and their headings, as the overview and the studio show them.

import { css } from "lit";

export const panelStyles = css`
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
    margin: 0.5rem 0 0.375rem;
    color: var(--ow-ink-2);
    font-size: var(--ow-text-s);
  }
`;
