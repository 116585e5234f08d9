// Faults of settings come in both languages in one line; a person reads one.

import { language } from "../shared/i18n";

/** The server tells each fault in both languages, as "中文 / English". */
export function oneLanguage(message: string): string {
  const [zh, en] = message.split(" / ");
  return en === undefined ? message : language() === "zh" ? (zh as string) : message.slice((zh as string).length + 3);
}
