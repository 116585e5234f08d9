// From a taken ticket to what is printed and to the address of its page.

import type { HallInfo, TakenTicket } from "../shared/types";
import { text } from "../shared/i18n";
import type { HallData } from "./hall-watch";
import type { Taken } from "./model";
import type { Slip } from "./printing";
import { ranges } from "./windows";

/** The address of the ticket's own page; the secret travels in the fragment. */
export function visitUrl(ticket: TakenTicket, hall: string, root: string): string {
  const own = `t/${encodeURIComponent(hall)}/${encodeURIComponent(ticket.id)}`;
  const page = (ticket.page || own).replace(/^\/+/, "");
  const url = new URL(page, root.replace(/\/*$/, "/"));
  if (!url.hash && ticket.secret) {
    url.hash = ticket.secret;
  }
  return url.href;
}

export function slipOf(taken: Taken, hall: HallData, isReprint: boolean): Slip {
  const { ticket } = taken;
  return {
    hall: hall.name,
    number: ticket.number,
    items: taken.chosen.map((one) => ({ name: nameOf(hall, one.code), quantity: one.quantity })),
    at_ms: Math.max(0, Math.round(taken.takenMs)),
    zone: hall.zone,
    ahead: Math.max(0, ticket.ahead || 0),
    wait_p50_ms: whole(ticket.wait_ms_p50),
    wait_p80_ms: whole(ticket.wait_ms_p80),
    windows: ranges(ticket.windows || []),
    qr: taken.url,
    visitor_class: taken.visitorClass === "ordinary" ? null : classNameOf(hall, taken.visitorClass),
    notes: [text("kiosk.slip.note")],
    training: isTraining(hall),
    reprint: isReprint,
  };
}

export function isTraining(hall: HallData): boolean {
  return hall.training;
}

function nameOf(hall: HallInfo, code: string) {
  const item = hall.items.find((one) => one.code === code);
  return item ? { zh: item.name.zh, en: item.name.en || "" } : { zh: code, en: "" };
}

function classNameOf(hall: HallInfo, code: string) {
  const found = hall.classes.find((one) => one.code === code);
  return found ? { zh: found.name.zh, en: found.name.en || "" } : null;
}

function whole(ms: number | null | undefined): number | null {
  return ms === null || ms === undefined ? null : Math.max(0, Math.round(ms));
}
