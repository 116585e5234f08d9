// What pages share: merge patch, addresses, waits in words, commands that are safe to repeat.

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { load } from "./load.mjs";

const { mergePatch } = await load("shared/merge.ts");
const { rootUrl, secretOfHash, ticketOfPath } = await load("shared/place.ts");
const { clockTime, listed, spanTimes, waitText } = await load("shared/format.ts");
const { texts } = await load("shared/texts.ts");
const { plainDates } = await load("shared/dates.ts");
const { Api, Refused, SIGN_IN_MS, Unanswered, newCommandId } = await load("shared/api.ts");

const MIN = 60_000;

test("a merge patch follows the examples of RFC 7396", () => {
  const cases = [
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [["a", "b"], ["c", "d"], ["c", "d"]],
    [{ a: "b" }, ["c"], ["c"]],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [["a", "b"], { a: "b", c: null }, { a: "b" }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];
  for (const [target, patch, merged] of cases) {
    assert.deepEqual(mergePatch(target, patch), merged);
  }
});

test("a merge patch leaves its target and Object's prototype alone", () => {
  const target = { a: { b: 1 }, c: {} };
  const merged = mergePatch(target, JSON.parse('{"a":{"b":2},"__proto__":{"bad":1}}'));
  assert.deepEqual(target, { a: { b: 1 }, c: {} });
  assert.equal(merged.c, target.c);
  assert.equal({}.bad, undefined);
  assert.equal(merged.bad, undefined);
});

test("the root is found from every page, behind any prefix", () => {
  assert.equal(rootUrl("http://x/board?hall=a"), "http://x/");
  assert.equal(rootUrl("http://x/"), "http://x/");
  assert.equal(rootUrl("http://x/p/q/board.html#s"), "http://x/p/q/");
  assert.equal(rootUrl("http://x/p/t/hall/ticket#s"), "http://x/p/");
  assert.deepEqual(ticketOfPath("/p/t/long%20gang/2026-A"), { hall: "long gang", ticket: "2026-A" });
  assert.equal(secretOfHash("#secret=abc"), "abc");
  assert.equal(secretOfHash("#abc"), "abc");
});

test("a wait is a range, its lower end rounded down and its upper end up", () => {
  assert.equal(waitText(10.2 * MIN, 17.4 * MIN).zh, "约 10–18 分钟");
  assert.equal(waitText(10.2 * MIN, 17.4 * MIN).en, "about 10–18 min");
  assert.equal(waitText(20_000, 50_000).zh, "不到 1 分钟");
  assert.equal(waitText(5 * MIN, 5 * MIN).zh, "约 5 分钟");
  assert.equal(waitText(null, null).en, "no estimate yet");
});

test("times are shown in the hall's zone", () => {
  assert.equal(clockTime(Date.UTC(2026, 0, 1, 1, 5), "Asia/Shanghai"), "09:05");
  assert.equal(clockTime(Date.UTC(2026, 0, 1, 16, 0), "Asia/Shanghai"), "00:00");
  assert.equal(clockTime(Date.UTC(2026, 0, 1, 1, 5), "Nowhere/Atall"), "09:05");
});

test("a hall that is open all day closes at 24:00, not at 00:00", () => {
  const midnight = Date.UTC(2026, 10, 22, 16, 0);
  assert.equal(spanTimes(midnight, midnight + 24 * 60 * MIN, "Asia/Shanghai"), "00:00–24:00");
  assert.equal(spanTimes(midnight + 540 * MIN, midnight + 720 * MIN, "Asia/Shanghai"), "09:00–12:00");
});

test("a sentence with dates is read as people say them: a time of today without its day", () => {
  const said = (written, today) => plainDates({ zh: `${written} 起`, en: `from ${written} on` }, today);
  assert.deepEqual(said("2026-11-23 14:30", "2026-11-23"), { zh: "14:30 起", en: "from 14:30 on" });
  assert.deepEqual(said("2026-11-24 14:30", "2026-11-23"), { zh: "11月24日 周二 14:30 起", en: "from Tue 24 Nov 14:30 on" });
  assert.deepEqual(said("2026-11-24", "2026-11-24"), { zh: "今天 起", en: "from today on" });
  assert.equal(said("2026-11-23 14:30").en, "from Mon 23 Nov 14:30 on");
  assert.equal(said("B2026-1 13:00", "2026-11-23").en, "from B2026-1 13:00 on");
});

test("every text is there in both languages, with the same fields", () => {
  const fields = (text) => (text.match(/\{\w+\}/g) || []).sort().join();
  for (const [key, [zh, en]] of Object.entries(texts)) {
    assert.ok(zh && en, key);
    assert.equal(fields(zh), fields(en), key);
  }
});

test("a command id is a UUID of version 4", () => {
  assert.match(newCommandId(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

function apiOver(answers) {
  const asked = [];
  const fetch = async (url, init) => {
    asked.push({ url, body: init.body && JSON.parse(init.body), headers: init.headers });
    const answer = answers.shift();
    if (answer === "cut") {
      throw new TypeError("network");
    }
    return new Response(JSON.stringify(answer.body), { status: answer.status });
  };
  const api = new Api({ root: "http://hall/", token: "dev", fetch, sleep: async () => undefined });
  return { api, asked };
}

test("a command whose answer was lost is sent again under the same id", async () => {
  const { api, asked } = apiOver(["cut", { status: 503, body: { code: "NOT_READY" } }, { status: 201, body: { seq: 1 } }]);
  assert.deepEqual(await api.command("api/halls/h/tickets", { items: [] }), { seq: 1 });
  assert.equal(new Set(asked.map((request) => request.body.command_id)).size, 1);
  assert.equal(asked.length, 3);
  assert.equal(asked[0].headers.Authorization, "Bearer dev");
});

test("a refusal is an answer: not repeated, and readable", async () => {
  const title = { zh: "大厅未开放", en: "The hall is closed" };
  const { api, asked } = apiOver([{ status: 409, body: { code: "HALL_CLOSED", title, facts: { next_open_ms: 5 } } }]);
  await assert.rejects(api.command("x"), (fault) => {
    assert.ok(fault instanceof Refused);
    assert.equal(fault.code, "HALL_CLOSED");
    assert.deepEqual(fault.title, title);
    return true;
  });
  assert.equal(asked.length, 1);
});

test("tries end: four, then the page says that nobody answered", async () => {
  const { api, asked } = apiOver(["cut", "cut", "cut", "cut", "cut"]);
  await assert.rejects(api.command("x"), Unanswered);
  assert.equal(asked.length, 4);
});

test("an answer is waited for four seconds, that to a sign-in for ten: passwords stand in line", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const silent = (url, { signal }) => new Promise((_, fail) => signal.addEventListener("abort", () => fail(new Error("cut"))));
  const api = new Api({ root: "http://hall/", token: "", fetch: silent });
  const ended = [];
  const asked = [
    api.send("POST", "api/x").catch(() => ended.push("ordinary")),
    api.send("POST", "api/login", {}, SIGN_IN_MS).catch(() => ended.push("sign-in")),
  ];
  for (const [passes, expected] of [[4000, ["ordinary"]], [5900, ["ordinary"]], [100, ["ordinary", "sign-in"]]]) {
    mock.timers.tick(passes);
    await new Promise((done) => setImmediate(done));
    assert.deepEqual(ended, expected);
  }
  await Promise.all(asked);
  mock.timers.reset();
});

test("several names are joined as the page's language joins them", async () => {
  assert.equal(listed(["企业设立登记", "发票领用"]), "企业设立登记、发票领用");

  globalThis.localStorage = { getItem: () => "en", setItem: () => undefined };
  const english = await load("shared/format.ts", "english");
  assert.equal(english.listed(["Company registration", "Invoices"]), "Company registration, Invoices");
  delete globalThis.localStorage;
});
