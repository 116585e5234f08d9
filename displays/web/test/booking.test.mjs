// What booking pages work out by themselves: days and slots in words, distances, ID numbers, what is kept, how often is asked.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { load } from "./load.mjs";

const days = await load("booking/days.ts");
const dates = await load("shared/dates.ts");
const mine = await load("booking/mine.ts");
const person = await load("booking/person.ts");
const tale = await load("booking/tale.ts");

const ZONE = "Asia/Shanghai";
const MIN = 60_000;
// 2026-11-23 00:00 in Shanghai.
const MIDNIGHT = 1_795_363_200_000;
const NINE = MIDNIGHT + 9 * 60 * MIN;

const slot = (start_ms, more = {}) => ({
  start_ms, end_ms: start_ms + 30 * MIN, places: 4, free: 4, closed: false, fits: true, why: null, ...more,
});
const day = (more = {}) => ({ date: "2026-11-23", kind: "workday", open: true, released: true, refusal: null, slots: [slot(NINE)], ...more });
const full = { free: 0, fits: false, why: "SLOT_FULL" };

beforeEach(() => {
  const kept = new Map();
  globalThis.localStorage = {
    getItem: (name) => (kept.has(name) ? kept.get(name) : null),
    setItem: (name, value) => void kept.set(name, String(value)),
  };
});

test("a person is known again however their phone number is written, abroad as at home", () => {
  for (const written of ["138 0013 8000", "+86 138-0013-8000", "008613800138000"]) {
    assert.equal(person.phoneAsPerson(written), "13800138000");
  }
  assert.equal(person.phoneAsPerson("+852 2345 6789"), "+85223456789");
});

test("a visit is asked for by its items and quantities, and reads back from our own addresses", () => {
  const items = [{ code: "id card", quantity: 1 }, { code: "b", quantity: 3 }];

  assert.equal(days.itemsQuery(items), "item=id%20card&item=b:3");
  assert.deepEqual(days.itemsOfText(days.itemsText(items)), items);
  assert.deepEqual(days.itemsOfText("a:0,,b:x"), [{ code: "a", quantity: 1 }, { code: "b", quantity: 1 }]);
});

test("each day says whether it is free, full, over, closed, not on sale yet or not bookable", () => {
  const cases = [
    [day(), "free"],
    [day({ slots: [slot(NINE, full)] }), "full"],
    [day({ slots: [] }), "over"],
    [day({ open: false, slots: [] }), "closed"],
    [day({ refusal: "CLOSED_THAT_DAY", slots: [] }), "closed"],
    [day({ refusal: "NOT_RELEASED", slots: [] }), "later"],
    [day({ refusal: "CALENDAR_UNPUBLISHED", slots: [] }), "later"],
    [day({ refusal: "BOOKING_OFF", slots: [] }), "off"],
  ];

  for (const [one, status] of cases) {
    assert.equal(days.statusOf(one), status);
    assert.equal(days.explained(one, NINE, ZONE) === null, status === "free");
  }
});

test("a day that is not on sale yet says when it will be: today by the hour, later by the date", () => {
  const today = day({ refusal: "NOT_RELEASED", release_ms: NINE, slots: [] });
  const later = day({ refusal: "NOT_RELEASED", release_ms: NINE + 2 * 86_400_000, slots: [] });

  assert.equal(days.statusText(today, MIDNIGHT, ZONE).zh, "09:00 放号");
  assert.equal(days.statusText(later, MIDNIGHT, ZONE).zh, "11/25 放号");
  assert.match(days.explained(today, MIDNIGHT, ZONE).zh, /09:00 开始预约/);
  assert.match(days.explained(later, MIDNIGHT, ZONE).en, /Wed,? 25 Nov.* 09:00/);
});

test("only slots that others have taken lead to the waitlist", () => {
  assert.equal(days.isTaken(slot(NINE, full)), true);
  assert.equal(days.isTaken(slot(NINE)), false);
  assert.equal(days.isTaken(slot(NINE, { ...full, closed: true, why: "SLOT_CLOSED" })), false);
  assert.equal(days.isTaken(slot(NINE, { fits: false, why: "TOO_LONG_FOR_SLOT" })), false);
  assert.equal(days.slotText(slot(NINE, { fits: false, why: "TOO_LONG_FOR_SLOT" })).zh, "时间不够");
});

