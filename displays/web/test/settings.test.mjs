// What the settings page says after a save.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.mjs";

const { dayText, isBehind } = await load("manager/day-told.ts");

test("what is in force at once, not today, or only later is not told as one and the same", () => {
  const told = ["changed", "unchanged", "later"].map((day) => dayText({ day, day_refusal: null }));

  assert.equal(new Set(told).size, 3);
  assert.deepEqual(["changed", "later"].map((day) => isBehind({ day })), [false, false]);
});

test("a refusal of the open day is told with its reason", () => {
  const refused = { day: "SLOTS_BOOKED", day_refusal: { zh: "先关闭时段", en: "Close the slots first" } };

  assert.ok(isBehind(refused));
  assert.match(dayText(refused), /先关闭时段|Close the slots first/);
});
