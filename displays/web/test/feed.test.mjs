// The live feed: what a screen shows is what the log says, whatever the link does.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.mjs";
import { World } from "./world.mjs";

const { LiveFeed } = await load("shared/feed.ts");

const START_MS = 1_700_000_000_000;
const call = (ring, atMs, more = {}) => ({
  number: `A${ring}`, ticket: `t${ring}`, window: "W1", label: "1", area: "a1",
  call_no: 1, ring, at_ms: atMs, state: "calling", ...more,
});

function opened({ receipts = "none", state = { date: "d1", calls: {} }, seq = 10, speed = 1, stream = "d1" } = {}) {
  const world = new World();
  const feed = new LiveFeed({ root: "http://hall/x/", hall: "h", view: "board", receipts }, world);
  const seen = { stale: [], rung: [] };
  feed.onStale((isStale) => seen.stale.push(isStale));
  feed.onRing((calls) => seen.rung.push(...calls.map((entry) => entry.ring)));
  feed.start();
  world.frame({ t: "hello", seq, at: START_MS, speed, stream, beat_ms: 1000, ring_limit_ms: 60000 });
  world.frame({ t: "snap", seq, at: START_MS, state });
  return { world, feed, seen };
}

test("a delta is applied to the state it was made for, and null removes", () => {
  const { world, feed } = opened({ state: { a: 1, b: { c: 2, d: 3 } } });
  world.frame({ t: "delta", prev: 10, seq: 12, at: START_MS, patch: { a: null, b: { c: 5 } } });
  assert.deepEqual(feed.state, { b: { c: 5, d: 3 } });
  assert.equal(feed.seq, 12);
});

test("the hall's voice is told by the greeting, also on an open connection", () => {
  const { world, feed } = opened();
  assert.equal(feed.voice, "browser");
  let told = 0;
  feed.onChange(() => (told += 1));
  world.frame({ t: "hello", seq: 9, at: START_MS, stream: "d1", voice: "silent" });
  assert.deepEqual([feed.voice, told], ["silent", 1]);
});

test("a gap is not applied but asked for, once", () => {
  const { world, feed } = opened({ state: { a: 1 } });
  world.frame({ t: "delta", prev: 11, seq: 12, at: START_MS, patch: { a: 2 } });
  world.frame({ t: "delta", prev: 12, seq: 13, at: START_MS, patch: { a: 3 } });
  assert.deepEqual(feed.state, { a: 1 });
  assert.deepEqual(world.socket.sent, [{ t: "resume", since: 10 }]);
});

test("a delta that was applied before is ignored", () => {
  const { world, feed } = opened({ state: { a: 1 } });
  world.frame({ t: "delta", prev: 8, seq: 10, at: START_MS, patch: { a: 0 } });
  assert.deepEqual(feed.state, { a: 1 });
  assert.deepEqual(world.socket.sent, []);
});

test("a beat that names another seq asks for what is missing", () => {
  const { world } = opened();
  world.frame({ t: "beat", seq: 11, at: START_MS });
  assert.deepEqual(world.socket.sent, [{ t: "resume", since: 10 }]);
});

test("an unanswered resume is repeated, then the connection is replaced", () => {
  const { world } = opened();
  const first = world.socket;
  for (let i = 0; i < 8; i += 1) {
    world.frame({ t: "beat", seq: 11, at: START_MS + i * 1000 }, first);
    world.pass(1000);
  }
  assert.equal(first.sent.length, 2);
  assert.equal(world.sockets.length > 1, true);
});

test("a frame that is not JSON is a fault, not an end", () => {
  const { world, feed } = opened({ state: { a: 1 } });
  world.frame("{nonsense");
  world.frame({ t: "delta", prev: 10, seq: 11, at: START_MS, patch: { a: 2 } });
  assert.deepEqual(feed.state, { a: 2 });
  assert.equal(feed.statistics().faults, 1);
});

test("a listener that throws does not stop the others", () => {
  const { world, feed } = opened();
  const silent = console.error;
  console.error = () => undefined;
  let reached = 0;
  feed.onChange(() => { throw new Error("bad record"); });
  feed.onChange(() => { reached += 1; });
  world.frame({ t: "delta", prev: 10, seq: 11, at: START_MS, patch: {} });
  console.error = silent;
  assert.equal(reached, 1);
});

test("silence of one and a half beats is told, and answered by reconnecting with since", () => {
  const { world, feed, seen } = opened();
  world.pass(1400);
  assert.equal(feed.status, "live");
  world.pass(400);
  assert.equal(feed.status, "stale");
  assert.equal(feed.asOfMs, START_MS);
  world.pass(600);
  assert.equal(world.sockets.length, 2);
  assert.match(world.socket.url, /since=10/);
  assert.deepEqual(seen.stale, [false, true]);
});

