// What a signed-in manager holds: the hall, its live feed, and commands whose refusals are told to the person.

import { StaffNames } from "../clerk/staff-names";
import { type Api, Refused, faultText, newCommandId } from "../shared/api";
import { toast } from "../shared/components/dialog";
import { LiveFeed } from "../shared/feed";
import { pick } from "../shared/i18n";
import type { HallInfo } from "../shared/types";
import type { Account } from "../shared/session";
import { say } from "./texts";
import type { ManagerLive, ManagerState } from "./types";

export class House {
  readonly feed: LiveFeed<ManagerState, ManagerLive>;
  readonly staff: StaffNames;
  private sending = false;

  constructor(
    readonly api: Api,
    readonly hall: HallInfo,
    readonly account: Account,
  ) {
    this.staff = new StaffNames(api, hall.hall);
    this.feed = new LiveFeed<ManagerState, ManagerLive>({ root: api.root, hall: hall.hall, view: "manager" });
    // The session has ended: loading again leads to the sign-in.
    this.feed.onChange(() => this.feed.refusal && this.feed.refusal.status === 401 && location.reload());
  }

  /** A path of this hall, for instance `devices`. */
  path(rest: string): string {
    return `api/halls/${encodeURIComponent(this.hall.hall)}/${rest}`;
  }

  get live(): ManagerLive {
    return this.feed.live || {};
  }

  nowMs(): number {
    return this.feed.nowMs();
  }

  /** The date of the hall's day that runs, or runs next. */
  today(): string {
    return this.feed.state ? this.feed.state.day.date : this.hall.date;
  }

  /** Read; null and a message when it fails. */
  async read<T>(rest: string): Promise<T | null> {
    try {
      return await this.api.get<T>(this.path(rest));
    } catch (fault) {
      this.trouble(fault);
      return null;
    }
  }

  /** Send one command; null when refused or while another is on its way. */
  async command<T>(rest: string, body: Record<string, unknown> = {}): Promise<T | null> {
    if (this.sending) {
      return null;
    }
    this.sending = true;
    try {
      const answer = await this.api.command<T>(this.path(rest), { ...body, command_id: newCommandId() });
      toast(say("done_plain"), "good");
      return answer;
    } catch (fault) {
      this.trouble(fault);
      return null;
    } finally {
      this.sending = false;
    }
  }

  /** Send what is no command of a hall-day: devices, imports. */
  async post<T>(rest: string, body: unknown): Promise<T | null> {
    try {
      const answer = await this.api.send<T>("POST", this.path(rest), body);
      toast(say("done_plain"), "good");
      return answer;
    } catch (fault) {
      this.trouble(fault);
      return null;
    }
  }

  trouble(fault: unknown): void {
    toast(pick(faultText(fault)), "bad");
    if (fault instanceof Refused && fault.status === 401) {
      location.reload();
    }
  }
}
