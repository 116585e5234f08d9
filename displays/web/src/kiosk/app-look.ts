// The look of the kiosk's frame and of what covers it.

import { css } from "lit";

export const appLook = css`
  :host {
    height: 100%;
  }
  .frame {
    display: flex;
    flex-direction: column;
    height: 100%;
    background: var(--ow-ground);
  }
  header {
    display: flex;
    flex: none;
    align-items: center;
    padding: 0.9rem 1.8rem;
    background: var(--ow-brand-strong);
    color: var(--ow-on-brand);
  }
  .hall {
    flex: 1 1 auto;
    min-width: 0;
    font-size: 1.6rem;
    font-weight: 600;
    line-height: 1.25;
  }
  .hall .second {
    color: inherit;
    opacity: 0.85;
  }
  header ow-clock {
    font-size: 1.1rem;
  }
  .demo {
    margin-right: 1.2rem;
    padding: 0.1rem 0.8rem;
    border: 2px solid currentColor;
    border-radius: 0.5rem;
    font-size: 0.9rem;
    text-align: center;
  }
  .demo .second {
    color: inherit;
  }
  .training {
    flex: none;
    padding: 0.5rem;
    background: #ffd45e;
    color: #3a2a00;
    font-weight: 600;
    text-align: center;
  }
  .training .second {
    color: inherit;
  }
  main {
    display: flex;
    flex: 1 1 auto;
    flex-direction: column;
    min-height: 0;
    padding: 1.4rem 1.8rem;
    overflow-x: hidden;
    overflow-y: auto;
  }
  /* A screen fills the space; only one that cannot be made smaller scrolls. */
  main > * {
    display: flex;
    flex: 1 0 auto;
    flex-direction: column;
  }
  .basket {
    display: flex;
    flex: none;
    align-items: center;
    padding: 0.7rem 1.8rem;
    border-top: 3px solid var(--ow-brand);
    background: var(--ow-paper);
  }
  .basket p {
    flex: 1 1 auto;
    min-width: 0;
    margin-right: 1.2rem;
    font-size: 1.2rem;
    font-weight: 600;
  }
  .basket p > .second {
    display: inline;
    margin-left: 0.5em;
  }
  .basket p > .first {
    display: inline;
  }
  .basket .names {
    display: block;
    overflow: hidden;
    color: var(--ow-ink-2);
    font-size: 0.95rem;
    font-weight: 400;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .basket button {
    flex: none;
    min-width: 13rem;
    font-size: 1.3rem;
  }
  footer {
    display: flex;
    flex: none;
    justify-content: space-between;
    padding: 0.7rem 1.8rem;
    border-top: 1px solid var(--ow-line);
    background: var(--ow-paper);
  }
  footer div {
    display: flex;
  }
  footer button {
    margin-right: 0.7rem;
    padding: 0.3rem 0.6rem;
    min-width: 5.4rem;
    min-height: 3.8rem;
    font-size: 0.95rem;
  }
  footer div:last-child button {
    margin: 0 0 0 0.7rem;
  }
  .cover {
    position: fixed;
    z-index: 20;
    top: 0;
    left: 0;
    display: flex;
    align-items: center;
    justify-content: center;
    width: 100%;
    height: 100%;
    background: rgba(10, 24, 36, 0.6);
  }
  .sheet {
    width: 34rem;
    max-width: calc(100vw - 4rem);
    padding: 2.4rem;
    border: 0;
    border-radius: 1.6rem;
    background: var(--ow-paper);
    color: var(--ow-ink);
    box-shadow: var(--ow-shadow-high);
    text-align: center;
  }
  dialog::backdrop {
    background: rgba(10, 24, 36, 0.6);
  }
  .sheet h2 {
    margin-bottom: 1rem;
    font-size: 2rem;
  }
  .sheet p {
    margin-bottom: 1.4rem;
  }
  .sheet .left {
    margin: 0;
    color: var(--ow-brand-strong);
    font-size: 5rem;
    font-weight: 700;
    line-height: 1.2;
  }
  .sheet button {
    display: block;
    width: 100%;
    min-height: 4.6rem;
    margin-top: 0.8rem;
    font-size: 1.3rem;
  }
  .ring {
    width: 4.5rem;
    height: 4.5rem;
    margin: 0 auto 1.4rem;
    border: 0.5rem solid var(--ow-line);
    border-top-color: var(--ow-brand);
    border-radius: 50%;
    animation: turn 1.2s linear infinite;
  }
  @media (orientation: landscape) {
    header {
      padding: 0.6rem 1.8rem;
    }
    .hall .first,
    .hall .second {
      display: inline;
    }
    .hall .second {
      margin-left: 0.7em;
    }
    main {
      padding: 1rem 1.8rem;
    }
    footer {
      padding: 0.5rem 1.8rem;
    }
  }
  @keyframes turn {
    to {
      transform: rotate(360deg);
    }
  }
`;
