// What a guide can do to a ticket, in which states, and the question each act begins with.

import { phoneAsPerson } from "../booking/person";
import { listed } from "../shared/format";
import type { Api } from "../shared/api";
import { pick } from "../shared/i18n";
import type { HallInfo } from "../shared/types";
import { ask } from "./ask";
import { correct } from "./correct";
import { enc } from "./desk";
import { itemOptions } from "./item-options";
import { reasons, transfer } from "./questions";
import { say } from "./texts";
import type { StaffTicket, TicketState } from "./types";

type Body = Record<string, unknown>;

export interface Subject {
  api: Api;
  hall: HallInfo;
  ticket: StaffTicket;
}

export interface GuideAct {
  op: string;
  label: "correct" | "reclass" | "transfer" | "split" | "merge" | "rejoin" | "withdraw" | "cancel_ticket" | "abandon";
  states: readonly TicketState[];
  /** Only these roles may (the server's table of rights); without it: everybody at the guide desk. */
  roles?: readonly string[];
  tone?: "danger" | "primary";
  ask: (subject: Subject) => Promise<Body | null>;
}

const PRIORITY_REASONS = ["elder", "disabled", "pregnant", "veteran", "other"];
const FINAL: readonly TicketState[] = ["DONE", "CANCELLED", "ABANDONED", "EXPIRED"];
/** Who leads the hall: they also correct what a final ticket says. */
export const LEADS: readonly string[] = ["manager", "network", "admin"];
const CANCEL_REASONS = ["citizen_asks", "error_made_good", "other"];

export const ACTS: readonly GuideAct[] = [
  { op: "reclass", label: "reclass", states: ["WAITING"], tone: "primary", ask: reclass },
  { op: "rejoin", label: "rejoin", states: ["MISSED"], tone: "primary", ask: () => Promise.resolve({}) },
  { op: "transfer", label: "transfer", states: ["CALLED", "SERVING"], ask: ({ api, hall, ticket }) => transfer(api, hall, ticket) },
  { op: "split", label: "split", states: ["WAITING", "SERVING"], ask: split },
  { op: "merge", label: "merge", states: ["WAITING", "SERVING"], ask: merge },
  {
    op: "withdraw-call",
    label: "withdraw",
    states: ["CALLED"],
    ask: ({ ticket }) => withReason(say("withdraw_title", { number: ticket.number }), ["clerk_gone", "error_made_good", "other"], say("withdraw")),
  },
  { op: "abandon", label: "abandon", states: ["MISSED"], ask: ({ ticket }) => withReason(`${say("abandon")} ${ticket.number}`, CANCEL_REASONS, say("abandon")) },
  {
    op: "cancel",
    label: "cancel_ticket",
    states: ["WAITING", "MISSED", "HELD"],
    tone: "danger",
    ask: ({ ticket }) => withReason(say("cancel_title", { number: ticket.number }), CANCEL_REASONS, say("cancel_ticket")),
  },
  { op: "correct", label: "correct", states: FINAL, roles: LEADS, ask: ({ hall, ticket }) => correct(hall, ticket) },
];

/** Not final: somebody still holds the number. */
export function isOpen(ticket: StaffTicket): boolean {
  return FINAL.indexOf(ticket.state) < 0;
}

/** Offered only where the hall would accept it; one item cannot be split. */
export function isFor(act: GuideAct, ticket: StaffTicket, role: string): boolean {
  const may = !act.roles || act.roles.indexOf(role) >= 0;
  return may && act.states.indexOf(ticket.state) >= 0 && (act.op !== "split" || ticket.items.length > 1);
}

export async function withReason(heading: string, codes: string[], confirm: string): Promise<Body | null> {
  const given = await ask({
    heading,
    fields: [{ name: "reason", label: say("reason"), kind: "choice", required: true, options: reasons(codes) }],
    confirm,
    testid: "dialog-reason",
  });
  return given ? { reason: given.reason } : null;
}

