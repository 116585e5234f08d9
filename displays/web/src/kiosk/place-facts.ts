// Where somebody stands in line: people ahead, the wait, the windows.

import { html } from "lit";

import { waitText } from "../shared/format";
import { pick, t, text } from "../shared/i18n";
import type { TakenTicket } from "../shared/types";
import { say } from "./part";
import { windowLabels } from "./review";

export function placeFacts(ticket: TakenTicket, p50Ms: number | null | undefined, p80Ms: number | null | undefined) {
  return html`<div>
      <dt class="line">${say("kiosk.ahead.label")}</dt>
      <dd data-testid="ahead">${typeof ticket.ahead === "number" ? `${ticket.ahead} ${t("kiosk.ahead.people")}` : "–"}</dd>
    </div>
    <div>
      <dt class="line">${say("kiosk.wait.label")}</dt>
      <dd data-testid="wait">${pick(waitText(p50Ms, p80Ms))}</dd>
    </div>
    <div class="where">
      <dt class="line">${say("kiosk.windows.label")}</dt>
      <dd data-testid="windows">${windowLabels(ticket.windows || []) || pick(text("kiosk.windows.closed"))}</dd>
    </div>`;
}
