// The kiosk: /kiosk?hall=…&device=…&printer=agent|browser|none, where numbers are taken.
// `agent=` names another address of the print service, `public=` the address that phones reach the product by.

import "../kiosk/kiosk.css";

import "../kiosk/app";
import { openPage } from "../shared/element";

openPage();
