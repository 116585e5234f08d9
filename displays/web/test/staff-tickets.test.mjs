// What the desk works out about tickets: where one can be sent, and what that changes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.mjs";

const { isAdded, mayReplace, servedItem, transferItems, transferWindows } = await load("clerk/item-options.ts");

const { Desk, goneNumber, noteNow } = await load("clerk/desk.ts");
const { usualDue } = await load("clerk/due.ts");

const named = (zh) => ({ zh, en: zh });
const hall = {
  themes: [{ code: "t", name: named("综合") }],
  items: ["a", "b", "c"].map((code) => ({ code, name: named(code.toUpperCase()), theme: "t", keywords: "" })),
};
const holding = (...items) => ({ items: items.map(([code, state], entry) => ({ entry, code, name: named(code.toUpperCase()), quantity: 1, state })) });

test("a ticket is offered its own open items first, each item once", () => {
  const offered = transferItems(hall, holding(["c", "OPEN"], ["a", "DONE"], ["c", "OPEN"], ["b", "SERVING"]));

  assert.deepEqual(offered.map((one) => one.value), ["c", "b", "a"]);
  assert.notEqual(offered[0].note, offered[2].note);
});

test("an item that is not open on the ticket is added by the transfer", () => {
  const ticket = holding(["a", "DONE"], ["b", "OPEN"]);

  assert.ok(isAdded(ticket, "a"));
  assert.ok(isAdded(ticket, "c"));
  assert.ok(!isAdded(ticket, "b"));
  assert.ok(!isAdded(ticket, ""), "nothing is chosen yet");
});

test("the item that is served may be replaced by another one, if it is not chosen itself", () => {
  const ticket = holding(["a", "DONE"], ["b", "OPEN"], ["c", "SERVING"]);

  assert.equal(servedItem(ticket).code, "c");
  assert.equal(servedItem(holding(["a", "DONE"], ["b", "OPEN"])).code, "b", "called, not served yet");
  assert.equal(servedItem(holding(["a", "DONE"])), null);
  assert.ok(mayReplace(ticket, "b"));
  assert.ok(mayReplace(ticket, "a"));
  assert.ok(!mayReplace(ticket, "c"));
  assert.ok(!mayReplace(ticket, ""), "nothing is chosen yet");
  assert.ok(!mayReplace(holding(["a", "DONE"]), "b"), "nothing is left to be replaced");
});

test("a ticket that others took from the window is named, once, and one that only changed is not", () => {
  const at = (id, state = "CALLED") => ({ ticket: id ? { id, number: id.toUpperCase(), state } : null });

  assert.equal(goneNumber(at("a001"), at(null)), "A001");
  assert.equal(goneNumber(at("a001"), at("a002")), "A001");
  assert.equal(goneNumber(at("a001"), at("a001", "SERVING")), null);
  assert.equal(goneNumber(at(null), at("a001")), null);
  assert.equal(goneNumber(null, at(null)), null, "the first look at a window");
  assert.equal(goneNumber(at("a001"), null), null, "nothing is known while the link is lost");
});

test("what is owed is due a week later by the hall's own date, early in its morning too", () => {
  const early = Date.parse("2026-11-26T23:30:00Z"); // 07:30 of the 27th in Shanghai

  assert.equal(usualDue(early, "Asia/Shanghai"), "2026-12-04");
  assert.equal(usualDue(early, "Europe/Lisbon"), "2026-12-03");
});

test("an answer is shown for a while, and one that never came until the link is back", () => {
  const refused = { kind: "refused", text: named("x"), until_ms: 6000, isUnanswered: false };
  const unanswered = { ...refused, isUnanswered: true };

  assert.equal(noteNow(refused, { nowMs: 5999, isLost: true }), refused);
  assert.equal(noteNow(refused, { nowMs: 6000, isLost: true }), null);
  assert.equal(noteNow(unanswered, { nowMs: 60_000, isLost: true }), unanswered);
  assert.equal(noteNow(unanswered, { nowMs: 60_000, isLost: false }), null);
  assert.equal(noteNow(null, { nowMs: 0, isLost: true }), null);
});

test("the window where a ticket is comes last among those it can be sent to, and is named", () => {
  const place = { areas: [{ code: "a1", name: named("一区") }], windows: ["W01", "W02", "W03"].map((code) => ({ code, label: code, area: "a1" })) };

  const offered = transferWindows(place, { window_code: "W01" });
  assert.deepEqual(offered.map((one) => one.value), ["W02", "W03", "W01"]);
  assert.match(offered[2].note, /重新等候/);
  assert.deepEqual(transferWindows(place, { window_code: null }).map((one) => one.note), ["一区", "一区", "一区"]);
});

test("a step names the ticket that it means, so that another page's step before it refuses it", async () => {
  const { desk, sent } = atDesk({ ticket: { id: "a001", number: "A001" } });

  await desk.runFor(desk.state.ticket, "finish-and-next", {}, "finish");
  await desk.runFor(desk.state.ticket, "transfer", { to_item: "b" });

  assert.deepEqual(sent.map(({ path, body }) => [path, body.ticket]), [
    ["api/halls/h/windows/W01/finish-and-next", "a001"],
    ["api/halls/h/windows/W01/transfer", "a001"],
  ]);
});

test("a step for a ticket that has left the window is not sent", async () => {
  const { desk, sent } = atDesk({ ticket: { id: "a002", number: "A002" } });

  assert.equal(await desk.runFor({ id: "a001", number: "A001" }, "hold", {}), null);

  assert.deepEqual(sent, []);
  assert.match(desk.note.text.en, /A001/);
});

test("undo names the ticket of the step that is offered, and none where the step was about none", async () => {
  const [ofFinish, ofPause] = ["a001", null].map((ticket) => atDesk({ ticket: null, undo: { op: "x", until_ms: 1, ticket } }));

  await ofFinish.desk.undo();
  await ofPause.desk.undo();

  assert.equal(ofFinish.sent[0].body.ticket, "a001");
  assert.ok(!("ticket" in ofPause.sent[0].body));
});

function atDesk(state) {
  const sent = [];
  const api = { root: "", command: async (path, body) => void sent.push({ path, body }) };
  const desk = new Desk(api, { hall: "h" }, { account: "c" }, "W01");
  desk.feed = { state, live: null };
  return { desk, sent };
}
