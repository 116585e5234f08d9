// What a window serves, in a few words.

import type { Serves } from "../clerk/types";
import { listed } from "../shared/format";
import { pick } from "../shared/i18n";
import type { HallInfo } from "../shared/types";
import { say } from "./texts";

/** Everything, or the themes and the single items. */
export function servesText(hall: Pick<HallInfo, "themes" | "items">, window: { serves?: Serves; themes?: string[] }): string {
  const serves = window.serves;
  if (serves && serves.everything) {
    return say("serve_all");
  }
  const themes = serves ? serves.themes : window.themes || [];
  const items = serves ? serves.items : [];
  const names = hall.themes.filter((one) => themes.indexOf(one.code) >= 0).map((one) => pick(one.name));
  return listed(names.concat(hall.items.filter((one) => items.indexOf(one.code) >= 0).map((one) => pick(one.name))));
}
