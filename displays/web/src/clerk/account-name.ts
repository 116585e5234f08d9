// The log names people as role:account; a view may give either form.

export function sameClerk(clerk: string, account: string): boolean {
  return clerk === account || clerk.slice(clerk.indexOf(":") + 1) === account;
}

/** The account alone, for people. */
export function clerkName(clerk: string | null | undefined): string {
  return clerk ? clerk.slice(clerk.indexOf(":") + 1) : "";
}
