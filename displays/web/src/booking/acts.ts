// Holding, confirming and giving back a place: each wish has one command id until it has an answer.
//
// Laws: a tap that got no answer is repeated with its own id, so no place is held and no visit booked twice;
// who turns back gives the held place back; a hold that has run out is held again before it is confirmed.

import { type Api, Refused, newCommandId } from "../shared/api";
import { language } from "../shared/i18n";
import type { ChosenSlot, WaitWish } from "./slot-picker";
import type { Confirmed, Held, Person, Wanted } from "./types";

export interface Booked {
  appointment: Confirmed["appointment"];
  secret: string;
  code?: string;
  feed?: string;
}

export class BookingActs {
  private readonly open = new Map<string, string>();

  /** `device`: the random name of a person's own browser; empty for a machine that everybody uses. */
  constructor(
    private readonly api: Api,
    private readonly device: string,
  ) {}

  hold(hall: string, items: readonly Wanted[], slot: ChosenSlot): Promise<Held> {
    const body = { date: slot.date, items, slot_ms: slot.slot_ms, ...this.named() };
    return this.once<Held>(`api/halls/${encodeURIComponent(hall)}/appointments`, body);
  }

  async confirm(hall: string, held: Held, person: Person): Promise<Booked> {
    const path = `${appointmentPath(hall, held.appointment.id)}/confirm`;
    const body = { secret: held.secret, ...known(person), ...this.named(), language: language() };
    const done = await this.once<Confirmed>(path, body);
    return { appointment: done.appointment, secret: held.secret, code: done.code, feed: done.feed || "" };
  }

  wait(hall: string, items: readonly Wanted[], wish: WaitWish, person: Person): Promise<Booked> {
    const body = { ...wish, items, ...known(person), ...this.named(), language: language() };
    return this.once<Booked>(`api/halls/${encodeURIComponent(hall)}/waitlist`, body);
  }

  /** Give a held place back; if this fails it comes back by itself when the hold ends. */
  async release(hall: string, held: Held): Promise<void> {
    try {
      await this.api.command(`${appointmentPath(hall, held.appointment.id)}/cancel`, { secret: held.secret });
    } catch (fault) {
      console.warn("book: the held place was not given back", fault);
    }
  }

  private named(): { device?: string } {
    return this.device ? { device: this.device } : {};
  }

  // The same wish without an answer goes under the same id; an answer, also a refusal, ends it.
  private async once<T>(path: string, body: Record<string, unknown>): Promise<T> {
    const wish = `${path} ${JSON.stringify(body)}`;
    const commandId = this.open.get(wish) || newCommandId();
    this.open.set(wish, commandId);
    try {
      const answer = await this.api.command<T>(path, { ...body, command_id: commandId });
      this.open.delete(wish);
      return answer;
    } catch (fault) {
      if (fault instanceof Refused && fault.status < 500) {
        this.open.delete(wish);
      }
      throw fault;
    }
  }
}

export function appointmentPath(hall: string, id: string): string {
  return `api/halls/${encodeURIComponent(hall)}/appointments/${encodeURIComponent(id)}`;
}

// What was left empty is not sent.
function known(person: Person): Partial<Person> {
  const fields: Partial<Person> = { person: person.person };
  if (person.phone) {
    fields.phone = person.phone;
  }
  if (person.name) {
    fields.name = person.name;
  }
  return fields;
}
