// An estimate of the server's clock, which in a demo runs several times as fast as ours.
//
// A frame tells when it was made. However long it was on its way, or kept for whoever was away, the server's time is at
// least that now: a frame can put the clock forward, and being late must never put it back. Only three things do:
// another speed, an answer that cannot have been on its way for as long as the clock is ahead, and half a minute in
// which not one frame was as new as the clock believes (the server's clock was set back, or ours runs fast).

// The quickest frame of so long a time is the truest: two crystals drift apart by few milliseconds meanwhile.
const SPAN_MS = 30_000;
// A longer pause says nothing: the link was lost, or the page was frozen, and what waited comes late.
const PAUSE_MS = 3000;

export class ServerClock {
  private baseServerMs = 0;
  private baseLocalMs = 0;
  private speed = 1;
  private known = false;
  private spanBeganMs = 0;
  private heardMs = 0;
  private leastAheadMs = Infinity;

  constructor(private readonly monotonicMs: () => number = () => performance.now()) {}

  get isKnown(): boolean {
    return this.known;
  }

  get factor(): number {
    return this.speed;
  }

  /** Run at another speed: since when is not known, so the next frame tells the time anew. */
  setSpeed(speed: number): void {
    if (speed > 0 && speed !== this.speed) {
      this.speed = speed;
      this.known = false;
    }
  }

  /** Take in the time that a frame carries, and for how many of our ms at most it was on its way, if that is known. */
  observe(serverMs: number, mostLateMs = Infinity): void {
    const localMs = this.monotonicMs();
    const aheadMs = this.nowMs() - serverMs;
    if (!this.known || aheadMs <= 0) {
      this.begin(serverMs, localMs);
      return;
    }
    const tooFarMs = aheadMs - mostLateMs * this.speed;
    if (tooFarMs > 0) {
      this.begin(this.nowMs() - tooFarMs, localMs);
      return;
    }
    if (localMs - this.heardMs > PAUSE_MS) {
      this.beginSpan(localMs);
    }
    this.heardMs = localMs;
    this.leastAheadMs = Math.min(this.leastAheadMs, aheadMs);
    if (localMs - this.spanBeganMs >= SPAN_MS) {
      this.begin(this.nowMs() - this.leastAheadMs, localMs);
    }
  }

  /** The server's time now, in ms since the epoch; our own until a frame has come. */
  nowMs(): number {
    if (!this.known) {
      return Date.now();
    }
    return this.baseServerMs + (this.monotonicMs() - this.baseLocalMs) * this.speed;
  }

  private begin(serverMs: number, localMs: number): void {
    this.known = true;
    this.baseServerMs = serverMs;
    this.baseLocalMs = localMs;
    this.beginSpan(localMs);
  }

  private beginSpan(localMs: number): void {
    this.spanBeganMs = localMs;
    this.heardMs = localMs;
    this.leastAheadMs = Infinity;
  }
}
