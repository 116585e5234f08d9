// The slip of a booking: hall, items, day and slot, the check-in code in figures and as a QR code.

import { slotTimes } from "../booking/days";
import type { Appointment } from "../booking/types";
import { dateText } from "../shared/dates";
import type { HallInfo } from "../shared/types";
import { qrOf, spoken } from "./booking-model";
import { bookingTexts } from "./booking-texts";
import { type Line, printed } from "./slip";

export function appointmentSlip(hall: HallInfo, one: Appointment, code: string): void {
  const lines: Line[] = [
    ["p", hall.name.zh],
    ["p", bookingTexts["booking.slip_title"].join(" ")],
    ["h1", spoken(code)],
    ["p", `${dateText(one.date).zh} ${one.slot_ms ? slotTimes(one.slot_ms, one.end_ms, hall.zone) : ""}`],
    ...one.items.map((item): Line => ["p", `${item.name.zh}${item.quantity > 1 ? ` ×${item.quantity}` : ""}`]),
    ["p", bookingTexts["booking.slip_bring"].join(" ")],
  ];
  printed(code, lines, qrOf(one.hall.code, one.date, code));
}
