// What the phone tells the holder of a number.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.mjs";

const { taleOf } = await load("phone/tale.ts");

const MIN = 60_000;
const waiting = (more = {}) => ({ state: "WAITING", near: true, wait_ms_p50: 5 * MIN, call: null, window: null, ...more });

test("a turn is near where few are before it and it is called soon, not over a lunch", () => {
  assert.equal(taleOf(waiting()).tone, "near");
  assert.equal(taleOf(waiting({ wait_ms_p50: null })).tone, "near", "nobody can say how long");
  assert.equal(taleOf(waiting({ near: false })).tone, "plain");
  assert.equal(taleOf(waiting({ wait_ms_p50: 140 * MIN })).tone, "plain");
});
