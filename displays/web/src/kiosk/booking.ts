// Booking another day at the kiosk: a slot is held, the person typed, the booking made and printed.
//
// Laws: who leaves or goes back gives the held place back; nothing typed outlives the visitor.

import { BookingActs, type Booked } from "../booking/acts";
import { idFault, normalId, normalPhone } from "../booking/person";
import { codeOf, isAboutSlot } from "../booking/refusal";
import type { ChosenSlot } from "../booking/slot-picker";
import type { Held, Person, Wanted } from "../booking/types";
import { type Api, Refused } from "../shared/api";
import type { TextKey } from "../shared/i18n";

export type BookingField = "person" | "phone";

export interface MadeBooking extends Booked {
  code: string;
  madeMs: number;
}

const LONGEST = { person: 30, phone: 16 } as const;

export class KioskBooking {
  slot: ChosenSlot | null = null;
  held: Held | null = null;
  field: BookingField = "person";
  person = "";
  phone = "";
  isBusy = false;
  fault: unknown = null;
  wrong: TextKey | null = null;
  made: MadeBooking | null = null;

  private visit = 0;
  private readonly acts: BookingActs;

  constructor(
    api: Api,
    private readonly hall: string,
    private readonly nowMs: () => number,
    private readonly changed: () => void,
    private readonly booked: () => void,
  ) {
    this.acts = new BookingActs(api, "");
  }

  get isHoldOver(): boolean {
    const until = this.held && this.held.appointment.until_ms;
    return !!until && until <= this.nowMs();
  }

  async hold(items: readonly Wanted[], slot: ChosenSlot): Promise<void> {
    await this.attempt(async (isHere) => {
      const held = await this.acts.hold(this.hall, items, slot);
      if (isHere()) {
        this.slot = slot;
        this.held = held;
      } else {
        void this.acts.release(this.hall, held);
      }
    });
  }

  setField(field: BookingField): void {
    this.field = field;
    this.changed();
  }

  press(key: string): void {
    const typed = this[this.field];
    this.write(key === "clear" ? "" : key === "delete" ? typed.slice(0, -1) : typed + key);
  }

  write(text: string): void {
    const plain = this.field === "person" ? normalId(text) : normalPhone(text);
    this[this.field] = plain.slice(0, LONGEST[this.field]);
    this.wrong = null;
    this.changed();
  }

  async confirm(items: readonly Wanted[]): Promise<void> {
    this.wrong = idFault(this.person);
    if (this.wrong) {
      this.field = "person";
      this.changed();
      return;
    }
    const person: Person = { person: this.person, phone: this.phone, name: "" };
    await this.attempt(async (isHere) => {
      const done = await this.book(items, person);
      if (isHere()) {
        this.made = { ...done, code: done.code || "", madeMs: this.nowMs() };
        this.held = null;
        this.booked();
      }
    });
  }

  // A hold that has run out is taken anew if the place is still free.
  private async book(items: readonly Wanted[], person: Person): Promise<Booked> {
    if (!this.isHoldOver) {
      try {
        return await this.acts.confirm(this.hall, this.held as Held, person);
      } catch (fault) {
        if (codeOf(fault) !== "HOLD_EXPIRED") {
          throw fault;
        }
      }
    }
    this.held = await this.acts.hold(this.hall, items, this.slot as ChosenSlot);
    return this.acts.confirm(this.hall, this.held, person);
  }

  /** Back to the slots. */
  release(): void {
    if (this.held) {
      void this.acts.release(this.hall, this.held);
    }
    this.held = null;
    this.fault = null;
    this.changed();
  }

  forget(): void {
    this.visit += 1;
    if (this.held) {
      void this.acts.release(this.hall, this.held);
    }
    this.slot = null;
    this.held = null;
    this.made = null;
    this.field = "person";
    this.person = "";
    this.phone = "";
    this.isBusy = false;
    this.fault = null;
    this.wrong = null;
  }

  private async attempt(work: (isHere: () => boolean) => Promise<void>): Promise<void> {
    if (this.isBusy) {
      return;
    }
    const { visit } = this;
    this.isBusy = true;
    this.fault = null;
    this.changed();
    try {
      await work(() => visit === this.visit);
    } catch (fault) {
      if (visit === this.visit) {
        this.fault = fault;
        if (fault instanceof Refused && isAboutSlot(fault.code)) {
          this.held = null;
        }
      }
    } finally {
      if (visit === this.visit) {
        this.isBusy = false;
      }
      this.changed();
    }
  }
}
