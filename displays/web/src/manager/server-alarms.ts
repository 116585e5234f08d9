// Alarms about the server itself: the manager's page shows them above everything else.

import type { Alarm } from "./types";

const CODES = ["HALL_STOPPED", "LEDGER_FAILS", "BUS_LOST", "RATES_ALONE"];

export function isOfServer(alarm: Alarm): boolean {
  return CODES.indexOf(alarm.code) >= 0;
}
