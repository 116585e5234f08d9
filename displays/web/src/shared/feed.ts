// The live feed (docs/protocol.md, section 5): one screen's true copy of a view.
//
// Laws: a delta is applied only to the very state it was made for; any doubt asks the server; within
// a stream (one hall-day's log) nothing goes back; silence of one and a half beats is told to
// people; every retry has a limit and jitter; who is refused asks why, says so, and stops knocking;
// what a listener throws never stops the feed. An absent key means null. Nothing here knows of
// pages or of Lit.

import type { Refused } from "./api";
import { ServerClock } from "./clock";
import { type FeedOptions, feedUrl, whyPath } from "./feed-address";
import { type Frame, parseFrame } from "./feed-frame";
import { type FeedWorld, type SocketLike, browserWorld } from "./feed-world";
import { type Json, mergePatch } from "./merge";
import { RingRule, callsOf } from "./rings";
import type { Call } from "./types";

/** `refused`: the server does not give this feed to whoever asks; `refusal` says why. */
export type FeedStatus = "connecting" | "live" | "stale" | "refused" | "stopped";

// The seq of a page that has no state yet: 0 is a day before its first commit.
const NOTHING = -1;
// The server takes 64 frames a beat from one screen; receipts keep far below that.
const RECEIPTS_A_BEAT = 5;
// From the protocol: the last one repeats.
const RECONNECT_MS = [500, 1000, 2000] as const;
// The share of a delay that chance moves, so that a hall's screens do not return in one instant.
const JITTER_SHARE = 0.3;
// A browser does not tell a refused handshake from a lost link: after so many connections without a
// greeting the feed asks, and again after every fourth.
const ASK_AFTER = 2;
const ASK_EVERY = 4;
// A refusal lasts until a person changes something; so often it is asked whether somebody did.
const REFUSED_MS = 60_000;
// A connection that has not opened by then meets a half-open link (law L8: noticed in 5 s).
const OPEN_LIMIT_MS = 5000;
// From the protocol: silence longer than this many beats is stale.
const STALE_BEATS = 1.5;
// An unanswered resume is asked again after this many beats, and twice at most on one connection.
const RESUME_BEATS = 2;
const RESUME_LIMIT = 2;
const DEFAULT_BEAT_MS = 1000;
const DEFAULT_RING_LIMIT_MS = 60_000;

export class LiveFeed<S = unknown, L = unknown> {
  state: S | null = null;
  live: L | null = null;
  seq = NOTHING;
  status: FeedStatus = "connecting";
  /** The server's time of the newest frame: what a stale page shows as "data of". */
  asOfMs: number | null = null;
  /** Why the last connection ended, for people who look after screens. */
  lastClose = "";
  /** Why the server does not give this feed; null unless `status` is `refused`. */
  refusal: Refused | null = null;
  version = "";
  /** Whether the hall's screens speak ("browser") or are "silent"; empty before the first greeting. */
  voice = "";
  readonly clock: ServerClock;

  private readonly changeListeners = new Set<() => void>();
  private readonly ringListeners = new Set<(calls: Call[]) => void>();
  private readonly staleListeners = new Set<(isStale: boolean) => void>();
  private readonly rings = new RingRule();
  private readonly counts = { frames: 0, deltas: 0, resumes: 0, connects: 0, faults: 0 };
  private socket: SocketLike | null = null;
  private beatMs = DEFAULT_BEAT_MS;
  private ringLimitMs = DEFAULT_RING_LIMIT_MS;
  private failures = 0;
  private ungreeted = 0;
  private reconnectTimer = 0;
  private watchTimer = 0;
  private openTimer = 0;
  private openedMs = 0;
  private lastFrameMs = 0;
  private lastWatchMs = 0;
  private resumeAskedMs = -1;
  private resumesAsked = 0;
  private stream = "";
  private paintedSeq = NOTHING;
  private confirmedSeq = NOTHING;
  private receiptTimer = 0;

