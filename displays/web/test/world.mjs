// A world for the feed in which time moves only when the test says so.

export class World {
  nowMs = 0;
  sockets = [];
  painted = [];
  #timers = new Map();
  #next = 1;

  connect = (url) => {
    const socket = { url, sent: [], closed: false };
    socket.send = (text) => socket.sent.push(JSON.parse(text));
    socket.close = () => (socket.closed = true);
    this.sockets.push(socket);
    return socket;
  };
  monotonicMs = () => this.nowMs;
  setTimer = (work, delayMs) => {
    this.#timers.set(this.#next, { work, dueMs: this.nowMs + delayMs });
    return this.#next++;
  };
  clearTimer = (id) => void this.#timers.delete(id);
  random = () => 0.5;
  /** What the server says to whoever asks why; by default nothing. */
  refusal = null;
  asked = [];
  whyRefused = async (root, path, token) => {
    this.asked.push({ root, path, token });
    return this.refusal;
  };
  afterPaint = (work) => void this.painted.push(work);

  get socket() {
    return this.sockets[this.sockets.length - 1];
  }

  frame(frame, socket = this.socket) {
    socket.onmessage?.({ data: typeof frame === "string" ? frame : JSON.stringify(frame) });
  }

  /** Let time pass; due timers run in order, each at its own moment. */
  pass(ms) {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, timer]) => timer.dueMs <= untilMs);
      if (due.length === 0) {
        break;
      }
      const [id, timer] = due.sort((a, b) => a[1].dueMs - b[1].dueMs)[0];
      this.#timers.delete(id);
      this.nowMs = Math.max(this.nowMs, timer.dueMs);
      timer.work();
    }
    this.nowMs = untilMs;
  }

  /** The page was frozen: time passed, and no timer could run meanwhile. */
  freeze(ms) {
    this.nowMs += ms;
  }
}
