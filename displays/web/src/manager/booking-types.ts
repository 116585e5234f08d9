// What the manager reads about booked visits: the routes under /bookings of docs/protocol.md §8.

import type { Appointment } from "../booking/types";
import type { Text } from "../shared/types";
import type { BookedCounts } from "./types";

export interface LoadedSlot {
  start_ms: number;
  end_ms: number;
  places: number;
  taken: number;
  closed: boolean;
  edited: boolean;
}

export interface CalendarDay {
  date: string;
  kind: string;
  open: boolean;
  release_ms?: number | null;
  /** Why the day sells nothing. */
  refusal?: string | null;
  counts?: BookedCounts | null;
  groups: Record<string, { name: Text; slots: LoadedSlot[] }>;
  affected: Appointment[];
  no_shows: Appointment[];
}

export interface SlotChange {
  start_ms: number;
  before: number;
  after: number;
  taken: number;
  /** Bookings that would have no place any more. */
  over: number;
  appointments: string[];
}

export interface EditedDay {
  date: string;
  changes?: SlotChange[];
  refusal?: string | null;
}

export type Becomes = "moved" | "cancelled" | "listed";

export interface ClosedDay {
  date: string;
  affected?: (Appointment & { becomes?: Becomes })[];
  refusal?: string | null;
}

export interface ReleaseDay {
  date: string;
  groups: { code: string; name: Text; release_ms?: number | null; places: number }[];
}

export interface MessageRow {
  id: string;
  kind: string;
  /** None while nothing has been tried. */
  channel?: string | null;
  appointment: string;
  version: number;
  state: MessageState;
  due_ms?: number | null;
  sent_ms?: number | null;
  attempts: number;
  reason?: string | null;
}

export type MessageState = "waiting" | "sent" | "failed" | "void" | "quiet";
