// Taking a number: one tap, one command id, one ticket.
//
// Laws: while a tap has no definite answer its id is kept and sent again, never a new one; a second
// tap meanwhile joins the first; who walks away before the answer leaves no number behind that
// nobody holds: the command is asked for its answer later, and a ticket that came of it is cancelled.

import { type Api, Refused, newCommandId } from "../shared/api";
import type { TakenTicket } from "../shared/types";
import type { Chosen } from "./basket";

export type Outcome =
  | { kind: "taken"; ticket: TakenTicket }
  | { kind: "refused"; problem: Refused }
  | { kind: "unanswered" };

interface Wish {
  command_id: string;
  items: Chosen[];
  class: string;
  channel: "kiosk";
  person?: string;
}

const SETTLE_EVERY_MS = 10_000;
// Ten minutes of a dead server; then the hall's staff knows anyway.
const SETTLE_TRIES = 60;
const MOST_LEFT_BEHIND = 20;

export class Taking {
  private wish: Wish | null = null;
  private running: Promise<Outcome> | null = null;
  private leftBehind: { wish: Wish; tries: number }[] = [];
  private timer = 0;

  constructor(
    private readonly api: Api,
    private readonly hall: string,
  ) {}

  /** Take a number, or ask again for the answer of the tap before. */
  take(items: readonly Chosen[], visitorClass: string, person = ""): Promise<Outcome> {
    if (!this.running) {
      this.wish = this.wish || {
        command_id: newCommandId(), items: items.slice(), class: visitorClass, channel: "kiosk", ...(person ? { person } : {}),
      };
      this.running = this.ask(this.wish);
    }
    return this.running;
  }

  /** The person gives up or has left; an open tap is settled in the background. */
  forget(): void {
    if (this.wish) {
      this.leftBehind = this.leftBehind.concat({ wish: this.wish, tries: 0 }).slice(-MOST_LEFT_BEHIND);
      this.schedule();
    }
    this.wish = null;
    this.running = null;
  }

  private async ask(wish: Wish): Promise<Outcome> {
    try {
      const answer = await this.api.command<{ ticket: TakenTicket }>(`${this.path()}`, { ...wish });
      this.settled(wish);
      return { kind: "taken", ticket: answer.ticket };
    } catch (fault) {
      // A server that is not ready has decided nothing; every other refusal is its answer.
      if (fault instanceof Refused && fault.status < 500) {
        this.settled(wish);
        return { kind: "refused", problem: fault };
      }
      return { kind: "unanswered" };
    } finally {
      if (this.wish === wish || this.wish === null) {
        this.running = null;
      }
    }
  }

  private settled(wish: Wish): void {
    if (this.wish === wish) {
      this.wish = null;
    }
  }

  private schedule(): void {
    if (!this.timer && this.leftBehind.length > 0) {
      this.timer = setTimeout(() => {
        this.timer = 0;
        void this.settleAll();
      }, SETTLE_EVERY_MS);
    }
  }

  private async settleAll(): Promise<void> {
    const open = this.leftBehind;
    this.leftBehind = [];
    for (const one of open) {
      const isDone = await this.settle(one.wish);
      if (!isDone && one.tries < SETTLE_TRIES) {
        this.leftBehind.push({ wish: one.wish, tries: one.tries + 1 });
      }
    }
    this.schedule();
  }

  private async settle(wish: Wish): Promise<boolean> {
    try {
      const { ticket } = await this.api.command<{ ticket: TakenTicket }>(this.path(), { ...wish });
      await this.api.command(`${this.path()}/${encodeURIComponent(ticket.id)}/cancel`, {
        // Made from the first id, so that this too happens once.
        command_id: `${wish.command_id}.left`,
        secret: ticket.secret,
      });
      return true;
    } catch (fault) {
      return fault instanceof Refused && fault.status < 500;
    }
  }

  private path(): string {
    return `api/halls/${encodeURIComponent(this.hall)}/tickets`;
  }
}
