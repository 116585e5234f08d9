// The board's stage and records: everybody who is called is seen, and nothing malformed blanks it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.mjs";

const { Stage } = await load("board/stage.ts");
const { goodCalls, goodThemes, goodTotal, goodWindows, isLongHead, quietKey } = await load("board/records.ts");

const { voiceMode } = await load("shared/voice.ts");

const RULES = { capacity: 16, minMs: 8000, maxMs: 25_000 };
const call = (ring, more = {}) => ({
  number: `A${ring}`, ticket: `t${ring}`, window: `W${ring}`, label: String(ring), area: "a1",
  call_no: 1, ring, at_ms: 0, state: "calling", ...more,
});
const calls = (count, from = 1) => Array.from({ length: count }, (_, i) => call(from + i));
const numbers = (stage) => stage.shown.map((highlight) => highlight.call.number);

test("a screen speaks as its hall is set, unless its address says otherwise; before the greeting it is silent", () => {
  const cases = [["", "", "silent"], ["", "browser", "speak"], ["", "silent", "silent"],
    ["zh,en", "silent", "speak"], ["yue", "browser", "speak"], ["silent", "browser", "silent"]];
  for (const [asked, hall, mode] of cases) {
    assert.equal(voiceMode(asked, hall), mode, `${asked} ${hall}`);
  }
});

test("sixteen calls of one instant are all on the stage at once", () => {
  const stage = new Stage(RULES);
  stage.ring(calls(16), 0);
  assert.equal(stage.shown.length, 16);
});

test("forty calls of one instant are each shown for at least eight seconds", () => {
  const stage = new Stage(RULES);
  const seenMs = new Map();
  stage.ring(calls(40), 0);
  for (let nowMs = 0; nowMs <= 60_000; nowMs += 500) {
    stage.tick(nowMs);
    numbers(stage).forEach((number) => seenMs.set(number, (seenMs.get(number) || 0) + 500));
  }
  assert.equal(seenMs.size, 40);
  assert.ok(Math.min(...seenMs.values()) >= 8000);
  assert.equal(stage.shown.length, 0);
});

test("a number that is called to a second window stands beside that one, whatever is still listed", () => {
  const stage = new Stage(RULES);
  const [first, second] = [call(1, { state: "ended" }), call(9, { ticket: "t1", number: "A1", label: "58" })];
  const windows = () => stage.shown.map((highlight) => highlight.call.label);
  for (const listed of [[first, second], [second, first]]) {
    stage.ring([second], 0);
    stage.update(listed);
    assert.deepEqual(windows(), ["58"]);
  }
  stage.update([first]);
  assert.deepEqual(windows(), [], "withdrawn: nobody is sent to the window of before");
});

test("a recall renews its own highlight and takes no second cell", () => {
  const stage = new Stage(RULES);
  stage.ring([call(1)], 0);
  stage.ring([{ ...call(1), ring: 2, call_no: 2 }], 20_000);
  stage.tick(30_000);
  assert.deepEqual(numbers(stage), ["A1"]);
});

test("a withdrawn call leaves at once, from the queue too", () => {
  const stage = new Stage({ ...RULES, capacity: 1 });
  stage.ring(calls(3), 0);
  stage.update([call(3)]);
  stage.tick(100);
  assert.deepEqual(numbers(stage), ["A3"]);
  assert.equal(stage.waiting, 0);
});

test("the queue of a storm is bounded", () => {
  const stage = new Stage(RULES);
  for (let i = 0; i < 100; i += 1) {
    stage.ring(calls(20, 1 + 20 * i), i);
  }
  assert.ok(stage.waiting <= 64);
});

test("malformed records are left out, the others stay", () => {
  const state = {
    calls: { 1: call(1), 2: null, 3: 7, 4: { number: 4 }, 5: { ...call(5), number: "x".repeat(99) } },
    windows: { W10: { label: "10", state: "IDLE" }, W2: { label: "2", state: "IDLE" }, W3: null, W4: {} },
    waiting: { total: "many", themes: { a: 3, b: "c" } },
  };
  assert.deepEqual(goodCalls(state).map((one) => one.ring), [1]);
  assert.deepEqual(goodWindows(state).map((one) => one.label), ["2", "10"]);
  assert.deepEqual(goodThemes(state), [["a", 3]]);
  assert.equal(goodTotal(state), 0);
  assert.deepEqual(goodCalls(null), []);
});

test("the service has ended only when nobody waits any more", () => {
  const at = (more) => ({ sessions: [{ open_ms: 0, close_ms: 100 }], issuing: true, ended: false, waiting: { total: 0, themes: {} }, ...more });
  const two = { waiting: { total: 2, themes: {} } };

  assert.equal(quietKey(null, 0), "board.quiet");
  assert.equal(quietKey(at({}), 50), "board.quiet");
  assert.equal(quietKey(at({ issuing: false }), 50), "board.stopped");
  assert.equal(quietKey(at(two), 150), "board.stopped", "two are still to be called");
  assert.equal(quietKey(at({}), 150), "board.ended");
  assert.equal(quietKey(at({ ended: true, ...two }), 50), "board.ended");
});

test("a name that does not fit beside the clock is written smaller, so that no call leaves the screen", () => {
  assert.equal(isLongHead({ zh: "上城街道第 2 村居服务点", en: "Shangcheng Street, Village Counter 2" }), false);
  assert.equal(isLongHead({ zh: "龙岗区政务服务中心", en: "" }), false);
  assert.equal(isLongHead({ zh: "上城街道第二综合便民服务中心及人才服务工作站", en: "Shangcheng" }), true);
  assert.equal(isLongHead({ zh: "政务服务中心", en: "Comprehensive Citizen Service Centre and Talent Station, North Gate Branch" }), true);
});