  constructor(
    private readonly options: FeedOptions,
    private readonly world: FeedWorld = browserWorld(),
  ) {
    this.clock = new ServerClock(() => world.monotonicMs());
  }

  start(): void {
    if (this.status === "stopped" || !this.socket) {
      this.status = "connecting";
      this.failures = 0;
      this.open();
    }
  }

  stop(): void {
    this.status = "stopped";
    this.clearTimers();
    this.drop("stopped");
  }

  /** Call after every frame that changed `state`, `live` or `status`; returns the way out. */
  onChange(listener: () => void): () => void {
    return listen(this.changeListeners, listener);
  }

  /** Call with the calls that ring by the ring rule, older first, once each. */
  onRing(listener: (calls: Call[]) => void): () => void {
    return listen(this.ringListeners, listener);
  }

  /** Call when the link is lost (true) and when it is back (false). */
  onStale(listener: (isStale: boolean) => void): () => void {
    return listen(this.staleListeners, listener);
  }

  /** The server's clock, running on between frames. */
  nowMs(): number {
    return this.clock.nowMs();
  }

  statistics(): Readonly<{
    frames: number;
    deltas: number;
    resumes: number;
    connects: number;
    faults: number;
  }> {
    return { ...this.counts };
  }

  private open(): void {
    this.clearTimers();
    this.drop("replaced");
    this.counts.connects += 1;
    this.openedMs = this.world.monotonicMs();
    this.resumeAskedMs = -1;
    this.resumesAsked = 0;
    let socket: SocketLike;
    try {
      socket = this.world.connect(feedUrl(this.options, this.seq === NOTHING ? null : this.seq));
    } catch (fault) {
      this.lastClose = String(fault);
      this.lost();
      return;
    }
    this.socket = socket;
    socket.onmessage = (event) => this.received(socket, event.data);
    socket.onclose = (event) => {
      if (socket === this.socket) {
        this.lastClose = `${event.code || ""} ${event.reason || ""}`.trim();
        this.lost();
      }
    };
    this.openTimer = this.world.setTimer(() => this.lost(), OPEN_LIMIT_MS);
  }

  private received(socket: SocketLike, data: unknown): void {
    if (socket !== this.socket) {
      return;
    }
    const frame = parseFrame(data);
    if (!frame) {
      this.counts.faults += 1;
      this.askResume();
      return;
    }
    this.counts.frames += 1;
    // A node that lags behind what we hold proves nothing: if it stays so, the banner comes.
    if (frame.t !== "beat" || (frame.seq || 0) >= this.seq) {
      this.heard(frame);
    }
    this.apply(frame);
  }

  // Any frame proves the link, also one that came while a reconnection was being prepared.
  private heard(frame: Frame): void {
    this.lastFrameMs = this.world.monotonicMs();
    this.world.clearTimer(this.openTimer);
    this.world.clearTimer(this.reconnectTimer);
    this.watch();
    if (frame.speed) {
      this.clock.setSpeed(frame.speed);
    }
    if (typeof frame.at === "number") {
      // A hello is made for this connection. Others may be older: what a screen missed comes with the time of then.
      const isNew = frame.t === "hello";
      this.clock.observe(frame.at, isNew ? this.lastFrameMs - this.openedMs : Infinity);
      this.asOfMs = isNew ? frame.at : Math.max(frame.at, this.asOfMs || frame.at);
    }
  }

  private apply(frame: Frame): void {
    switch (frame.t) {
      case "hello":
        this.greeted(frame);
        break;
      case "snap":
        this.replaced(frame);
        break;
      case "delta":
        this.patched(frame);
        break;
      case "live":
        this.live = (frame.live === undefined ? null : frame.live) as unknown as L;
        this.changed();
        break;
      case "beat":
        this.compared(frame);
        break;
      case "bye":
        this.dismissed(frame);
        break;
      default:
        // A frame of a later version of the protocol: nothing that this page needs.
        break;
    }
  }

