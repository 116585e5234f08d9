// Coming back after a missed call: by the number of the slip, or by the address in its QR code.

import type { TakenTicket, TicketLive } from "../shared/types";
import { Errand } from "./errand";

// A series letter and four digits, and room for halls that write more.
const LONGEST = 12;
const SHORTEST = 2;

/** Who rejoined, and what is known of the wait from now. */
export interface Rejoined {
  ticket: TakenTicket;
  wait: TicketLive | null;
}

/** What a slip's QR code holds: the ticket and its secret; null for any other address. */
export function slipIn(text: string): { ticket: string; secret: string } | null {
  const found = /\/t\/[^/#?]+\/([^/#?]+)#(?:secret=)?(.+)$/.exec(text);
  return found ? { ticket: found[1] as string, secret: found[2] as string } : null;
}

export class Rejoining extends Errand<{ ticket: TakenTicket }> {
  protected override get isWhole(): boolean {
    return this.typed.length >= SHORTEST;
  }

  protected override tidy(text: string): string {
    return text.normalize("NFKC").replace(/[^0-9a-z]/gi, "").toUpperCase().slice(0, LONGEST);
  }

  override async submit(): Promise<void> {
    if (this.mayAsk) {
      await this.ask("tickets/rejoin", { number: this.typed });
    }
  }

  async scan(address: string): Promise<void> {
    const slip = slipIn(address);
    if (slip && this.state !== "asking") {
      this.write("");
      await this.ask(`tickets/${slip.ticket}/rejoin`, { secret: slip.secret });
    }
  }

  /** The wait from now; the answer to a command tells only what was told when the number was taken. */
  async waitOf(ticket: string): Promise<TicketLive | null> {
    try {
      const path = `api/halls/${encodeURIComponent(this.hall)}/tickets/${encodeURIComponent(ticket)}`;
      return (await this.api.get<{ live: TicketLive | null }>(path)).live;
    } catch {
      // The place in line is known without it.
      return null;
    }
  }
}
