// Follows one booking: asks again as often as its state deserves, and says honestly when it has not heard.
//
// Laws: one question at a time; an answer that is older than the newest is never shown; silence is told as
// staleness, a refusal as a refusal, and neither stops the asking except an address that is wrong.

import { type Api, Refused } from "../shared/api";
import { ServerClock } from "../shared/clock";
import type { HallInfo } from "../shared/types";
import { pollMs } from "./tale";
import type { AppointmentAnswer } from "./types";

// Two questions missed and a little patience: what the page shows may no longer be so.
const STALE_AFTER = 2;
const PATIENCE_MS = 4000;
// A page in the background is asked for again when it comes back; meanwhile rarely.
const HIDDEN_FACTOR = 6;

export class AppointmentWatch {
  answer: AppointmentAnswer | null = null;
  refusal: Refused | null = null;
  zone = "Asia/Shanghai";
  asOfMs: number | null = null;

  private readonly clock = new ServerClock();
  private etag = "";
  private heardMs = performance.now();
  private timer = 0;
  private isAsking = false;
  private isStopped = true;
  private readonly shown = (): void => {
    if (!document.hidden) {
      void this.ask();
    }
  };

  constructor(
    private readonly api: Api,
    readonly hall: string,
    readonly id: string,
    readonly secret: string,
    private readonly changed: () => void,
  ) {}

  get path(): string {
    return `api/halls/${encodeURIComponent(this.hall)}/appointments/${encodeURIComponent(this.id)}`;
  }

  get isStale(): boolean {
    return performance.now() - this.heardMs > STALE_AFTER * this.everyMs + PATIENCE_MS;
  }

  nowMs(): number {
    return this.clock.nowMs();
  }

  start(): void {
    this.isStopped = false;
    document.addEventListener("visibilitychange", this.shown);
    void this.askHall();
    void this.ask();
  }

  stop(): void {
    this.isStopped = true;
    document.removeEventListener("visibilitychange", this.shown);
    window.clearTimeout(this.timer);
  }

  /** Take in what a command answered, so that the page need not wait for the next round. */
  take(appointment: AppointmentAnswer["appointment"]): void {
    if (this.answer) {
      this.answer = { ...this.answer, appointment };
    }
    this.etag = "";
    this.changed();
    void this.ask();
  }

  async ask(): Promise<void> {
    if (this.isAsking || this.isStopped) {
      return;
    }
    this.isAsking = true;
    window.clearTimeout(this.timer);
    try {
      const found = await this.api.getNewer<AppointmentAnswer>(
        `${this.path}?secret=${encodeURIComponent(this.secret)}`, this.etag,
      );
      this.heard();
      if (found && (!this.answer || found.body.seq >= this.answer.seq)) {
        this.answer = found.body;
        this.etag = found.etag;
      }
    } catch (fault) {
      this.failed(fault);
    } finally {
      this.isAsking = false;
      this.again();
      this.changed();
    }
  }

  private heard(): void {
    this.heardMs = performance.now();
    this.asOfMs = this.nowMs();
    this.refusal = null;
  }

  private failed(fault: unknown): void {
    if (fault instanceof Refused && (fault.status === 403 || fault.status === 404 || fault.status === 422)) {
      this.refusal = fault;
      this.isStopped = true;
    }
  }

  private get everyMs(): number {
    return pollMs(this.answer ? this.answer.appointment : null, this.nowMs()) * (document.hidden ? HIDDEN_FACTOR : 1);
  }

  private again(): void {
    if (!this.isStopped) {
      this.timer = window.setTimeout(() => void this.ask(), this.everyMs);
    }
  }

  // The hall's zone, and its clock, which in a demo runs faster than ours.
  private async askHall(): Promise<void> {
    try {
      const hall = await this.api.get<HallInfo>(`api/halls/${encodeURIComponent(this.hall)}`);
      this.zone = hall.zone;
      this.clock.setSpeed(hall.speed);
      this.clock.observe(hall.at_ms);
      this.asOfMs = this.asOfMs === null ? null : this.nowMs();
      this.changed();
    } catch {
      // Times are then shown by the phone's own clock.
      return;
    }
  }
}
