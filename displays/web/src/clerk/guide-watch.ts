// What the guide's page follows: the manager's view, and what of it needs a hand.

import type { Api, Refused } from "../shared/api";
import { type FeedStatus, LiveFeed } from "../shared/feed";
import type { HallInfo } from "../shared/types";
import { isOfServer } from "../manager/server-alarms";
import type { Alarm, BookedCounts, ManagerLive, ManagerState, ManagerWindow, Queue } from "../manager/types";
import { StaffNames } from "./staff-names";
import type { ShortTicket } from "./types";

export interface CallNow {
  ticket: string;
  number: string;
  label: string;
  clerk: string;
  since_ms: number;
  /** The clerk's console is gone. */
  gone: boolean;
}

export class GuideWatch {
  private readonly feed: LiveFeed<ManagerState, ManagerLive>;
  private readonly staff: StaffNames;

  constructor(api: Api, hall: HallInfo, changed: () => void) {
    this.staff = new StaffNames(api, hall.hall, changed);
    this.feed = new LiveFeed({ root: api.root, hall: hall.hall, view: "manager" });
    this.feed.onChange(() => {
      if (this.feed.refusal && this.feed.refusal.status === 401) {
        // The session has ended: loading again leads to the sign-in.
        location.reload();
      }
      changed();
    });
  }

  start(): void {
    this.feed.start();
  }

  stop(): void {
    this.feed.stop();
  }

  get status(): FeedStatus {
    return this.feed.status;
  }

  get asOfMs(): number | null {
    return this.feed.asOfMs;
  }

  get refusal(): Refused | null {
    return this.feed.refusal;
  }

  nowMs(): number {
    return this.feed.nowMs();
  }

  /** Another one whenever something in the hall has changed. */
  snapshot(): object | null {
    return this.feed.state;
  }

  /** Calls that nobody has answered yet, those of absent clerks first, then the oldest. */
  calls(): CallNow[] {
    const windows = this.feed.state ? this.feed.state.windows : {};
    const linked = (this.feed.live && this.feed.live.clerks_linked) || {};
    return Object.keys(windows)
      .map((code) => ({ code, one: windows[code] as ManagerWindow }))
      .filter(({ one }) => one.state === "CALLING" && !!one.ticket)
      .map(({ code, one }) => ({
        ticket: one.ticket as string,
        number: one.number || "",
        label: one.label,
        clerk: this.staff.beside(one.clerk, one.label),
        since_ms: one.since_ms || 0,
        gone: linked[code] === false,
      }))
      .sort((a, b) => Number(b.gone) - Number(a.gone) || a.since_ms - b.since_ms);
  }

  /** The business date that the feed shows. */
  today(): string {
    return this.feed.state ? this.feed.state.day.date : "";
  }

  booked(): BookedCounts | null {
    return (this.feed.state && this.feed.state.booked) || null;
  }

  missed(): ShortTicket[] {
    return this.feed.state ? this.feed.state.missed : [];
  }

  held(): ShortTicket[] {
    return this.feed.state ? this.feed.state.held : [];
  }

  queues(): Queue[] {
    const queues = this.feed.state ? this.feed.state.queues : {};
    return Object.keys(queues).map((key) => queues[key] as Queue);
  }

  /** Alarms about people and windows; screens and the server are the manager's business. */
  alarms(): Alarm[] {
    const alarms = (this.feed.live && this.feed.live.alarms) || [];
    return alarms.filter((alarm) => alarm.code !== "SCREEN_OFFLINE" && !isOfServer(alarm));
  }

  /** Windows that take people now, of those that a queue has. */
  openOf(queue: Queue): number {
    const windows = this.feed.state ? this.feed.state.windows : {};
    return queue.windows.filter((code) => {
      const one = windows[code];
      return !!one && (one.state === "IDLE" || one.state === "CALLING" || one.state === "SERVING");
    }).length;
  }
}
