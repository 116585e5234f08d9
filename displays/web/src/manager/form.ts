// The base of every settings form: a value in, a changed copy out, never changed in place.

import { css } from "lit";
import { property } from "lit/decorators.js";

import { deskStyles } from "../clerk/styles";
import { OwElement } from "../shared/element";
import { narrowStyles } from "./narrow";

export abstract class SettingsForm<T> extends OwElement {
  static override styles = [
    ...deskStyles,
    css`
      h4 {
        margin: 0.5rem 0 0.25rem;
        color: var(--ow-ink-2);
        font-size: var(--ow-text-s);
      }
      .reasons li {
        display: flex;
        align-items: center;
        justify-content: space-between;
        padding: 0.25rem 0;
        border-bottom: 1px solid var(--ow-line);
      }
      .spread {
        margin-bottom: 0.5rem;
      }
      h3 {
        margin: 1rem 0 0.25rem;
        font-size: var(--ow-text-m);
      }
      section h3 {
        padding-bottom: 0.25rem;
        border-bottom: 1px solid var(--ow-line-strong);
      }
      .spread h3 {
        margin: 0;
      }
      .spread:not(:first-child) {
        margin-top: 1.25rem;
      }
      p.small {
        margin-bottom: 0.5rem;
      }
      .field {
        width: 100%;
      }
      .field.short {
        width: 6.5rem;
      }
      .field.mini {
        width: 4.5rem;
      }
      .grid2 {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr));
        gap: 0.5rem 1.25rem;
      }
      .rule {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0 0.75rem;
        align-items: center;
        padding: 0.375rem 0;
        border-bottom: 1px solid var(--ow-line);
      }
      /* Words need more room than figures. */
      .rule .words {
        width: 26rem;
        max-width: 55vw;
      }
      td.short {
        white-space: nowrap;
      }
      td.few {
        min-width: 6rem;
      }
      .rule small {
        display: block;
        color: var(--ow-ink-2);
        font-weight: 400;
      }
      .rule label {
        font-weight: 600;
      }
      .rule .unit {
        display: inline-block;
        min-width: 2.25rem;
        margin-left: 0.375rem;
        color: var(--ow-ink-2);
        font-size: var(--ow-text-s);
      }
      .tools {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 12rem auto;
        gap: 0.5rem;
        margin-bottom: 0.5rem;
      }
      td.acts {
        text-align: right;
        white-space: nowrap;
      }
      .scroll {
        max-height: 60vh;
        overflow: auto;
      }
      .scroll th {
        position: sticky;
        top: 0;
        z-index: 1;
        background: var(--ow-paper);
      }
    `,
    narrowStyles,
  ];

  @property({ attribute: false }) value!: T;
  @property({ type: Boolean }) locked = false;

  protected emit(value: T): void {
    this.value = value;
    this.dispatchEvent(new CustomEvent<T>("ow-value", { detail: value }));
  }

  protected change(part: Partial<T>): void {
    this.emit({ ...this.value, ...part });
  }
}

export function textOf(event: Event): string {
  return (event.target as HTMLInputElement | HTMLSelectElement).value;
}

export function numberOf(event: Event): number {
  return Math.max(0, Math.floor(Number(textOf(event))) || 0);
}
