// How a staff page begins: who is signed in, which halls they may choose, and the hall that they enter.

import type { ReactiveController, ReactiveControllerHost } from "lit";

import { type Api, faultText } from "./api";
import { toast } from "./components/dialog";
import { pick } from "./i18n";
import { query } from "./place";
import { type Account, currentAccount, hallInfo, hallsOf, remember } from "./session";
import type { HallInfo, HallSummary } from "./types";

export type Entered = (hall: HallInfo, account: Account) => void;

/** Renders its host again at every step; `entered` is told the hall once it is known. */
export class StaffEntry implements ReactiveController {
  /** Undefined until the server has said who is signed in; null when nobody is. */
  account: Account | null | undefined = undefined;
  halls: HallSummary[] = [];

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly api: Api,
    private readonly entered: Entered,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    void this.begin();
  }

  /** Go on with a person who has just signed in: into the only hall, or the one that the address names. */
  async signedIn(account: Account): Promise<void> {
    this.account = account;
    await this.attempt(async () => {
      this.halls = await hallsOf(this.api, account);
      const only = this.halls.length === 1 ? (this.halls[0] as HallSummary).hall : "";
      const wanted = query("hall") || only;
      if (wanted) {
        await this.enter(wanted);
      }
    });
  }

  async enter(hall: string): Promise<void> {
    const { account } = this;
    if (account) {
      await this.attempt(async () => {
        this.entered(await hallInfo(this.api, hall), account);
        remember({ hall });
      });
    }
  }

  private async begin(): Promise<void> {
    let account: Account | null = null;
    await this.attempt(async () => {
      account = await currentAccount(this.api);
    });
    this.account = account;
    if (account) {
      await this.signedIn(account);
    }
    this.host.requestUpdate();
  }

  private async attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (fault) {
      toast(pick(faultText(fault)), "bad");
    } finally {
      this.host.requestUpdate();
    }
  }
}
