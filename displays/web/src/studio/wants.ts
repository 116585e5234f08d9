// What a search for the fewest windows is asked for, as it is written, and as the API takes it.

/** Requirements as they are written; an empty one is not asked for. */
export interface Wants {
  share: string;
  p50: string;
  p90: string;
  use: string;
  booked: string;
  bookedWithin: string;
}

export const WANTED: Wants = { share: "90", p50: "", p90: "", use: "", booked: "", bookedWithin: "10" };

/** The fields of an ask that say what is wanted; `isBooking`: somebody may have a booking. */
export function wantedOf(wants: Wants, isBooking: boolean): Record<string, number | null> {
  const booked = isBooking ? numberOf(wants.booked) : null;
  const within = numberOf(wants.bookedWithin);
  return {
    kept_pct: numberOf(wants.share),
    p50_min: numberOf(wants.p50),
    p90_min: numberOf(wants.p90),
    use_pct: numberOf(wants.use),
    booked_pct: booked,
    ...(booked !== null && within !== null ? { booked_min: within } : {}),
  };
}

/** A number as it is written; null where nothing, or no number, is. */
export function numberOf(value: string): number | null {
  return value.trim() === "" || !Number.isFinite(Number(value)) ? null : Number(value);
}
