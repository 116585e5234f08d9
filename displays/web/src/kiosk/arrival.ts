// Checking a booked visitor in at the kiosk: by code, by what a scanner read, or by ID number.

import { normalId } from "../booking/person";
import type { CheckedIn } from "../booking/types";
import { Refused } from "../shared/api";
import { text } from "../shared/i18n";
import type { HallSummary, Text } from "../shared/types";
import { Errand } from "./errand";

export type ArrivalMode = "code" | "person";

const LONGEST = { code: 12, person: 30 } as const;
// A check-in code has eight characters (server/keys.py).
export const CODE_CHARS = 8;

interface BookingPage {
  hall: string;
  appointment: string;
  secret: string;
}

/** What the QR code of a booking's own page holds, as people photograph it; null for any other text. */
export function bookingIn(read: string): BookingPage | null {
  const found = /\/a\/([^/#?]+)\/([^/#?]+)#(?:secret=)?(.+)$/.exec(read);
  return found ? { hall: found[1] as string, appointment: found[2] as string, secret: found[3] as string } : null;
}

export class Arrival extends Errand<CheckedIn> {
  mode: ArrivalMode = "code";

  protected override get isWhole(): boolean {
    return this.typed.length >= (this.mode === "code" ? CODE_CHARS : 6);
  }

  protected override tidy(text: string): string {
    return normalId(text).slice(0, LONGEST[this.mode]);
  }

  setMode(mode: ArrivalMode): void {
    this.mode = mode;
    this.write("");
  }

  override async submit(): Promise<void> {
    if (this.mayAsk) {
      await this.ask("check-in", { [this.mode]: this.typed });
    }
  }

  async scan(qr: string): Promise<void> {
    if (this.state === "asking") {
      return;
    }
    this.write("");
    const page = bookingIn(qr);
    if (!page) {
      await this.ask("check-in", { qr });
    } else if (page.hall === this.hall) {
      await this.ask(`appointments/${page.appointment}/check-in`, { secret: page.secret });
    } else {
      this.failed(await this.elsewhere(page.hall));
      this.changed();
    }
  }

  // The server's sentence knows the other hall's code only.
  protected override async worded(problem: Refused): Promise<Refused> {
    const { hall } = problem.facts;
    return problem.code === "WRONG_HALL" && typeof hall === "string" ? this.elsewhere(hall) : problem;
  }

  private async elsewhere(hall: string): Promise<Refused> {
    const name = await this.nameOf(hall);
    const title = { zh: text("kiosk.elsewhere", { hall: name.zh }).zh, en: text("kiosk.elsewhere", { hall: name.en || name.zh }).en };
    return new Refused({ status: 409, code: "WRONG_HALL", title, detail: title.en, facts: { hall }, errors: [] });
  }

  private async nameOf(hall: string): Promise<Text> {
    try {
      const { halls } = await this.api.send<{ halls: HallSummary[] }>("GET", "api/halls");
      const found = halls.find((one) => one.hall === hall);
      return found ? found.name : { zh: hall, en: hall };
    } catch {
      // The code at least tells it from this hall.
      return { zh: hall, en: hall };
    }
  }

  override forget(): void {
    super.forget();
    this.mode = "code";
  }
}