  private greeted(frame: Frame): void {
    this.ungreeted = 0;
    this.beatMs = frame.beat_ms && frame.beat_ms > 0 ? frame.beat_ms : DEFAULT_BEAT_MS;
    this.ringLimitMs = frame.ring_limit_ms || DEFAULT_RING_LIMIT_MS;
    this.version = frame.version || "";
    if (typeof frame.stream === "string" && frame.stream !== this.stream) {
      // Another log (a new day, a fresh demo): seq and rings of before mean nothing any more, but
      // what is on the glass stays there until the new state comes.
      if (this.stream) {
        this.rings.reset();
        this.seq = NOTHING;
        this.paintedSeq = NOTHING;
        this.confirmedSeq = NOTHING;
      }
      this.stream = frame.stream;
    }
    this.voiceTold(frame.voice || "browser");
    if (frame.seq === this.seq) {
      this.proven();
    }
  }

  // Also on an open connection: a manager has silenced the hall, or lets it speak again.
  private voiceTold(voice: string): void {
    if (voice !== this.voice) {
      this.voice = voice;
      this.changed();
    }
  }

  private replaced(frame: Frame): void {
    const seq = frame.seq || 0;
    if (typeof frame.state !== "object" || frame.state === null) {
      this.counts.faults += 1;
      this.askResume();
      return;
    }
    if (seq < this.seq) {
      return;
    }
    this.seq = seq;
    this.state = frame.state as unknown as S;
    this.resumeAskedMs = -1;
    this.resumesAsked = 0;
    this.proven();
    this.ring();
  }

  private patched(frame: Frame): void {
    if (typeof frame.seq !== "number" || frame.seq <= this.seq) {
      return;
    }
    if (this.state === null || frame.prev !== this.seq) {
      this.askResume();
      return;
    }
    this.counts.deltas += 1;
    this.state = mergePatch(this.state as unknown as Json, frame.patch as Json) as unknown as S;
    this.seq = frame.seq;
    this.resumeAskedMs = -1;
    this.resumesAsked = 0;
    this.proven();
    this.ring();
  }

  private compared(frame: Frame): void {
    const seq = typeof frame.seq === "number" ? frame.seq : NOTHING;
    if (seq === this.seq && this.state !== null) {
      this.failures = 0;
      this.resumesAsked = 0;
      this.proven();
    } else if (seq > this.seq) {
      this.askResume();
    }
  }

  private dismissed(frame: Frame): void {
    this.lastClose = `bye ${frame.reason || ""}`;
    this.lost(frame.retry_ms);
  }

  private ring(): void {
    const dated = this.state as unknown as { date?: string } | null;
    const due = this.rings.due(callsOf(this.state), {
      atMs: this.clock.nowMs(),
      limitMs: this.ringLimitMs,
      date: dated && dated.date ? dated.date : undefined,
    });
    if (due.length === 0) {
      return;
    }
    this.tell(this.ringListeners, due);
    if (this.options.receipts === "send") {
      const seq = this.seq;
      this.world.afterPaint(() => this.painted(seq));
    }
  }

  private painted(seq: number): void {
    if (seq <= this.seq) {
      this.paintedSeq = Math.max(this.paintedSeq, seq);
      this.confirm();
    }
  }

  // A storm of calls is confirmed by few receipts, each for the newest that was painted.
  private confirm(): void {
    if (this.receiptTimer !== 0 || this.paintedSeq <= this.confirmedSeq) {
      return;
    }
    this.confirmedSeq = this.paintedSeq;
    this.send({ t: "shown", seq: this.paintedSeq });
    this.receiptTimer = this.world.setTimer(() => {
      this.receiptTimer = 0;
      this.confirm();
    }, this.beatMs / RECEIPTS_A_BEAT);
  }

