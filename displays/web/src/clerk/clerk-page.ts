// The clerk page from signing in to the desk: account, hall, window, then the console or the guide's page.

import { css, html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";

import { Api } from "../shared/api";
import "../shared/components/topbar";
import { OwElement, define } from "../shared/element";
import { StaffEntry } from "../shared/entry";
import { pick } from "../shared/i18n";
import { query } from "../shared/place";
import { type Account, remember, signOut } from "../shared/session";
import type { HallInfo } from "../shared/types";
import "./console";
import { Desk } from "./desk";
import "./guide";
import { LEADS } from "./guide-acts";
import { changePassword } from "./own-password";
import "./sign-in";
import { deskStyles } from "./styles";
import { say } from "./texts";
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
  private readonly entry = new StaffEntry(this, this.api, (hall, account) => this.entered(hall, account));
  @state() private hall: HallInfo | null = null;
  @state() private desk: Desk | null = null;
  /** Who leads may sit at a window or stand at the guide desk; loading again asks anew. */
  @state() private atGuide = false;

  protected override render(): TemplateResult {
    const { account } = this.entry;
    if (this.desk) {
      return html`<ow-console .desk=${this.desk} @ow-leave=${this.leave} @ow-sign-out=${() => signOut(this.api)}></ow-console>`;
    }
    if (account && this.hall && (account.role === "guide" || this.atGuide)) {
      return html`<ow-guide .api=${this.api} .hall=${this.hall} .account=${account} @ow-sign-out=${() => signOut(this.api)}></ow-guide>`;
    }
    return html`<ow-topbar heading=${say("title")} beside=${this.hall ? pick(this.hall.name) : ""}>
        ${account ? html`<span class="muted">${account.name}</span>&emsp;
          ${this.hall && LEADS.indexOf(account.role) >= 0 ? html`<button class="button" data-testid="to-guide" @click=${() => (this.atGuide = true)}>${say("to_guide")}</button>` : nothing}
          <button class="button" data-testid="change-password" @click=${() => void changePassword(this.api, account)}>${say("change_password")}</button>
          <button class="button" data-testid="sign-out" @click=${() => signOut(this.api)}>${say("sign_out")}</button>` : nothing}
      </ow-topbar>
      <main>${this.step()}</main>`;
  }

  private step(): TemplateResult | typeof nothing {
    const { entry } = this;
    if (entry.account === null) {
      return html`<ow-sign-in .api=${this.api} heading=${say("title")} @ow-signed-in=${(event: CustomEvent<Account>) => entry.signedIn(event.detail)}></ow-sign-in>`;
    }
    if (this.hall) {
      return html`<ow-window-choice .api=${this.api} .hall=${this.hall} @ow-window=${(event: CustomEvent<string>) => this.sit(event.detail)}></ow-window-choice>`;
    }
    if (entry.halls.length > 0) {
      return html`<ow-hall-choice .halls=${entry.halls} @ow-hall=${(event: CustomEvent<string>) => entry.enter(event.detail)}></ow-hall-choice>`;
    }
    return nothing;
  }

  private entered(hall: HallInfo, account: Account): void {
    this.hall = hall;
    const window = query("window");
    if (window && account.role !== "guide" && hall.windows.some((one) => one.code === window)) {
      this.sit(window);
    }
  }

  private sit(window: string): void {
    const { account } = this.entry;
    if (this.hall && account) {
      remember({ window });
      this.desk = new Desk(this.api, this.hall, account, window);
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
