// What visitors ask at the kiosk by typing or scanning: once each, whatever the network does.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.mjs";

const { Rejoining, slipIn } = await load("kiosk/rejoining.ts");
const { Arrival, bookingIn } = await load("kiosk/arrival.ts");
const { Scanner } = await load("kiosk/scanner.ts");

const SLIP = "https://hall.example/p/t/longgang/261123-ABCDEFGHJK#s3cret_-x";

function desk(answers) {
  const asked = [];
  const done = [];
  const api = {
    command: async (path, body) => {
      asked.push({ path, ...body });
      const answer = answers.shift();
      if (answer instanceof Error) {
        throw answer;
      }
      return answer;
    },
  };
  const rejoining = new Rejoining(api, "longgang", () => undefined, (one) => done.push(one.ticket.number));
  return { rejoining, asked, done };
}

const BOOKING = "https://hall.example/p/a/longgang/B261123-ABCDEFGHJK#s3cret_-x";

function arrivals(answer) {
  const asked = [];
  const done = [];
  const api = {
    command: async (path, body) => {
      asked.push({ path, ...body });
      return answer;
    },
    send: async () => ({ halls: [{ hall: "nanshan", name: { zh: "南山大厅", en: "Nanshan Hall" } }] }),
  };
  return { arrival: new Arrival(api, "longgang", () => undefined, (one) => done.push(one)), asked, done };
}

function typed(scanner, text, gapMs) {
  let timeStamp = 1000;
  const event = (key) => ({ key, timeStamp: (timeStamp += gapMs), preventDefault: () => undefined, stopPropagation: () => undefined });
  Array.from(text).concat("Enter").forEach((key) => scanner.key(event(key)));
}

test("a slip's address names the ticket and its secret; no other address does", () => {
  assert.deepEqual(slipIn(SLIP), { ticket: "261123-ABCDEFGHJK", secret: "s3cret_-x" });
  assert.deepEqual(slipIn("http://h/t/a/b#secret=c"), { ticket: "b", secret: "c" });
  for (const other of ["OW1:longgang:2026-11-23:ABCD2345", "http://h/t/a/b", "http://h/a/b#c", ""]) {
    assert.equal(slipIn(other), null);
  }
});

test("a scanned slip is taken, a person's typing of the same is not", () => {
  for (const [gapMs, expected] of [[5, [SLIP]], [200, []]]) {
    const read = [];
    typed(new Scanner((text) => read.push(text)), SLIP, gapMs);
    assert.deepEqual(read, expected);
  }
});

test("a number is typed as it stands on the slip, and asked for once however often the answer is lost", async () => {
  const { rejoining, asked, done } = desk([new Error("lost"), { ticket: { number: "A012" } }]);
  for (const key of ["ａ", "0", "-", "1", "3", "delete", "2"]) {
    rejoining.press(key);
  }
  assert.equal(rejoining.typed, "A012");

  await rejoining.submit();
  assert.equal(rejoining.state, "unanswered");
  await rejoining.again();

  assert.deepEqual(done, ["A012"]);
  assert.equal(new Set(asked.map((one) => one.command_id)).size, 1);
  assert.deepEqual([asked[1].path, asked[1].number], ["api/halls/longgang/tickets/rejoin", "A012"]);
});

test("a scanned slip proves itself by its secret", async () => {
  const { rejoining, asked } = desk([{ ticket: { number: "A012" } }]);
  await rejoining.scan(SLIP);
  assert.deepEqual([asked[0].path, asked[0].secret], ["api/halls/longgang/tickets/261123-ABCDEFGHJK/rejoin", "s3cret_-x"]);
});

test("the answer for a visitor who has left is dropped", async () => {
  const { rejoining, done } = desk([{ ticket: { number: "A012" } }]);
  rejoining.write("A012");
  const asking = rejoining.submit();
  rejoining.forget();
  await asking;
  assert.deepEqual([done, rejoining.state], [[], "ready"]);
});

test("the code of a booking's own page checks in as well, by its secret", async () => {
  const { arrival, asked, done } = arrivals({ ticket: { number: "A012" } });
  assert.equal(bookingIn(SLIP), null);
  const read = [];
  typed(new Scanner((text) => read.push(text)), BOOKING, 5);

  await arrival.scan(read[0]);

  assert.deepEqual([asked[0].path, asked[0].secret], ["api/halls/longgang/appointments/B261123-ABCDEFGHJK/check-in", "s3cret_-x"]);
  assert.equal(done.length, 1);
});

test("a booking of another hall is not asked for here, and the hall is told by its name", async () => {
  const { arrival, asked } = arrivals(null);

  await arrival.scan(BOOKING.replace("/longgang/", "/nanshan/"));

  assert.deepEqual([arrival.state, arrival.problem.code], ["refused", "WRONG_HALL"]);
  assert.deepEqual(arrival.problem.title, { zh: "您预约的是南山大厅", en: "Your booking is for Nanshan Hall" });
  assert.deepEqual(asked, []);
});
