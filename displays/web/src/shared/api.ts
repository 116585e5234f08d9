// The way to the server: commands that are safe to repeat, refusals that people can read.
//
// Laws: a command gets its id once and keeps it through every retry, so a double tap or a lost
// answer never does a thing twice; a refusal is an answer and is not retried.

import { plainDates } from "./dates";
import { text } from "./i18n";
import { query, rootUrl } from "./place";
import type { Text } from "./types";

// An answer later than this is a lost one (law L3: a definite answer in 10 s, retries included).
const TIMEOUT_MS = 4000;
// Passwords are verified two at a time, slowly on purpose: when all clerks sign in at once the last of the line waits longer.
export const SIGN_IN_MS = 10_000;
// Waits before the second, third … attempt of the same command.
const RETRY_MS = [300, 900, 2000] as const;
const ID_BYTES = 16;

export interface Problem {
  status: number;
  code: string;
  title: Text;
  detail: string;
  facts: Record<string, unknown>;
  errors: { field: string; message: string }[];
}

/** The server said no; `title` is for people. */
export class Refused extends Error implements Problem {
  readonly status: number;
  readonly code: string;
  readonly title: Text;
  readonly detail: string;
  readonly facts: Record<string, unknown>;
  readonly errors: { field: string; message: string }[];

  constructor(problem: Problem) {
    super(`${problem.status} ${problem.code}`);
    Object.setPrototypeOf(this, Refused.prototype);
    this.name = "Refused";
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.detail = problem.detail;
    this.facts = problem.facts;
    this.errors = problem.errors;
  }
}

/** No answer came, so nobody knows whether the command was done; repeating it is safe. */
export class Unanswered extends Error {
  constructor(readonly commandId: string | null) {
    super("the server did not answer");
    Object.setPrototypeOf(this, Unanswered.prototype);
    this.name = "Unanswered";
  }
}

export interface ApiOptions {
  root?: string;
  /** A device's token, or a staff token; the session cookie needs none. */
  token?: string;
  fetch?: typeof fetch;
  sleep?: (ms: number) => Promise<void>;
}

/** What is special of a request: headers beside ours, what becomes of its answer, how long it is waited for. */
interface Asking<T> {
  headers?: Record<string, string>;
  taken?: (answer: Response) => Promise<T>;
  timeoutMs?: number;
}

export class Api {
  readonly root: string;
  private readonly token: string;
  private readonly fetchOne: typeof fetch;
  private readonly sleep: (ms: number) => Promise<void>;

  constructor(options: ApiOptions = {}) {
    this.root = options.root === undefined ? rootUrl() : options.root;
    this.token = options.token === undefined ? query("device") : options.token;
    this.fetchOne = options.fetch || ((input, init) => fetch(input, init));
    this.sleep = options.sleep || ((ms) => new Promise((done) => setTimeout(done, ms)));
  }

  /** Read; `path` is relative to the root, for instance `api/halls`. */
  get<T>(path: string): Promise<T> {
    return this.attempt<T>("GET", path, undefined, null);
  }

  /** Read what may not have changed: null while the server's copy is still the one named `etag`. */
  getNewer<T>(path: string, etag: string): Promise<{ body: T; etag: string } | null> {
    const known: Record<string, string> = etag ? { "If-None-Match": etag } : {};
    return this.once("GET", path, undefined, null, {
      headers: known,
      taken: async (answer) => (answer.status === 304 ? null : { body: await read<T>(answer), etag: answer.headers.get("ETag") || "" }),
    });
  }

  /** Change: adds a `command_id` unless the body has one, and keeps it through the retries. */
  command<T>(path: string, body: Record<string, unknown> = {}): Promise<T> {
    const commandId = typeof body.command_id === "string" ? body.command_id : newCommandId();
    return this.attempt<T>("POST", path, { ...body, command_id: commandId }, commandId);
  }

  /** Ask once, without retries: signing in, settings, and what is asked again anyway. */
  send<T>(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: unknown, timeoutMs = TIMEOUT_MS): Promise<T> {
    return this.once<T>(method, path, body, null, { timeoutMs });
  }

  private async attempt<T>(
    method: string,
    path: string,
    body: unknown,
    commandId: string | null,
  ): Promise<T> {
    for (const delayMs of RETRY_MS) {
      try {
        return await this.once<T>(method, path, body, commandId);
      } catch (fault) {
        if (!mayRetry(fault)) {
          throw fault;
        }
        await this.sleep(delayMs * (0.7 + 0.6 * Math.random()));
      }
    }
    return this.once<T>(method, path, body, commandId);
  }

  private async once<T>(
    method: string,
    path: string,
    body: unknown,
    commandId: string | null,
    how: Asking<T> = {},
  ): Promise<T> {
    const { taken = read, timeoutMs = TIMEOUT_MS } = how;
    const headers: Record<string, string> = { Accept: "application/json", ...how.headers };
    if (this.token) {
      headers.Authorization = `Bearer ${this.token}`;
    }
    const init: RequestInit = { method, headers, credentials: "same-origin" };
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
      init.body = JSON.stringify(body);
    }
    const aborter = new AbortController();
    const timer = setTimeout(() => aborter.abort(), timeoutMs);
    try {
      init.signal = aborter.signal;
      const answer = await this.fetchOne(new URL(path, this.root).href, init);
      return await taken(answer);
    } catch (fault) {
      throw fault instanceof Refused ? fault : new Unanswered(commandId);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A UUID of version 4; `crypto.randomUUID` is younger than the browsers we serve. */
export function newCommandId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(ID_BYTES));
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const cuts = [0, 8, 12, 16, 20, 32];
  return cuts.slice(1).map((end, i) => hex.slice(cuts[i], end)).join("-");
}

/** What to tell a person about anything that `Api` throws; with the hall's `today` its dates are plain words. */
export function faultText(fault: unknown, today = ""): Text {
  if (fault instanceof Refused) {
    return today ? plainDates(fault.title, today) : fault.title;
  }
  return fault instanceof Unanswered ? text("fault.unanswered") : text("fault.unknown");
}

// Only a lost answer or a server that is not there yet; a refusal by the rules is final.
function mayRetry(fault: unknown): boolean {
  return fault instanceof Unanswered || (fault instanceof Refused && isAbsent(fault));
}

function isAbsent(refusal: Refused): boolean {
  const isGateway = refusal.status === 502 || refusal.status === 504;
  return isGateway || (refusal.status === 503 && refusal.code !== "STORAGE_FULL");
}

async function read<T>(answer: Response): Promise<T> {
  const body = (await answer.json().catch(() => null)) as Record<string, unknown> | null;
  if (answer.ok) {
    return body as unknown as T;
  }
  throw new Refused(problemOf(answer.status, body || {}));
}

function problemOf(status: number, body: Record<string, unknown>): Problem {
  const title = body.title as Text | undefined;
  return {
    status,
    code: typeof body.code === "string" ? body.code : `HTTP_${status}`,
    title: title && typeof title.zh === "string" ? title : text("fault.status", { status }),
    detail: typeof body.detail === "string" ? body.detail : "",
    facts: (body.facts as Record<string, unknown> | undefined) || {},
    errors: (body.errors as { field: string; message: string }[] | undefined) || [],
  };
}