test("places of slots that the visit does not fit into are not counted as free", () => {
  const mixed = day({ slots: [slot(NINE, { free: 3 }), slot(NINE + 30 * MIN, { free: 1, fits: false, why: "SLOT_FULL" })] });

  assert.equal(days.freeOf(mixed), 3);
});

test("the strip ends soon after the last day on sale and begins with a day that has places", () => {
  const list = [
    day({ date: "2026-11-23", slots: [slot(NINE, full)] }),
    day({ date: "2026-11-24" }),
    day({ date: "2026-11-25", refusal: "NOT_RELEASED", slots: [] }),
    day({ date: "2026-11-26", refusal: "NOT_RELEASED", slots: [] }),
    day({ date: "2026-11-27", refusal: "NOT_RELEASED", slots: [] }),
  ];

  assert.deepEqual(days.worthShowing(list, 2).map((one) => one.date), ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26"]);
  assert.equal(days.firstDay(list), "2026-11-24");
  assert.equal(days.firstDay(list.slice(0, 1)), "2026-11-23");
});

test("dates are the hall's own, whatever the phone's zone, and step over months and leap days", () => {
  assert.equal(dates.dateOf(MIDNIGHT, ZONE), "2026-11-23");
  assert.equal(dates.dateOf(MIDNIGHT - 1, ZONE), "2026-11-22");
  assert.equal(days.plusDays("2028-02-28", 2), "2028-03-01");
  assert.deepEqual(dates.dateText("2026-11-27"), { zh: "11月27日 周五", en: "Fri 27 Nov" });
  assert.equal(days.nearDay("2026-11-24", "2026-11-23").zh, "明天");
  assert.equal(days.slotTimes(NINE, NINE + 30 * MIN, ZONE), "09:00–09:30");
});

test("morning ends at noon in the hall's zone", () => {
  const noon = MIDNIGHT + 12 * 60 * MIN;
  const { morning, afternoon } = days.halves([slot(noon - 30 * MIN), slot(noon)], ZONE);

  assert.deepEqual([morning.length, afternoon.length], [1, 1]);
});

test("distances are those of the sphere", () => {
  // One degree of latitude is 111.2 km; Futian to Longgang's centres are some 30 km apart.
  assert.ok(Math.abs(days.distanceM({ lat: 22, lon: 114 }, { lat: 23, lon: 114 }) - 111_195) < 50);
  assert.equal(days.distanceText(1).zh, "50 米");
  assert.equal(days.distanceText(1240).zh, "1.2 公里");
  assert.equal(days.distanceText(30_400).zh, "30 公里");
});

test("halls come by free places, by distance once it is known, and full ones last", () => {
  const hall = (name, free, lat) => ({ hall: name, free, position: lat === null ? null : { lat, lon: 114 } });
  const list = [hall("far", 9, 23), hall("full", 0, 22), hall("near", 1, 22.1), hall("nowhere", 5, null)];

  assert.deepEqual(days.sortedHalls(list, null).map((one) => one.hall), ["far", "nowhere", "near", "full"]);
  assert.deepEqual(days.sortedHalls(list, { lat: 22, lon: 114 }).map((one) => one.hall), ["near", "far", "nowhere", "full"]);
});

test("an ID number is checked by its last character (GB 11643's own example), other documents by their form", () => {
  assert.equal(person.idFault("11010519491231002X"), null);
  assert.equal(person.idFault(" 11010519491231002x "), null);
  assert.equal(person.idFault("110105194912310021"), "book.id.check");
  assert.equal(person.idFault("1101051949123100"), "book.id.length");
  assert.equal(person.idFault("E12345678"), null);
  assert.equal(person.idFault("张三"), "book.id.form");
  assert.equal(person.idFault("  "), "book.id.missing");
});

test("a phone number may be missing, not misspelt", () => {
  assert.equal(person.phoneFault(""), null);
  assert.equal(person.phoneFault("138 0013 8000"), null);
  assert.equal(person.phoneFault("+86 755-8888 8888"), null);
  assert.equal(person.phoneFault("13800a"), "book.phone.form");
});

const booking = (more = {}) => ({
  id: "b1", hall: { code: "lg", name: { zh: "龙岗", en: "Longgang" } }, date: "2026-11-23", state: "BOOKED", version: 1,
  items: [{ code: "a", name: { zh: "身份证", en: "ID" }, quantity: 1 }], channel: "phone", slot_ms: NINE, can: ["check-in", "cancel", "move"],
  check_in_from_ms: NINE - 60 * MIN, in_time_until_ms: NINE + 10 * MIN, ...more,
});

test("what can change by itself is asked for every few seconds, the rest rarely", () => {
  assert.ok(tale.pollMs(booking({ state: "OFFERED" }), NINE) <= 3000);
  assert.ok(tale.pollMs(booking({ state: "WAITLISTED" }), NINE) <= 3000);
  assert.ok(tale.pollMs(booking(), NINE - 60 * MIN) <= 10_000);
  assert.ok(tale.pollMs(booking(), NINE - 5 * 86_400_000) >= 30_000);
  assert.ok(tale.pollMs(booking({ state: "CANCELLED" }), NINE) >= 30_000);
});

test("a booking says what to do: wait, come, hurry, move it", () => {
  assert.equal(tale.taleOf(booking(), NINE - 2 * 60 * MIN).tone, "good");
  assert.match(tale.taleOf(booking(), NINE - 30 * MIN).text.zh, /可以签到/);
  assert.match(tale.taleOf(booking(), NINE + 11 * MIN).text.zh, /普通号/);
  assert.match(tale.taleOf(booking({ affected: true }), NINE).text.zh, /不算爽约/);
  assert.match(tale.taleOf(booking({ state: "NO_SHOW", excused: true }), NINE).text.zh, /撤销/);
  assert.equal(tale.mayCheckIn(booking(), NINE - 61 * MIN), false);
  assert.equal(tale.mayCheckIn(booking(), NINE - 60 * MIN), true);
  assert.equal(tale.mayCheckIn(booking({ can: [] }), NINE), false);
});

test("the code in the picture names hall and date; the one to read aloud is parted", () => {
  assert.equal(tale.codeText("lg", "2026-11-23", "ABCD2345"), "OW1:lg:2026-11-23:ABCD2345");
  assert.equal(tale.spoken("ABCD2345"), "ABCD 2345");
});

test("a phone keeps the keys of bookings and nothing about the person", () => {
  mine.keep(booking(), "s3cret", "/api/people/feed/calendar.ics");
  mine.keep(booking({ state: "CANCELLED" }), "s3cret");

  const kept = mine.myBookings(NINE);
  assert.deepEqual(kept.map((one) => [one.id, one.state, one.secret]), [["b1", "CANCELLED", "s3cret"]]);
  assert.equal(mine.feedOf("b1"), "/api/people/feed/calendar.ics");
  assert.equal(mine.secretOfBooking("lg", "b1"), "s3cret");
  assert.deepEqual(Object.keys(kept[0]).sort(), ["date", "feed", "hall", "hallName", "id", "item", "secret", "slotMs", "state"]);
  mine.drop("b1");
  assert.deepEqual(mine.myBookings(NINE), []);
});

test("bookings of long ago are not shown, and a damaged store is an empty one", () => {
  mine.keep(booking(), "s");
  assert.equal(mine.myBookings(NINE + 61 * 86_400_000).length, 0);

  localStorage.setItem("ow.bookings", "[null, 3, {\"id\": 1}]");
  assert.deepEqual(mine.myBookings(NINE), []);
  localStorage.setItem("ow.bookings", "{");
  assert.deepEqual(mine.myBookings(NINE), []);
});

test("a browser has one random name, and one for the page where storage is refused", () => {
  const first = mine.deviceName();
  assert.match(first, /^[0-9a-f]{32}$/);
  assert.equal(mine.deviceName(), first);

  globalThis.localStorage = { getItem: () => { throw new Error("refused"); }, setItem: () => { throw new Error("refused"); } };
  assert.match(mine.deviceName(), /^[0-9a-f]{32}$/);
});

test("the address of a booking carries its secret where browsers do not send it", () => {
  const url = new URL(mine.pageOf("https://hall.example/ow/", { hall: "lg", id: "b/1", secret: "s3" }));

  assert.deepEqual([url.pathname, url.hash, url.search], ["/ow/a/lg/b%2F1", "#s3", ""]);
});
