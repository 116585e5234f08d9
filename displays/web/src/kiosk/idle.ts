// Notices that the person has left: counts down, then the kiosk forgets everything.

// People who read slowly need more than half a minute; those who wait behind them see the countdown.
export const IDLE_S = 45;
export const WARN_S = 15;
// A photograph of a number whose slip failed takes longer.
export const FAILED_PRINT_S = 90;

const SIGNS = ["pointerdown", "keydown", "touchstart", "wheel"] as const;

export class IdleWatch {
  private leftS = 0;
  private timer = 0;
  private readonly touched = (): void => this.touch();
  private limitS = IDLE_S;

  constructor(
    private readonly tick: (leftS: number) => void,
    private readonly expired: () => void,
  ) {}

  start(): void {
    SIGNS.forEach((sign) => window.addEventListener(sign, this.touched, { passive: true, capture: true }));
    this.timer = window.setInterval(() => this.count(), 1000);
  }

  stop(): void {
    SIGNS.forEach((sign) => window.removeEventListener(sign, this.touched, { capture: true }));
    window.clearInterval(this.timer);
  }

  /** Seconds until the reset; 0 while nothing is to be forgotten. */
  get left(): number {
    return this.leftS;
  }

  /** Begin to count, `limitS` seconds from now and from every sign of life. */
  arm(limitS: number = IDLE_S): void {
    this.limitS = limitS;
    this.leftS = limitS;
  }

  disarm(): void {
    this.leftS = 0;
  }

  private touch(): void {
    if (this.leftS > 0) {
      this.leftS = this.limitS;
      this.tick(this.leftS);
    }
  }

  private count(): void {
    if (this.leftS === 0) {
      return;
    }
    this.leftS -= 1;
    if (this.leftS === 0) {
      this.expired();
    } else {
      this.tick(this.leftS);
    }
  }
}
