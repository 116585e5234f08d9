// What the manager's page reads: the manager view of docs/protocol.md §6, figures of §7, settings and devices of §4.
// A null of the protocol may be absent: a merge patch removes it.

import type { Call, Session, Text } from "../shared/types";
import type { Serves, ShortTicket, WindowState } from "../clerk/types";

export interface ManagerWindow {
  label: string;
  area: string;
  kind: string;
  state: WindowState;
  clerk?: string | null;
  number?: string | null;
  ticket?: string | null;
  since_ms?: number | null;
  asking?: boolean;
  held?: number;
  serves?: Serves;
  helps?: Serves;
  help_rule?: { when: "idle" | "waited"; after_ms: number };
  reason?: string | null;
  themes?: string[];
  done?: number;
}

export interface Queue {
  name: Text;
  waiting: number;
  oldest_ms?: number | null;
  windows: string[];
}

/** Today's bookings in numbers. */
export type BookedCounts = Record<"expected" | "checked_in" | "early" | "in_grace" | "late" | "no_show" | "cancelled" | "held" | "waitlisted" | "offered" | "not_due", number>;

export interface ManagerState {
  day: {
    date: string;
    kind: string;
    sessions: Session[];
    ended: boolean;
    issuing: boolean;
    stopped_items?: string[];
    policy: string;
    plan: string;
    /** From when on a wait is shown as long, and as too long: the hall's rules. */
    wait_warn_ms: number;
    wait_alarm_ms: number;
  };
  windows: Record<string, ManagerWindow>;
  queues: Record<string, Queue>;
  totals: Record<"taken" | "waiting" | "called" | "serving" | "held" | "missed" | "done" | "cancelled" | "abandoned" | "expired", number>;
  held: ShortTicket[];
  missed: ShortTicket[];
  calls: Record<string, Call>;
  /** Absent on days without bookings. */
  booked?: BookedCounts | null;
}

export interface Alarm {
  code: string;
  level: "warn" | "alarm";
  zh: string;
  en: string;
  window?: string;
  ticket?: string;
  since_ms?: number;
}

export interface ManagerLive {
  alarms?: Alarm[];
  longest_wait_ms?: number | null;
  waits?: { p50_ms?: number | null; p80_ms?: number | null; item?: Text | null; items?: number } | null;
  screens?: { id: string; name: string; kind: string; online: boolean; seq: number; last_seen_ms: number | null }[];
  clerks_linked?: Record<string, boolean>;
}

export interface Spread {
  n: number;
  p50_ms?: number | null;
  p80_ms?: number | null;
  p90_ms?: number | null;
  mean_ms?: number | null;
  max_ms?: number | null;
}

export interface Figures {
  date: string;
  final: boolean;
  rebuilt_ms?: number;
  definition: string;
  totals: {
    taken: number;
    done: number;
    cancelled: number;
    abandoned: number;
    expired: number;
    missed: number;
    recalls: number;
    overtakes: number;
    promise_kept_pct?: number | null;
    rated: Record<string, number>;
  };
  wait: Spread;
  service: Spread;
  walk: Spread;
  hold: Spread;
  by_item: Record<string, { name: Text; n: number; wait: Spread; service: Spread }>;
  by_hour: Record<string, { taken: number; called: number; wait: Spread }>;
  by_window: Record<string, { label: string; done: number; busy_ms: number; open_ms: number; use_pct?: number | null; wait: Spread; service: Spread }>;
  by_class: Record<string, { n: number; wait: Spread; overtakes: number }>;
  told?: { n: number; within_p80_pct?: number | null };
  /** Only on days with bookings. */
  booked?: BookedFigures | null;
}

/** The guarantees for both kinds of visitors, and how far they were kept. */
export interface BookedFigures extends BookedCounts {
  made: number;
  excused: number;
  on_time: { n: number; kept: number; pct?: number | null };
  goal: { on_time_ms: number; on_time_pct: number };
  walk_ins_passed: { n: number; times: number; most: number; bound: number };
}

export interface RecentCall {
  call: number;
  ticket: string;
  number: string;
  window: string;
  at_ms: number;
  rule: string;
  zh: string;
  en: string;
  candidates: { ticket: string; number: string }[];
  chosen_reason?: string | null;
}

export interface Device {
  id: string;
  name: string;
  kind: string;
  area?: string | null;
  window?: string | null;
  revoked: boolean;
  online: boolean;
  last_seen_ms?: number | null;
  shown_seq?: number | null;
  /** Null if no call of its place was made while it was there. */
  last_call_shown?: boolean | null;
}
