// Where somebody stands in line: people ahead, the wait, the windows.

import { html, nothing } from "lit";

import { waitText } from "../shared/format";
import { pick, t, text } from "../shared/i18n";
import type { TakenTicket } from "../shared/types";
import { say } from "./part";
import { windowLabels } from "./review";

export function placeFacts(ticket: TakenTicket, p50Ms: number | null | undefined, p80Ms: number | null | undefined) {
  const windows = windowLabels(ticket.windows || []);
  // Who came before the slot is not in line yet: nobody is ahead, no window is meant, and the wait is until the slot.
  const isInLine = typeof ticket.ahead === "number";
  return html`${isInLine
      ? html`<div>
            <dt class="line">${say("kiosk.ahead.label")}</dt>
            <dd data-testid="ahead">${peopleText(ticket.ahead)}</dd>
          </div>
          <div>
            <dt class="line">${say("kiosk.wait.label")}</dt>
            <dd data-testid="wait">${pick(waitText(p50Ms, p80Ms))}</dd>
          </div>`
      : nothing}
    ${windows || isInLine
      ? html`<div class="where">
          <dt class="line">${say("kiosk.windows.label")}</dt>
          <dd data-testid="windows">${windows || pick(text("kiosk.windows.closed"))}</dd>
        </div>`
      : nothing}`;
}

export function peopleText(n: number): string {
  return `${n} ${t(n === 1 ? "kiosk.ahead.person" : "kiosk.ahead.people")}`;
}
