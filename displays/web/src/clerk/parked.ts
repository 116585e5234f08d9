// The right column: who is parked here, who is parked by the hall, and who did not come.

import { html, nothing, type TemplateResult } from "lit";

import { clockTime, listed } from "../shared/format";
import { pick } from "../shared/i18n";
import type { Desk } from "./desk";
import { reasonText, say } from "./texts";
import { span } from "./time";
import type { ClerkState, ShortTicket } from "./types";
import { classMark } from "./waiting-line";

export interface ParkedActions {
  resume: (ticket: ShortTicket) => void;
  toLine: (ticket: ShortTicket) => void;
  rejoin: (ticket: ShortTicket) => void;
  call: (ticket: ShortTicket) => void;
}

export function parkedLists(current: ClerkState, desk: Desk, nowMs: number, actions: ParkedActions): TemplateResult {
  const isFree = !current.ticket && current.window.state === "IDLE" && desk.sending === null;
  const canSend = desk.sending === null;
  const held = (ticket: ShortTicket) => html`${line(ticket, desk, holdNote(ticket, desk, nowMs))}
    <span class="acts"><button class="button small" ?disabled=${!isFree} aria-label=${say("take_back_n", { number: ticket.number })} @click=${() => actions.resume(ticket)}>${say("take_back")}</button>
    <button class="button small quiet" ?disabled=${!canSend} aria-label=${say("to_line_n", { number: ticket.number })} @click=${() => actions.toLine(ticket)}>${say("to_line")}</button></span>`;
  const missed = (ticket: ShortTicket) => html`${line(ticket, desk, html`<span class="muted">${say("missed_ago", { time: span(nowMs - (ticket.missed_ms || nowMs)) })}</span>`)}
    <span class="acts"><button class="button small" ?disabled=${!isFree} aria-label=${say("call_this_n", { number: ticket.number })} @click=${() => actions.call(ticket)}>${say("call_this")}</button>
    <button class="button small quiet" ?disabled=${!canSend} aria-label=${say("rejoin_n", { number: ticket.number })} @click=${() => actions.rejoin(ticket)}>${say("rejoin")}</button></span>`;
  return html`<div class="parked">
    ${list("held", say("held_here"), current.held, held)} ${list("hall-held", say("held_hall"), current.hall_held, held)} ${list("missed", say("missed"), current.missed, missed)}
  </div>`;
}

function list(id: string, heading: string, tickets: ShortTicket[], row: (ticket: ShortTicket) => TemplateResult): TemplateResult {
  return html`<section class="panel ${tickets.length === 0 ? "bare" : ""}" aria-labelledby="${id}-h" data-testid=${id}>
    <h3 id="${id}-h">${heading}<span class="count number">${tickets.length}</span></h3>
    ${
      tickets.length === 0
        ? html`<p class="none">${say("none")}</p>`
        : html`<ul class="rows" tabindex=${tickets.length > 3 ? "0" : nothing} aria-labelledby="${id}-h">${tickets.map((ticket) => html`<li>${row(ticket)}</li>`)}</ul>`
    }
  </section>`;
}

function line(ticket: ShortTicket, desk: Desk, note: TemplateResult): TemplateResult {
  const items = listed(ticket.items.map(pick));
  return html`<span class="number">${ticket.number}</span>
    <span class="what"><span class="clip" title=${items}>${classMark(desk, ticket.class)}${items}</span><span class="small clip">${note}</span></span>`;
}

function holdNote(ticket: ShortTicket, desk: Desk, nowMs: number): TemplateResult {
  const reason = ticket.hold_reason ? reasonText(ticket.hold_reason) : "";
  const due = ticket.hold_due_ms;
  const late = typeof due === "number" && due < nowMs;
  return html`${late ? html`<strong class="bad">${say("overdue")}</strong> ` : nothing}<span class="muted">${reason}${due ? html` · ${say("due_at", { time: clockTime(due, desk.hall.zone) })}` : nothing}</span>`;
}