test("a late frame on the old connection makes the new one needless", () => {
  const { world, feed } = opened();
  world.pass(1800);
  world.frame({ t: "beat", seq: 10, at: START_MS + 1800 });
  assert.equal(feed.status, "live");
  world.pass(900);
  assert.equal(world.sockets.length, 1);
  world.pass(2000);
  assert.equal(feed.status, "stale");
});

test("a frozen page does not take its own pause for a dead link", () => {
  const { world, feed } = opened();
  world.pass(500);
  world.freeze(60_000);
  world.pass(300);
  assert.equal(feed.status, "live");
});

test("reconnection waits 0.5, 1, 2, 2, 2, 2 seconds", () => {
  const { world } = opened();
  const gaps = [];
  for (let i = 0; i < 6; i += 1) {
    const before = world.sockets.length;
    world.socket.onclose?.({ code: 1006 });
    const startMs = world.nowMs;
    while (world.sockets.length === before) {
      world.pass(100);
    }
    gaps.push(world.nowMs - startMs);
  }
  assert.deepEqual(gaps, [500, 1000, 2000, 2000, 2000, 2000]);
});

test("a connection that never opens is given up within five seconds", () => {
  const { world } = opened();
  world.socket.onclose?.({ code: 1006 });
  world.pass(600);
  assert.equal(world.sockets.length, 2);
  world.pass(6100);
  assert.equal(world.sockets.length, 3);
});

test("after a good-bye the page returns when it was told to", () => {
  const { world } = opened();
  world.frame({ t: "bye", at: START_MS, reason: "restart", retry_ms: 200 });
  world.pass(250);
  assert.equal(world.sockets.length, 2);
});

test("a call rings once; a recall rings again", () => {
  const { world, seen } = opened();
  const first = { 1: call(1, START_MS) };
  world.frame({ t: "delta", prev: 10, seq: 11, at: START_MS, patch: { calls: first } });
  world.frame({ t: "delta", prev: 11, seq: 12, at: START_MS, patch: { calls: { 1: { state: "serving" } } } });
  world.frame({ t: "delta", prev: 12, seq: 13, at: START_MS, patch: { calls: { 1: { ring: 2, call_no: 2 } } } });
  assert.deepEqual(seen.rung, [1, 2]);
});

test("calls missed while the link was down ring once, old ones stay silent", () => {
  const { world, seen } = opened({ state: { date: "d1", calls: { 1: call(1, START_MS) } } });
  world.socket.onclose?.({ code: 1006 });
  world.pass(600);
  const later = START_MS + 100_000;
  const calls = { 1: call(1, START_MS), 2: call(2, later - 70_000), 3: call(3, later - 5_000) };
  world.frame({ t: "hello", seq: 20, at: later, speed: 1, stream: "d1", beat_ms: 1000, ring_limit_ms: 60000 });
  world.frame({ t: "snap", seq: 20, at: later, state: { date: "d1", calls } });
  world.frame({ t: "snap", seq: 21, at: later, state: { date: "d1", calls } });
  assert.deepEqual(seen.rung, [1, 3]);
});

test("sixteen calls of one instant all ring, in order", () => {
  const { world, seen } = opened();
  const calls = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [i + 1, call(i + 1, START_MS)]));
  world.frame({ t: "delta", prev: 10, seq: 26, at: START_MS, patch: { calls } });
  assert.deepEqual(seen.rung, Array.from({ length: 16 }, (_, i) => i + 1));
});

test("counters that begin again on a new day ring again", () => {
  const { world, seen } = opened({ state: { date: "d1", calls: { 9: call(9, START_MS) } } });
  const day = START_MS + 86_400_000;
  world.frame({ t: "beat", seq: 10, at: day });
  world.frame({ t: "snap", seq: 30, at: day, state: { date: "d2", calls: { 1: call(1, day) } } });
  assert.deepEqual(seen.rung, [9, 1]);
});

test("one malformed call silences nobody else", () => {
  const { world, seen } = opened();
  const calls = { 1: null, 2: { ring: "x" }, 3: 7, 4: call(4, START_MS) };
  world.frame({ t: "snap", seq: 11, at: START_MS, state: { date: "d1", calls } });
  assert.deepEqual(seen.rung, [4]);
});

test("another stream begins anew: smaller seq, counters that ring again", () => {
  const { world, feed, seen } = opened({ state: { calls: { 9: call(9, START_MS) } } });
  const day = START_MS + 86_400_000;
  world.frame({ t: "hello", seq: 3, at: day, speed: 1, stream: "d2", beat_ms: 1000, ring_limit_ms: 60000 });
  world.frame({ t: "delta", prev: 10, seq: 11, at: day, patch: { calls: null } });
  assert.deepEqual(world.socket.sent, [{ t: "resume", since: -1 }]);
  world.frame({ t: "snap", seq: 3, at: day, state: { calls: { 1: call(1, day) } } });
  assert.equal(feed.seq, 3);
  assert.deepEqual(seen.rung, [9, 1]);
});

