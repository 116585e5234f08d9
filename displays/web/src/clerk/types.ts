// What the clerk and guide screens read: the clerk view of docs/protocol.md §6 and the answers of §3 and §4.
// A null of the protocol may be absent: a merge patch removes it.

import type { Call, Text } from "../shared/types";
import type { TicketBooking } from "./booking-mark";

export type ItemState = "OPEN" | "SERVING" | "DONE" | "SUPPLEMENT_DUE" | "REFERRED" | "REFUSED";
export type TicketState = "WAITING" | "CALLED" | "SERVING" | "HELD" | "MISSED" | "DONE" | "CANCELLED" | "ABANDONED" | "EXPIRED";
export type WindowState = "CLOSED" | "IDLE" | "CALLING" | "SERVING" | "PAUSED" | "DRAINING";
export const RESULTS = ["done", "supplement_due", "referred", "refused"] as const;
export type ItemResult = (typeof RESULTS)[number];
export type Place = "front" | "original" | "back";

export interface TicketItem {
  entry: number;
  code: string;
  name: Text;
  quantity: number;
  state: ItemState;
  due_date?: string | null;
  materials?: (string | Text)[] | null;
}

export interface StaffTicket {
  id: string;
  number: string;
  state: TicketState;
  class: string;
  channel: string;
  items: TicketItem[];
  arrived_ms: number;
  called_ms?: number | null;
  started_ms?: number | null;
  finished_ms?: number | null;
  ahead?: number | null;
  call?: Call | null;
  window?: string | null;
  window_code?: string | null;
  call_no?: number | null;
  told?: { ahead: number; p50_ms: number; p80_ms: number } | null;
  hops?: number | unknown[];
  origin?: { hall: string; ticket: string } | null;
  held_by?: string | null;
  hold_reason?: string | null;
  hold_due_ms?: number | null;
  missed_ms?: number | null;
  missed_until_ms?: number | null;
  rejoins_left?: number | null;
  person_known?: boolean;
  booking?: TicketBooking | null;
}

/** A ticket in a list: its items are names only. */
export interface ShortTicket {
  id: string;
  number: string;
  state: TicketState;
  class: string;
  lane: number;
  items: Text[];
  arrived_ms: number;
  held_by?: string | null;
  hold_reason?: string | null;
  hold_due_ms?: number | null;
  held_since_ms?: number | null;
  missed_ms?: number | null;
  rejoins_left?: number | null;
}

export interface Serves {
  themes: string[];
  items: string[];
  everything: boolean;
}

export interface Why {
  rule: string;
  zh: string;
  en: string;
  candidates?: { ticket: string; number: string }[];
}

export interface ClerkState {
  date: string;
  /** The business day is over: nobody is called any more. */
  ended?: boolean;
  window: {
    code: string;
    label: string;
    state: WindowState;
    clerk?: string | null;
    asking: boolean;
    then?: string | null;
    serves?: Serves;
  };
  ticket?: StaffTicket | null;
  why?: Why | null;
  held: ShortTicket[];
  hall_held: ShortTicket[];
  missed: ShortTicket[];
  waiting: { total: number; mine: number; next: ShortTicket[] };
  undo?: { op: string; until_ms: number; ticket?: string | null } | null;
  recall_at_ms?: number | null;
  recalls_left?: number | null;
  miss_at_ms?: number | null;
  miss_calls_left?: number | null;
  reasons: { hold: string[]; chosen: string[] };
  done_today: number;
}

export interface ClerkLive {
  shown?: { n: number; of: number } | null;
  screens?: { online: number; of: number } | null;
}
