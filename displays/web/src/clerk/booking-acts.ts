// What staff do to a booking, from the desk and from the manager's page: check in, move, cancel, print.

import type { Appointment, AppointmentAnswer, CheckedIn, Moved } from "../booking/types";
import { type Api, faultText, newCommandId } from "../shared/api";
import { toast } from "../shared/components/dialog";
import { listed, momentText } from "../shared/format";
import { pick } from "../shared/i18n";
import type { HallInfo } from "../shared/types";
import { ask } from "./ask";
import { newSlot } from "./booking-move";
import { spoken } from "./booking-model";
import { appointmentSlip } from "./booking-slip";
import { cancelReasonText, say } from "./booking-texts";
import { enc } from "./desk";
import * as guideActs from "./guide-acts";
import { slip } from "./slip";
import type { StaffTicket } from "./types";

const CANCEL_REASONS = ["citizen_asks", "wrong_item", "materials", "hall", "other"];

export interface BookingDesk {
  api: Api;
  hall: HallInfo;
  nowMs: () => number;
}

function path(one: Appointment, op: string): string {
  return `api/halls/${enc(one.hall.code)}/appointments/${enc(one.id)}${op}`;
}

async function told<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (fault) {
    toast(pick(faultText(fault)), "bad");
    return null;
  }
}

/** Check in and print the slip of the number; only a person sees whether paper came out. */
export async function checkIn(desk: BookingDesk, one: Appointment): Promise<CheckedIn | null> {
  const answer = await told(() => desk.api.command<CheckedIn>(path(one, "/check-in"), { command_id: newCommandId() }));
  if (!answer) {
    return null;
  }
  const { ticket } = answer;
  toast(say("checked_in", { number: ticket.number }), "good");
  const page = ticket.page ? new URL(ticket.page.replace(/^\//, ""), desk.api.root).href : "";
  slip(desk.hall, ticket as unknown as StaffTicket, page && ticket.secret && !page.includes("#") ? `${page}#${ticket.secret}` : page);
  return answer;
}

/** Ask whether the slip came out and tell the hall. */
export async function tellPrinted(desk: BookingDesk, ticket: { id: string; number: string }): Promise<void> {
  const printed = await guideActs.didPrint(ticket.number);
  if (printed !== null) {
    await told(() => desk.api.command(`api/halls/${enc(desk.hall.hall)}/tickets/${enc(ticket.id)}/print-result`, { printed }));
  }
}

/** Ask for another slot and move; null when nothing changed. */
export async function move(desk: BookingDesk, one: Appointment): Promise<Appointment | null> {
  const chosen = await newSlot({ api: desk.api, hall: desk.hall, appointment: one, nowMs: desk.nowMs });
  if (!chosen) {
    return null;
  }
  const answer = await told(() => desk.api.command<Moved>(path(one, "/reschedule"), { ...chosen, command_id: newCommandId() }));
  if (!answer) {
    return null;
  }
  toast(say("moved", { time: pick(momentText(chosen.slot_ms, desk.nowMs(), desk.hall.zone)) }), "good");
  if (answer.code) {
    await ask({ heading: say("moved_code", { code: spoken(answer.code) }), fields: [], testid: "dialog-new-code" });
  }
  return answer.appointment;
}

export async function cancel(desk: BookingDesk, one: Appointment): Promise<Appointment | null> {
  const time = one.slot_ms ? pick(momentText(one.slot_ms, desk.nowMs(), desk.hall.zone)) : one.date;
  const given = await ask({
    heading: say("cancel_title", { time }),
    intro: listed(one.items.map((item) => pick(item.name))),
    fields: [{ name: "reason", label: say("reason"), kind: "choice", required: true, options: CANCEL_REASONS.map((code) => ({ value: code, label: cancelReasonText(code) })) }],
    confirm: say("cancel"),
    danger: true,
    testid: "dialog-cancel-booking",
  });
  if (!given) {
    return null;
  }
  const answer = await told(() => desk.api.command<{ appointment: Appointment }>(path(one, "/cancel"), { reason: given.reason, command_id: newCommandId() }));
  if (answer) {
    toast(say("cancelled"), "good");
  }
  return answer && answer.appointment;
}

/** Print the slip again, with the code that the hall knows. */
export async function printSlip(desk: BookingDesk, one: Appointment): Promise<void> {
  const answer = await told(() => desk.api.get<AppointmentAnswer>(path(one, "")));
  if (answer && answer.code) {
    appointmentSlip(desk.hall, answer.appointment, answer.code);
  }
}
