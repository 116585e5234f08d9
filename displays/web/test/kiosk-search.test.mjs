// The kiosk's search and basket, bundled as the page bundles them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.mjs";

const { SearchIndex } = await load("kiosk/search.ts");
const { initialsOf } = await load("kiosk/initials.ts");
const { ranges } = await load("shared/windows.ts");
const { longestGroup, withItems, withStep, without } = await load("kiosk/basket.ts");

const items = [
  item("I01", "食品经营许可证变更", "Change of food business licence", "shipinjingyingxukezhengbiangeng"),
  item("I02", "营业执照", "Business licence", "yingyezhizhao yyzz 执照 公司注册"),
  item("I03", "营业执照注销", "Deregistration of a business", "yingyezhizhaozhuxiao yyzzzx"),
  item("I04", "社会保险参保登记", "Social insurance enrolment", ["shehuibaoxian", "shbx", "社保"]),
  item("I05", "食品经营许可证", "Food business licence", ""),
  item("I06", "银行开户许可", "Bank account permit", "yinhangkaihuxuke yhkhxk"),
];
const packages = [{ code: "P1", name: { zh: "开办餐饮店", en: "Open a restaurant" }, items: ["I02", "I05"] }];
const index = new SearchIndex({ items, packages });
const codes = (query) => index.find(query).map((found) => found.code);

test("initials of pinyin find an item, the exact one first", () => {
  assert.deepEqual(codes("yyzz"), ["I02", "I03"]);
  assert.deepEqual(codes("YYZZ"), ["I02", "I03"]);
  assert.equal(codes("spjy")[0], "I05");
});

test("full pinyin finds from its first letters on, with or without spaces", () => {
  assert.equal(codes("yingyezhi")[0], "I02");
  assert.equal(codes("ying ye")[0], "I02");
  assert.equal(codes("shehui")[0], "I04");
});

test("Chinese finds by beginning, then anywhere, then in order with gaps", () => {
  assert.deepEqual(codes("营业执照"), ["I02", "I03"]);
  assert.equal(codes("社保")[0], "I04");
  assert.deepEqual(codes("食品许可"), ["I05", "I01"]);
  assert.equal(codes("执照")[0], "I02");
});

test("English finds by any word, and every word of the query counts", () => {
  assert.deepEqual(codes("food licence"), ["I05", "I01"]);
  assert.equal(codes("insur")[0], "I04");
  assert.deepEqual(codes("food nonsense"), []);
});

test("packages are found beside items", () => {
  assert.deepEqual(index.find("restaurant"), [
    { kind: "package", code: "P1", name: packages[0].name },
  ]);
  assert.equal(codes("kbcyd")[0], "P1");
});

test("keywords decide where a character has two readings", () => {
  assert.equal(codes("yhkh")[0], "I06");
});

test("a code is found, letters in any case", () => {
  assert.equal(codes("i04")[0], "I04");
});

test("nothing is found for nothing, and no input breaks it", () => {
  for (const query of ["", "   ", "???", "\u0000", "(.*", "𠮷", "a".repeat(5000), "%$[]\\"]) {
    assert.ok(Array.isArray(index.find(query)));
  }
  assert.deepEqual(codes(""), []);
});

test("the right one is found first among a thousand", () => {
  const many = Array.from({ length: 1000 }, (_, n) =>
    item(`N${n}`, `第${n}类特种设备使用登记变更`, `Registration of equipment ${n}`, `teshushebei${n}`),
  );
  const large = new SearchIndex({ items: many.concat(items), packages });

  assert.equal(large.find("yyzz")[0].code, "I02");
});

test("initials are computed without a dictionary", () => {
  assert.equal(initialsOf("营业执照"), "yyzz");
  assert.equal(initialsOf("食品经营许可证"), "spjyxkz");
  assert.equal(initialsOf("A类护照（补办）"), "alhzbb");
});

test("a basket keeps the hall's limits", () => {
  const limits = { max_items: 2, max_quantity: 3, delay_places: 5 };
  const basket = withItems([], ["a", "b", "b", "c"], limits);

  assert.deepEqual(basket, [{ code: "a", quantity: 1 }, { code: "b", quantity: 1 }]);
  assert.equal(withStep(basket, "a", 9, limits)[0].quantity, 3);
  assert.equal(withStep(basket, "a", -9, limits)[0].quantity, 1);
  assert.deepEqual(without(basket, "a"), [{ code: "b", quantity: 1 }]);
});

test("the wait told before taking is the longest of the chosen items, and unknown beats known", () => {
  const groups = [group(2, 60_000, 120_000), group(9, 600_000, 900_000), group(1, null, null)];
  const waits = { at_ms: 0, groups, items: { a: 0, b: 1, c: 2 }, refused: {} };

  assert.equal(longestGroup(waits, ["a", "b"]).ahead, 9);
  assert.equal(longestGroup(waits, ["a", "c"]).p80_ms, null);
  assert.equal(longestGroup(waits, ["unknown"]), null);
  assert.equal(longestGroup(null, ["a"]), null);
});

test("windows in a row are told as a range", () => {
  assert.deepEqual(ranges(["1", "2", "3", "4", "7", "8", "A", "10", "11", "12"]), ["1–4", "7", "8", "A", "10–12"]);
  assert.deepEqual(ranges(["05", "06", "07"]), ["05", "06", "07"]);
  assert.deepEqual(ranges([]), []);
});

function item(code, zh, en, keywords) {
  return { code, name: { zh, en }, theme: "t", keywords, windows: [], service_ms: 0 };
}

function group(ahead, p50_ms, p80_ms) {
  return { ahead, p50_ms, p80_ms, windows: [], open_windows: 1 };
}
