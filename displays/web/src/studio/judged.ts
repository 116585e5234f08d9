// Whether a difference between plans is good, bad, or not to be told.

import type { Figure } from "./types";

export type Judged = "better" | "worse" | "same";

// Other people and busier windows are neither better nor worse.
const NEUTRAL: readonly string[] = ["visitors", "use_pct"];

/** Better, worse, or not to be told, of what is better the more there is: its interval lies on one side of zero, or does not. */
export function tone(one: Figure | null | undefined): Judged {
  if (!one || one.low === null || one.high === null || (one.low <= 0 && one.high >= 0)) {
    return "same";
  }
  return one.low > 0 ? "better" : "worse";
}

/** The same of any figure of a plan: of all but the promise less is better, waits, losses and cost alike. */
export function judged(code: string, one: Figure | null | undefined): Judged {
  const word = NEUTRAL.indexOf(code) >= 0 ? "same" : tone(one);
  return code === "kept_pct" || word === "same" ? word : word === "better" ? "worse" : "better";
}
