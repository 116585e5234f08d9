// The items and windows that a question offers: all of the hall, or in the order that suits a ticket that is sent on.

import { pick } from "../shared/i18n";
import type { HallInfo } from "../shared/types";
import type { Option } from "./ask";
import { say } from "./texts";
import type { StaffTicket, TicketItem } from "./types";

type WithItems = Pick<StaffTicket, "items">;

export function itemOptions(hall: HallInfo): Option[] {
  const themes = new Map(hall.themes.map((theme) => [theme.code, pick(theme.name)] as const));
  return hall.items.map((item) => ({
    value: item.code,
    label: pick(item.name),
    note: themes.get(item.theme) || "",
    find: `${item.name.zh} ${item.name.en} ${Array.isArray(item.keywords) ? item.keywords.join(" ") : item.keywords}`,
  }));
}

/** The open items of a ticket first: they are what it is sent to most; any other is added by the transfer, and says so. */
export function transferItems(hall: HallInfo, ticket: WithItems): Option[] {
  const open = ticket.items.filter((item) => isOpenItem(item));
  const own = open.filter((item, place) => open.findIndex((one) => one.code === item.code) === place);
  const rest = itemOptions(hall).filter((option) => !own.some((item) => item.code === option.value));
  return own.map((item): Option => ({ value: item.code, label: pick(item.name), note: say("on_ticket") })).concat(rest);
}

/** Whether the transfer to this item adds it to the ticket. */
export function isAdded(ticket: WithItems, code: string): boolean {
  return code !== "" && !ticket.items.some((item) => item.code === code && isOpenItem(item));
}

/** The open item that is served now, or comes first: the one that a transfer may put down as taken by mistake. */
export function servedItem(ticket: WithItems): TicketItem | null {
  return ticket.items.find((item) => item.state === "SERVING") || ticket.items.find((item) => item.state === "OPEN") || null;
}

/** Whether the transfer to this item may take the place of the one that is served. */
export function mayReplace(ticket: WithItems, code: string): boolean {
  const served = servedItem(ticket);
  return code !== "" && served !== null && served.code !== code;
}

function isOpenItem(item: TicketItem): boolean {
  return item.state === "OPEN" || item.state === "SERVING";
}

export function windowOptions(hall: Pick<HallInfo, "areas" | "windows">): Option[] {
  const areas = new Map(hall.areas.map((area) => [area.code, pick(area.name)] as const));
  return hall.windows.map((one) => ({ value: one.code, label: say("window_n", { label: one.label }), note: areas.get(one.area) || "", find: one.code }));
}

/** Its own window last, and named as that: sent there, a ticket only waits again. */
export function transferWindows(hall: Pick<HallInfo, "areas" | "windows">, ticket: Pick<StaffTicket, "window_code">): Option[] {
  const all = windowOptions(hall);
  const own = all.filter((one) => one.value === ticket.window_code);
  const others = all.filter((one) => one.value !== ticket.window_code);
  return others.concat(own.map((one) => ({ ...one, note: say("own_window") })));
}
