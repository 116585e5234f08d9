// What surrounds the live feed: sockets, timers, paint, chance. Tests bring their own.

import { Api, Refused } from "./api";

// Answers about whoever asks: they stay the same until somebody changes something.
const FINAL_STATUS: readonly number[] = [401, 403, 404, 422];

/** What the feed needs of its surroundings; tests bring their own. */
export interface FeedWorld {
  connect(url: string): SocketLike;
  monotonicMs(): number;
  setTimer(work: () => void, delayMs: number): number;
  clearTimer(id: number): void;
  random(): number;
  /** Ask the server why a feed is refused, `path` relative to `root`; null when it is not, or nobody answers. */
  whyRefused(root: string, path: string, token: string): Promise<Refused | null>;
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
    whyRefused,
    // Two frames: the first runs before the paint that carries the change, the second after it.
    afterPaint: (work) => requestAnimationFrame(() => requestAnimationFrame(work)),
  };
}

async function whyRefused(root: string, path: string, token: string): Promise<Refused | null> {
  try {
    await new Api({ root, token }).send("GET", path);
    return null;
  } catch (fault) {
    return fault instanceof Refused && FINAL_STATUS.indexOf(fault.status) >= 0 ? fault : null;
  }
}
