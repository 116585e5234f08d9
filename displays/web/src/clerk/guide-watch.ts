// What the guide's page follows: the manager's view where the guide may see it, else the board beside a window's view.
//
// A refused feed looks like a lost one to a page, so the page tries the better view first and settles for the other.

import type { Api } from "../shared/api";
import { type FeedStatus, LiveFeed } from "../shared/feed";
import type { BoardState, HallInfo } from "../shared/types";
import type { ManagerLive, ManagerState, ManagerWindow } from "../manager/types";
import { clerkName } from "./account-name";
import type { ClerkState, ShortTicket } from "./types";

// A feed that may be seen brings its first state well within this.
const PATIENCE_MS = 4000;

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
  private readonly manager: LiveFeed<ManagerState, ManagerLive>;
  private readonly board: LiveFeed<BoardState>;
  private readonly window: LiveFeed<ClerkState>;
  private isSettled = false;
  private timer = 0;

  constructor(
    api: Api,
    hall: HallInfo,
    private readonly changed: () => void,
  ) {
    const first = hall.windows[0];
    const address = { root: api.root, hall: hall.hall };
    this.manager = new LiveFeed({ ...address, view: "manager" });
    this.board = new LiveFeed({ ...address, view: "board" });
    this.window = new LiveFeed({ ...address, view: "clerk", window: first ? first.code : "" });
    [this.manager, this.board, this.window].forEach((feed) => feed.onChange(() => this.changed()));
  }

  start(): void {
    this.manager.start();
    this.timer = window.setTimeout(() => this.settle(), PATIENCE_MS);
  }

  stop(): void {
    window.clearTimeout(this.timer);
    [this.manager, this.board, this.window].forEach((feed) => feed.stop());
  }

  get status(): FeedStatus {
    return this.isSettled ? this.board.status : this.manager.state ? this.manager.status : "connecting";
  }

  get asOfMs(): number | null {
    return this.isSettled ? this.board.asOfMs : this.manager.asOfMs;
  }

  nowMs(): number {
    return this.isSettled ? this.board.nowMs() : this.manager.nowMs();
  }

  /** Calls that nobody has answered yet, those of absent clerks first, then the oldest. */
  calls(): CallNow[] {
    const found = this.isSettled ? this.boardCalls() : this.managerCalls();
    return found.sort((a, b) => Number(b.gone) - Number(a.gone) || a.since_ms - b.since_ms);
  }

  missed(): ShortTicket[] {
    const state = this.isSettled ? this.window.state : this.manager.state;
    return state ? state.missed : [];
  }

  held(): ShortTicket[] {
    if (this.isSettled) {
      return this.window.state ? this.window.state.hall_held : [];
    }
    return this.manager.state ? this.manager.state.held : [];
  }

  private settle(): void {
    if (!this.manager.state) {
      this.manager.stop();
      this.isSettled = true;
      this.board.start();
      this.window.start();
    }
  }

  private managerCalls(): CallNow[] {
    const { state, live } = this.manager;
    const linked = (live && live.clerks_linked) || {};
    return Object.keys(state ? state.windows : {})
      .map((code) => ({ code, one: (state as ManagerState).windows[code] as ManagerWindow }))
      .filter(({ one }) => one.state === "CALLING" && !!one.ticket)
      .map(({ code, one }) => ({
        ticket: one.ticket as string,
        number: one.number || "",
        label: one.label,
        clerk: clerkName(one.clerk),
        since_ms: one.since_ms || 0,
        gone: linked[code] === false,
      }));
  }

  private boardCalls(): CallNow[] {
    const calls = this.board.state ? this.board.state.calls : {};
    return Object.keys(calls)
      .map((key) => calls[key])
      .filter((call) => !!call && call.state === "calling")
      .map((call) => ({ ticket: call!.ticket, number: call!.number, label: call!.label, clerk: "", since_ms: call!.at_ms, gone: false }));
  }
}
