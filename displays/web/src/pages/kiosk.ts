// The kiosk: /kiosk?hall=…&device=…&printer=agent|browser|none, where numbers are taken.
// `agent=` names another address of the print service, `public=` the address that phones reach the product by.

import "../kiosk/kiosk.css";

import "../kiosk/app";
import { chooseMissing } from "../shared/components/choose";
import { openPage } from "../shared/element";

if (!chooseMissing("kiosk")) {
  openPage();
  document.body.appendChild(document.createElement("ow-kiosk"));
}
