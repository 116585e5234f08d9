// What the manager's page works out about booked days, changes of slots, rules and the year.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.mjs";

const { becameOf, heatOf, loadOf, mondayOf, previewOf, weeksFrom } = await load("manager/booking-model.ts");
const { FIRST_RULES, RULE_GROUPS, at, faultsAt, withAt } = await load("manager/booking-fields.ts");
const { refusalText } = await load("manager/booking-texts.ts");
const { monthsOf } = await load("manager/year.ts");

const slot = (more = {}) => ({ start_ms: 0, end_ms: 1, places: 10, taken: 0, closed: false, edited: false, ...more });

test("a day's load counts places of open slots and everybody who has booked", () => {
  const day = { groups: { a: { slots: [slot({ taken: 5 }), slot({ closed: true, taken: 3 })] }, b: { slots: [slot({ edited: true })] } } };

  assert.deepEqual(loadOf(day), { places: 20, taken: 8, pct: 40, closed: 1, edited: 1 });
});

test("more booked than there are places reads as more than full", () => {
  assert.equal(heatOf(slot({ taken: 11 })), "over");
  assert.equal(heatOf(slot({ taken: 10 })), "full");
  assert.equal(heatOf(slot({ taken: 9 })), "high");
  assert.equal(heatOf(slot({ taken: 5 })), "mid");
  assert.equal(heatOf(slot({ taken: 1 })), "low");
  assert.equal(heatOf(slot()), "empty");
  assert.equal(heatOf(slot({ closed: true })), "closed");
  assert.equal(heatOf(slot({ closed: true, taken: 10 })), "stuck");
});

test("weeks begin on Monday, past the end of a month and a year", () => {
  assert.equal(mondayOf("2026-11-29"), "2026-11-23");
  assert.deepEqual(weeksFrom("2026-12-28", 1)[0].slice(3, 5), ["2026-12-31", "2027-01-01"]);
});

test("a preview says how many slots change and who would lose a place", () => {
  const days = [
    { date: "2026-11-26", changes: [{ before: 8, after: 4, over: 2 }, { before: 4, after: 4, over: 0 }] },
    { date: "2026-11-27", changes: [], refusal: "SLOTS_BOOKED" },
  ];

  const sum = previewOf(days);

  assert.equal(sum.changed, 1);
  assert.equal(sum.over, 2);
  assert.deepEqual(sum.refused, [{ date: "2026-11-27", refusal: "SLOTS_BOOKED" }]);
});

test("a preview of a closure counts what becomes of each booking", () => {
  const sum = previewOf([{ date: "2026-11-26", affected: [{ becomes: "moved" }, { becomes: "moved" }, { becomes: "listed" }] }]);

  assert.deepEqual([sum.affected, sum.moved, sum.cancelled, sum.listed], [3, 2, 0, 1]);
});

test("every field of the rules stands where the first rules have a value", () => {
  const paths = RULE_GROUPS.flatMap((group) => group.fields.map((field) => field.path));

  assert.deepEqual(paths.filter((path) => at(FIRST_RULES, path) === undefined), []);
});

test("a changed rule is a changed copy, and what is not known is passed on", () => {
  const rules = { release: { horizon_days: 5, other: 1 }, unknown: true };

  const changed = withAt(rules, "release.horizon_days", 3);

  assert.deepEqual(changed, { release: { horizon_days: 3, other: 1 }, unknown: true });
  assert.equal(rules.release.horizon_days, 5);
});

test("a fault stands at its own field alone", () => {
  const faults = [{ field: "policy.booking.groups[1].slot_ms", message: "时段 / slot" }];

  assert.deepEqual(faultsAt(faults, "policy.booking.groups[1].slot_ms"), ["时段 / slot"]);
  assert.deepEqual(faultsAt(faults, "policy.booking.groups[0].slot_ms"), []);
});

test("a year has every day once, and a hall's own day stands above the public one", () => {
  const day = (kind) => ({ date: "2028-02-29", kind, name: "", spans: [] });

  const months = monthsOf(2028, [day("holiday")], [day("special")]);
  const days = months.flat().filter((one) => one);

  assert.equal(days.length, 366);
  assert.equal(months[0].findIndex((one) => one), 5);
  const leap = days.find((one) => one.date === "2028-02-29");
  assert.equal(leap.special.kind, "special");
  assert.ok(leap.isOwn);
});

test("why a day of the calendar sells nothing is said in words, never as a code", () => {
  for (const code of ["UNKNOWN_DAY", "DAY_ENDED", "CLOSED_THAT_DAY", "CALENDAR_UNPUBLISHED", "NOT_RELEASED", "BOOKING_OFF"]) {
    assert.notEqual(refusalText(code), code);
  }
});

test("each booking is once in what became of the bookings", () => {
  const booked = { early: 188, in_grace: 40, late: 4, checked_in: 223, no_show: 44, cancelled: 14, expected: 0 };
  const fates = becameOf(booked);

  assert.equal(fates.find((one) => one.name === "absent").n, 35, "nine of the no-shows had come and then missed the call");
  assert.equal(fates.reduce((sum, one) => sum + one.n, 0), 223 + 44 + 14);
});
