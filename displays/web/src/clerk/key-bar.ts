// The keys: one button each, the key printed on it, the next natural one stands out.

import { html, nothing, type TemplateResult } from "lit";

import { type Action, type Allowed, MAIN_ACTIONS, allowed } from "./actions";
import { sameClerk } from "./account-name";
import type { Desk } from "./desk";
import { say } from "./texts";
import type { ClerkState } from "./types";

export function keyBar(current: ClerkState, desk: Desk, nowMs: number, act: (action: Action) => void): TemplateResult {
  const own = !current.window.clerk || sameClerk(current.window.clerk, desk.account.account);
  const natural = naturalNext(current);
  const stopped = current.window.state === "PAUSED" || current.window.state === "DRAINING";
  return html`<nav class="keys" aria-label=${say("help_title")}>
    ${MAIN_ACTIONS.map(({ action, key, also }) => {
      const may = allowed(action, current, nowMs);
      const on = action === "help" || (own && may.on && desk.sending === null);
      const label = action === "pause" && stopped ? say("resume_calling") : action === "undo" && may.on ? undoLabel(current) : say(action);
      const sending = desk.sending === action;
      return html`<button class="key ${action} ${natural === action && own ? "natural" : ""} ${sending ? "sending" : ""}" ?disabled=${!on} aria-keyshortcuts=${key}
        data-testid="key-${action}" @click=${() => act(action)}>
        <kbd>${key}${also === "Enter" ? html`<span> ⏎</span>` : nothing}</kbd><span class="label">${label}</span><span class="sub">${sending ? say("sending") : sub(action, may, current)}</span>
      </button>`;
    })}
  </nav>`;
}

const UNDONE: Record<string, Action | "call_this" | "take_back" | "open" | "result" | "undo_finish"> = {
  "add-items": "add",
  "item-result": "result",
  "call-next": "next",
  call: "call_this",
  recall: "recall",
  start: "start",
  finish: "undo_finish",
  miss: "miss",
  hold: "hold",
  resume: "take_back",
  transfer: "transfer",
  pause: "pause",
  drain: "drain",
  close: "close",
  open: "open",
};

/** The view names the command by its written name (window.start) or by its address (start). */
function undoLabel(current: ClerkState): string {
  const op = current.undo ? current.undo.op.replace(/^.*\./, "").replace(/-and-next$/, "") : "";
  const name = UNDONE[op];
  return name ? say("undo_what", { what: say(name) }) : say("undo");
}

function naturalNext(current: ClerkState): Action | null {
  if (current.ticket) {
    return current.ticket.state === "CALLED" ? "start" : "finish";
  }
  if (current.window.state === "PAUSED" || current.window.state === "DRAINING") {
    return "pause";
  }
  return current.window.state === "IDLE" && !current.ended ? "next" : null;
}

function sub(action: Action, may: Allowed, current: ClerkState): string {
  if (action === "undo" && may.on && current.undo) {
    return say("left_s", { s: may.wait_s || 0 });
  }
  if (action === "recall" && may.wait_s) {
    return say("in_s", { s: may.wait_s });
  }
  if (action === "miss" && !may.on && (may.calls || may.wait_s)) {
    return may.calls ? say("calls_more", { n: may.calls }) : say("in_s", { s: may.wait_s || 0 });
  }
  return "";
}
