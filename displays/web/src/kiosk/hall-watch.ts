// What the kiosk knows of its hall: the offer, the waits of the moment, and whether that is still true.
//
// Laws: the newest answer wins; old knowledge is kept and said to be old, never shown as new; each
// question is asked again only after its last answer or failure.

import { Refused, type Api } from "../shared/api";
import { LiveFeed } from "../shared/feed";
import type { BoardState, HallInfo, Waits } from "../shared/types";
import { SearchIndex } from "./search";

// People decide within seconds; the server keeps an answer for one.
const WAITS_EVERY_MS = 3000;
const HALL_EVERY_MS = 20_000;
// Two questions missed: the numbers on the glass may be wrong (law L8 asks for 5 s of the link itself).
const STALE_AFTER_MS = 7000;

// Refusals that concern the whole hall and not one item.
const OF_THE_HALL = new Set(["HALL_CLOSED", "DAY_ENDED", "DAY_NOT_OPEN", "ISSUING_STOPPED", "CALENDAR_UNPUBLISHED"]);

export class HallWatch {
  hall: HallInfo | null = null;
  waits: Waits | null = null;
  index: SearchIndex | null = null;
  isUnknown = false;

  private readonly feed: LiveFeed<BoardState, unknown>;
  private readonly timers: number[] = [];
  private readonly asking = new Set<string>();
  private heardMs: number | null = null;
  private issuing = "";

  constructor(
    private readonly api: Api,
    private readonly code: string,
    device: string,
    private readonly changed: () => void,
  ) {
    this.feed = new LiveFeed<BoardState, unknown>({
      root: api.root, hall: code, view: "board", device: device || undefined, receipts: "none",
    });
  }

  start(): void {
    // The feed tells at once that issuing stopped, carries the clock, and shows the kiosk as present.
    this.feed.onChange(() => this.follow());
    this.feed.start();
    void this.askHall();
    this.timers.push(window.setInterval(() => void this.askHall(), HALL_EVERY_MS));
    this.timers.push(window.setInterval(() => void this.askWaits(), WAITS_EVERY_MS));
  }

  stop(): void {
    this.feed.stop();
    this.timers.forEach((timer) => window.clearInterval(timer));
  }

  nowMs(): number {
    return this.feed.clock.nowMs();
  }

  get isStale(): boolean {
    return this.heardMs === null || performance.now() - this.heardMs > STALE_AFTER_MS;
  }

  /** No number of any kind is given out: stopped, or outside the hours of every item. */
  get isClosed(): boolean {
    const { hall, waits } = this;
    if (!hall || !hall.issuing) {
      return hall !== null;
    }
    if (!waits) {
      return !hall.taking && OF_THE_HALL.has(hall.refusal || "");
    }
    const { refused } = waits;
    return hall.items.length > 0 && hall.items.every((item) => OF_THE_HALL.has(refused[item.code] || ""));
  }

  /** Why the server does not let this kiosk follow its hall: revoked, or not of this hall. */
  get refusal(): Refused | null {
    return this.feed.refusal;
  }

  get asOfMs(): number | null {
    return this.waits ? this.waits.at_ms : null;
  }

  /** Ask for the waits now: a person has just come to where they are shown. */
  refresh(): void {
    void this.askWaits();
  }

  private follow(): void {
    const state = this.feed.state;
    const issuing = state ? JSON.stringify([state.date, state.issuing, state.ended, state.sessions]) : "";
    if (issuing !== this.issuing) {
      this.issuing = issuing;
      void this.askHall();
    }
  }

  private async askHall(): Promise<void> {
    await this.ask("hall", async () => {
      const hall = await this.api.get<HallInfo>(this.path(""));
      const isSame = this.hall && this.hall.items.length === hall.items.length && this.hall.policy_version === hall.policy_version;
      if (!isSame || JSON.stringify(this.hall && this.hall.items) !== JSON.stringify(hall.items)) {
        this.index = new SearchIndex(hall);
      }
      if (!this.feed.clock.isKnown) {
        this.feed.clock.setSpeed(hall.speed);
        this.feed.clock.observe(hall.at_ms);
      }
      const isFirst = this.hall === null;
      this.hall = hall;
      this.heardMs = performance.now();
      this.isUnknown = false;
      return isFirst ? this.askWaits() : undefined;
    });
  }

  private async askWaits(): Promise<void> {
    if (this.hall) {
      await this.ask("waits", async () => {
        this.waits = await this.api.get<Waits>(this.path("/waits"));
      });
    }
  }

  private async ask(what: string, question: () => Promise<void>): Promise<void> {
    if (this.asking.has(what)) {
      return;
    }
    this.asking.add(what);
    try {
      await question();
      this.heardMs = performance.now();
    } catch (fault) {
      // Everything else is silence: `isStale` tells it.
      this.isUnknown = fault instanceof Refused && fault.status === 404 && this.hall === null;
    } finally {
      this.asking.delete(what);
      this.changed();
    }
  }

  private path(rest: string): string {
    return `api/halls/${encodeURIComponent(this.code)}${rest}`;
  }
}
