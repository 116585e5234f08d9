// The left column: how many wait, for me and in all, and the next ten, each of whom may be called with a reason.

import { html, nothing, type TemplateResult } from "lit";

import { listed } from "../shared/format";
import { pick } from "../shared/i18n";
import type { Desk } from "./desk";
import { say } from "./texts";
import { span } from "./time";
import type { ClerkState, ShortTicket } from "./types";

export function waitingLine(current: ClerkState, desk: Desk, nowMs: number, call: (ticket: ShortTicket) => void): TemplateResult {
  const { total, mine, next } = current.waiting;
  const canCall = !current.ticket && current.window.state === "IDLE" && desk.sending === null;
  return html`<section class="panel line" aria-labelledby="line-h">
    <h2 id="line-h" class="visually-hidden">${say("waiting")}</h2>
    <dl class="counts">
      <div><dt>${say("mine")}</dt><dd class="number" data-testid="waiting-mine">${mine}</dd></div>
      <div><dt>${say("total")}</dt><dd class="number" data-testid="waiting-total">${total}</dd></div>
    </dl>
    <h3>${say("next_ten")}</h3>
    ${next.length === 0 ? html`<p class="none">${say("nobody")}</p>` : nothing}
    <ol class="rows" data-testid="next">
      ${next.map((ticket) => html`<li>${row(ticket, desk, { nowMs, canCall, call })}</li>`)}
    </ol>
  </section>`;
}

interface RowContext {
  nowMs: number;
  canCall: boolean;
  call: (ticket: ShortTicket) => void;
}

function row(ticket: ShortTicket, desk: Desk, { nowMs, canCall, call }: RowContext): TemplateResult {
  const items = listed(ticket.items.map(pick));
  return html`<span class="number">${ticket.number}</span>
    <span class="what clip" title=${items}>${classMark(desk, ticket.class)}${items}</span>
    <span class="small muted wait">${span(nowMs - ticket.arrived_ms)}</span>
    <button class="button small" ?disabled=${!canCall} aria-label=${say("call_this_n", { number: ticket.number })} @click=${() => call(ticket)}>${say("call_this")}</button>`;
}

/** A chip for every class but the ordinary one, which is most of them. */
export function classMark(desk: { hall: Desk["hall"] }, code: string): TemplateResult | typeof nothing {
  return code === "ordinary" ? nothing : html`<span class="chip ${code}">${className(desk, code)}</span>`;
}

export function className(desk: { hall: Desk["hall"] }, code: string): string {
  const found = desk.hall.classes.find((one) => one.code === code);
  return found ? pick(found.name) : code;
}
