// The middle: the ticket of this moment, as large as it is important, and what its items come to.

import { html, nothing, type TemplateResult } from "lit";

import { clockTime, listed } from "../shared/format";
import { pick } from "../shared/i18n";
import { allowed } from "./actions";
import { sameClerk } from "./account-name";
import { bookingMark } from "./booking-mark";
import type { Desk } from "./desk";
import { channelText, say } from "./texts";
import { running, span } from "./time";
import { RESULTS, type ClerkState, type StaffTicket, type TicketItem } from "./types";
import { className } from "./waiting-line";

export interface NowActions {
  result: (item: TicketItem) => void;
  set: (item: TicketItem, result: string) => void;
  add: () => void;
  finishOnly: () => void;
  open: () => void;
}

const STATE_OF_RESULT = { done: "DONE", supplement_due: "SUPPLEMENT_DUE", referred: "REFERRED", refused: "REFUSED" } as const;

export function nowCard(current: ClerkState, desk: Desk, nowMs: number, actions: NowActions): TemplateResult {
  const ticket = current.ticket;
  return html`<section class="panel now ${ticket ? ticket.state : current.window.state}" aria-labelledby="now-h" data-testid="now">
    ${ticket ? withTicket(ticket, current, desk, { nowMs, actions }) : without(current, desk, actions)}
  </section>`;
}

interface Context {
  nowMs: number;
  actions: NowActions;
}

function withTicket(ticket: StaffTicket, current: ClerkState, desk: Desk, { nowMs, actions }: Context): TemplateResult {
  const calling = ticket.state === "CALLED";
  const from = calling ? (ticket.call && ticket.call.at_ms) || ticket.called_ms : ticket.started_ms;
  return html`<div class="top">
      <h2 id="now-h" class="number huge" data-testid="current-number">${ticket.number}</h2>
      <div class="facts">
        <p class="chips"><ow-state of="ticket" value=${ticket.state}></ow-state><span class="chip ${ticket.class}">${className(desk, ticket.class)}</span><span class="chip">${channelText(ticket.channel)}</span>${moved(ticket)}${bookingMark(ticket.booking, desk.hall.zone)}</p>
        <p>${say("waited_for_call", { time: span((ticket.called_ms || nowMs) - ticket.arrived_ms) })}<span class="muted"> · ${say("arrived_at", { time: clockTime(ticket.arrived_ms, desk.hall.zone) })}</span></p>
        <p class="small">${calling && ticket.call ? html`<span class="gap">${say("call_no", { n: ticket.call.call_no })}</span>` : nothing}${shown(desk)}</p>
      </div>
      <div class="timer"><span class="muted small">${say(calling ? "called_for" : "serving_for")}</span><strong class="number">${from ? running(nowMs - from) : "–"}</strong></div>
    </div>
    ${calling ? conditions(current, nowMs) : nothing} ${why(current, ticket)}
    <div class="spread items-head"><h3>${say("items")} <span class="muted">${ticket.items.length}</span></h3>
      <span><button class="button small" data-testid="add" ?disabled=${desk.sending !== null} @click=${actions.add}><kbd>+</kbd>&nbsp;${say("add")}</button>
      <button class="button small" data-testid="finish-only" ?disabled=${ticket.state !== "SERVING" || desk.sending !== null} @click=${actions.finishOnly}>${say("finish_only")}</button></span></div>
    <ol class="items">${ticket.items.map((item, index) => html`<li>${itemRow(item, index, desk, actions)}</li>`)}</ol>`;
}

function itemRow(item: TicketItem, index: number, desk: Desk, actions: NowActions): TemplateResult {
  const name = pick(item.name);
  const owes = item.state === "SUPPLEMENT_DUE";
  return html`<button class="entry" aria-label="${index + 1} ${say("result_of", { item: name })}" ?disabled=${desk.sending !== null} @click=${() => actions.result(item)}><kbd>${index + 1}</kbd></button>
    <span class="name"><strong>${name}</strong>${item.quantity > 1 ? html` <span class="quantity number">${say("quantity", { n: item.quantity })}</span>` : nothing}
      ${owes ? html`<span class="small owed">${say("due_short", { date: item.due_date || "–" })}${(item.materials || []).length > 0 ? `：${listed((item.materials || []).map(pick))}` : ""}</span>` : nothing}</span>
    <span class="results" role="group" aria-label=${say("result_of", { item: name })}>${RESULTS.map(
      (result) => html`<button class="result ${result}" aria-pressed=${item.state === STATE_OF_RESULT[result] ? "true" : "false"}
        ?disabled=${desk.sending !== null} data-testid="result-${item.entry}-${result}" @click=${() => actions.set(item, result)}>${say(`result_${result}`)}</button>`,
    )}</span>`;
}

