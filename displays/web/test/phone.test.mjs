// What the phone tells the holder of a number.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.mjs";

const { taleOf } = await load("phone/tale.ts");

const MIN = 60_000;
const waiting = { state: "WAITING", near: true, call: null, window: null };

test("a turn is near where few are before it and it is called soon, not over a lunch", () => {
  assert.equal(taleOf(waiting, 5 * MIN).tone, "near");
  assert.equal(taleOf(waiting, null).tone, "near", "nobody can say how long");
  assert.equal(taleOf({ ...waiting, near: false }, 5 * MIN).tone, "plain");
  assert.equal(taleOf(waiting, 140 * MIN).tone, "plain");
});
