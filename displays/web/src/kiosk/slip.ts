// From a taken ticket to what is printed and to the address of its page.

import { slotTimes } from "../booking/days";
import { codeText, spoken } from "../booking/tale";
import type { CheckedIn } from "../booking/types";
import { dateText } from "../shared/dates";
import { clockTime } from "../shared/format";
import { text } from "../shared/i18n";
import type { HallInfo, TakenTicket, Text } from "../shared/types";
import type { MadeBooking } from "./booking";
import type { Taken } from "./model";
import type { Slip } from "./printing";
import { ranges } from "../shared/windows";

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

export function slipOf(taken: Taken, hall: HallInfo, isReprint: boolean): Slip {
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
    ...(taken.arrival && taken.arrival.fromMs ? { turn: calledFrom(taken.arrival.fromMs, hall.zone) } : {}),
  };
}

/** What the visitor of a booking carries away: the code, to read, to type and to scan. */
export function bookingSlip(made: MadeBooking, hall: HallInfo, isReprint: boolean): Slip {
  const { appointment } = made;
  const times = slotTimes(appointment.slot_ms || 0, appointment.end_ms, hall.zone);
  const date = dateText(appointment.date);
  return {
    hall: hall.name,
    number: spoken(made.code),
    items: appointment.items.map(({ name, quantity }) => ({ name, quantity })),
    at_ms: Math.max(0, Math.round(made.madeMs)),
    zone: hall.zone,
    ahead: 0,
    wait_p50_ms: null,
    wait_p80_ms: null,
    windows: [],
    qr: codeText(appointment.hall.code, appointment.date, made.code),
    visitor_class: null,
    notes: [text("kiosk.booked.note")],
    training: isTraining(hall),
    reprint: isReprint,
    heading: text("appointment.code"),
    turn: { zh: `${date.zh} ${times}`, en: `${date.en} ${times}` },
    qr_note: text("kiosk.booked.scan"),
  };
}

/** A checked-in visitor's ticket, as if it had been taken here. */
export function takenOf(done: CheckedIn, root: string, nowMs: number): Taken {
  const { appointment, ticket } = done;
  const booking = (ticket as { booking?: { not_before_ms?: number | null } }).booking;
  return {
    ticket,
    url: visitUrl(ticket, appointment.hall.code, root),
    chosen: appointment.items.map(({ code, quantity }) => ({ code, quantity })),
    visitorClass: ticket.class || "booked",
    takenMs: nowMs,
    arrival: {
      punctuality: appointment.punctuality || "in_grace",
      slotMs: appointment.slot_ms || 0,
      fromMs: (booking && booking.not_before_ms) || null,
    },
  };
}

function calledFrom(ms: number, zone: string): Text {
  return text("kiosk.called.from", { time: clockTime(ms, zone) });
}

export function isTraining(hall: HallInfo): boolean {
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
