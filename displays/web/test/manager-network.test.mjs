// What the network's page works out: the tree of halls, and what a hall does not follow.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.mjs";

const { branches, ownSections, templateName } = await load("manager/network-types.ts");

const hall = (code, parent = null, follows = null) => ({ hall: code, parent, follows });
const shape = (halls) => branches(halls).map((one) => `${one.depth}${one.member.hall}`);

test("each hall stands after the one that it is below, in the order of the settings", () => {
  assert.deepEqual(shape([hall("d"), hall("s1", "d"), hall("s2", "d"), hall("c1", "s1"), hall("c2", "s2")]), ["0d", "1s1", "2c1", "1s2", "2c2"]);
});

test("a hall whose parent is not there stands at the top", () => {
  assert.deepEqual(shape([hall("c1", "s1"), hall("d")]), ["0c1", "0d"]);
});

test("a hall's own sections are those that follow no template; of a hall that is not told there are none", () => {
  assert.deepEqual(ownSections(hall("a", null, { hours: null, items: "t", windows: null, policy: "t" })), ["hours", "windows"]);
  assert.deepEqual(ownSections(hall("a")), []);
});

test("a template is known by its name; one that is not there, or nameless, by its code", () => {
  const templates = [{ code: "street", name: { zh: "街道模板", en: "Streets" } }, { code: "bare", name: { zh: "", en: "" } }];

  assert.deepEqual(templateName(templates, "street"), { zh: "街道模板", en: "Streets" });
  assert.equal(templateName(templates, "bare"), null);
  assert.equal(templateName(templates, "gone"), null);
});
