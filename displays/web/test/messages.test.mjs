// Every kind of message that the server sends has its words on the pages of visitors and managers.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const kinds = Array.from(read("../../../server/outbox/kinds.py").match(/KindName = Literal\[([^\]]*)\]/)[1].matchAll(/"([a-z_]+)"/g), (one) => one[1]);

test("every kind of message has its words", () => {
  const visitor = read("../src/shared/texts/booking.ts");
  const manager = read("../src/manager/booking-texts.ts");

  assert.ok(kinds.length > 8);
  for (const kind of kinds) {
    assert.ok(visitor.includes(`"message.${kind}"`), kind);
    assert.ok(manager.includes(`"bookings.message_kind_${kind}"`), kind);
  }
});
