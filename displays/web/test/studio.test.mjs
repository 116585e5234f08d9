// The studio: which differences are good.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.mjs";

const { judged } = await load("studio/judged.ts");

const figure = (value, low, high) => ({ value, low, high });

test("less waiting and less cost are better, a promise kept less is worse, use and visits are neither", () => {
  const [less, more, unsure] = [figure(-2, -3, -1), figure(2, 1, 3), figure(-2, -5, 1)];
  const waits = ["mean_wait_min", "p50_min", "p90_min", "longest_min", "left", "turned_away", "window_hours", "cost"];

  assert.deepEqual(new Set(waits.map((code) => judged(code, less))), new Set(["better"]));
  assert.deepEqual(new Set(waits.map((code) => judged(code, more))), new Set(["worse"]));
  assert.deepEqual([judged("kept_pct", less), judged("kept_pct", more)], ["worse", "better"]);
  assert.deepEqual(["use_pct", "visitors"].map((code) => judged(code, less)), ["same", "same"]);
  assert.deepEqual([judged("p90_min", unsure), judged("p90_min", null), judged("p90_min", figure(1, null, null))], ["same", "same", "same"]);
});
