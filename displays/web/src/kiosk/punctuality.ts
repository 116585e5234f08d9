// How a booked visitor's arrival stands to the slot: early, in time, or late and in the ordinary line.

import { html, nothing } from "lit";

import { clockTime } from "../shared/format";
import type { KioskModel, Taken } from "./model";
import { say } from "./part";

export function arrivalNote(model: KioskModel, taken: Taken) {
  const { arrival } = taken;
  const zone = model.watch.hall ? model.watch.hall.zone : "";
  if (!arrival) {
    return nothing;
  }
  const time = clockTime(arrival.slotMs, zone);
  const words =
    arrival.punctuality === "late"
      ? say("kiosk.arrived.late", { time })
      : arrival.punctuality === "early"
        ? say("kiosk.arrived.early", { time: clockTime(arrival.fromMs || arrival.slotMs, zone) })
        : say("kiosk.arrived.grace", { time });
  return html`<p class="arrival ${arrival.punctuality}" data-testid="arrived" data-punctuality=${arrival.punctuality}>${words}</p>`;
}
