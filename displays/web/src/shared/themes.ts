// The subjects of a hall's items.

import type { HallInfo, Text } from "./types";

/** The themes that have items. */
export function themesOf(hall: Pick<HallInfo, "items" | "themes">): { code: string; name: Text }[] {
  return hall.themes.filter((theme) => hall.items.some((item) => item.theme === theme.code));
}
