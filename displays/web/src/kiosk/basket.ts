// What a visitor has chosen so far: several items on one ticket, each with a quantity.

import type { HallInfo, WaitGroup, Waits } from "../shared/types";

export interface Chosen {
  code: string;
  quantity: number;
}

export type Limits = HallInfo["limits"];

export function has(basket: readonly Chosen[], code: string): boolean {
  return basket.some((one) => one.code === code);
}

/** Add items that are not in it yet, as far as the hall's limit allows. */
export function withItems(basket: readonly Chosen[], codes: readonly string[], limits: Limits): Chosen[] {
  const fresh = codes.filter((code, place) => !has(basket, code) && codes.indexOf(code) === place);
  return basket.concat(fresh.map((code) => ({ code, quantity: 1 }))).slice(0, limits.max_items);
}

export function without(basket: readonly Chosen[], code: string): Chosen[] {
  return basket.filter((one) => one.code !== code);
}

/** Change a quantity by `step`, never below 1 nor above the hall's limit. */
export function withStep(basket: readonly Chosen[], code: string, step: number, limits: Limits): Chosen[] {
  return basket.map((one) =>
    one.code === code ? { code, quantity: Math.max(1, Math.min(limits.max_quantity, one.quantity + step)) } : one,
  );
}

export function groupOf(waits: Waits | null, code: string): WaitGroup | null {
  const place = waits ? waits.items[code] : undefined;
  return waits && place !== undefined ? waits.groups[place] || null : null;
}

/** What to tell before taking: the longest of the chosen items' waits, since one ticket waits for all. */
export function longestGroup(waits: Waits | null, codes: readonly string[]): WaitGroup | null {
  let longest: WaitGroup | null = null;
  for (const code of codes) {
    const group = groupOf(waits, code);
    if (group && (!longest || weight(group) > weight(longest))) {
      longest = group;
    }
  }
  return longest;
}

// An unknown wait counts as longer than any known one, so that no false short range is told.
function weight(group: WaitGroup): number {
  return group.p80_ms === null || group.p80_ms === undefined ? Infinity : group.p80_ms;
}
