// What a strip shows in each state of its window, as text on the matrix.
//
// Left: who (the number, or the window), two cells high. Right: two lines, Chinese over English
// while calling; otherwise what the window does, running when it is longer than the panel.

import { clockTime } from "../shared/format";
import { hasText, text } from "../shared/i18n";
import type { StripState, Text } from "../shared/types";
import { AMBER, type Colour, GREEN, type Glyphs, type Matrix, RED } from "./matrix";

export interface Moment {
  /** Our own running time, which moves the running text. */
  runMs: number;
  /** While true the panel blinks: the number rings. */
  isRinging: boolean;
  staleSinceMs: number | null;
  /** The code of what the server says to this screen's token; empty while it is known. */
  refusal: string;
  isKnown: boolean;
}

// A walking reader follows 40 dots a second without effort.
const RUN_DOTS_PER_S = 40;
const GAP_DOTS = 48;
const BLINK_MS = 400;
// Chinese and English take turns where only one of them fits.
const TURN_MS = 5000;
const MARGIN = 8;

export function drawStrip(
  matrix: Matrix,
  glyphs: Glyphs,
  scene: { state: StripState | null; moment: Moment },
): void {
  const { state, moment } = scene;
  matrix.clear();
  if (moment.refusal) {
    centred(matrix, glyphs, refusalOf(moment.refusal), RED);
  } else if (!state || !state.window) {
    centred(matrix, glyphs, text("strip.none"), AMBER);
  } else if (isCalling(state)) {
    calling(matrix, glyphs, state, moment);
  } else {
    resting(matrix, glyphs, state, moment);
  }
}

/** The same in words, for screen readers and for tests. */
export function stripWords(state: StripState | null, refusal = ""): Text {
  if (refusal) {
    return refusalOf(refusal);
  }
  if (!state || !state.window) {
    return text("strip.none");
  }
  if (isCalling(state) && state.call) {
    return text("board.announce", { number: state.call.number, label: state.window.label });
  }
  return statusOf(state);
}

// A panel that is shut out hears of no change: it shows why instead of the number of before.
function refusalOf(code: string): Text {
  const key = `strip.${code}`;
  return text(hasText(key) ? key : "strip.refused");
}

function isCalling(state: StripState): boolean {
  return !!state.call && state.call.state === "calling";
}

function calling(matrix: Matrix, glyphs: Glyphs, state: StripState, moment: Moment): void {
  const number = state.call ? String(state.call.number) : "";
  const label = String(state.window.label);
  const isDark = moment.isRinging && Math.floor(moment.runMs / BLINK_MS) % 2 === 1;
  const left = 2 * glyphs.width(number);
  if (!isDark) {
    matrix.put(glyphs, number, { x: 2, y: 0, scale: 2, colour: RED });
  }
  const words = text("strip.please", { label });
  const from = left + 2 + MARGIN;
  line(matrix, glyphs, { words: words.zh, y: 0, from, colour: AMBER, runMs: moment.runMs });
  lower(matrix, glyphs, { words: words.en, from, colour: GREEN, moment });
}

function resting(matrix: Matrix, glyphs: Glyphs, state: StripState, moment: Moment): void {
  const label = String(state.window.label);
  const left = 2 * glyphs.width(label);
  matrix.put(glyphs, label, { x: 2, y: 0, scale: 2, colour: AMBER });
  matrix.put(glyphs, "号", { x: left + 4, y: 0, colour: AMBER });
  matrix.put(glyphs, "窗", { x: left + 4, y: 16, colour: AMBER });
  const from = left + 4 + 16 + MARGIN;
  const status = statusOf(state);
  const isOff = state.window.state === "CLOSED" || state.window.state === "PAUSED";
  const words = isEnglishTurn(moment) ? status.en : status.zh;
  line(matrix, glyphs, { words, y: 0, from, colour: isOff ? RED : GREEN, runMs: moment.runMs });
  // A window that is not open offers nothing.
  const offer = state.window.state === "CLOSED" ? "" : offerOf(state);
  lower(matrix, glyphs, { words: offer, from, colour: AMBER, moment });
}

// The lower line gives way when the link is lost: an old number must not be taken for a new one.
function lower(
  matrix: Matrix,
  glyphs: Glyphs,
  { words, from, colour, moment }: { words: string; from: number; colour: Colour; moment: Moment },
): void {
  const since = moment.staleSinceMs;
  const isStale = since !== null;
  const old = isStale ? text("strip.stale", { time: clockTime(since) }) : null;
  const shown = old ? (isEnglishTurn(moment) ? old.en : old.zh) : words;
  line(matrix, glyphs, { words: shown, y: 16, from, colour: isStale ? RED : colour, runMs: moment.runMs });
}

function isEnglishTurn(moment: Moment): boolean {
  return Math.floor(moment.runMs / TURN_MS) % 2 === 1;
}

function statusOf(state: StripState): Text {
  const code = String(state.window.state);
  if (state.number && (code === "SERVING" || code === "DRAINING")) {
    return text("strip.serving", { number: state.number });
  }
  const key = `strip.${code}`;
  const word = `window.${code}`;
  return hasText(key) ? text(key) : hasText(word) ? text(word) : { zh: code, en: code };
}

function offerOf(state: StripState): string {
  const themes = Array.isArray(state.window.themes) ? state.window.themes : [];
  const own = state.window.name ? [state.window.name] : [];
  const names = own.concat(themes).filter((name) => !!name && !!name.zh);
  const zh = unique(names.map((name) => name.zh)).join("、");
  const en = unique(names.map((name) => name.en || "")).join(", ");
  return en ? `${zh}   ${en}` : zh;
}

interface Line {
  words: string;
  y: number;
  from: number;
  colour: Colour;
  runMs: number;
}

// Text that fits stands still; longer text runs, its end followed by its beginning.
function line(matrix: Matrix, glyphs: Glyphs, { words, y, from, colour, runMs }: Line): void {
  const width = glyphs.width(words);
  if (width <= matrix.columns - from) {
    matrix.put(glyphs, words, { x: from, y, colour });
    return;
  }
  const period = width + GAP_DOTS;
  const offset = Math.floor((runMs / 1000) * RUN_DOTS_PER_S) % period;
  for (const x of [from - offset, from - offset + period]) {
    matrix.put(glyphs, words, { x, y, colour, from });
  }
}

function centred(matrix: Matrix, glyphs: Glyphs, words: Text, colour: Colour): void {
  [words.zh, words.en].forEach((one, i) => {
    const x = Math.max(0, Math.floor((matrix.columns - glyphs.width(one)) / 2));
    matrix.put(glyphs, one, { x, y: 16 * i, colour });
  });
}

function unique(words: string[]): string[] {
  return words.filter((word, i) => !!word && words.indexOf(word) === i);
}
