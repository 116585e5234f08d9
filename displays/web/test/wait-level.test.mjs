// When the manager's overview shows a wait as long.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.mjs";

const { waitLevel } = await load("manager/wait-level.ts");

test("a wait is long by the rules of the hall, from the named moment on", () => {
  const rules = { wait_warn_ms: 600, wait_alarm_ms: 900 };

  assert.deepEqual([599, 600, 899, 900].map((ms) => waitLevel(ms, rules)), ["", "warn", "warn", "alarm"]);
});

test("where nobody waits nothing is long, whatever the rules say", () => {
  const rules = { wait_warn_ms: 0, wait_alarm_ms: 0 };

  assert.deepEqual([null, undefined, 0].map((ms) => waitLevel(ms, rules)), ["", "", ""]);
});