test("within a stream nothing goes back", () => {
  const { world, feed } = opened({ state: { a: 1 } });
  world.frame({ t: "snap", seq: 9, at: START_MS, state: { a: 0 } });
  assert.deepEqual(feed.state, { a: 1 });
  assert.equal(feed.seq, 10);
});

test("beats of a node that lags are no sign of life", () => {
  const { world, feed } = opened();
  for (let i = 0; i < 3; i += 1) {
    world.pass(700);
    world.frame({ t: "beat", seq: 9, at: START_MS + 700 * i });
  }
  assert.equal(feed.status, "stale");
});

test("a storm of rings is confirmed by few receipts, the newest last", () => {
  const { world } = opened({ receipts: "send" });
  for (let i = 0; i < 30; i += 1) {
    const patch = { calls: { [i + 1]: call(i + 1, START_MS) } };
    world.frame({ t: "delta", prev: 10 + i, seq: 11 + i, at: START_MS, patch });
    world.painted.splice(0).forEach((work) => work());
  }
  world.pass(300);
  assert.deepEqual(world.socket.sent, [{ t: "shown", seq: 11 }, { t: "shown", seq: 40 }]);
});

test("a screen confirms a ring only after the paint", () => {
  const { world } = opened({ receipts: "send" });
  world.frame({ t: "delta", prev: 10, seq: 11, at: START_MS, patch: { calls: { 1: call(1, START_MS) } } });
  assert.deepEqual(world.socket.sent, []);
  world.painted.forEach((work) => work());
  assert.deepEqual(world.socket.sent, [{ t: "shown", seq: 11 }]);
});

const HELLO = { t: "hello", speed: 1, stream: "d1", beat_ms: 1000, ring_limit_ms: 60000 };
const beat = (seq, at) => ({ t: "beat", seq, at });
const delta = (prev, atMs, ring) => ({ t: "delta", prev, seq: prev + 1, at: atMs, patch: { calls: { [ring]: call(ring, atMs) } } });

/** Cut the link for so long; the next connection is opened 0.6 s before the end, and has no frame yet. */
function away(world, ms) {
  world.socket.onclose?.({ code: 1006 });
  world.freeze(ms - 600);
  world.pass(600);
}

test("deltas that were kept for a lost screen do not ring old calls, though they carry the time of then", () => {
  const { world, feed, seen } = opened();
  away(world, 100_000);
  const now = START_MS + 100_000;
  world.frame({ ...HELLO, seq: 13, at: now });
  world.frame(delta(10, now - 90_000, 1));
  world.frame(delta(11, now - 62_000, 2));
  world.frame(delta(12, now - 5_000, 3));
  assert.deepEqual(seen.rung, [3]);
  assert.equal(feed.nowMs(), now);
  assert.equal(feed.asOfMs, now);
});

test("a queue of frames that waited while the page was frozen rings only what is young now", () => {
  const { world, seen } = opened();
  world.freeze(80_000);
  for (let second = 1; second <= 80; second += 1) {
    const seq = second <= 10 ? 10 : second <= 75 ? 11 : 12;
    if (second === 11 || second === 76) {
      world.frame(delta(seq - 1, START_MS + second * 1000, seq));
    }
    world.frame(beat(seq, START_MS + second * 1000));
  }
  assert.deepEqual(seen.rung, [12]);
});

test("a greeting that waited in a busy browser puts no clock back", () => {
  const { world, seen } = opened();
  away(world, 70_000);
  world.pass(4_000);
  world.frame({ ...HELLO, seq: 12, at: START_MS + 70_000 });
  const calls = { 1: call(1, START_MS + 12_000), 2: call(2, START_MS + 66_000) };
  world.frame({ t: "snap", seq: 12, at: START_MS + 70_000, state: { date: "d1", calls } });
  assert.deepEqual(seen.rung, [2]);
});

