// The questions of the desk: what a command needs beyond its key. Each returns the body of the command, or null.

import type { Api } from "../shared/api";
import { pick } from "../shared/i18n";
import type { HallInfo, HallSummary } from "../shared/types";
import { type Option, type Values, ask } from "./ask";
import { usualDue } from "./due";
import { isAdded, itemOptions, mayReplace, servedItem, transferItems, transferWindows } from "./item-options";
import { reasonText, say } from "./texts";
import type { ClerkState, StaffTicket, TicketItem } from "./types";

type Body = Record<string, unknown>;

const MINUTE_MS = 60_000;
// What a clerk usually says: how long somebody is away, in minutes.
const BACK_IN_MIN = [5, 10, 20, 30, 60];
const PAUSE_REASONS = ["rest", "meal", "handover", "system_down", "other"];
const TRANSFER_REASONS = ["wrong_window", "needs_other_item", "load", "citizen_asks", "other"];

export function reasons(codes: string[]): Option[] {
  return codes.map((code) => ({ value: code, label: reasonText(code) }));
}

export async function chosenReason(number: string, codes: string[]): Promise<string | null> {
  const given = await ask({
    heading: say("call_this_n", { number }),
    fields: [{ name: "reason", label: say("choose_reason"), kind: "choice", required: true, options: reasons(codes) }],
    confirm: say("call_this"),
    testid: "dialog-call",
  });
  return given ? String(given.reason) : null;
}

export async function hold(ticket: StaffTicket, codes: string[], nowMs: number): Promise<Body | null> {
  const minutes = [{ value: "", label: say("no_time") }].concat(BACK_IN_MIN.map((n) => ({ value: String(n), label: say("minutes", { n }) })));
  const given = await ask({
    heading: say("hold_title", { number: ticket.number }),
    fields: [
      { name: "reason", label: say("reason"), kind: "choice", required: true, options: reasons(codes) },
      { name: "minutes", label: say("hold_back_in"), kind: "choice", options: minutes },
      { name: "and_next", label: say("and_next"), kind: "check", value: true },
    ],
    confirm: say("hold"),
    testid: "dialog-hold",
  });
  if (!given) {
    return null;
  }
  const due = given.minutes ? { due_ms: Math.round(nowMs + Number(given.minutes) * MINUTE_MS) } : {};
  return { reason: given.reason, and_next: given.and_next, ...due };
}

export async function pause(current: ClerkState): Promise<Body | null> {
  return stop(current, { heading: say("pause_title"), serving: "pause_serving", confirm: say("pause"), withReason: true });
}

export async function close(current: ClerkState): Promise<Body | null> {
  return stop(current, { heading: say("close_title"), serving: "close_serving", confirm: say("close"), withReason: false });
}

interface Stop {
  heading: string;
  serving: "pause_serving" | "close_serving";
  confirm: string;
  withReason: boolean;
}

async function stop(current: ClerkState, how: Stop): Promise<Body | null> {
  const ticket = current.ticket;
  const number = ticket ? ticket.number : "";
  const serving = !!ticket && ticket.state === "SERVING";
  const intro = serving ? say(how.serving, { number }) : ticket ? say("pause_calling", { number }) : how.withReason ? "" : say("close_text");
  const given = await ask({
    heading: how.heading,
    intro,
    fields: [
      ...(how.withReason ? [{ name: "reason", label: say("reason"), kind: "choice" as const, required: true, options: reasons(PAUSE_REASONS) }] : []),
      ...(serving
        ? [
            {
              name: "then",
              label: say("pause_what"),
              kind: "choice" as const,
              value: "after",
              options: [
                { value: "after", label: say("after_ticket") },
                { value: "hand", label: say("hand_over") },
              ],
            },
          ]
        : []),
    ],
    confirm: how.confirm,
    danger: !how.withReason,
    testid: "dialog-stop",
  });
  if (!given) {
    return null;
  }
  const body: Body = how.withReason ? { reason: given.reason } : {};
  return serving ? { ...body, hand_over: given.then === "hand" } : body;
}

export async function drain(): Promise<boolean> {
  return !!(await ask({ heading: say("drain_title"), intro: say("drain_text"), fields: [], confirm: say("drain"), testid: "dialog-drain" }));
}

