// The places of a visit in one hall over the coming days, as last heard.

import type { Api } from "../shared/api";
import { itemsQuery, plusDays } from "./days";
import type { SlotDay, SlotsAnswer, Wanted } from "./types";

// Three weeks: more than any hall's horizon, holidays included; the server allows 31 days.
const DAYS = 21;

export class DaySlots {
  days: SlotDay[] = [];
  isKnown = false;
  private etag = "";
  private isAsking = false;

  private constructor(
    private readonly api: Api,
    private readonly path: string,
  ) {}

  /** What is known already, if it is about this visit; else a fresh one, or null while the visit is not known. */
  static of(
    known: DaySlots | null, api: Api, hall: string, items: readonly Wanted[], today: string,
  ): DaySlots | null {
    if (!hall || !today || items.length === 0) {
      return null;
    }
    const range = `from=${today}&to=${plusDays(today, DAYS - 1)}`;
    const path = `api/halls/${encodeURIComponent(hall)}/slots?${itemsQuery(items)}&${range}`;
    return known && known.path === path ? known : new DaySlots(api, path);
  }

  /** Whether something has changed since. */
  async ask(): Promise<boolean> {
    if (this.isAsking) {
      return false;
    }
    this.isAsking = true;
    try {
      const found = await this.api.getNewer<SlotsAnswer>(this.path, this.etag);
      if (found) {
        this.days = found.body.days;
        this.etag = found.etag;
      }
      const isNew = found !== null || !this.isKnown;
      this.isKnown = true;
      return isNew;
    } finally {
      this.isAsking = false;
    }
  }
}
