// What the booking desk works out: the meaning of a search, checking in, who is expected when.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.mjs";

const { arrivalsOf, checkInOf, inOrder, mayCheckIn, qrOf, searchesOf, spoken } = await load("clerk/booking-model.ts");

const MINUTE = 60_000;
const SLOT = 10 * 3_600_000;
const booked = (more = {}) => ({
  id: "a1", date: "2026-11-25", state: "BOOKED", items: [], channel: "phone", can: ["check-in"], slot_ms: SLOT, end_ms: SLOT + 30 * MINUTE,
  check_in_from_ms: SLOT - 60 * MINUTE, in_time_until_ms: SLOT + 10 * MINUTE, absent_ms: SLOT + 30 * MINUTE, ...more,
});
const kindAt = (nowMs, more) => checkInOf(booked(more), "2026-11-25", nowMs).kind;

test("a phone number is read as a phone number, however it is written", () => {
  const phone = [{ by: "phone", value: "13800138000" }];

  assert.deepEqual(searchesOf("13800138000"), phone);
  assert.deepEqual(searchesOf(" +86 138-0013-8000 "), phone);
});

test("eight characters are a code first and a paper's number second", () => {
  assert.deepEqual(searchesOf("abcd 2345").map((one) => one.by), ["code", "person"]);
  assert.equal(searchesOf("abcd 2345")[0].value, "ABCD2345");
});

test("an identity card's number is read as a person, its x in upper case", () => {
  assert.deepEqual(searchesOf("11010519491231002x"), [{ by: "person", value: "11010519491231002X" }]);
});

test("a scanned code names its day, and only the code is searched for", () => {
  const scanned = qrOf("longgang", "2026-11-27", "ABCD2345");

  assert.deepEqual(searchesOf(scanned), [{ by: "code", value: "ABCD2345", date: "2026-11-27" }]);
});

test("what can mean nothing is not searched for", () => {
  assert.deepEqual(searchesOf("A012"), []);
  assert.deepEqual(searchesOf("张三"), []);
  assert.deepEqual(searchesOf(""), []);
});

test("checking in means something else before, at and after the slot", () => {
  assert.equal(kindAt(SLOT - 61 * MINUTE), "too_early");
  assert.equal(kindAt(SLOT - 60 * MINUTE), "early");
  assert.equal(kindAt(SLOT), "on_time");
  assert.equal(kindAt(SLOT + 10 * MINUTE), "on_time");
  assert.equal(kindAt(SLOT + 11 * MINUTE), "late");
  assert.equal(kindAt(SLOT + 30 * MINUTE), "absent");
});

test("lateness is told in whole minutes", () => {
  assert.deepEqual(checkInOf(booked(), "2026-11-25", SLOT + 17.9 * MINUTE), { kind: "late", minutes: 17 });
});

test("only a booking of today that is still open may be checked in", () => {
  assert.equal(kindAt(SLOT, { date: "2026-11-26" }), "other_day");
  assert.equal(kindAt(SLOT, { state: "CHECKED_IN" }), "not");
  assert.ok(mayCheckIn({ kind: "late", minutes: 12 }));
  assert.ok(!mayCheckIn({ kind: "absent", at_ms: SLOT }));
});

test("the booking due next stands first, what is over last", () => {
  const found = [booked({ id: "old", state: "NO_SHOW", slot_ms: 1 }), booked({ id: "later", slot_ms: SLOT + 1 }), booked({ id: "next" })];

  assert.deepEqual(inOrder(found).map((one) => one.id), ["next", "later", "old"]);
});

test("arrivals are counted by slot over all groups, and who stayed away stands beside them", () => {
  const slots = (...taken) => ({ slots: taken.map((count, place) => ({ start_ms: place + 1, taken: count })) });
  const day = { groups: { a: slots(2, 0, 1), b: slots(3, 0, 0) }, no_shows: [booked({ slot_ms: 3 }), booked({ slot_ms: null })] };

  assert.deepEqual(arrivalsOf(day), [
    { start_ms: 1, booked: 5, gone: 0 },
    { start_ms: 3, booked: 1, gone: 1 },
  ]);
});

test("a code is read aloud in two halves", () => {
  assert.equal(spoken("ABCD2345"), "ABCD 2345");
});
