// Where a visit goes on that was sent to another hall, as `GET …/tickets/{id}/linked` tells it.

import type { Text } from "./types";

export interface Linked {
  hall: { code: string; name: Text | null };
  /** Null until the number there is made; page and secret only for who holds the old ticket. */
  ticket: { id: string; number: string; page?: string; secret?: string } | null;
}

/** The address of the new ticket's page, or nothing for who may not see it. */
export function linkedPage(linked: Linked, root: string): string {
  const page = linked.ticket && linked.ticket.page;
  return page ? new URL(page.replace(/^\//, ""), root).href : "";
}