  private askResume(): void {
    const now = this.world.monotonicMs();
    if (this.resumeAskedMs >= 0 && now - this.resumeAskedMs < RESUME_BEATS * this.beatMs) {
      return;
    }
    if (this.resumesAsked >= RESUME_LIMIT) {
      this.lastClose = "resume unanswered";
      this.lost();
      return;
    }
    this.resumeAskedMs = now;
    this.resumesAsked += 1;
    this.counts.resumes += 1;
    this.send({ t: "resume", since: this.seq });
  }

  private send(message: { t: string; seq?: number; since?: number }): void {
    try {
      if (this.socket) {
        this.socket.send(JSON.stringify(message));
      }
    } catch {
      // The socket is closing; its own event says so and reconnects.
      this.counts.faults += 1;
    }
  }

  private watch(): void {
    this.world.clearTimer(this.watchTimer);
    this.lastWatchMs = this.world.monotonicMs();
    this.watchTimer = this.world.setTimer(() => this.watched(), this.beatMs / 4);
  }

  private watched(): void {
    const now = this.world.monotonicMs();
    // A browser that throttles or freezes a hidden page runs timers late, and hands over the
    // messages that waited only afterwards: such a pause says nothing about the link.
    const isLate = now - this.lastWatchMs > this.beatMs;
    if (isLate) {
      this.lastFrameMs = Math.max(this.lastFrameMs, now - this.beatMs);
    }
    if (now - this.lastFrameMs > STALE_BEATS * this.beatMs) {
      this.lastClose = "silent";
      this.lost();
      return;
    }
    this.watch();
  }

  // The old socket is kept until the next attempt: a late frame on it makes the attempt needless.
  private lost(retryMs?: number): void {
    if (this.status === "stopped") {
      return;
    }
    this.clearTimers();
    const step = Math.min(this.failures, RECONNECT_MS.length - 1);
    const delayMs = retryMs === undefined ? (RECONNECT_MS[step] as number) : retryMs;
    this.failures += 1;
    this.ungreeted += 1;
    if (this.ungreeted % ASK_EVERY === ASK_AFTER) {
      void this.askWhy();
    }
    const jittered = delayMs * (1 + JITTER_SHARE * (2 * this.world.random() - 1));
    this.reconnectTimer = this.world.setTimer(() => this.open(), jittered);
    if (this.status !== "stale") {
      this.status = "stale";
      this.tell(this.staleListeners, true);
    }
    this.changed();
  }

  private async askWhy(): Promise<void> {
    const { root, device, token } = this.options;
    const refusal = await this.world.whyRefused(root, whyPath(this.options), device || token || "");
    // Meanwhile the page may have been left, or another attempt have come through.
    if (this.status === "stopped" || this.ungreeted === 0) {
      return;
    }
    if (refusal) {
      this.clearTimers();
      this.drop("refused");
      this.status = "refused";
      this.refusal = refusal;
      this.reconnectTimer = this.world.setTimer(() => void this.askWhy(), REFUSED_MS);
      this.changed();
    } else if (this.status === "refused") {
      this.status = "stale";
      this.refusal = null;
      this.open();
      this.changed();
    }
  }

  private proven(): void {
    const wasLive = this.status === "live";
    this.status = "live";
    if (!wasLive) {
      this.tell(this.staleListeners, false);
    }
    this.changed();
  }

  private changed(): void {
    this.tell(this.changeListeners, undefined);
  }

  private tell<T>(listeners: Set<(value: T) => void>, value: T): void {
    for (const listener of Array.from(listeners)) {
      try {
        listener(value);
      } catch (fault) {
        this.counts.faults += 1;
        console.error("live feed: a listener failed", fault);
      }
    }
  }

  private drop(reason: string): void {
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      this.lastClose = this.lastClose || reason;
      socket.onmessage = null;
      socket.onclose = null;
      try {
        socket.close();
      } catch {
        this.counts.faults += 1;
      }
    }
  }

  private clearTimers(): void {
    for (const timer of [this.reconnectTimer, this.watchTimer, this.openTimer]) {
      this.world.clearTimer(timer);
    }
  }
}

function listen<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
