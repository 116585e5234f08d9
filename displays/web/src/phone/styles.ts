// How the phone pages look: one column, large numbers, thumbs can reach everything.

import { css } from "lit";

export const phoneStyles = css`
  :host {
    display: block;
    min-height: 100vh;
    background: var(--ow-ground);
  }
  main {
    max-width: 34rem;
    margin: 0 auto;
    padding: var(--ow-4) var(--ow-4) var(--ow-7);
  }
  section,
  .block {
    margin-bottom: var(--ow-4);
  }
  h2 {
    margin-bottom: var(--ow-3);
    font-size: var(--ow-text-l);
  }
  .card {
    padding: var(--ow-4);
  }
  .note {
    margin-bottom: var(--ow-4);
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
  }
  .small {
    color: var(--ow-ink-2);
    font-size: var(--ow-text-s);
  }
`;

export const visitStyles = css`
  .hero {
    padding: var(--ow-5) var(--ow-4);
    border-radius: var(--ow-radius-l);
    background: var(--ow-paper);
    border: 1px solid var(--ow-line);
    box-shadow: var(--ow-shadow);
    text-align: center;
  }
  .hero .label {
    color: var(--ow-ink-2);
  }
  .hero .number {
    color: var(--ow-brand-strong);
    font-size: var(--ow-text-number);
    font-weight: 700;
    line-height: 1.15;
  }
  .hero .tale {
    margin-top: var(--ow-2);
    font-size: var(--ow-text-l);
    font-weight: 600;
  }
  .hero.call {
    border-color: #0b5d34;
    background: #0b5d34;
    color: #ffffff;
  }
  .hero.call .label,
  .hero.call .number,
  .hero.call .beside {
    color: #ffffff;
  }
  .hero.call .tale {
    font-size: var(--ow-text-xxl);
    line-height: 1.3;
  }
  .hero.call.fresh {
    animation: calling 1s ease-in-out 8;
  }
  @keyframes calling {
    50% {
      background: #11814a;
    }
  }
  .hero.near {
    border-color: var(--ow-warn);
    background: var(--ow-warn-soft);
  }
  .hero.missed {
    border-color: var(--ow-bad);
    background: var(--ow-bad-soft);
  }
  .hero.over .number {
    color: var(--ow-ink-2);
  }
  .facts {
    display: grid;
    grid-template-columns: 1fr 1.4fr;
    margin-top: var(--ow-4);
    border-top: 1px solid var(--ow-line);
    padding-top: var(--ow-3);
  }
  .facts + .small {
    margin-top: var(--ow-3);
  }
  .facts > div + div {
    border-left: 1px solid var(--ow-line);
  }
  .facts dt {
    color: var(--ow-ink-2);
    font-size: var(--ow-text-s);
  }
  .facts dd {
    font-size: var(--ow-text-l);
    font-weight: 700;
  }
  .actions {
    display: grid;
    grid-auto-columns: 1fr;
    grid-auto-flow: column;
    gap: var(--ow-3);
  }
  .items li {
    padding: var(--ow-3) 0;
    border-top: 1px solid var(--ow-line);
  }
  .items li:first-child {
    border-top: 0;
  }
  .items .name {
    flex: 1 1 60%;
    font-weight: 600;
  }
  .owed {
    margin: var(--ow-2) 0 0;
  }
  /* Four steps in a row; two where large text meets a narrow phone. */
  .story {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(4.5em, 1fr));
    overflow: hidden;
    font-size: var(--ow-text-s);
  }
  .story li {
    position: relative;
    padding-top: var(--ow-5);
    color: var(--ow-ink-2);
    text-align: center;
  }
  .story li::before {
    content: "";
    position: absolute;
    top: 0.3rem;
    left: calc(50% - 0.35rem);
    width: 0.7rem;
    height: 0.7rem;
    border: 2px solid var(--ow-line-strong);
    border-radius: 50%;
    background: var(--ow-paper);
    z-index: 1;
  }
  .story li::after {
    content: "";
    position: absolute;
    top: 0.68rem;
    left: -50%;
    width: 100%;
    height: 2px;
    background: var(--ow-line);
  }
  .story li:first-child::after {
    display: none;
  }
  .story .past {
    color: var(--ow-ink);
    font-weight: 600;
  }
  .story .past::before {
    border-color: var(--ow-brand);
    background: var(--ow-brand);
  }
  .story .past::after {
    background: var(--ow-brand);
  }
  .places {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(6.5rem, 1fr));
    gap: var(--ow-2);
    margin-top: var(--ow-3);
  }
  .why li {
    padding: var(--ow-1) 0;
  }
  /* Whatever the size of the text, number and window stand whole on the narrowest phone. */
  @media (max-width: 400px) {
    .hero .number {
      font-size: 20vw;
    }
    .hero .number.long {
      font-size: 14vw;
    }
    .hero.call .tale {
      font-size: 9vw;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .hero.call.fresh {
      border: 4px solid #ffd45e;
    }
  }
`;
