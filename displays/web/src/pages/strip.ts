// The strip over a window: `/strip?hall=&window=&device=`.

import { chooseMissing } from "../shared/components/choose";
import { openPage } from "../shared/element";
import { text } from "../shared/i18n";
import { query } from "../shared/place";
import "../strip/strip";

if (!chooseMissing("strip")) {
  openPage({ theme: "board", title: `${text("strip.title").zh} ${text("strip.title").en}` });
  const strip = document.createElement("ow-strip");
  for (const field of ["hall", "window", "device"]) {
    strip.setAttribute(field, query(field));
  }
  document.body.appendChild(strip);
}
