// Checking a booked visitor in at the kiosk: by code, by what a scanner read, or by ID number.

import type { CheckedIn } from "../booking/types";
import { normalId } from "../booking/person";
import { Errand } from "./errand";

export type ArrivalMode = "code" | "person";

const LONGEST = { code: 12, person: 30 } as const;
// A check-in code has eight characters (server/keys.py).
export const CODE_CHARS = 8;

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
    if (this.state !== "asking") {
      this.write("");
      await this.ask("check-in", { qr });
    }
  }

  override forget(): void {
    super.forget();
    this.mode = "code";
  }
}
