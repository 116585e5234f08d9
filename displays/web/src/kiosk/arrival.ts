// Checking a booked visitor in at the kiosk: by code, by what a scanner read, or by ID number.
//
// Laws: one arrival, one command id, kept until it is answered; a second tap meanwhile joins the first; the
// answer of a visitor who has left is dropped (the ticket stands, and the code says its number again).

import type { CheckedIn } from "../booking/types";
import { normalId } from "../booking/person";
import { type Api, Refused, newCommandId } from "../shared/api";

export type ArrivalMode = "code" | "person";
export type ArrivalState = "ready" | "asking" | "unanswered" | "refused";

const LONGEST = { code: 12, person: 30 } as const;
// A check-in code has eight characters (server/keys.py).
export const CODE_CHARS = 8;

export class Arrival {
  mode: ArrivalMode = "code";
  typed = "";
  state: ArrivalState = "ready";
  problem: Refused | null = null;

  private wish: { command_id: string; code?: string; person?: string; qr?: string } | null = null;
  private visit = 0;

  constructor(
    private readonly api: Api,
    private readonly hall: string,
    private readonly changed: () => void,
    private readonly arrived: (done: CheckedIn) => void,
  ) {}

  get mayAsk(): boolean {
    return this.state !== "asking" && this.typed.length >= (this.mode === "code" ? CODE_CHARS : 6);
  }

  setMode(mode: ArrivalMode): void {
    this.mode = mode;
    this.write("");
  }

  /** What the field holds now; another text is another wish. */
  write(text: string): void {
    if (this.state === "asking") {
      return;
    }
    this.typed = normalId(text).slice(0, LONGEST[this.mode]);
    this.wish = null;
    this.state = "ready";
    this.problem = null;
    this.changed();
  }

  press(key: string): void {
    if (key === "clear") {
      this.write("");
    } else if (key === "delete") {
      this.write(this.typed.slice(0, -1));
    } else {
      this.write(this.typed + key);
    }
  }

  async submit(): Promise<void> {
    if (this.mayAsk) {
      await this.ask(this.mode === "code" ? { code: this.typed } : { person: this.typed });
    }
  }

  async scan(qr: string): Promise<void> {
    if (this.state !== "asking") {
      this.write("");
      await this.ask({ qr });
    }
  }

  async again(): Promise<void> {
    if (this.wish) {
      await this.ask(this.wish);
    }
  }

  /** Forget the visitor. */
  forget(): void {
    this.visit += 1;
    this.wish = null;
    this.mode = "code";
    this.typed = "";
    this.state = "ready";
    this.problem = null;
  }

  private async ask(what: { code?: string; person?: string; qr?: string }): Promise<void> {
    const { visit } = this;
    this.wish = this.wish || { ...what, command_id: newCommandId() };
    this.state = "asking";
    this.problem = null;
    this.changed();
    try {
      const path = `api/halls/${encodeURIComponent(this.hall)}/check-in`;
      const done = await this.api.command<CheckedIn>(path, { ...this.wish });
      if (visit === this.visit) {
        this.forget();
        this.arrived(done);
      }
    } catch (fault) {
      if (visit === this.visit) {
        this.failed(fault);
      }
    } finally {
      this.changed();
    }
  }

  // A server that is not ready has decided nothing; every other refusal is its answer.
  private failed(fault: unknown): void {
    if (fault instanceof Refused && fault.status < 500) {
      this.state = "refused";
      this.problem = fault;
      this.wish = null;
    } else {
      this.state = "unanswered";
    }
  }
}
