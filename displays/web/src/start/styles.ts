// How the start page looks.

import { css } from "lit";

export const startStyles = css`
  :host {
    display: block;
    min-height: 100vh;
  }
  main {
    max-width: 72rem;
    margin: 0 auto;
    padding: var(--ow-5) var(--ow-4) var(--ow-7);
  }
  section {
    margin-bottom: var(--ow-6);
  }
  section > h2 {
    margin-bottom: var(--ow-3);
    font-size: var(--ow-text-l);
  }
  .hero {
    padding: var(--ow-5);
    border-radius: var(--ow-radius-l);
    background: #0a3f61;
    color: #ffffff;
  }
  .hero .title {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
  }
  .hero h2 {
    margin-right: var(--ow-4);
    font-size: var(--ow-text-xxl);
  }
  .hero .beside {
    margin-right: var(--ow-4);
    color: #c9e2f2;
    font-size: var(--ow-text-m);
  }
  .badge {
    padding: 0.1em 0.8em;
    border-radius: 1em;
    background: #ffd45e;
    color: #13212c;
    font-size: var(--ow-text-s);
    font-weight: 600;
  }
  .clock {
    margin-left: auto;
    font-size: var(--ow-text-xxl);
    font-weight: 700;
  }
  .day {
    display: flex;
    align-items: center;
    margin-top: var(--ow-3);
    color: #c9e2f2;
  }
  progress {
    flex: 1;
    height: 0.5rem;
    margin: 0 var(--ow-3);
    overflow: hidden;
    border: 0;
    border-radius: 0.25rem;
    background: rgba(255, 255, 255, 0.2);
    -webkit-appearance: none;
    appearance: none;
  }
  progress::-webkit-progress-bar {
    background: rgba(255, 255, 255, 0.2);
  }
  progress::-webkit-progress-value {
    background: #ffd45e;
  }
  progress::-moz-progress-bar {
    background: #ffd45e;
  }
  .figures {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr));
    gap: var(--ow-3);
    margin: var(--ow-5) 0;
  }
  .figures dt {
    color: #c9e2f2;
    font-size: var(--ow-text-s);
  }
  .figures dd {
    font-size: var(--ow-text-xxl);
    font-weight: 700;
    line-height: 1.2;
  }
  .way {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(6rem, 1fr));
    gap: var(--ow-3);
    padding-top: var(--ow-4);
    border-top: 1px solid rgba(255, 255, 255, 0.25);
    text-align: center;
  }
  .way span {
    display: block;
    font-size: var(--ow-text-s);
  }
  .cards {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr));
    gap: var(--ow-4);
  }
  .cards .card {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: var(--ow-4);
    padding: var(--ow-4);
  }
  .picture {
    color: var(--ow-brand);
  }
  .small {
    color: var(--ow-ink-2);
    font-size: var(--ow-text-s);
  }
  .links {
    display: flex;
    flex-wrap: wrap;
    margin: var(--ow-3) calc(-1 * var(--ow-1)) 0;
  }
  .links .button {
    margin: var(--ow-1);
    padding: var(--ow-1) var(--ow-3);
    font-size: var(--ow-text-s);
  }
  summary {
    margin-top: var(--ow-2);
    padding: var(--ow-2);
    color: var(--ow-brand);
    cursor: pointer;
  }
  .scroll {
    max-height: 22rem;
    padding: 0;
    overflow: auto;
  }
  table {
    width: 100%;
    border-collapse: collapse;
  }
  th,
  td {
    padding: var(--ow-2) var(--ow-4);
    border-top: 1px solid var(--ow-line);
    text-align: left;
  }
  thead th {
    position: sticky;
    top: 0;
    border-top: 0;
    background: var(--ow-paper);
    color: var(--ow-ink-2);
    font-size: var(--ow-text-s);
  }
  code {
    font-size: 1em;
  }
  .halls {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr));
    gap: var(--ow-3);
  }
  .halls .card {
    padding: var(--ow-3) var(--ow-4);
  }
  .halls .closed {
    background: transparent;
    box-shadow: none;
  }
  .halls a {
    display: block;
    font-weight: 600;
  }
`;
