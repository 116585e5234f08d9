// The shapes that the protocol (docs/protocol.md) sends, as far as pages read them. A feed leaves out
// what is null: wherever a type says null, a key may be absent.

export interface Text {
  zh: string;
  en: string;
}

export type Channel = "kiosk" | "desk" | "phone";

export interface Call {
  number: string;
  ticket: string;
  window: string;
  label: string;
  area: string;
  call_no: number;
  ring: number;
  at_ms: number;
  state: "calling" | "serving" | "missed" | "ended";
}

export interface Session {
  open_ms: number;
  close_ms: number;
}

export interface WindowSummary {
  label: string;
  area: string;
  kind: string;
  state: string;
  number: string | null;
}

export interface BoardState {
  hall: { code: string; name: Text };
  date: string;
  sessions: Session[];
  issuing: boolean;
  ended: boolean;
  calls: Record<string, Call>;
  windows: Record<string, WindowSummary>;
  waiting: { total: number; themes: Record<string, number> };
}

export interface StripState {
  window: {
    code: string;
    label: string;
    name?: Text;
    kind: string;
    state: string;
    reason?: string;
    themes: Text[];
  };
  call?: Call | null;
  number?: string | null;
}

export type RatingLevel =
  | "very_satisfied"
  | "satisfied"
  | "basically_satisfied"
  | "dissatisfied"
  | "very_dissatisfied";

export interface TicketItem {
  entry: number;
  code: string;
  name: Text;
  quantity: number;
  state: string;
  due_date?: string | null;
  materials?: string[] | null;
  rating?: RatingLevel | null;
}

export interface Told {
  ahead: number | null;
  p50_ms: number | null;
  p80_ms: number | null;
}

export interface TicketState {
  id: string;
  number: string;
  state: string;
  class: string;
  channel: string;
  items: TicketItem[];
  arrived_ms: number;
  first_called_ms?: number | null;
  called_ms?: number | null;
  started_ms?: number | null;
  finished_ms?: number | null;
  ahead?: number | null;
  call?: Call | null;
  window?: string | null;
  told?: Told | null;
  windows: string[];
  rejoins_left: number;
  delays_left: number;
  max_places: number;
  missed_until_ms?: number | null;
  can: string[];
  near: boolean;
  hall: { code: string; name: Text };
  linked?: { hall: string; ticket: string } | null;
}

export interface TicketLive {
  p50_ms?: number | null;
  p80_ms?: number | null;
  at_ms?: number;
}

/** What `POST …/tickets` answers: the ticket view and, once, its secret and page. */
export interface TakenTicket extends Partial<TicketState> {
  id: string;
  number: string;
  state: string;
  ahead: number;
  wait_ms_p50: number | null;
  wait_ms_p80: number | null;
  windows: string[];
  secret: string;
  page: string;
}

export interface HallSummary {
  hall: string;
  name: Text;
  level: string;
  parent: string | null;
  open: boolean;
  waiting: number;
  windows_open: number;
}

export interface HallItem {
  code: string;
  name: Text;
  theme: string;
  /** Words that people search by, separated by spaces. */
  keywords: string;
  windows: string[];
  service_ms: number;
}

export interface HallPackage {
  code: string;
  name: Text;
  items: string[];
}

export interface HallWindow {
  code: string;
  label: string;
  area: string;
  kind: string;
  themes: string[];
  state: string;
}

export interface HallInfo {
  hall: string;
  name: Text;
  zone: string;
  date: string;
  kind: string;
  sessions: Session[];
  next_open_ms: number | null;
  open: boolean;
  issuing: boolean;
  remote: boolean;
  bookable: boolean;
  /** One open ticket per person and item: who takes one is asked who they are. */
  one_per_person: boolean;
  /** Who missed the call may come back. */
  rejoin: boolean;
  policy_version: string | number;
  areas: { code: string; name: Text }[];
  themes: { code: string; name: Text }[];
  items: HallItem[];
  packages: HallPackage[];
  windows: HallWindow[];
  classes: { code: string; name: Text; lane: string | number }[];
  limits: { max_items: number; max_quantity: number; delay_places: number };
  /** Numbers are for practice. */
  training: boolean;
  /** Screens speak calls, unless their address says otherwise. */
  voice: "browser" | "silent";
  /** A number would be given now for some item; if not, `refusal` is the code that says why. */
  taking: boolean;
  refusal?: string | null;
  at_ms: number;
  speed: number;
  demo: boolean;
}

export interface WaitGroup {
  ahead: number;
  p50_ms: number | null;
  p80_ms: number | null;
  windows: string[];
  open_windows: number;
}

export interface Waits {
  at_ms: number;
  groups: WaitGroup[];
  items: Record<string, number>;
  refused: Record<string, string>;
  /** From when numbers of a refused item are given out again, where the hall knows. */
  from_ms?: Record<string, number>;
}

export interface DemoLink {
  title: Text;
  href: string;
}

export interface DemoAccount {
  account: string;
  password: string;
  role: string;
  name?: string;
  window?: string;
}

/** What `GET /api/demo` answers; 404 when the server is no demo. */
export interface DemoInfo {
  accounts?: DemoAccount[];
  links?: DemoLink[];
  day?: {
    phase?: string;
    at_ms?: number;
    open_ms?: number;
    close_ms?: number;
    taken?: number;
    waiting?: number;
    serving?: number;
    done?: number;
    windows_open?: number;
    longest_wait_ms?: number;
  };
}
