// One item as a large row to touch: its names, how long it would take now, or why it cannot be had.

import { css, html, nothing } from "lit";

import { momentText, waitText } from "../shared/format";
import { type TextKey, hasText, pick, text } from "../shared/i18n";
import type { Text } from "../shared/types";
import { has } from "./basket";
import type { KioskModel } from "./model";
import { nameLook } from "./name-look";
import { duo, nameClass, say } from "./part";

export const ROW_REM = 5.4;

export const rowLook = [nameLook, css`
  .rows {
    display: grid;
    grid-template-columns: 1fr;
    grid-auto-rows: 4.9rem;
    gap: 0.5rem 0.8rem;
  }
  button.row {
    display: flex;
    align-items: center;
    justify-content: space-between;
    width: 100%;
    padding: 0.1rem 1.1rem;
    text-align: left;
  }
  .row .facts {
    flex: 0 0 auto;
    max-width: 45%;
    font-size: 0.95rem;
    font-weight: 400;
    text-align: right;
  }
  .row .facts b {
    display: block;
    color: var(--ow-brand-strong);
  }
  .row.chosen {
    border-color: var(--ow-brand);
    background: var(--ow-brand-soft);
  }
`];

export function itemRow(model: KioskModel, code: string, name: Text) {
  const refusal = model.refusalOf(code);
  const isChosen = has(model.basket, code);
  return html`<button
    class="row ${isChosen ? "chosen" : ""}"
    data-testid="item"
    data-code=${code}
    aria-disabled=${refusal ? "true" : "false"}
    @click=${() => (refusal ? undefined : model.choose([code]))}
  >
    <span class="name ${nameClass(name)}">${duo(name)}</span>
    <span class="facts">${refusal ? refused(model, code, refusal) : facts(model, code)}</span>
  </button>`;
}

export function packageRow(model: KioskModel, code: string, name: Text) {
  const hall = model.watch.hall;
  const found = hall ? hall.packages.find((one) => one.code === code) : undefined;
  const items = found ? found.items : [];
  return html`<button class="row" data-testid="package" data-code=${code} @click=${() => model.choose(items)}>
    <span class="name ${nameClass(name)}">${duo(name)}</span>
    <span class="facts"><b>${pick(text("kiosk.package"))}</b>${pick(itemCount(items.length))}</span>
  </button>`;
}

export function itemCount(n: number): Text {
  return n === 1 ? text("kiosk.items.one") : text("kiosk.items", { n });
}

/** Why an item cannot be had now; where a quota is full, from when it can. */
export function refusalText(model: KioskModel, code: string, refusal: string): Text {
  const againMs = refusal === "QUOTA_FULL" ? model.againMs(code) : null;
  if (againMs !== null) {
    return atTime(model, "kiosk.full.until", againMs);
  }
  const key = `kiosk.refused.${refusal}`;
  return hasText(key) ? text(key) : text("kiosk.stopped.item");
}

/** A sentence with the hall's time in both languages. */
export function atTime(model: KioskModel, key: TextKey, ms: number): Text {
  const hall = model.watch.hall;
  const at = momentText(ms, model.watch.nowMs(), hall ? hall.zone : undefined);
  return { zh: text(key, { time: at.zh }).zh, en: text(key, { time: at.en }).en };
}

function refused(model: KioskModel, code: string, refusal: string) {
  return html`<span class="tag" data-testid="refused" data-refusal=${refusal}>${duo(refusalText(model, code, refusal))}</span>`;
}

function facts(model: KioskModel, code: string) {
  const group = model.groupOf(code);
  if (!group) {
    return nothing;
  }
  if (group.open_windows === 0 && group.p50_ms === null) {
    return html`<span class="tag">${say("kiosk.windows.closed")}</span>`;
  }
  return html`<b>${pick(waitText(group.p50_ms, group.p80_ms))}</b>${pick(text("kiosk.ahead", { n: group.ahead }))}`;
}
