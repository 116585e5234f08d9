// How the booked guarantees look among a day's figures.

import { css } from "lit";

export const bookedStyles = css`
  .booked-panel {
    margin-bottom: 0.75rem;
  }
  .booked-grid {
    display: grid;
    grid-template-columns: 1fr 1fr 2fr;
    gap: 0.75rem 1.5rem;
    align-items: start;
  }
  .booked-grid .large {
    font-size: 2rem;
    line-height: 1.2;
  }
  .booked-grid .large small {
    font-size: 1rem;
    font-weight: 400;
  }
  .booked-grid .good {
    color: var(--ow-good);
  }
  .booked-grid .bad {
    color: var(--ow-bad);
  }
  .booked-chart {
    height: 5rem;
  }
  @media (max-width: 1100px) {
    .booked-grid {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
