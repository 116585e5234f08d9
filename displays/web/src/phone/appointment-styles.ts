// How a booking's page looks: when stands largest, the offer of a place cannot be overlooked.

import { css } from "lit";

export const appointmentStyles = css`
  .hero {
    padding: var(--ow-5) var(--ow-4);
    border: 1px solid var(--ow-line);
    border-radius: var(--ow-radius-l);
    background: var(--ow-paper);
    box-shadow: var(--ow-shadow);
    text-align: center;
  }
  .hero .state {
    display: inline-block;
    padding: 0.1em 0.9em;
    border-radius: 1em;
    background: var(--ow-brand-soft);
    color: var(--ow-brand-strong);
    font-weight: 600;
  }
  .hero .when {
    margin: var(--ow-2) 0;
    color: var(--ow-brand-strong);
    font-size: var(--ow-text-l);
  }
  .hero .when b {
    display: block;
    font-size: var(--ow-text-xxl);
    line-height: 1.2;
  }
  .hero .tale {
    font-size: var(--ow-text-l);
    font-weight: 600;
  }
  .hero .names {
    margin-top: var(--ow-3);
    padding-top: var(--ow-3);
    border-top: 1px solid var(--ow-line);
    font-weight: 600;
  }
  .hero.good .state {
    background: var(--ow-good-soft);
    color: var(--ow-good);
  }
  .hero.wait .state,
  .hero.offer .state {
    background: var(--ow-warn-soft);
    color: var(--ow-warn);
  }
  .hero.offer {
    border-color: var(--ow-warn);
  }
  .hero.bad {
    border-color: var(--ow-bad);
  }
  .hero.bad .state {
    background: var(--ow-bad-soft);
    color: var(--ow-bad);
  }
  .hero.over .when,
  .hero.over .state {
    color: var(--ow-ink-2);
  }
  .code {
    text-align: center;
  }
  .code ow-qr {
    max-width: 13rem;
    margin: 0 auto;
  }
  .code .letters {
    color: var(--ow-brand-strong);
    font-size: var(--ow-text-xxl);
    font-weight: 700;
    letter-spacing: 0.08em;
    line-height: 1.4;
  }
  .tall {
    min-height: 3.5rem;
    margin: var(--ow-3) 0 var(--ow-2);
    font-size: var(--ow-text-l);
  }
  .actions {
    display: grid;
    grid-auto-columns: 1fr;
    grid-auto-flow: column;
    gap: var(--ow-3);
  }
  .offer .clock {
    color: var(--ow-warn);
    font-size: var(--ow-text-xl);
  }
  .facts {
    display: grid;
    grid-template-columns: 1fr 1.4fr;
    margin-bottom: var(--ow-3);
  }
  .facts dt {
    color: var(--ow-ink-2);
    font-size: var(--ow-text-s);
  }
  .facts dd {
    font-size: var(--ow-text-l);
    font-weight: 700;
  }
  .until li,
  .messages li {
    display: flex;
    justify-content: space-between;
    padding: var(--ow-2) 0;
  }
  .until li + li,
  .messages li + li {
    border-top: 1px solid var(--ow-line);
  }
  .until li span:first-child {
    flex: 0 0 auto;
    min-width: 8.5rem;
    margin-right: var(--ow-3);
    font-weight: 600;
  }
  .until li span:last-child {
    flex: 1 1 auto;
  }
  .until .past {
    color: var(--ow-ink-2);
  }
  .messages .small {
    margin-left: var(--ow-3);
    text-align: right;
  }
  .feed {
    margin-top: var(--ow-2);
    text-align: center;
  }
  .feed a {
    display: inline-block;
    padding: var(--ow-2);
  }
`;
