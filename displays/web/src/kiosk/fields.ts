// Large fields to type into at the kiosk, beside their keys on a lying screen, and long numbers in groups that an eye can compare.

import { css } from "lit";

export const fieldLook = css`
  .field {
    display: flex;
    align-items: center;
    padding: 0 1.4rem;
    border: 3px solid var(--ow-brand);
    border-radius: 1rem;
    background: var(--ow-paper);
  }
  input {
    flex: 1 1 auto;
    min-width: 0;
    height: 5rem;
    border: 0;
    background: none;
    color: var(--ow-ink);
    font: inherit;
    font-family: var(--ow-font-number);
    font-size: 2.2rem;
    font-weight: 700;
    letter-spacing: 0.06em;
    text-align: center;
    -webkit-user-select: text;
    user-select: text;
  }
  input::placeholder {
    color: var(--ow-ink-2);
    font-size: 1.3rem;
    font-weight: 400;
    letter-spacing: 0;
    opacity: 1;
  }
  input:focus {
    outline: none;
  }
  .field:focus-within {
    box-shadow: 0 0 0 4px var(--ow-focus);
  }
  .large input {
    height: 3.4rem;
    font-size: 1.7rem;
  }
  @media (orientation: landscape) {
    .large input {
      height: 2.8rem;
    }
    .sides {
      display: grid;
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
      gap: 1.6rem;
    }
  }
`;

/** 110105 19491231 002X; other documents in one piece. */
export function idGroups(id: string): string {
  return /^\d{7,17}[\dX]?$/.test(id)
    ? [id.slice(0, 6), id.slice(6, 14), id.slice(14)].filter((part) => part !== "").join(" ")
    : id;
}
