// What a signed-in person at a window holds: the feed of the window, and the commands, one at a time.
//
// Laws: one key press is one command id; while a command is on its way no other starts; what is true is what the
// feed says, an answer only tells that it was heard.

import { type Api, Refused, Unanswered, faultText, newCommandId } from "../shared/api";
import { LiveFeed } from "../shared/feed";
import type { Account } from "../shared/session";
import type { HallInfo, Text } from "../shared/types";
import { StaffNames } from "./staff-names";
import { clerkTexts } from "./texts";
import type { ClerkLive, ClerkState, StaffTicket } from "./types";

// How long the answer of a command stays on screen, in milliseconds.
const NOTE_MS = 6000;
// What changes so soon after a command of this window is that command's own doing.
const OWN_MS = 3000;

export interface Note {
  kind: "ok" | "info" | "refused";
  text: Text;
  until_ms: number;
  /** Nobody knows whether the command was done: told until the window's own state can tell. */
  isUnanswered: boolean;
}

export interface Answer {
  seq: number;
  ticket?: StaffTicket | null;
}

export class Desk {
  feed: LiveFeed<ClerkState, ClerkLive> | null = null;
  /** The command on its way, by the name of its button. */
  sending: string | null = null;
  note: Note | null = null;
  readonly staff: StaffNames;
  private shown: ClerkState | null = null;
  private answered_ms = -Infinity;
  private readonly listeners = new Set<() => void>();

  constructor(
    readonly api: Api,
    readonly hall: HallInfo,
    readonly account: Account,
    readonly window: string,
  ) {
    this.staff = new StaffNames(api, hall.hall, () => this.changed());
  }

  start(): void {
    const { hall, window } = this;
    this.feed = new LiveFeed<ClerkState, ClerkLive>({ root: this.api.root, hall: hall.hall, view: "clerk", window });
    this.feed.onChange(() => this.moved());
    this.feed.start();
  }

  stop(): void {
    if (this.feed) {
      this.feed.stop();
    }
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  get state(): ClerkState | null {
    return this.feed ? this.feed.state : null;
  }

  get live(): ClerkLive {
    return (this.feed && this.feed.live) || {};
  }

  /** The server's clock: countdowns run on it. */
  nowMs(): number {
    return this.feed ? this.feed.nowMs() : Date.now();
  }

  /** Send one command of this window. Returns the answer, or null when it was refused or is not sent. */
  run(op: string, body: Record<string, unknown> = {}, name: string = op): Promise<Answer | null> {
    return this.send(`api/halls/${enc(this.hall.hall)}/windows/${enc(this.window)}/${op}`, body, name);
  }

  /** Send a command for one ticket: not for another one that has come to the window meanwhile, here or by another page. */
  async runFor(ticket: StaffTicket, op: string, body: Record<string, unknown>, name: string = op): Promise<Answer | null> {
    const now = this.state && this.state.ticket;
    if (!now || now.id !== ticket.id) {
      this.tell("refused", sentence("clerk.changed_meanwhile", ticket.number));
      return null;
    }
    return this.run(op, { ...body, ticket: ticket.id }, name);
  }

  /** Take the step back that is offered: it names the ticket it was about, if it was about one. */
  undo(): Promise<Answer | null> {
    const ticket = this.state && this.state.undo && this.state.undo.ticket;
    return this.run("undo", ticket ? { ticket } : {});
  }

  /** Send one command on a ticket. */
  onTicket(ticket: string, op: string, body: Record<string, unknown> = {}, name: string = op): Promise<Answer | null> {
    return this.send(`api/halls/${enc(this.hall.hall)}/tickets/${enc(ticket)}/${op}`, body, name);
  }

  tell(kind: Note["kind"], both: Text, isUnanswered = false): void {
    this.note = { kind, text: both, until_ms: performance.now() + NOTE_MS, isUnanswered };
    this.changed();
  }

  dismiss(): void {
    this.note = null;
    this.changed();
  }

  private async send(path: string, body: Record<string, unknown>, name: string): Promise<Answer | null> {
    if (this.sending !== null) {
      return null;
    }
    this.sending = name;
    this.note = null;
    this.changed();
    try {
      return await this.api.command<Answer>(path, { ...body, command_id: newCommandId() });
    } catch (fault) {
      this.tell("refused", faultText(fault), fault instanceof Unanswered);
      if (fault instanceof Refused && fault.status === 401) {
        location.reload();
      }
      return null;
    } finally {
      this.sending = null;
      this.answered_ms = performance.now();
      this.changed();
    }
  }

  private moved(): void {
    if (this.feed && this.feed.refusal && this.feed.refusal.status === 401) {
      // The session has ended: loading again leads to the sign-in.
      location.reload();
    }
    this.noticeGone();
    this.changed();
  }

  /** Say which ticket others took from this window: otherwise the clerk looks up and somebody is not there any more. */
  private noticeGone(): void {
    const gone = goneNumber(this.shown, this.state);
    this.shown = this.state;
    if (gone && this.sending === null && performance.now() - this.answered_ms > OWN_MS) {
      this.tell("info", sentence("clerk.gone", gone));
    }
  }

  private changed(): void {
    this.listeners.forEach((listener) => listener());
  }
}

function sentence(name: "clerk.gone" | "clerk.changed_meanwhile", number: string): Text {
  const [zh, en] = clerkTexts[name];
  return { zh: zh.replace("{number}", number), en: en.replace("{number}", number) };
}

/** The note for now: for a while, and without an answer as long as the link is lost. */
export function noteNow(note: Note | null, at: { nowMs: number; isLost: boolean }): Note | null {
  return note && (note.until_ms > at.nowMs || (note.isUnanswered && at.isLost)) ? note : null;
}

/** The number that stood at the window before and does not now; null: the same is there, or none was. */
export function goneNumber(before: ClerkState | null, after: ClerkState | null): string | null {
  const ticket = before && before.ticket;
  return ticket && after && !(after.ticket && after.ticket.id === ticket.id) ? ticket.number : null;
}

export function enc(part: string): string {
  return encodeURIComponent(part);
}
