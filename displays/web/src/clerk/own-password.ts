// The own password: changed by giving the old one; a temporary one is changed before anything else.

import { type Api, faultText, SIGN_IN_MS } from "../shared/api";
import { toast } from "../shared/components/dialog";
import { pick } from "../shared/i18n";
import type { Account } from "../shared/session";
import { ask, type Values } from "./ask";
import { say } from "./texts";

// The server takes no shorter one, and none of blanks only.
export const SHORTEST_PASSWORD = 8;

/** Say what is wrong with a new password that was typed twice; empty if nothing is. */
export function faultOfNew(password: string, again: string): string {
  if (password.length < SHORTEST_PASSWORD || password.trim() === "") {
    return say("password_short");
  }
  return password === again ? "" : say("password_differs");
}

/** Ask for the old and the new password until the server takes them, or the person leaves. */
export async function changePassword(api: Api, account: Account, refusal = ""): Promise<void> {
  if (account.has_password === false) {
    toast(say("password_elsewhere"));
    return;
  }
  const given = await ask({
    heading: say("change_password"),
    intro: refusal || say("change_password_hint"),
    fields: [
      { name: "old", label: say("password_old"), kind: "password", required: true },
      { name: "password", label: say("password_new"), kind: "password", required: true, shortest: SHORTEST_PASSWORD },
      { name: "again", label: say("password_again"), kind: "password", required: true },
    ],
    confirm: say("change_password"),
    testid: "dialog-password",
  });
  if (!given) {
    return;
  }
  const fault = await sent(api, given);
  if (fault) {
    return changePassword(api, account, fault);
  }
  toast(say("password_changed"), "good");
}

async function sent(api: Api, given: Values): Promise<string> {
  const fault = faultOfNew(String(given.password), String(given.again));
  if (fault) {
    return fault;
  }
  try {
    await api.send("POST", "api/me/password", { old: given.old, password: given.password }, SIGN_IN_MS);
    return "";
  } catch (refused) {
    return pick(faultText(refused));
  }
}