export async function transfer(api: Api, hall: HallInfo, ticket: StaffTicket): Promise<Body | null> {
  const served = servedItem(ticket);
  const replaces = (values: Values) => values.where === "item" && mayReplace(ticket, String(values.to_item || ""));
  const halls = await otherHalls(api, hall.hall);
  const is = (where: string) => (values: Values) => values.where === where;
  const places = ["original", "front", "back"].map((code) => ({ value: code, label: say(`place_${code}` as "place_front") }));
  const targets = ["item", "window", "area"].concat(halls.length > 0 ? ["hall"] : []);
  const given = await ask({
    heading: say("transfer_title", { number: ticket.number }),
    wide: true,
    fields: [
      { name: "where", label: say("transfer_to"), kind: "choice", value: "item", options: targets.map((code) => ({ value: code, label: say(`to_${code}` as "to_item") })) },
      { name: "to_item", label: say("to_item"), kind: "pick", required: true, options: transferItems(hall, ticket), hint: say("find_item"), when: is("item") },
      { name: "added", label: say("added_first"), kind: "words", when: (values) => values.where === "item" && isAdded(ticket, String(values.to_item)) },
      { name: "replaces", label: say("replaces", { item: served ? pick(served.name) : "" }), kind: "check", value: false, when: replaces },
      { name: "to_window", label: say("to_window"), kind: "pick", required: true, options: transferWindows(hall, ticket), when: is("window") },
      { name: "to_area", label: say("to_area"), kind: "choice", required: true, options: hall.areas.map((one) => ({ value: one.code, label: pick(one.name) })), when: is("area") },
      { name: "to_hall", label: say("to_hall"), kind: "pick", required: true, options: halls, when: is("hall") },
      { name: "place", label: say("place"), kind: "choice", value: "original", options: places, when: (values) => values.where !== "hall" },
      { name: "reason", label: say("reason"), kind: "choice", required: true, options: reasons(TRANSFER_REASONS) },
    ],
    confirm: say("transfer"),
    testid: "dialog-transfer",
  });
  if (!given) {
    return null;
  }
  const target = `to_${String(given.where)}`;
  const instead = served && given.replaces === true && replaces(given) ? { instead_of: served.code } : {};
  return { [target]: given[target], place: given.place, reason: given.reason, ...instead };
}

export async function addItems(hall: HallInfo): Promise<Body | null> {
  const limit = hall.limits.max_quantity;
  const given = await ask({
    heading: say("add"),
    fields: [
      { name: "items", label: say("items"), kind: "picks", required: true, options: itemOptions(hall), hint: say("find_item") },
      { name: "quantity", label: say("qty"), kind: "number", value: "1", min: 1, max: limit },
    ],
    confirm: say("add"),
    testid: "dialog-add",
  });
  const codes = given ? (given.items as string[]) : [];
  return given ? { items: codes.map((code) => ({ code, quantity: bounded(String(given.quantity), limit) })) } : null;
}

export async function itemResult(item: TicketItem, nowMs: number, zone: string): Promise<Body | null> {
  const owes = (values: Values) => values.result === "supplement_due";
  const options = ["done", "supplement_due", "referred", "refused"].map((code) => ({
    value: code,
    label: code === "supplement_due" ? say("result_supplement_due_long") : say(`result_${code}` as "result_done"),
  }));
  const given = await ask({
    heading: say("result_of", { item: pick(item.name) }),
    fields: [
      { name: "result", label: say("result"), kind: "choice", required: true, options },
      { name: "due_date", label: say("due_date"), kind: "date", required: true, value: item.due_date || usualDue(nowMs, zone), when: owes },
      { name: "materials", label: say("materials"), kind: "lines", required: true, value: (item.materials || []).map(pick).join("\n"), when: owes },
    ],
    testid: "dialog-result",
  });
  return given ? resultBody(item, String(given.result), given) : null;
}

export async function owed(item: TicketItem, nowMs: number, zone: string): Promise<Body | null> {
  const given = await ask({
    heading: say("result_of", { item: pick(item.name) }),
    intro: say("result_supplement_due_long"),
    fields: [
      { name: "materials", label: say("materials"), kind: "lines", required: true, value: (item.materials || []).map(pick).join("\n") },
      { name: "due_date", label: say("due_date"), kind: "date", required: true, value: item.due_date || usualDue(nowMs, zone) },
    ],
    testid: "dialog-owed",
  });
  return given ? resultBody(item, "supplement_due", given) : null;
}

function resultBody(item: TicketItem, result: string, given: Values): Body {
  if (result !== "supplement_due") {
    return { entry: item.entry, result };
  }
  const materials = String(given.materials).split("\n").map((line) => line.trim()).filter((line) => line !== "");
  return { entry: item.entry, result, due_date: given.due_date, materials };
}

async function otherHalls(api: Api, own: string): Promise<Option[]> {
  try {
    const { halls } = await api.get<{ halls: HallSummary[] }>("api/halls");
    return halls.filter((one) => one.hall !== own).map((one) => ({ value: one.hall, label: pick(one.name), find: `${one.name.zh} ${one.name.en}` }));
  } catch {
    // Without the list a transfer inside the hall still works.
    return [];
  }
}

function bounded(text: string, limit: number): number {
  return Math.min(limit, Math.max(1, Math.floor(Number(text)) || 1));
}
