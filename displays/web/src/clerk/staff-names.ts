// What people call those who work in the hall; views and the log name accounts only.

import type { Api } from "../shared/api";
import { windowText } from "../shared/format";
import { clerkName } from "./account-name";

// An account that is still unknown after a read, a new one perhaps, is asked for again after so long.
const ASK_EVERY_MS = 30_000;

export class StaffNames {
  private names = new Map<string, string>();
  private askedMs = -Infinity;

  constructor(
    private readonly api: Api,
    private readonly hall: string,
    /** Told when names become known; a page that is drawn every second needs none. */
    private readonly changed: () => void = () => undefined,
  ) {}

  /** The person's name, or the account as long as no name is known. */
  of(clerk: string | null | undefined): string {
    const account = clerkName(clerk);
    const name = this.names.get(account);
    if (account && name === undefined) {
      void this.ask();
    }
    return name || account;
  }

  /** The same beside a window's label: nothing if the account is called as the window is. */
  beside(clerk: string | null | undefined, label: string): string {
    const name = this.of(clerk);
    return [label, `${label} 号窗口`, windowText(label)].indexOf(name) >= 0 ? "" : name;
  }

  private async ask(): Promise<void> {
    if (performance.now() - this.askedMs < ASK_EVERY_MS) {
      return;
    }
    this.askedMs = performance.now();
    try {
      const { staff } = await this.api.get<{ staff: { account: string; name: string }[] }>(`api/halls/${encodeURIComponent(this.hall)}/staff`);
      this.names = new Map(staff.map((one): [string, string] => [one.account, one.name]));
      this.changed();
    } catch (fault) {
      // Accounts stand there until the next try.
      console.warn("staff: names are not known yet", fault);
    }
  }
}
