// Who comes in new hours: as it is written on the page, and as the API takes it.

import type { Stated } from "./types";
import { numberOf } from "./wants";

/** A range as it is written; nothing written is nobody. */
export interface Written {
  low: string;
  high: string;
  isPercent: boolean;
}

/** Who comes in new hours: in all of them together, or in one of them. */
export interface Comers {
  moved: Written;
  induced: Written;
}

export const NOBODY: Written = { low: "", high: "", isPercent: true };
export const NOBODIES: Comers = { moved: NOBODY, induced: NOBODY };

/** A range as the API takes it: one end that is written is both. */
export function statedOf({ low, high, isPercent }: Written): Stated {
  const [from, to] = [numberOf(low), numberOf(high)];
  return { low: from ?? to ?? 0, high: to ?? from ?? 0, is_percent: isPercent };
}

/** A range as it would be written. */
export function writtenOf(one: Stated): Written {
  return one.high === 0 && one.low === 0 ? { ...NOBODY, isPercent: one.is_percent } : { low: text(one.low), high: text(one.high), isPercent: one.is_percent };
}

/** A number as it would be written; nothing for none. */
export function text(value: number | null): string {
  return value === null ? "" : String(value);
}
