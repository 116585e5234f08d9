// Why the server does not know a screen or kiosk: nobody signs in at one, its address holds its token.

import { hasText, text } from "./i18n";
import type { Text } from "./types";

/** The refusal as people at a device read it, with what is to be done; as it came where it is not about the device. */
export function deviceTold<R extends { code: string; title: Text }>(refusal: R | null): { code: string; title: Text } | null {
  const key = `device.${refusal ? refusal.code : ""}`;
  return refusal && hasText(key) ? { code: refusal.code, title: text(key) } : refusal;
}
