// How a booking looks on a desk and in the manager's lists.

import { css } from "lit";

export const bookingCardStyles = css`
  .booking {
    margin-top: 0.5rem;
    padding: 0.625rem 0.875rem;
    border: 1px solid var(--ow-line);
    border-left: 5px solid var(--ow-line-strong);
    border-radius: var(--ow-radius-s);
    background: var(--ow-paper);
  }
  .booking.BOOKED {
    border-left-color: var(--ow-brand);
  }
  .booking.CHECKED_IN {
    border-left-color: var(--ow-good);
  }
  .booking.NO_SHOW {
    border-left-color: var(--ow-bad);
  }
  .booking .top,
  .booking .foot {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
  }
  .booking .when {
    font-size: var(--ow-text-l);
  }
  .booking .day {
    margin-right: 0.5rem;
  }
  .booking .chips {
    display: flex;
    align-items: center;
  }
  .booking .ticket {
    color: var(--ow-brand-strong);
    font-size: 2rem;
    line-height: 1.1;
  }
  .booking .items {
    color: var(--ow-ink);
  }
  .booking .note {
    margin: 0.375rem 0;
  }
  .booking .hint {
    color: var(--ow-ink-2);
  }
  .booking .hint.may {
    color: var(--ow-good);
    font-weight: 600;
  }
  .booking .acts {
    margin: 0.25rem -0.25rem 0;
    margin-left: auto;
  }
  .booking .acts .button {
    margin: 0.25rem;
  }
  .booking .acts kbd {
    margin-left: 0.5rem;
  }
  .chip.BOOKED {
    border-color: var(--ow-brand);
    background: var(--ow-brand-soft);
    color: var(--ow-brand-strong);
  }
  .chip.CHECKED_IN,
  .chip.in_grace {
    border-color: var(--ow-good);
    background: var(--ow-good-soft);
    color: var(--ow-good);
  }
  .chip.NO_SHOW {
    border-color: var(--ow-bad);
    background: var(--ow-bad-soft);
    color: var(--ow-bad);
  }
  .chip.early,
  .chip.late,
  .chip.OFFERED,
  .chip.WAITLISTED,
  .chip.SLOT_HELD {
    border-color: var(--ow-warn);
    background: var(--ow-warn-soft);
    color: var(--ow-warn);
  }
`;
