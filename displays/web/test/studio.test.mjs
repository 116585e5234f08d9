// The studio: how surely the fewest windows hold, what is asked of a search, and which differences are good.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.mjs";

const { isCancelled, leftBehind, ownRunning } = await load("studio/jobs.ts");
const { judged } = await load("studio/judged.ts");
const { WANTED, wantedOf } = await load("studio/wants.ts");

const THEMES = [{ code: "tax", name: { zh: "税务", en: "Taxes" } }];
const figure = (value, low, high) => ({ value, low, high });
const sized = (facts) => ({ kept_pct: 90, held: true, sure: true, days: 40, window_hours: 31.5, worst_hour: "10:00", worst: figure(0.9312, 0.91, 0.95), within_min: 15, tells: null, ...facts });
const [zh, en] = [await speaking("zh"), await speaking("en")];
const hour = { kind: "hour", name: "10:00", within_min: 15, wanted: 0.9, found: figure(0.9012, 0.88, 0.92), at_most: false };

// A page keeps the language in which it said its first word.
async function speaking(language) {
  globalThis.localStorage = { getItem: () => language };
  const found = await load("studio/sized.ts", language);
  found.sizedText(sized({}), 15, THEMES);
  return found;
}

test("a plan that holds surely is good, one that holds by its figures only is to be watched, one that misses is bad", () => {
  const tones = [{ sure: true, held: true }, { sure: false, held: true }, { sure: false, held: false }].map((one) => zh.STANDING_TONES[zh.standingOf(one)]);

  assert.deepEqual(tones, ["good", "warn", "bad"]);
});

test("what holds surely says so, with its worst hour, in both languages", () => {
  assert.match(zh.sizedText(sized({}), 15, THEMES), /^可靠达标：31\.5 窗口小时，在 40 个.+最差的小时 10:00：15 分钟内叫到 93\.1 %（91\.0 – 95\.0）。$/);
  assert.match(en.sizedText(sized({}), 15, THEMES), /^Held surely: .+31\.5 window-hours.+40 fresh.+Worst hour 10:00: called within 15 min 93\.1 % \(91\.0 – 95\.0\)\.$/);
});

test("what does not hold surely names the worst hour, and that more days make it surer", () => {
  const found = sized({ sure: false, worst: hour.found, tells: hour });

  assert.match(zh.sizedText(found, 15, THEMES), /^达标，未必可靠：.+增加推演天数会更可靠。最差的小时 10:00：15 分钟内叫到 90\.1 %（88\.0 – 92\.0）。$/);
  assert.match(en.sizedText(found, 15, THEMES), /^Held, not surely: .+more days would make it surer\. Worst hour 10:00: called within 15 min 90\.1 % \(88\.0 – 92\.0\)\.$/);
});

test("what is missed elsewhere than in the worst hour is named too", () => {
  const missed = (tells) => sized({ held: false, sure: false, tells: { ...hour, ...tells } });
  const use = { kind: "use", name: "", within_min: 0, wanted: 0.85, found: figure(0.9, 0.88, 0.92), at_most: true };

  assert.match(zh.sizedText(missed(use), 15, THEMES), /^未达标：.+；窗口利用率 90\.0 %（88\.0 – 92\.0），要求 ≤ 85\.0 %。$/);
  assert.match(en.sizedText(missed(use), 15, THEMES), /^Missed: .+; use of windows 90\.0 % \(88\.0 – 92\.0\), ≤ 85\.0 % wanted\.$/);
  assert.match(en.sizedText(missed({ kind: "theme", name: "tax" }), 15, THEMES), /; Taxes, whole day, called within 15 min 90\.1 %/);
  assert.match(en.sizedText(missed({ kind: "booked", name: "", within_min: 10 }), 15, THEMES), /; booked visitors, called within 10 min of their slot 90\.1 %/);
  assert.match(en.sizedText(missed({ within_min: 30 }), 15, THEMES), /; 10:00, called within 30 min 90\.1 %.+≥ 90\.0 % wanted\.$/);
});

