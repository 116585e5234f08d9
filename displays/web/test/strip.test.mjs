// The LED strip: the right dots for the right state, and text that is too long runs.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import generate from "../tools/generate-unifont.mjs";
import { load } from "./load.mjs";

const web = new URL("..", import.meta.url).pathname;
await generate({ web, generated: `${web}src/generated` });
const font = JSON.parse(await readFile(`${web}src/generated/unifont.json`, "utf8"));
const { Glyphs, Matrix } = await load("strip/matrix.ts");
const { drawStrip, stripWords } = await load("strip/scene.ts");
const { spokenLanguages } = await load("shared/voice.ts");

const glyphs = new Glyphs(font);
const still = { runMs: 0, isRinging: false, staleSinceMs: null, isKnown: true };
const window = { code: "W05", label: "5", kind: "comprehensive", state: "CALLING", themes: [{ zh: "综合", en: "All" }] };
const calling = { window, call: { number: "A012", label: "5", ring: 1, at_ms: 0, state: "calling" } };

function drawn(state, moment = still) {
  const matrix = new Matrix(192, 32);
  drawStrip(matrix, glyphs, { state, moment });
  return matrix;
}

const lit = (matrix) => matrix.dots.filter((dot) => dot > 0).length;

test("the font has every character that the catalogue puts on a strip", () => {
  for (const character of "请到号窗口正在办理暂停服务未开放停止叫号截至本屏缺少登记令牌已用在别处不可：、") {
    assert.notDeepEqual(glyphs.rows(character).bits, glyphs.rows("\u{1F600}").bits, character);
  }
});

test("a strip speaks only in the languages of its own address: none, silent and nonsense leave it mute", () => {
  for (const asked of ["", "silent", "browser", "fr", "silent,"]) {
    assert.deepEqual(spokenLanguages(asked), [], asked);
  }
  assert.deepEqual(spokenLanguages("zh,en"), ["zh", "en"]);
  assert.deepEqual(spokenLanguages("yue,fr"), ["yue"]);
});

test("the letter A is drawn as Unifont draws it", () => {
  const rows = glyphs.rows("A").bits.map((bits) => bits.toString(2).padStart(8, "0"));
  assert.equal(rows[4], "00011000");
  assert.equal(rows[9], "01111110");
});

test("a call shows number and window; while it rings it blinks", () => {
  const on = drawn(calling, { ...still, isRinging: true, runMs: 0 });
  const off = drawn(calling, { ...still, isRinging: true, runMs: 400 });
  assert.ok(lit(on) > lit(off));
  assert.match(stripWords(calling).zh, /A012 请到 5 号窗口/);
});

test("a strip that is shut out says why, and shows the number of before no more", () => {
  const shut = drawn(calling, { ...still, refusal: "DEVICE_REVOKED" });
  assert.notDeepEqual(shut.dots, drawn(calling).dots);
  assert.deepEqual(shut.dots, drawn(null, { ...still, refusal: "DEVICE_REVOKED" }).dots);
  assert.deepEqual(stripWords(calling, "DEVICE_REVOKED"), { zh: "本屏已停用", en: "Screen was revoked" });
  assert.deepEqual(stripWords(null, "UNKNOWN_WINDOW"), { zh: "本屏暂不可用", en: "Screen not available" });
});

test("a stale strip says in both languages, in turn, how old it is", () => {
  const old = { ...still, staleSinceMs: 1_700_000_000_000 };
  assert.notDeepEqual(drawn(calling, old).dots, drawn(calling, { ...old, runMs: 5000 }).dots);
});

test("a stale strip says so beside what it shows", () => {
  const fresh = drawn(calling);
  const stale = drawn(calling, { ...still, staleSinceMs: 1_700_000_000_000 });
  assert.notDeepEqual(stale.dots, fresh.dots);
});

test("text that is too long runs, text that fits stands still", () => {
  const idle = { window: { ...window, state: "IDLE", themes: [{ zh: "商事登记与工程建设及综合服务", en: "" }] } };
  assert.notDeepEqual(drawn(idle).dots, drawn(idle, { ...still, runMs: 1000 }).dots);
  assert.deepEqual(drawn(calling).dots, drawn(calling, { ...still, runMs: 1000 }).dots);
});

test("a strip without a state, or with a malformed one, still draws", () => {
  assert.ok(lit(drawn(null)) > 0);
  assert.ok(lit(drawn({ window: { code: "W1", label: "1", state: "ODD", themes: null } })) > 0);
});
