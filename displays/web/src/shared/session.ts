// Who is signed in on this browser and for which hall: the first steps of every staff page.

import { type Api, Refused } from "./api";
import type { HallInfo, HallSummary } from "./types";

export interface Account {
  token?: string;
  account: string;
  name: string;
  role: string;
  halls: string[];
  /** There is a password here to change; who signs in at a provider only has none. */
  has_password?: boolean;
  /** Somebody else chose the password: the server wants another one first. */
  temporary?: boolean;
  expires_ms?: number;
}

/** The account of the session cookie, or null when nobody is signed in. */
export async function currentAccount(api: Api): Promise<Account | null> {
  try {
    const account = await api.get<Account>("api/me");
    // Whoever left the page before choosing a password of their own begins again.
    return account.temporary ? null : account;
  } catch (fault) {
    if (fault instanceof Refused && fault.status === 401) {
      return null;
    }
    throw fault;
  }
}

/** The halls that an account may choose; a trailing * covers every hall that begins so. */
export async function hallsOf(api: Api, account: Account): Promise<HallSummary[]> {
  const { halls } = await api.get<{ halls: HallSummary[] }>("api/halls");
  const own = account.halls || [];
  const mine = halls.filter((one) => own.some((code) => covers(code, one.hall)));
  return mine.length > 0 ? mine : halls;
}

function covers(code: string, hall: string): boolean {
  return code === hall || (code.slice(-1) === "*" && hall.indexOf(code.slice(0, -1)) === 0);
}

export function hallInfo(api: Api, hall: string): Promise<HallInfo> {
  return api.get<HallInfo>(`api/halls/${encodeURIComponent(hall)}`);
}

export async function signOut(api: Api): Promise<void> {
  try {
    await api.send("POST", "api/logout", {});
  } finally {
    location.assign(location.pathname + keep({ window: null }));
  }
}

/** Remember a choice in the address, so that a reload comes back to it. */
export function remember(fields: Record<string, string | null>): void {
  history.replaceState(null, "", location.pathname + keep(fields) + location.hash);
}

function keep(fields: Record<string, string | null>): string {
  const params = new URLSearchParams(location.search);
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    if (value) {
      params.set(name, value);
    } else {
      params.delete(name);
    }
  }
  const text = params.toString();
  return text ? `?${text}` : "";
}

