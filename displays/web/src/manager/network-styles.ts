// What the parts of the network's page look like.

import { css } from "lit";

import { panelStyles } from "../clerk/panel-styles";
import { deskStyles } from "../clerk/styles";

export const networkStyles = [
  ...deskStyles,
  panelStyles,
  css`
    h2 {
      margin-bottom: 0;
    }
    h3 {
      margin: 1rem 0 0.25rem;
      color: inherit;
    }
    .scroll {
      max-height: 60vh;
      overflow: auto;
    }
    .name {
      padding: 0.25rem 0;
      border: 0;
      background: none;
      color: var(--ow-brand-strong);
      font: inherit;
      font-weight: 600;
      text-align: left;
      cursor: pointer;
    }
    .code {
      color: var(--ow-ink-2);
      font-size: var(--ow-text-s);
      font-weight: 400;
    }
    tr.on td {
      background: var(--ow-brand-soft);
    }
    .row {
      display: flex;
      flex-wrap: wrap;
      align-items: flex-end;
      margin: 0.25rem -0.25rem;
    }
    .row > * {
      margin: 0.25rem;
    }
    .row label {
      font-size: var(--ow-text-s);
      font-weight: 600;
    }
    .row label .field {
      display: block;
      min-width: 11rem;
      font-weight: 400;
    }
    .note {
      margin-bottom: 0.75rem;
    }
  `,
];
