// How the kiosk's first screen shows what a hall does.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.mjs";

const { offerOf } = await load("kiosk/offer.ts");

const hall = (items, themes, packages = 0) => ({
  items: Array.from({ length: items }, (_, place) => ({ code: `i${place}`, theme: `t${place % themes}` })),
  themes: Array.from({ length: themes + 1 }, (_, place) => ({ code: `t${place}`, name: { zh: "", en: "" } })),
  packages: Array.from({ length: packages }, (_, place) => ({ code: `p${place}` })),
});

test("few items stand on the first screen, many of one subject page by page, others by subject", () => {
  assert.equal(offerOf(hall(8, 3)), "few");
  assert.equal(offerOf(hall(70, 1)), "pages", "a subject without items is none");
  assert.equal(offerOf(hall(70, 2)), "themes");
  assert.equal(offerOf(hall(70, 1, 1)), "themes");
});
