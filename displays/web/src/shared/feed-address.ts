// What a live feed is of, and the address that says so (docs/protocol.md, section 5).

export type ViewName = "board" | "area" | "strip" | "ticket" | "clerk" | "manager";

export interface FeedAddress {
  hall: string;
  view: ViewName;
  area?: string | undefined;
  window?: string | undefined;
  ticket?: string | undefined;
  secret?: string | undefined;
  device?: string | undefined;
  token?: string | undefined;
  /** A simulated day of the studio instead of the live hall: another address, another hub on the server. */
  simulated?: string | undefined;
}

export interface FeedOptions extends FeedAddress {
  /** Where the product is served, with a closing slash. */
  root: string;
  /** Say "shown" after painting rings: screens do, people's pages do not. */
  receipts?: "send" | "none";
}

/** The address of a feed; `since` is given only by a client that holds a state. */
export function feedUrl(options: FeedOptions, since: number | null): string {
  const day = options.simulated ? `/studio/${encodeURIComponent(options.simulated)}` : "";
  const url = new URL(`ws/halls/${encodeURIComponent(options.hall)}${day}`, options.root);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.search = feedQuery(options);
  if (since !== null) {
    url.searchParams.set("since", String(since));
  }
  return url.href;
}

/** Where a page asks why a feed is not given. */
export function whyPath(options: FeedOptions): string {
  const hall = `api/halls/${encodeURIComponent(options.hall)}`;
  return options.simulated
    ? `${hall}/studio/days/${encodeURIComponent(options.simulated)}`
    : `${hall}/feed?${feedQuery({ ...options, device: "", token: "" })}`;
}

/** What the address asks for, as a query. */
export function feedQuery(address: FeedAddress): string {
  const fields = ["view", "area", "window", "ticket", "secret", "device", "token"] as const;
  const params = new URLSearchParams();
  for (const field of fields) {
    const value = address[field];
    if (value) {
      params.set(field, value);
    }
  }
  return params.toString();
}