test("however late frames come, the clock is never behind what they prove, nor put back by them", () => {
  let drawn = 7;
  const chance = () => (drawn = (drawn * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (let round = 0; round < 50; round += 1) {
    const { world, feed } = opened();
    for (let i = 0; i < 200; i += 1) {
      world.freeze(Math.floor(chance() ** 4 * 20_000));
      const truth = START_MS + world.nowMs;
      world.frame(beat(10, truth - (i % 3 === 0 ? 0 : Math.floor(chance() ** 3 * 90_000))));
      assert.equal(feed.nowMs(), truth);
    }
  }
});

test("a server that begins again at an earlier time is believed at its greeting, so young calls ring", () => {
  const { world, feed, seen } = opened();
  away(world, 300_000);
  world.frame({ ...HELLO, seq: 11, at: START_MS + 1000 });
  world.frame({ t: "snap", seq: 11, at: START_MS + 1000, state: { date: "d1", calls: { 1: call(1, START_MS + 1000) } } });
  assert.deepEqual(seen.rung, [1]);
  assert.equal(feed.nowMs(), START_MS + 1000 + 600);
});

test("a server's clock that was set back is believed after half a minute of its beats, and not before", () => {
  const { world, feed } = opened();
  for (let second = 1; second <= 40; second += 1) {
    world.pass(1000);
    world.frame(beat(10, START_MS - 600_000 + second * 1000));
    assert.equal(feed.nowMs() - START_MS, second * 1000 - (second < 30 ? 0 : 600_000));
  }
});

test("a clock of ours that runs fast is held back by the quickest frames", () => {
  const { world, feed } = opened();
  for (let second = 1; second <= 3600; second += 1) {
    world.pass(1000);
    world.frame(beat(10, START_MS + Math.floor(second * 999.5) - (second % 7)));
  }
  assert.ok(Math.abs(feed.nowMs() - START_MS - 3600 * 999.5) < 60);
});

test("a greeting with another speed tells the time anew", () => {
  const { world, feed } = opened({ speed: 600 });
  world.pass(1000);
  world.frame({ ...HELLO, speed: 1, seq: 10, at: START_MS + 400_000 });
  world.pass(2000);
  assert.equal(feed.nowMs(), START_MS + 402_000);
});

test("the server's clock runs on at the demo's speed", () => {
  const { world, feed } = opened({ speed: 60 });
  world.pass(500);
  assert.equal(feed.nowMs(), START_MS + 30_000);
});

test("a stopped feed stays stopped", () => {
  const { world, feed } = opened();
  feed.stop();
  world.pass(60_000);
  assert.equal(world.sockets.length, 1);
  assert.equal(world.socket.closed, true);
});

const SETTLED = () => new Promise((done) => setImmediate(done));
const REVOKED = { status: 403, code: "DEVICE_REVOKED", title: { zh: "设备已停用", en: "This device has been revoked" } };

/** Refuse the next handshakes as a browser shows it: a close without a greeting. */
async function refused(world, times) {
  for (let i = 0; i < times; i += 1) {
    world.socket.onclose?.({ code: 1006, reason: "" });
    await SETTLED();
    world.pass(6000);
  }
}

test("a refused feed asks why after two handshakes, says so and stops knocking", async () => {
  const world = new World();
  const feed = new LiveFeed({ root: "http://hall/x/", hall: "h", view: "board", device: "d" }, world);
  feed.start();
  world.refusal = REVOKED;
  await refused(world, 2);
  assert.equal(feed.status, "refused");
  assert.equal(feed.refusal.code, "DEVICE_REVOKED");
  assert.deepEqual(world.asked, [{ root: "http://hall/x/", path: "api/halls/h/feed?view=board", token: "d" }]);
  const knocked = world.sockets.length;
  world.pass(50_000);
  assert.equal(world.sockets.length, knocked);
});

test("a feed that is given again connects at the next question", async () => {
  const world = new World();
  const feed = new LiveFeed({ root: "http://hall/x/", hall: "h", view: "board" }, world);
  feed.start();
  world.refusal = REVOKED;
  await refused(world, 2);
  const knocked = world.sockets.length;
  world.refusal = null;
  world.pass(60_000);
  await SETTLED();
  assert.equal(world.sockets.length, knocked + 1);
  assert.equal(feed.refusal, null);
  world.frame({ t: "hello", seq: 1, at: START_MS, stream: "d1" });
  world.frame({ t: "snap", seq: 1, at: START_MS, state: {} });
  assert.equal(feed.status, "live");
});

test("a lost link is no refusal: the feed goes on connecting", async () => {
  const { world, feed } = opened();
  await refused(world, 4);
  assert.equal(feed.status, "stale");
  assert.equal(feed.refusal, null);
  assert.ok(world.sockets.length >= 4);
  assert.ok(world.asked.length <= 2);
});

test("an answer that comes after the page was left changes nothing", async () => {
  const world = new World();
  const feed = new LiveFeed({ root: "http://hall/x/", hall: "h", view: "board" }, world);
  feed.start();
  world.refusal = REVOKED;
  world.socket.onclose({ code: 1006 });
  world.pass(6000);
  world.socket.onclose({ code: 1006 });
  feed.stop();
  await SETTLED();
  assert.equal(feed.status, "stopped");
});
