// Settings are saved in any case; what the day that is open made of them is told beside.

import { pick } from "../shared/i18n";
import type { Text } from "../shared/types";
import { say } from "./settings-texts";

/** The server's word: `changed`, `unchanged`, `later`, or the code of a refusal with its sentence. */
export interface DayTold {
  day?: string;
  day_refusal?: Text | null;
}

export function isBehind(told: DayTold): boolean {
  return !!told.day_refusal;
}

export function dayText(told: DayTold): string {
  if (told.day_refusal) {
    return say("saved_next", { why: pick(told.day_refusal) });
  }
  return say(told.day === "unchanged" ? "saved_same" : told.day === "later" ? "saved_later" : "saved");
}
