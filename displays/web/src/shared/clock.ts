// An estimate of the server's clock, which in a demo runs several times as fast as ours.

// Beyond this error the old estimate is worthless (the machine slept, the demo was restarted).
const JUMP_MS = 3000;
// How much of a late frame's delay is believed: single slow frames move the clock little.
const DRIFT_SHARE = 0.1;

export class ServerClock {
  private baseServerMs = 0;
  private baseLocalMs = 0;
  private speed = 1;
  private known = false;

  constructor(private readonly monotonicMs: () => number = () => performance.now()) {}

  get isKnown(): boolean {
    return this.known;
  }

  get factor(): number {
    return this.speed;
  }

  setSpeed(speed: number): void {
    if (speed > 0 && speed !== this.speed) {
      this.rebase(this.nowMs());
      this.speed = speed;
    }
  }

  /** Take in the time that a frame carries: the quickest frames are the truest. */
  observe(serverMs: number): void {
    const error = serverMs - this.nowMs();
    if (!this.known || Math.abs(error) > JUMP_MS * this.speed || error > 0) {
      this.known = true;
      this.rebase(serverMs);
    } else {
      this.rebase(this.nowMs() + error * DRIFT_SHARE);
    }
  }

  /** The server's time now, in ms since the epoch; our own until a frame has come. */
  nowMs(): number {
    if (!this.known) {
      return Date.now();
    }
    return this.baseServerMs + (this.monotonicMs() - this.baseLocalMs) * this.speed;
  }

  private rebase(serverMs: number): void {
    this.baseServerMs = serverMs;
    this.baseLocalMs = this.monotonicMs();
  }
}
