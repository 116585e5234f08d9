// How long is long: the two thresholds of the hall's rules, the same that raise its alarms.

export type WaitLevel = "" | "warn" | "alarm";

export interface WaitRules {
  wait_warn_ms: number;
  wait_alarm_ms: number;
}

/** Absent or zero: nobody waits. */
export function waitLevel(waitedMs: number | null | undefined, rules: WaitRules): WaitLevel {
  if (!waitedMs || waitedMs < rules.wait_warn_ms) {
    return "";
  }
  return waitedMs >= rules.wait_alarm_ms ? "alarm" : "warn";
}
