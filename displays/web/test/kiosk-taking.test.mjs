// One tap, one command id, one ticket: the kiosk's taking against a server that fails in every way.

import assert from "node:assert/strict";
import path from "node:path";
import { mock, test } from "node:test";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const { Api, Taking, visitUrl } = await load();
const ITEMS = [{ code: "I01", quantity: 2 }];

test("taps before the answer join the first one", async () => {
  const server = new Server();
  const taking = server.kiosk();

  const outcomes = await Promise.all([taking.take(ITEMS, "ordinary"), taking.take(ITEMS, "ordinary")]);

  assert.equal(server.asked.length, 1);
  assert.deepEqual(outcomes.map((one) => one.ticket.number), ["A001", "A001"]);
});

test("after silence the same command is asked again, and gives the same ticket", async () => {
  const server = new Server();
  const taking = server.kiosk();
  server.losesAnswers = true;

  const first = await taking.take(ITEMS, "elder");
  server.losesAnswers = false;
  const second = await taking.take([{ code: "other", quantity: 1 }], "ordinary");

  assert.equal(first.kind, "unanswered");
  assert.equal(second.ticket.number, "A001");
  assert.equal(new Set(server.asked.map((one) => one.command_id)).size, 1);
  assert.equal(server.issued.size, 1);
  assert.deepEqual(server.asked[server.asked.length - 1].items, ITEMS);
});

test("who says who they are is asked for under that name, and nobody else is", async () => {
  const server = new Server();
  const taking = server.kiosk();

  await taking.take(ITEMS, "ordinary", "13800138000");
  taking.forget();
  await taking.take(ITEMS, "ordinary");

  assert.deepEqual(server.asked.map((one) => one.person), ["13800138000", undefined]);
});

test("the next visitor gets a new command", async () => {
  const server = new Server();
  const taking = server.kiosk();

  const first = await taking.take(ITEMS, "ordinary");
  taking.forget();
  const second = await taking.take(ITEMS, "ordinary");

  assert.deepEqual([first.ticket.number, second.ticket.number], ["A001", "A002"]);
});

test("a refusal is final, and a new tap is a new command", async () => {
  const server = new Server();
  const taking = server.kiosk();
  server.refusal = "QUOTA_FULL";

  const refused = await taking.take(ITEMS, "ordinary");
  server.refusal = null;
  const taken = await taking.take(ITEMS, "ordinary");

  assert.equal(refused.problem.code, "QUOTA_FULL");
  assert.equal(taken.kind, "taken");
  assert.equal(new Set(server.asked.map((one) => one.command_id)).size, 2);
});

test("a number whose visitor left without the answer is cancelled, so that nobody waits for nobody", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const server = new Server();
  const taking = server.kiosk();
  server.losesAnswers = true;
  await taking.take(ITEMS, "ordinary");

  taking.forget();
  server.losesAnswers = false;
  await passed(10_000);

  assert.equal(server.issued.size, 1);
  assert.deepEqual(server.cancelled, ["t1"]);
  await passed(60_000);
  assert.deepEqual(server.cancelled, ["t1"]);
  mock.timers.reset();
});

test("a number that came while its visitor was leaving is cancelled too", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const server = new Server();
  const taking = server.kiosk();

  const late = taking.take(ITEMS, "ordinary");
  taking.forget();
  await late;
  await passed(10_000);

  assert.deepEqual(server.cancelled, ["t1"]);
  mock.timers.reset();
});

test("the address in the code is the ticket's page with the secret in the fragment", () => {
  const ticket = { id: "t/1", secret: "s3cret", page: "" };

  assert.equal(visitUrl(ticket, "lg", "https://hall.example/"), "https://hall.example/t/lg/t%2F1#s3cret");
  assert.equal(
    visitUrl({ ...ticket, page: "/t/lg/t1" }, "lg", "https://hall.example/ow"),
    "https://hall.example/ow/t/lg/t1#s3cret",
  );
  assert.equal(
    visitUrl({ ...ticket, page: "https://phone.example/t/lg/t1#own" }, "lg", "https://hall.example/"),
    "https://phone.example/t/lg/t1#own",
  );
});

/** Answers as the protocol says: the first answer of a command id is its answer for ever. */
class Server {
  asked = [];
  issued = new Map();
  cancelled = [];
  losesAnswers = false;
  refusal = null;

  kiosk() {
    const options = { root: "http://hall/", token: "", sleep: async () => undefined };
    return new Taking(new Api({ ...options, fetch: (url, init) => this.answer(url, JSON.parse(init.body)) }), "lg");
  }

  async answer(url, body) {
    if (url.endsWith("/cancel")) {
      this.cancelled.push(url.split("/").slice(-2)[0]);
      return reply(200, { ticket: {}, seq: 2 });
    }
    this.asked.push(body);
    if (this.refusal) {
      return reply(409, { code: this.refusal, title: { zh: "无", en: "none" } });
    }
    if (!this.issued.has(body.command_id)) {
      const n = this.issued.size + 1;
      this.issued.set(body.command_id, { id: `t${n}`, number: `A00${n}`, secret: "s" });
    }
    if (this.losesAnswers) {
      throw new TypeError("the network went away");
    }
    return reply(201, { ticket: this.issued.get(body.command_id), seq: 1 });
  }
}

function reply(status, body) {
  return { ok: status < 300, status, json: async () => body };
}

/** Let timers and everything that waits on them run. */
async function passed(ms) {
  mock.timers.tick(ms);
  for (let turn = 0; turn < 50; turn += 1) {
    await Promise.resolve();
  }
}

// One bundle for all, so that a refusal is the same class on both sides.
async function load() {
  const web = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
  const contents =
    'export { Api } from "./src/shared/api"; export { Taking } from "./src/kiosk/taking"; export { visitUrl } from "./src/kiosk/slip";';
  const made = await build({
    stdin: { contents, resolveDir: web },
    bundle: true,
    write: false,
    format: "esm",
    target: "node18",
    logLevel: "error",
  });
  return import(`data:text/javascript;base64,${Buffer.from(made.outputFiles[0].text).toString("base64")}`);
}
