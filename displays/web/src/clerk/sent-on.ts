// After a transfer to another hall: tell who sent the visitor there which number they have, as soon as it is made.

import type { Api } from "../shared/api";
import { pick } from "../shared/i18n";
import type { Linked } from "../shared/linked";
import type { HallInfo } from "../shared/types";
import { ask } from "./ask";
import { enc } from "./desk";
import { say } from "./texts";

const LOOK_MS = 500;
// The number is usually there at the first look; whoever waits longer is told so.
const LOOKS = 20;

/** Wait for the number in the other hall and show it large, or say that it takes longer. */
export async function tellLinked(api: Api, hall: HallInfo, sent: { id: string; number: string }): Promise<void> {
  const found = await lookFor(api, hall, sent.id);
  if (!found) {
    return;
  }
  const there = found.hall.name ? pick(found.hall.name) : found.hall.code;
  await ask({
    heading: say("linked_title", { number: sent.number, hall: there }),
    number: found.ticket ? found.ticket.number : "",
    intro: found.ticket ? say("linked_told", { number: found.ticket.number, hall: there }) : say("linked_late", { hall: there }),
    fields: [],
    confirm: say("dismiss"),
    testid: "dialog-linked",
  });
}

async function lookFor(api: Api, hall: HallInfo, ticket: string): Promise<Linked | null> {
  let found: Linked | null = null;
  for (let look = 0; look < LOOKS && !(found && found.ticket); look += 1) {
    if (look > 0) {
      await new Promise((resolve) => window.setTimeout(resolve, LOOK_MS));
    }
    try {
      found = (await api.get<{ linked: Linked | null }>(`api/halls/${enc(hall.hall)}/tickets/${enc(ticket)}/linked`)).linked;
    } catch {
      // Not reached now: the next look may be.
    }
  }
  return found;
}
