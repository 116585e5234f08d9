// What the studio's API says (docs/protocol.md, section 9).

import type { Text } from "../shared/types";

/** A figure with its 95 % interval; null where nothing is known. */
export interface Figure {
  value: number | null;
  low: number | null;
  high: number | null;
}

export interface Slot {
  time: string;
  at_min: number;
  called: number;
  kept_pct: number | null;
  p50: Figure;
  p90: Figure;
  queue: number;
}

export interface Group {
  windows: string[];
  open: number[];
}

/** One plan's simulated days. */
export interface Side {
  name: string;
  figures: Record<string, Figure | null>;
  last_out: string;
  worst: string;
  slots: Slot[];
  start_min: number;
  groups: Group[];
  change?: Record<string, Figure | null> | null;
  /** Of a compared plan: the low end of what is stated of new hours, and there its difference from the first's. */
  low?: Side | null;
  low_change?: Record<string, Figure | null> | null;
}

export interface Basis {
  about: string;
  basis: "assumed" | "published" | "fitted";
  zh: string;
  en: string;
}

/** How many come in new hours, as a range: percent of the day's visits, or visits. */
export interface Stated {
  low: number;
  high: number;
  is_percent: boolean;
}

/** Who comes in one of the new hours, `17:00-20:00`. */
export interface Block {
  hours: string;
  moved: Stated;
  induced: Stated;
}

export interface Draft {
  name: string;
  date: string;
  start: string;
  groups: Group[];
  hours: string[];
  at_close: "serve" | "stop";
  stop_before_min: number | null;
  target_min: number | null;
  demand_pct: number;
  moved: Stated;
  induced: Stated;
  /** The same for each of the new hours; none: `moved` and `induced` are for all together. */
  blocks?: Block[];
  cost_per_hour: number | null;
}

export interface About {
  date: string;
  days: number;
  seed: number;
  version: string;
  target_min: number;
  /** False where it is stated that others come in new hours. */
  same_people?: boolean;
  draft: Draft;
  basis: Basis[];
}

/** The date's hours: as they are set, those of the plan, and which of them are new. */
export interface Opening {
  kind: string;
  name: string;
  as_set: string[];
  hours: string[];
  new: string[];
}

export interface Run extends About {
  /** Null where the hall is closed as it is. */
  current: Side | null;
  plan: Side;
  change: Record<string, Figure | null>;
  /** The low end of what is stated of new hours; the plan is the high end. */
  low?: Side | null;
  low_change?: Record<string, Figure | null>;
  opening?: Opening;
  sized?: Sized;
}

/** A requirement of a search, and what fresh days say of it; shares from 0 to 1. */
export interface Requirement {
  kind: "hour" | "theme" | "booked" | "use";
  /** The hour, or the code of the theme. */
  name: string;
  within_min: number;
  wanted: number;
  found: Figure;
  at_most: boolean;
}

/** What the search for the fewest windows says of itself. */
export interface Sized {
  kept_pct: number | null;
  held: boolean;
  sure: boolean;
  days: number;
  window_hours: number;
  worst_hour: string;
  /** The share called within `within_min` in that hour, from 0 to 1. */
  worst: Figure;
  within_min?: number;
  /** The requirement that is missed by most, or is least sure; null where all are surely held. */
  tells?: Requirement | null;
  /** What was asked for over the day: of the booked, and of use; results of earlier versions have none. */
  day?: Requirement[];
}

export interface Comparison extends About {
  plans: Side[];
}

export interface WatchedDay extends About {
  visits: number;
  opens_ms: number;
}

export interface Weekday {
  hours: string[];
  start_min: number;
  open: number[][];
  visits: number;
  days: number;
}

export interface WindowGroup {
  windows: string[];
  labels: string[];
  area: Text | null;
  kind: string;
  themes: Text[];
  everything: boolean;
}

export interface Service {
  item: string;
  name: Text | null;
  mean_min: number;
  low_min: number;
  high_min: number;
  n: number;
  own_pct: number;
}

export interface Fit {
  first: string;
  last: string;
  days: number;
  visits: number;
  refused: number;
  rates: { at_min: number; value: number; low: number; high: number }[];
  parameters: { zh: string; en: string; value: string; interval: string; n: string }[];
  services: Service[];
}

export interface Checks {
  arrivals_inside_pct: number;
  poisson_inside_pct: number;
  arrivals_bias_pct: number;
  services_inside_pct: number;
  services_bias_pct: number;
  waits_inside: number;
  waits: { date: string; quantile: number; seen: number; low: number; middle: number; high: number; inside: boolean }[];
}

export interface Ground {
  basis: "log" | "stated" | "file";
  groups: WindowGroup[];
  target_min: number;
  stop_before_min: number;
  weekdays: Record<string, Weekday>;
  fit: Fit | null;
  checks: Checks | null;
  doubts: { about: string; zh: string; en: string }[];
}

export interface Fault {
  code: string;
  field: string;
  line: number;
  zh: string;
  en: string;
}

export interface Failure {
  code: string;
  zh: string;
  en: string;
  faults: Fault[];
}

export interface Pace {
  n: number;
  p50_ms: number | null;
  p99_ms: number | null;
}

export type Kind = "log" | "stated" | "file" | "run" | "size" | "compare" | "day";

export interface Job {
  id: string;
  kind: Kind;
  state: "running" | "done" | "failed";
  mine: boolean;
  at_ms: number;
  ended_ms: number;
  ask: Record<string, unknown>;
  progress: { done: number; total: number; left_s: number | null; stage: string } | null;
  pace: { before: Pace; during: Pace } | null;
  failure: Failure | null;
  result?: unknown;
}

export interface KeptPlan {
  id: string;
  name: string;
  ground: string;
  actor: string;
  at_ms: number;
  draft: Draft;
  side: Side;
}

/** How the live hall would open on a date (no hours: closed), and which ordinary weekday it is like. */
export interface PlannedDay {
  date: string;
  weekday: number;
  kind: string;
  name: string;
  hours: string[];
  like: number;
}

export interface Overview {
  today: string;
  ahead: PlannedDay[];
  jobs: Job[];
  plans: KeptPlan[];
  running: number;
  /** The job of this account that runs, in whichever hall. */
  yours: { job: string; hall: string } | null;
  limits: { jobs: number; seconds: number; megabytes: number };
  pace: Pace;
}

export interface Playing {
  date: string;
  first_ms: number;
  last_ms: number;
  at_ms: number;
  speed: number;
}
