// Correcting what a final ticket says: how the visit ended, or how one of its items did, always with a reason.

import { pick, t } from "../shared/i18n";
import type { HallInfo } from "../shared/types";
import { type Values, ask } from "./ask";
import { usualDue } from "./due";
import { reasons } from "./questions";
import { say } from "./texts";
import { RESULTS, type StaffTicket } from "./types";

const ENDS = ["DONE", "CANCELLED", "ABANDONED"] as const;
const REASONS = ["error_made_good", "citizen_asks", "manager_order", "other"];

/** Ask what was meant; the body of `correct`, or null. */
export async function correct(hall: HallInfo, ticket: StaffTicket): Promise<Record<string, unknown> | null> {
  const isState = (values: Values) => values.what === "state";
  const isItem = (values: Values) => values.what === "item";
  const given = await ask({
    heading: say("correct_title", { number: ticket.number }),
    intro: say("correct_hint"),
    wide: true,
    fields: [
      { name: "what", label: say("correct_what"), kind: "choice", value: "item", options: [{ value: "item", label: say("correct_item") }, { value: "state", label: say("correct_state") }] },
      { name: "state", label: say("correct_state"), kind: "choice", required: true, when: isState, options: ENDS.filter((end) => end !== ticket.state).map((end) => ({ value: end, label: t(`ticket.${end}` as const) })) },
      { name: "entry", label: say("items"), kind: "choice", required: true, when: isItem, options: ticket.items.map((item) => ({ value: String(item.entry), label: pick(item.name), note: t(`item.${item.state}` as const) })) },
      { name: "result", label: say("result"), kind: "choice", required: true, when: isItem, options: RESULTS.map((result) => ({ value: result, label: say(`result_${result}`) })) },
      { name: "due_date", label: say("due_date"), kind: "date", required: true, value: usualDue(hall.at_ms, hall.zone), when: (values) => isItem(values) && values.result === "supplement_due" },
      { name: "reason", label: say("reason"), kind: "choice", required: true, options: reasons(REASONS) },
    ],
    confirm: say("correct"),
    testid: "dialog-correct",
  });
  if (!given) {
    return null;
  }
  if (isState(given)) {
    return { state: given.state, reason: given.reason };
  }
  const due = given.result === "supplement_due" ? { due_date: given.due_date } : {};
  return { entry: Number(given.entry), result: given.result, ...due, reason: given.reason };
}
