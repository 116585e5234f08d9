// How the last screen of a visit looks: what was made on one side, the phone, the slip and the way out on the other.

import { css } from "lit";

export const resultLook = css`
  .card {
    padding: 1.6rem 2rem;
    border-radius: 1.4rem;
    background: var(--ow-paper);
    box-shadow: var(--ow-shadow);
    text-align: center;
  }
  h1 {
    color: var(--ow-ink-2);
    font-size: 1.4rem;
    font-weight: 400;
  }
  .number {
    color: var(--ow-brand-strong);
    font-size: 10.5rem;
    font-weight: 700;
    letter-spacing: 0.02em;
    line-height: 1.1;
  }
  .long .number {
    font-size: 7.5rem;
  }
  .class {
    display: inline-block;
    padding: 0.2rem 1.2rem;
    border-radius: 2rem;
    background: var(--ow-brand-soft);
    color: var(--ow-brand-strong);
    font-size: 1.2rem;
    font-weight: 600;
  }
  .arrival {
    margin-top: 0.6rem;
    padding: 0.6rem 1rem;
    border-radius: 0.8rem;
    background: var(--ow-good-soft);
    color: var(--ow-good);
    font-size: 1.2rem;
    font-weight: 600;
  }
  .arrival.late {
    background: var(--ow-warn-soft);
    color: var(--ow-warn);
  }
  .arrival .second {
    color: inherit;
  }
  dl {
    display: grid;
    grid-template-columns: 1fr 1.4fr;
    margin-top: 1rem;
    padding-top: 1rem;
    border-top: 2px dashed var(--ow-line);
    text-align: left;
  }
  dl div {
    padding: 0.4rem 1rem;
  }
  .all,
  .where {
    grid-column: 1 / -1;
  }
  dt {
    color: var(--ow-ink-2);
    font-size: 1rem;
  }
  dd {
    font-size: 1.7rem;
    font-weight: 700;
    line-height: 1.3;
  }
  .all dd {
    font-size: 1.3rem;
  }
  .items {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 3;
    overflow: hidden;
  }
  .items.long {
    -webkit-line-clamp: 4;
    font-size: 1rem;
  }
  .sides,
  .after {
    display: flex;
    flex: 1 0 auto;
    flex-direction: column;
  }
  .phone {
    display: flex;
    flex: 1 0 auto;
    align-items: center;
    justify-content: center;
    margin-top: 1.2rem;
    text-align: left;
  }
  ow-qr {
    flex: none;
    width: 13rem;
    padding: 0.3rem;
    border-radius: 0.6rem;
    background: #ffffff;
  }
  .phone p {
    margin-left: 1.6rem;
    font-size: 1.4rem;
    font-weight: 600;
  }
  .phone .small {
    margin-top: 0.6rem;
    color: var(--ow-ink-2);
    font-size: 1.05rem;
    font-weight: 400;
  }
  .slip {
    display: flex;
    align-items: center;
    justify-content: space-between;
    min-height: 5rem;
    margin: 1.2rem 0;
    padding: 0.8rem 1.4rem;
    border-radius: 1rem;
    background: var(--ow-brand-soft);
    color: var(--ow-brand-strong);
    font-size: 1.4rem;
    font-weight: 600;
  }
  .slip .second {
    color: inherit;
  }
  .slip.printed {
    background: var(--ow-good-soft);
    color: var(--ow-good);
  }
  .slip.failed {
    border: 4px solid var(--ow-bad);
    background: var(--ow-bad-soft);
    color: var(--ow-bad);
  }
  .slip .why {
    margin-top: 0.3rem;
    font-size: 1rem;
    font-weight: 400;
  }
  .slip button {
    flex: none;
    margin-left: 1rem;
    font-size: 1.1rem;
  }
  .done {
    width: 100%;
    min-height: 5rem;
    font-size: 1.6rem;
  }
  .large .number {
    font-size: 7.6rem;
  }
  .large dl {
    margin-top: 0.5rem;
    padding-top: 0.5rem;
  }
  .large ow-qr {
    width: 9rem;
  }
  @media (orientation: landscape) {
    .number {
      font-size: 8.6rem;
    }
    .long .number,
    .large .number {
      font-size: 6.2rem;
    }
    .card {
      padding: 0.9rem 1.6rem;
    }
    .slip {
      margin: 0.9rem 0;
    }
    dl {
      margin-top: 0.6rem;
      padding-top: 0.5rem;
    }
    dl div {
      padding: 0.2rem 0.8rem;
    }
    dl {
      grid-template-columns: 0.9fr 1.3fr 1.1fr;
    }
    .where {
      grid-column: auto;
    }
    dt.line .second {
      display: block;
      margin: 0;
    }
    .items {
      -webkit-line-clamp: 2;
    }
    .large ow-qr {
      width: 8rem;
    }
    .large dd {
      font-size: 1.3rem;
    }
    .sides {
      display: grid;
      grid-template-columns: minmax(0, 1.2fr) minmax(0, 1fr);
      gap: 1.6rem;
    }
    .phone {
      margin-top: 0;
      padding: 1rem 1.4rem;
      border-radius: 1.4rem;
      background: var(--ow-paper);
      box-shadow: var(--ow-shadow);
    }
    ow-qr {
      width: 13rem;
    }
  }
`;
