// The one catalogue of what pages say: [Chinese, English]. Clerk and manager pages keep their own
// parts beside their components, in the same form.

import { kioskTexts } from "../kiosk/texts";
import { boardTexts } from "./texts/board";
import { bookingTexts } from "./texts/booking";
import { commonTexts } from "./texts/common";
import { phoneTexts } from "./texts/phone";
import { startTexts } from "./texts/start";

export const texts = {
  ...commonTexts,
  ...startTexts,
  ...boardTexts,
  ...phoneTexts,
  ...bookingTexts,
  ...kioskTexts,
} as const;
