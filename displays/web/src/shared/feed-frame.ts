// A frame of the live feed as the server sends it (docs/protocol.md, section 5).

import type { Json } from "./merge";

export interface Frame {
  t: string;
  seq?: number;
  prev?: number;
  at?: number;
  state?: Json;
  patch?: Json;
  live?: Json;
  speed?: number;
  beat_ms?: number;
  ring_limit_ms?: number;
  reason?: string;
  retry_ms?: number;
  version?: string;
  voice?: string;
  stream?: string;
}

/** Read a frame; null if it is none. */
export function parseFrame(data: unknown): Frame | null {
  try {
    const frame = JSON.parse(String(data)) as Frame | null;
    return frame && typeof frame === "object" && typeof frame.t === "string" ? frame : null;
  } catch {
    return null;
  }
}