function moved(ticket: StaffTicket): TemplateResult | typeof nothing {
  const hops = Array.isArray(ticket.hops) ? ticket.hops.length : ticket.hops || 0;
  const parts = hops > 0 ? [say("hops", { n: hops })] : [];
  if (ticket.origin) {
    parts.push(say("from_hall", { hall: ticket.origin.hall }));
  }
  return parts.length === 0 ? nothing : html`${parts.map((part) => html`<span class="chip">${part}</span>`)}`;
}

function shown(desk: Desk): TemplateResult | typeof nothing {
  const told = desk.live.shown;
  if (!told || told.of === 0) {
    return nothing;
  }
  return html`<span class=${told.n >= told.of ? "good" : "bad"} data-testid="shown">${told.n >= told.of ? "✓ " : "⚠ "}${say("shown_on", { n: told.n, of: told.of })}</span>`;
}

/** What a recall and a miss still wait for, as bars that run out. */
function conditions(current: ClerkState, nowMs: number): TemplateResult {
  const recall = allowed("recall", current, nowMs);
  const miss = allowed("miss", current, nowMs);
  const left = recall.left === undefined ? "" : say("left_n", { n: recall.left });
  const recallText = recall.wait_s ? say("in_s", { s: recall.wait_s }) : recall.on ? say("ready") : "";
  const missText = [miss.calls ? say("calls_more", { n: miss.calls }) : "", miss.wait_s ? say("in_s", { s: miss.wait_s }) : ""].filter((part) => part !== "");
  return html`<dl class="conditions">
    <div class=${recall.on ? "ready" : ""} data-testid="recall-when"><dt><kbd>R</kbd> ${say("recall")}</dt><dd>${[recallText, left].filter((part) => part !== "").join(" · ")}</dd></div>
    <div class=${miss.on ? "ready" : ""} data-testid="miss-when"><dt><kbd>M</kbd> ${say("miss")}</dt><dd>${miss.on ? say("ready") : missText.join(" · ")}</dd></div>
  </dl>`;
}

function why(current: ClerkState, ticket: StaffTicket): TemplateResult | typeof nothing {
  const reason = current.why;
  if (!reason) {
    return nothing;
  }
  const candidates = reason.candidates || [];
  return html`<div class="why" data-testid="why"><p><span class="muted">${say("why_title")}</span>${pick(reason)}</p>
    ${
      candidates.length > 1
        ? html`<p class="small"><span class="muted">${say("candidates")}</span>${candidates.map(
            (one) => html`<span class="chip number ${one.ticket === ticket.id ? "booked" : ""}">${one.number}</span>`,
          )}</p>`
        : nothing
    }</div>`;
}

function without(current: ClerkState, desk: Desk, actions: NowActions): TemplateResult {
  const { state, clerk, asking, then } = current.window;
  const foreign = !!clerk && !sameClerk(clerk, desk.account.account);
  const kind = foreign ? "others" : current.ended ? "ended" : state === "CLOSED" ? "closed" : state === "PAUSED" ? "paused" : state === "DRAINING" ? "draining" : asking ? "asking" : "idle";
  const after = then === "close" ? say("then_close") : then === "pause" ? say("then_pause") : "";
  return html`<div class="rest" data-testid="rest-${kind}">
    <h2 id="now-h">${say(`${kind}_title`, { clerk: foreign ? desk.staff.of(clerk) : "" })}</h2>
    <p class="muted">${say(`${kind}_hint`)}${after ? html` · ${after}` : nothing}</p>
    ${kind === "idle" ? html`<p class="giant" aria-hidden="true"><kbd>N</kbd></p>` : nothing}
    ${kind === "asking" ? html`<p class="pulse" aria-hidden="true"></p>` : nothing}
    ${kind === "closed" ? html`<button class="button primary large" data-testid="open" ?disabled=${desk.sending !== null} @click=${actions.open}>${say("open")}</button>` : nothing}
  </div>`;
}

