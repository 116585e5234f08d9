// Which key does what at a window, and when it may be pressed.
//
// Laws: one key, one action; an action is offered only when the hall would accept it, as far as the feed tells;
// the hall still decides (a refusal is shown, never guessed away). What a merge patch removed is absent, not null.

import type { ClerkState } from "./types";

export type Action =
  | "next"
  | "recall"
  | "start"
  | "finish"
  | "miss"
  | "hold"
  | "transfer"
  | "undo"
  | "pause"
  | "help"
  | "add"
  | "drain"
  | "close";

export interface KeyAction {
  action: Action;
  key: string;
  also?: string;
}

/** Order of the buttons, left to right; the key is printed on each. */
export const MAIN_ACTIONS: readonly KeyAction[] = [
  { action: "next", key: "N" },
  { action: "recall", key: "R" },
  { action: "start", key: "S", also: "Enter" },
  { action: "finish", key: "F" },
  { action: "miss", key: "M" },
  { action: "hold", key: "H" },
  { action: "transfer", key: "T" },
  { action: "undo", key: "U" },
  { action: "pause", key: "P" },
  { action: "help", key: "?" },
];

export interface Allowed {
  /** May be pressed now. */
  on: boolean;
  /** Seconds until it may be, when only time is missing. */
  wait_s?: number;
  /** Calls still needed before a miss. */
  calls?: number;
  /** What is left of a limit (recalls). */
  left?: number;
}

const OFF: Allowed = { on: false };

/** The action of a key press, or null; modifiers belong to the browser. */
export function actionOfKey(event: KeyboardEvent): Action | null {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) {
    return null;
  }
  if (event.key === "+" || event.key === "=") {
    return "add";
  }
  const pressed = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const found = MAIN_ACTIONS.find((one) => one.key === pressed || one.also === pressed || (one.action === "help" && pressed === "/"));
  return found ? found.action : null;
}

/** B opens the booking desk: at any window, whatever it is doing. */
export function isBookingKey(event: KeyboardEvent): boolean {
  return !event.ctrlKey && !event.altKey && !event.metaKey && !event.repeat && event.key.toUpperCase() === "B";
}

/** A digit 1 to 9 names an item of the current ticket. */
export function entryOfKey(event: KeyboardEvent): number | null {
  const plain = !event.ctrlKey && !event.altKey && !event.metaKey && !event.repeat;
  return plain && /^[1-9]$/.test(event.key) ? Number(event.key) - 1 : null;
}

export function allowed(action: Action, state: ClerkState, now_ms: number): Allowed {
  const ticket = state.ticket;
  const calling = !!ticket && ticket.state === "CALLED";
  const serving = !!ticket && ticket.state === "SERVING";
  const at = state.window.state;
  switch (action) {
    case "next":
      return { on: !ticket && at === "IDLE" && !state.ended };
    case "recall":
      return calling ? recall(state, now_ms) : OFF;
    case "start":
      return { on: calling };
    case "finish":
      return { on: serving };
    case "miss":
      return calling ? miss(state, now_ms) : OFF;
    case "hold":
      return { on: serving };
    case "transfer":
      return { on: calling || serving };
    case "add":
      return { on: serving || calling };
    case "undo":
      return undo(state, now_ms);
    case "pause":
      return { on: at !== "CLOSED" };
    case "drain":
      return { on: at === "IDLE" || at === "CALLING" || at === "SERVING" };
    case "close":
      return { on: at !== "CLOSED" };
    case "help":
      return { on: true };
  }
}

function recall(state: ClerkState, now_ms: number): Allowed {
  const wait_s = seconds(state.recall_at_ms, now_ms);
  const left = typeof state.recalls_left === "number" ? state.recalls_left : undefined;
  return left === undefined ? { on: wait_s === 0, wait_s } : { on: wait_s === 0 && left > 0, wait_s, left };
}

function miss(state: ClerkState, now_ms: number): Allowed {
  const wait_s = seconds(state.miss_at_ms, now_ms);
  const calls = state.miss_calls_left || 0;
  return { on: wait_s === 0 && calls === 0, wait_s, calls };
}

function undo(state: ClerkState, now_ms: number): Allowed {
  const wait_s = seconds(state.undo ? state.undo.until_ms : null, now_ms);
  return { on: wait_s > 0, wait_s };
}

/** Whole seconds until a moment, rounded up, never negative. */
export function seconds(until_ms: number | null | undefined, now_ms: number): number {
  return typeof until_ms !== "number" ? 0 : Math.max(0, Math.ceil((until_ms - now_ms) / 1000));
}

/** True while a person types: then no key is a command. */
export function isTyping(event: KeyboardEvent): boolean {
  const path = event.composedPath();
  const first = path[0];
  if (event.isComposing || !(first instanceof HTMLElement)) {
    return event.isComposing;
  }
  const field = first instanceof HTMLInputElement || first instanceof HTMLSelectElement || first instanceof HTMLTextAreaElement;
  return field || first.isContentEditable;
}