test("what was asked of the booked and of use is told, whatever tells, and once", () => {
  const booked = { kind: "booked", name: "", within_min: 10, wanted: 0.9, found: figure(0.962, 0.94, 0.98), at_most: false };
  const use = { kind: "use", name: "", within_min: 0, wanted: 0.85, found: figure(0.7, 0.68, 0.72), at_most: true };

  assert.match(zh.sizedText(sized({ day: [booked, use] }), 15, THEMES), /；预约者在预约时刻后 10 分钟内叫到 96\.2 %（94\.0 – 98\.0），要求 ≥ 90\.0 %；窗口利用率 70\.0 %（68\.0 – 72\.0），要求 ≤ 85\.0 %。$/);
  assert.match(en.sizedText(sized({ day: [booked, use] }), 15, THEMES), /; booked visitors, called within 10 min of their slot 96\.2 %.+; use of windows 70\.0 %/);
  assert.equal(en.sizedText(sized({ sure: false, tells: booked, day: [booked] }), 15, THEMES).split("booked visitors").length, 2);
});

test("a share without an interval stands alone, and a result without its minutes has the promise's", () => {
  const told = en.sizedText(sized({ worst: figure(0.9, null, null), within_min: undefined }), 20, THEMES);

  assert.match(told, /Worst hour 10:00: called within 20 min 90\.0 %\.$/);
});

test("what is not written is not asked for, and the minutes of the booked go with their share", () => {
  const nothing = { p50_min: null, p90_min: null, use_pct: null, booked_pct: null };

  assert.deepEqual(wantedOf(WANTED, true), { kept_pct: 90, ...nothing });
  assert.deepEqual(wantedOf({ ...WANTED, share: "", p50: "5", p90: "20.5", use: "85", booked: "95" }, true), { kept_pct: null, p50_min: 5, p90_min: 20.5, use_pct: 85, booked_pct: 95, booked_min: 10 });
  assert.deepEqual(wantedOf({ ...WANTED, booked: "95", bookedWithin: "" }, true), { kept_pct: 90, ...nothing, booked_pct: 95 });
  assert.deepEqual(wantedOf({ ...WANTED, booked: "95" }, false), { kept_pct: 90, ...nothing });
});

test("less waiting and less cost are better, a promise kept less is worse, use and visits are neither", () => {
  const [less, more, unsure] = [figure(-2, -3, -1), figure(2, 1, 3), figure(-2, -5, 1)];
  const waits = ["mean_wait_min", "p50_min", "p90_min", "longest_min", "left", "turned_away", "window_hours", "cost"];

  assert.deepEqual(new Set(waits.map((code) => judged(code, less))), new Set(["better"]));
  assert.deepEqual(new Set(waits.map((code) => judged(code, more))), new Set(["worse"]));
  assert.deepEqual([judged("kept_pct", less), judged("kept_pct", more)], ["worse", "better"]);
  assert.deepEqual(["use_pct", "visitors"].map((code) => judged(code, less)), ["same", "same"]);
  assert.deepEqual([judged("p90_min", unsure), judged("p90_min", null), judged("p90_min", figure(1, null, null))], ["same", "same", "same"]);
});

test("an own job that runs is taken up, whichever page began it, and nobody else's", () => {
  const [mine, theirs] = [job({ id: "mine", state: "running" }), job({ id: "theirs", state: "running", mine: false })];

  assert.equal(ownRunning([theirs, mine]), mine);
  assert.equal(ownRunning([theirs, job({ id: "done" })]), null);
});

test("the newest own job that a stopped server ended is told, until another was begun", () => {
  const left = job({ id: "left", state: "failed", failure: { code: "STUDIO_SERVER_STOPPED" } });

  assert.equal(leftBehind([job({ id: "theirs", mine: false }), left]), left);
  assert.equal(leftBehind([job({ id: "newer" }), left]), null);
  assert.equal(leftBehind([job({ id: "failed", state: "failed", failure: { code: "STUDIO_FAULT" } })]), null);
  assert.equal(leftBehind([]), null);
});

test("a cancelled job is no failure", () => {
  assert.equal(isCancelled({ code: "STUDIO_CANCELLED" }), true);
  assert.equal(isCancelled({ code: "STUDIO_TOO_LONG" }), false);
});

function job(facts) {
  return { state: "done", mine: true, failure: null, ...facts };
}
