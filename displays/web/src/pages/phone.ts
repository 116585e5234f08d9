// The phone pages: `/t/{hall}/{ticket}#secret` (or `/phone?hall=&ticket=#secret`) follows a ticket,
// `/a/{hall}/{appointment}#secret` a booking; `/phone?hall=` takes a number, with `&book=1` it books a visit.

import { secretOfBooking } from "../booking/mine";
import "../phone/appointment";
import "../phone/book";
import "../phone/halls";
import { secretOf } from "../phone/mine";
import "../phone/take";
import "../phone/ticket";
import { openPage } from "../shared/element";
import { t } from "../shared/i18n";
import { appointmentOfPath, query, secretOfHash, ticketOfPath } from "../shared/place";

openPage({ title: t("phone.title") });

const hall = query("hall");
const place =
  ticketOfPath(location.pathname) ||
  (hall && query("ticket") ? { hall, ticket: query("ticket") } : null);
const booking = appointmentOfPath(location.pathname);

if (place) {
  show("ow-ticket", { ...place, secret: secretOfHash() || secretOf(place.hall, place.ticket) });
  // Another ticket's link that is opened in the same tab changes only the fragment.
  window.addEventListener("hashchange", () => location.reload());
} else if (booking) {
  show("ow-appointment", { ...booking, secret: secretOfHash() || secretOfBooking(booking.hall, booking.appointment) });
  window.addEventListener("hashchange", () => location.reload());
} else if (query("book")) {
  show("ow-book", hall ? { hall } : {});
} else if (hall) {
  show("ow-take", { hall });
} else {
  show("ow-halls", {});
}

function show(name: string, attributes: Record<string, string>): void {
  const page = document.createElement(name);
  for (const key of Object.keys(attributes)) {
    page.setAttribute(key, attributes[key] as string);
  }
  document.body.appendChild(page);
}
