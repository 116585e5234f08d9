// How the first screen shows what a hall does: at once, page by page, or by subject.

import { themesOf } from "../shared/themes";
import type { HallInfo } from "../shared/types";

export type Offer = "few" | "pages" | "themes";

// With no more items than this a hall needs no themes: a village counter shows what it does.
const FEW_ITEMS = 8;

type Offered = Pick<HallInfo, "items" | "themes" | "packages">;

/** Where all items have one subject nobody need choose it; packages have their place beside the subjects. */
export function offerOf(hall: Offered): Offer {
  if (hall.items.length <= FEW_ITEMS) {
    return "few";
  }
  return themesOf(hall).length === 1 && hall.packages.length === 0 ? "pages" : "themes";
}
