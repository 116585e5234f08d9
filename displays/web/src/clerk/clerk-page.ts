// The clerk page from signing in to the desk: account, hall, window, then the console or the guide's page.

import { css, html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";

import { Api, faultText } from "../shared/api";
import { toast } from "../shared/components/dialog";
import "../shared/components/topbar";
import { OwElement, define } from "../shared/element";
import { pick } from "../shared/i18n";
import { query } from "../shared/place";
import type { HallInfo, HallSummary } from "../shared/types";
import "./console";
import { Desk } from "./desk";
import "./guide";
import { currentAccount, hallInfo, hallsOf, remember, signOut } from "./session";
import "./sign-in";
import { deskStyles } from "./styles";
import { say } from "./texts";
import type { Account } from "./types";
import "./window-choice";

export class OwClerk extends OwElement {
  static override styles = [
    ...deskStyles,
    css`
      main {
        min-height: 50vh;
      }
    `,
  ];

  private readonly api = new Api();
  @state() private account: Account | null | undefined = undefined;
  @state() private halls: HallSummary[] = [];
  @state() private hall: HallInfo | null = null;
  @state() private desk: Desk | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.begin();
  }

  protected override render(): TemplateResult {
    if (this.desk) {
      return html`<ow-console .desk=${this.desk} @ow-leave=${this.leave} @ow-sign-out=${() => signOut(this.api)}></ow-console>`;
    }
    if (this.account && this.hall && this.account.role === "guide") {
      return html`<ow-guide .api=${this.api} .hall=${this.hall} .account=${this.account} @ow-sign-out=${() => signOut(this.api)}></ow-guide>`;
    }
    return html`<ow-topbar heading=${say("title")} beside=${this.hall ? pick(this.hall.name) : ""}>
        ${this.account ? html`<span class="muted">${this.account.name}</span>&emsp;
          <button class="button" data-testid="sign-out" @click=${() => signOut(this.api)}>${say("sign_out")}</button>` : nothing}
      </ow-topbar>
      <main>${this.step()}</main>`;
  }

  private step(): TemplateResult | typeof nothing {
    if (this.account === null) {
      return html`<ow-sign-in .api=${this.api} heading=${say("title")} @ow-signed-in=${(event: CustomEvent<Account>) => this.signedIn(event.detail)}></ow-sign-in>`;
    }
    if (this.hall) {
      return html`<ow-window-choice .api=${this.api} .hall=${this.hall} @ow-window=${(event: CustomEvent<string>) => this.sit(event.detail)}></ow-window-choice>`;
    }
    if (this.halls.length > 0) {
      return html`<ow-hall-choice .halls=${this.halls} @ow-hall=${(event: CustomEvent<string>) => this.enter(event.detail)}></ow-hall-choice>`;
    }
    return nothing;
  }

  private async begin(): Promise<void> {
    try {
      const account = await currentAccount(this.api);
      if (account) {
        await this.signedIn(account);
      } else {
        this.account = null;
      }
    } catch (fault) {
      this.account = null;
      toast(pick(faultText(fault)), "bad");
    }
  }

  private async signedIn(account: Account): Promise<void> {
    this.account = account;
    try {
      const halls = await hallsOf(this.api, account);
      const only = halls.length === 1 ? (halls[0] as HallSummary).hall : "";
      const wanted = query("hall") || only;
      this.halls = halls;
      if (wanted) {
        await this.enter(wanted);
      }
    } catch (fault) {
      toast(pick(faultText(fault)), "bad");
    }
  }

  private async enter(hall: string): Promise<void> {
    try {
      this.hall = await hallInfo(this.api, hall);
      remember({ hall });
      const window = query("window");
      if (window && this.account && this.account.role !== "guide" && this.hall.windows.some((one) => one.code === window)) {
        this.sit(window);
      }
    } catch (fault) {
      toast(pick(faultText(fault)), "bad");
    }
  }

  private sit(window: string): void {
    if (this.hall && this.account) {
      remember({ window });
      this.desk = new Desk(this.api, this.hall, this.account, window);
      this.desk.start();
    }
  }

  private leave(): void {
    if (this.desk) {
      this.desk.stop();
      this.desk = null;
      remember({ window: null });
    }
  }
}

define("ow-clerk", OwClerk);
