// What surrounds the live feed: sockets, timers, paint, chance. Tests bring their own.

/** What the feed needs of its surroundings; tests bring their own. */
export interface FeedWorld {
  connect(url: string): SocketLike;
  monotonicMs(): number;
  setTimer(work: () => void, delayMs: number): number;
  clearTimer(id: number): void;
  random(): number;
  /** Runs `work` once the frame is on the glass. */
  afterPaint(work: () => void): void;
}

export interface SocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code?: number; reason?: string }) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(): void;
}

export function browserWorld(): FeedWorld {
  return {
    connect: (url) => new WebSocket(url) as unknown as SocketLike,
    monotonicMs: () => performance.now(),
    setTimer: (work, delayMs) => window.setTimeout(work, delayMs),
    clearTimer: (id) => window.clearTimeout(id),
    random: () => Math.random(),
    // Two frames: the first runs before the paint that carries the change, the second after it.
    afterPaint: (work) => requestAnimationFrame(() => requestAnimationFrame(work)),
  };
}
