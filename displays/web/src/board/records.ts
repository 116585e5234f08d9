// Reads a board's state record by record: what is malformed is left out, and blanks nothing else.

import type { BoardState, Call, Text, WindowSummary } from "../shared/types";

/** Well-formed calls, newest ring first. */
export function goodCalls(state: BoardState | null): Call[] {
  const calls = entries<Call>(state && state.calls).map(([, call]) => call);
  return calls
    .filter((call) => isWord(call.number) && isWord(call.label) && Number.isFinite(call.ring))
    .sort((a, b) => b.ring - a.ring);
}

/** Well-formed windows in the order of their codes, numbers within codes as numbers. */
export function goodWindows(state: BoardState | null): (WindowSummary & { code: string })[] {
  const windows = entries<WindowSummary>(state && state.windows);
  return windows
    .filter(([, about]) => isWord(about.label) && isWord(about.state))
    .map(([code, about]) => ({ ...about, code }))
    .sort((a, b) => a.label.localeCompare(b.label, "zh-CN", { numeric: true }));
}

/** Waiting people by theme, only the themes that have any. */
export function goodThemes(state: BoardState | null): [string, number][] {
  const themes = state && state.waiting ? state.waiting.themes : null;
  return Object.keys(themes || {})
    .map((code): [string, number] => [code, Number((themes as Record<string, number>)[code])])
    .filter(([, count]) => Number.isFinite(count));
}

export function goodTotal(state: BoardState | null): number {
  const total = state && state.waiting ? Number(state.waiting.total) : 0;
  return Number.isFinite(total) ? total : 0;
}

// What stands beside the clock of a lying screen in the largest letters, in halves of a Chinese character.
const HEAD_HALVES = 48;
// The other language is written half as large.
const BESIDE_SHARE = 0.5;

/** Whether a place's names need smaller letters, and a line each. */
export function isLongHead(name: Text): boolean {
  const halves = Array.from(name.zh).reduce((sum, letter) => sum + (letter > "\u2e7f" ? 2 : 1), 0);
  return halves + name.en.length * BESIDE_SHARE > HEAD_HALVES;
}

function entries<T extends object>(records: Record<string, T> | null | undefined): [string, T][] {
  if (!records || typeof records !== "object") {
    return [];
  }
  return Object.keys(records)
    .map((key): [string, T] => [key, records[key] as T])
    .filter(([, record]) => !!record && typeof record === "object");
}

function isWord(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= 16;
}

/** What a board without calls says. Nobody is told that the service has ended, or to take a number, who holds one after closing. */
export function quietKey(state: BoardState | null, nowMs: number): "board.ended" | "board.stopped" | "board.quiet" {
  if (!state) {
    return "board.quiet";
  }
  const sessions = state.sessions || [];
  const isPast = sessions.length > 0 && sessions.every((one) => one.close_ms <= nowMs);
  if (state.ended || (isPast && goodTotal(state) === 0)) {
    return "board.ended";
  }
  return state.issuing && !isPast ? "board.quiet" : "board.stopped";
}
