// How a board looks: dark ground, calls in amber, everything in rem of the fitted screen.

import { css } from "lit";

export const boardStyles = css`
  :host {
    display: block;
    width: 100vw;
    height: 100vh;
    overflow: hidden;
    background: var(--ow-ground);
    color: var(--ow-ink);
  }
  .board {
    display: grid;
    grid-template-rows: auto auto minmax(0, 1fr) auto;
    grid-template-columns: minmax(0, 1fr);
    height: 100%;
    padding: 1rem 1.25rem;
  }
  /* Over everything and not to be clicked away: nobody may take a simulated day for the hall. */
  .simulated {
    position: absolute;
    z-index: 5;
    top: 0.5rem;
    left: 50%;
    padding: 0.25rem 1.25rem;
    border: 3px dashed #ffcf5c;
    border-radius: 0.75rem;
    background: #43340c;
    color: #ffcf5c;
    font-size: 1.5rem;
    font-weight: 700;
    white-space: nowrap;
    transform: translateX(-50%);
  }
  ow-banner {
    font-size: 1.5rem;
  }
  header {
    display: flex;
    align-items: center;
    justify-content: space-between;
    padding: 0.5rem 0.5rem 1rem;
  }
  .place {
    display: flex;
    flex: 0 1 auto;
    align-items: baseline;
    min-width: 0;
  }
  h1 {
    font-size: 2.9rem;
    font-weight: 700;
    letter-spacing: 0.06em;
  }
  h1 + .beside {
    margin: 0 1.2rem;
    overflow: hidden;
    font-size: 1.4rem;
    line-height: 1.5;
  }
  h1,
  .now {
    flex: 0 0 auto;
    white-space: nowrap;
  }
  .place.long {
    flex-direction: column;
    margin-right: 1.2rem;
  }
  .long h1 {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    max-width: 100%;
    overflow: hidden;
    font-size: 2.1rem;
    letter-spacing: 0;
    line-height: 1.25;
    white-space: normal;
  }
  .long h1 + .beside {
    max-width: 100%;
    margin: 0;
    font-size: 1.2rem;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .now {
    display: flex;
    align-items: baseline;
    font-size: 1.6rem;
    color: var(--ow-ink-2);
  }
  .now ow-clock {
    color: var(--ow-ink);
    font-size: 1.9rem;
    font-weight: 600;
  }
  .now ow-link {
    margin-left: 1.2rem;
    font-size: 1.1rem;
  }
  .body {
    display: grid;
    grid-template-columns: minmax(0, 1.72fr) minmax(0, 1fr);
    gap: 1.25rem;
    min-height: 0;
  }
  .panel {
    display: flex;
    flex-direction: column;
    min-height: 0;
    overflow: hidden;
    border: 1px solid var(--ow-line);
    border-radius: 1.1rem;
    background: var(--ow-paper);
  }
  h2 {
    padding: 0.9rem 1.4rem 0.6rem;
    color: var(--ow-brand-strong);
    font-size: 1.55rem;
  }
  h2 .beside {
    margin-left: 0.8rem;
    font-size: 0.72em;
  }
  .stage {
    display: grid;
    flex: 1 1 0;
    gap: 0.9rem;
    min-height: 0;
    margin: 0;
    padding: 0.3rem 1.2rem 1.2rem;
    grid-template-columns: 1fr;
    grid-auto-rows: minmax(0, 1fr);
  }
  .call {
    display: grid;
    grid-template-columns: 1fr auto 1fr;
    align-items: center;
    min-width: 0;
    min-height: 0;
    padding: 0 0.6rem;
    overflow: hidden;
    border: 2px solid transparent;
    border-radius: 0.9rem;
    background: var(--ow-brand-soft);
    line-height: 1;
    text-align: center;
  }
  .call .number {
    color: var(--ow-call);
    font-size: 1em;
    font-weight: 700;
    letter-spacing: 0.02em;
  }
  .call .number.long {
    font-size: 0.72em;
  }
  .call .arrow {
    color: var(--ow-ink-2);
    font-size: 0.5em;
  }
  .call .window {
    white-space: nowrap;
    font-weight: 700;
  }
  .call .window small {
    margin-left: 0.25em;
    color: var(--ow-ink-2);
    font-size: 0.32em;
    font-weight: 500;
  }
  .call.fresh {
    border-color: var(--ow-call);
    animation: calling 1.2s ease-in-out 6;
  }
  .call.past .number {
    color: var(--ow-ink);
  }
  @keyframes calling {
    50% {
      background: #5b4708;
    }
  }
  .size-1 .call {
    font-size: 11rem;
    grid-template-columns: 1fr;
    grid-template-rows: 1fr auto 1fr;
  }
  .size-1 .call .arrow {
    transform: rotate(90deg);
  }
  .size-2 .call {
    font-size: 9rem;
  }
  .size-3 .call {
    font-size: 7.5rem;
  }
  .size-4 .call {
    font-size: 5.2rem;
  }
  .size-6 .call,
  .size-8 .call {
    font-size: 5rem;
  }
  .size-12 .call {
    font-size: 4.6rem;
  }
  .size-16 .call {
    font-size: 3.9rem;
  }
  .size-4,
  .size-6,
  .size-8 {
    grid-template-columns: repeat(2, minmax(0, 1fr));
  }
  .size-12 {
    grid-template-columns: repeat(3, minmax(0, 1fr));
  }
  .size-16 {
    grid-template-columns: repeat(4, minmax(0, 1fr));
    gap: 0.6rem;
  }
  .size-12 .arrow,
  .size-16 .arrow {
    display: none;
  }
  .size-12 .call,
  .size-16 .call {
    grid-template-columns: 1fr;
    grid-template-rows: 1fr 1fr;
  }
  .quiet {
    display: flex;
    flex: 1 1 0;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    padding: 2rem;
    color: var(--ow-ink-2);
    font-size: 2.4rem;
    line-height: 1.6;
    text-align: center;
  }
  .quiet .beside {
    font-size: 1.5rem;
  }
  .recent {
    flex: 1 1 0;
    min-height: 0;
    margin: 0 1.2rem 1rem;
    overflow: hidden;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 2rem;
  }
  th {
    padding: 0.2rem 0.6rem 0.4rem;
    color: var(--ow-ink-2);
    font-size: 1.1rem;
    font-weight: 500;
    text-align: left;
  }
  th:last-child {
    text-align: right;
  }
  td {
    padding: 0.32rem 0.6rem;
    vertical-align: middle;
    border-top: 1px solid var(--ow-line);
    white-space: nowrap;
  }
  td.number {
    font-weight: 700;
  }
  tr.calling td.number {
    color: var(--ow-call);
  }
  td.window {
    font-weight: 700;
  }
  td.window small,
  td .time {
    color: var(--ow-ink-2);
    font-size: 1.2rem;
    font-weight: 400;
  }
  td.state {
    font-size: 1.2rem;
    text-align: right;
  }
  td ow-state {
    margin-left: 0.5rem;
    --ow-text-s: 1.15rem;
  }
  footer {
    display: grid;
    grid-template-columns: minmax(0, 1.72fr) minmax(0, 1fr);
    gap: 1.25rem;
    padding-top: 1.1rem;
  }
  .strip {
    display: grid;
    grid-template-columns: repeat(8, minmax(0, 1fr));
    gap: 0.5rem;
  }
  .strip.many {
    grid-template-columns: repeat(12, minmax(0, 1fr));
  }
  .strip li {
    padding: 0.35rem 0.3rem;
    overflow: hidden;
    border-radius: 0.6rem;
    background: var(--ow-paper);
    color: var(--ow-ink-2);
    font-size: 1.05rem;
    line-height: 1.3;
    text-align: center;
    white-space: nowrap;
  }
  .strip b {
    display: block;
    color: var(--ow-ink);
    font-size: 1.4rem;
  }
  .strip .CALLING {
    background: #5b4708;
  }
  .strip .CALLING b {
    color: var(--ow-call);
  }
  .strip .SERVING {
    background: var(--ow-brand-soft);
  }
  .counts {
    display: flex;
    flex-wrap: wrap;
    align-content: center;
    align-items: baseline;
    font-size: 1.35rem;
  }
  .counts li {
    display: flex;
    align-items: baseline;
    max-width: 100%;
    margin: 0.1rem 1.4rem 0.1rem 0;
    white-space: nowrap;
  }
  .counts .name {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .counts .total .beside {
    margin-left: 0.3rem;
  }
  .counts b {
    margin-left: 0.4rem;
    font-size: 1.9rem;
  }
  .counts .total b {
    color: var(--ow-brand);
  }
  footer.crowd {
    grid-template-columns: minmax(0, 1fr);
    gap: 0.5rem;
    padding-top: 0.8rem;
  }
  .crowd .strip {
    grid-row: 2;
    grid-template-columns: repeat(20, minmax(0, 1fr));
    gap: 0.4rem;
  }
  .crowd .strip li {
    padding: 0.2rem;
    font-size: 1rem;
    line-height: 1.2;
  }
  .crowd .strip b {
    font-size: 1.25rem;
  }
  .sound {
    min-height: 0;
    margin-left: 1.2rem;
    padding: 0.3rem 0.9rem;
    font-size: 1.1rem;
  }
  :host([shape="tall"]) .body,
  :host([shape="tall"]) footer {
    grid-template-columns: minmax(0, 1fr);
  }
  :host([shape="tall"]) .body {
    grid-template-rows: 1.25fr 1fr;
  }
  :host([shape="tall"]) header {
    flex-direction: column;
    align-items: flex-start;
  }
  :host([shape="tall"]) h1 {
    font-size: 3.2rem;
  }
  :host([shape="tall"]) .place {
    max-width: 100%;
  }
  :host([shape="tall"]) .long h1 {
    font-size: 2.6rem;
  }
  :host([shape="tall"]) .size-1 .call {
    font-size: 10rem;
  }
  :host([shape="tall"]) .size-2 .call,
  :host([shape="tall"]) .size-3 .call {
    font-size: 7rem;
  }
  :host([shape="tall"]) .size-4 .call,
  :host([shape="tall"]) .size-6 .call,
  :host([shape="tall"]) .size-8 .call {
    font-size: 4.2rem;
  }
  :host([shape="tall"]) .strip {
    grid-template-columns: repeat(6, minmax(0, 1fr));
  }
  :host([shape="tall"]) .crowd .strip {
    grid-template-columns: repeat(10, minmax(0, 1fr));
  }
  @media (prefers-reduced-motion: reduce) {
    .call.fresh {
      background: #5b4708;
    }
  }
`;
