// The shapes of booked visits (docs/protocol.md, sections 6 and 8), as far as citizens' pages read them.

import type { TakenTicket, Text } from "../shared/types";

export interface Wanted {
  code: string;
  quantity: number;
}

export interface Slot {
  start_ms: number;
  end_ms: number;
  places: number;
  free: number;
  closed: boolean;
  /** The whole visit finds its places here; if not, `why` is the code that says why. */
  fits: boolean;
  why?: string | null;
}

export interface SlotDay {
  date: string;
  kind: string;
  open: boolean;
  released: boolean;
  release_ms?: number | null;
  /** Why the day sells nothing. */
  refusal?: string | null;
  places_needed?: number;
  waitlist?: boolean;
  slots: Slot[];
}

export interface SlotsAnswer {
  hall: string;
  at_ms: number;
  days: SlotDay[];
}

export interface Position {
  lat: number;
  lon: number;
}

export interface NearHall {
  hall: string;
  name: Text;
  level: string;
  parent: string | null;
  position?: Position | null;
  free: number;
  first_free_ms?: number | null;
  wait_ms_p50?: number | null;
  wait_ms_p80?: number | null;
}

export interface Elsewhere {
  hall: string;
  date: string;
  appointment: string;
}

export type AppointmentState =
  | "SLOT_HELD"
  | "BOOKED"
  | "WAITLISTED"
  | "OFFERED"
  | "CHECKED_IN"
  | "NO_SHOW"
  | "RESCHEDULED"
  | "CANCELLED"
  | "EXPIRED";

export interface Appointment {
  id: string;
  hall: { code: string; name: Text };
  date: string;
  state: AppointmentState;
  version: number;
  items: { code: string; name: Text; quantity: number }[];
  channel: string;
  slot_ms?: number | null;
  end_ms?: number | null;
  /** When a hold, an offer or a place on the waitlist ends. */
  until_ms?: number | null;
  wish?: { from_ms: number; to_ms: number } | null;
  ahead?: number | null;
  ticket?: { id: string; number: string; secret?: string } | null;
  punctuality?: string | null;
  affected?: boolean;
  excused?: boolean;
  reason?: string | null;
  source?: Elsewhere | null;
  target?: Elsewhere | null;
  cancel_until_ms?: number | null;
  move_until_ms?: number | null;
  moves_left?: number | null;
  check_in_from_ms?: number | null;
  in_time_until_ms?: number | null;
  absent_ms?: number | null;
  can: string[];
}

export interface Message {
  kind: string;
  channel: string;
  state: string;
  due_ms?: number | null;
  sent_ms?: number | null;
}

/** What `GET …/appointments/{id}` answers. */
export interface AppointmentAnswer {
  appointment: Appointment;
  code?: string | null;
  messages?: Message[];
  seq: number;
}

export interface Held {
  appointment: Appointment;
  secret: string;
}

export interface Confirmed {
  appointment: Appointment;
  code: string;
  calendar?: string;
  feed?: string;
}

/** A move within the day has the appointment alone; to another day or hall it is a new one with its secret. */
export interface Moved {
  appointment: Appointment;
  secret?: string;
  code?: string;
}

export interface CheckedIn {
  appointment: Appointment;
  ticket: TakenTicket;
}

/** Who books; kept in the page for this visit only. */
export interface Person {
  person: string;
  phone: string;
  name: string;
}