/** Whether the slip came out; null when the person does not say. */
export async function didPrint(number: string): Promise<boolean | null> {
  const given = await ask({
    heading: say("did_print", { number }),
    fields: [
      {
        name: "printed",
        label: say("did_print_label"),
        kind: "choice",
        value: "yes",
        required: true,
        options: [
          { value: "yes", label: say("did_print_yes") },
          { value: "no", label: say("did_print_no") },
        ],
      },
    ],
    testid: "dialog-printed",
  });
  return given ? given.printed === "yes" : null;
}

/** Say the number that a split made, until somebody has read it; true if a slip is wanted. */
export async function tellChild(parent: StaffTicket, child: StaffTicket): Promise<boolean> {
  const given = await ask({
    heading: say("split_made", { number: parent.number }),
    number: child.number,
    intro: say("split_told", { number: child.number, items: listed(child.items.map((item) => pick(item.name))) }),
    fields: [],
    confirm: say("print_slip"),
    leave: say("dismiss"),
    testid: "dialog-split-made",
  });
  return given !== null;
}

export async function newTicket(hall: HallInfo): Promise<Body | null> {
  const given = await ask({
    heading: say("new_ticket"),
    fields: [
      { name: "class", label: say("class"), kind: "choice", value: "ordinary", options: classes(hall) },
      { name: "items", label: say("items"), kind: "picks", required: true, options: itemOptions(hall), hint: say("find_item") },
      ...(hall.one_per_person ? [{ name: "person", label: say("person"), kind: "text" as const, hint: say("person_why") }] : []),
    ],
    confirm: say("take"),
    wide: true,
    testid: "dialog-new",
  });
  if (!given) {
    return null;
  }
  const person = typeof given.person === "string" ? phoneAsPerson(given.person) : "";
  const items = (given.items as string[]).map((code) => ({ code, quantity: 1 }));
  return { class: given.class, items, ...(person ? { person } : {}) };
}

function classes(hall: HallInfo) {
  return hall.classes.filter((one) => one.code !== "booked").map((one) => ({ value: one.code, label: pick(one.name) }));
}

async function reclass({ hall, ticket }: Subject): Promise<Body | null> {
  const others = classes(hall).filter((one) => one.value !== ticket.class);
  const given = await ask({
    heading: say("reclass_title", { number: ticket.number }),
    fields: [
      { name: "class", label: say("class_to"), kind: "choice", required: true, options: others },
      { name: "reason", label: say("reason"), kind: "choice", required: true, options: reasons(PRIORITY_REASONS) },
    ],
    testid: "dialog-reclass",
  });
  return given ? { class: given.class, reason: given.reason } : null;
}

async function split({ ticket }: Subject): Promise<Body | null> {
  const options = ticket.items.map((item) => ({ value: String(item.entry), label: pick(item.name) }));
  const given = await ask({
    heading: say("split_title", { number: ticket.number }),
    intro: say("split_hint"),
    fields: [{ name: "entries", label: say("items"), kind: "checks", required: true, options }],
    confirm: say("split"),
    testid: "dialog-split",
  });
  return given ? { entries: (given.entries as string[]).map(Number) } : null;
}

async function merge({ api, hall, ticket }: Subject): Promise<Body | null> {
  const given = await ask({
    heading: say("merge_title", { number: ticket.number }),
    fields: [{ name: "number", label: say("merge_other"), kind: "text", required: true, hint: say("number_hint") }],
    confirm: say("merge"),
    testid: "dialog-merge",
  });
  if (!given) {
    return null;
  }
  const number = String(given.number).trim().toUpperCase();
  const { tickets } = await api.get<{ tickets: StaffTicket[] }>(`api/halls/${enc(hall.hall)}/tickets?number=${enc(number)}`);
  const other = tickets.find((one) => one.state === "WAITING") || tickets[0];
  if (!other) {
    await ask({ heading: say("not_found", { number }), fields: [] });
    return null;
  }
  return { merged: other.id };
}
