// Where a page is and what its address asks for: the product's root, query fields, the secret.

/** The product's root with a closing slash, also behind a prefix and from `/t/{hall}/{ticket}` or `/a/{hall}/{booking}`. */
export function rootUrl(href: string = location.href): string {
  const url = new URL(href);
  const path = url.pathname.replace(/\/[at]\/[^/]+\/[^/]+\/?$/, "/").replace(/[^/]*$/, "");
  return url.origin + (path || "/");
}

/** The hall and ticket of `/t/{hall}/{ticket}`, or null on any other page. */
export function ticketOfPath(pathname: string): { hall: string; ticket: string } | null {
  const found = /\/t\/([^/]+)\/([^/]+)\/?$/.exec(pathname);
  if (!found) {
    return null;
  }
  return { hall: decode(found[1] as string), ticket: decode(found[2] as string) };
}

/** The hall and booking of `/a/{hall}/{appointment}`, or null on any other page. */
export function appointmentOfPath(pathname: string): { hall: string; appointment: string } | null {
  const found = /\/a\/([^/]+)\/([^/]+)\/?$/.exec(pathname);
  if (!found) {
    return null;
  }
  return { hall: decode(found[1] as string), appointment: decode(found[2] as string) };
}

/** One field of the query, trimmed; empty when absent. */
export function query(name: string, search: string = location.search): string {
  return (new URLSearchParams(search).get(name) || "").trim();
}

/** The ticket's secret: it travels in the fragment, which browsers never send to a server. */
export function secretOfHash(hash: string = location.hash): string {
  const text = decode(hash.replace(/^#/, ""));
  return text.startsWith("secret=") ? text.slice("secret=".length) : text;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
