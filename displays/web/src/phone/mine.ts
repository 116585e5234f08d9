// The person's own tickets, kept in this browser only: a ticket's secret is the key to its page.

import type { Text } from "../shared/types";

export interface Mine {
  hall: string;
  ticket: string;
  number: string;
  secret: string;
  hallName: Text;
  takenMs: number;
}

const STORED = "ow.tickets";
const LIMIT = 12;
// A ticket belongs to its day; materials may be owed for some days after it.
const KEPT_MS = 30 * 24 * 3600 * 1000;

export function myTickets(nowMs: number = Date.now()): Mine[] {
  return read().filter((one) => nowMs - one.takenMs < KEPT_MS);
}

export function remember(ticket: Mine): void {
  const others = myTickets().filter((one) => one.ticket !== ticket.ticket);
  write([ticket].concat(others).slice(0, LIMIT));
}

export function forget(ticket: string): void {
  write(read().filter((one) => one.ticket !== ticket));
}

export function secretOf(hall: string, ticket: string): string {
  const found = read().find((one) => one.hall === hall && one.ticket === ticket);
  return found ? found.secret : "";
}

function read(): Mine[] {
  try {
    const kept = JSON.parse(localStorage.getItem(STORED) || "[]") as unknown;
    return Array.isArray(kept) ? (kept as Mine[]).filter(isMine) : [];
  } catch {
    return [];
  }
}

function write(tickets: Mine[]): void {
  try {
    localStorage.setItem(STORED, JSON.stringify(tickets));
  } catch {
    // Private windows refuse: the link itself still opens the ticket.
    return;
  }
}

function isMine(one: Mine | null): one is Mine {
  return !!one && typeof one.ticket === "string" && typeof one.hall === "string" && !!one.hallName;
}
