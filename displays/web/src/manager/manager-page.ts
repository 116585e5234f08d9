// The manager's page: signing in, then one of its parts; the part stands in the address.

import { css, html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";

import "../clerk/sign-in";
import { currentAccount, hallInfo, hallsOf, remember, signOut } from "../clerk/session";
import { deskStyles } from "../clerk/styles";
import type { Account } from "../clerk/types";
import { Api, faultText } from "../shared/api";
import { toast } from "../shared/components/dialog";
import "../shared/components/topbar";
import { OwElement, define } from "../shared/element";
import { pick } from "../shared/i18n";
import { query } from "../shared/place";
import type { HallSummary } from "../shared/types";
import "./accounts";
import "./calls";
import "./devices";
import "./figures";
import { House } from "./house";
import "./overview";
import "./settings";
import { kindText, say } from "./texts";

type Part = "overview" | "figures" | "calls" | "devices" | "settings" | "accounts";

const PARTS: readonly Part[] = ["overview", "figures", "calls", "devices", "settings", "accounts"];
// The table of rights on the server decides; this only hides what would be refused.
const ROLES: Record<Part, readonly string[]> = {
  overview: ["manager", "network", "admin"],
  figures: ["manager", "network", "admin", "auditor"],
  calls: ["manager", "network", "admin", "auditor"],
  devices: ["manager", "network", "admin", "auditor"],
  settings: ["manager", "network", "admin", "auditor"],
  accounts: ["admin", "auditor"],
};

export class OwManager extends OwElement {
  static override styles = [
    ...deskStyles,
    css`
      .head > * {
        margin-left: 0.75rem;
      }
      nav {
        display: flex;
        flex-wrap: wrap;
        padding: 0 1rem;
        border-bottom: 1px solid var(--ow-line);
        background: var(--ow-paper);
      }
      nav a {
        padding: 0.5rem 1rem;
        border-bottom: 3px solid transparent;
        color: var(--ow-ink-2);
        font-weight: 600;
        text-decoration: none;
      }
      nav a:hover {
        background: var(--ow-brand-soft);
      }
      nav a[aria-current] {
        border-bottom-color: var(--ow-brand);
        color: var(--ow-brand-strong);
      }
      main {
        max-width: 100rem;
        margin: 0 auto;
        padding: 0.75rem 1rem;
      }
    `,
  ];

  private readonly api = new Api();
  @state() private account: Account | null | undefined = undefined;
  @state() private halls: HallSummary[] = [];
  @state() private house: House | null = null;
  @state() private shownPart: Part = partOfHash();

  override connectedCallback(): void {
    super.connectedCallback();
    const moved = () => (this.shownPart = partOfHash());
    window.addEventListener("hashchange", moved);
    this.follow(() => window.removeEventListener("hashchange", moved));
    void this.begin();
  }

  protected override render(): TemplateResult {
    const { house, account } = this;
    const day = house && house.feed.state ? house.feed.state.day : null;
    return html`<ow-topbar heading=${house ? pick(house.hall.name) : say("title")} beside=${house ? say("title") : ""} status=${house && this.allows("overview") ? house.feed.status : ""}>
        ${account ? html`<span class="head">
          ${day ? html`<span class="muted">${day.date} ${kindText(day.kind)}</span>` : nothing}
          ${house ? html`<ow-clock .now=${() => house.nowMs()} zone=${house.hall.zone}></ow-clock>` : nothing}
          <strong class="small">${account.name}</strong>
          <button class="button small" data-testid="sign-out" @click=${() => signOut(this.api)}>${say("sign_out")}</button></span>` : nothing}
      </ow-topbar>
      ${house && account ? this.inside(house) : html`<main>${this.outside()}</main>`}`;
  }

  private inside(house: House): TemplateResult {
    const part = this.allows(this.shownPart) ? this.shownPart : PARTS.find((one) => this.allows(one));
    return html`<nav aria-label=${say("tabs")}>${PARTS.filter((one) => this.allows(one)).map(
        (one) => html`<a href="#${one}" aria-current=${one === part ? "page" : nothing} data-testid="tab-${one}">${say(`tab_${one}`)}</a>`,
      )}</nav>
      ${this.allows("overview") ? html`<ow-banner status=${house.feed.status} .asOf=${house.feed.asOfMs} .why=${house.feed.refusal} zone=${house.hall.zone}></ow-banner>` : nothing}
      <main>${this.content(house, part)}</main>`;
  }

  private content(house: House, part: Part | undefined): TemplateResult {
    switch (part) {
      case "overview":
        return html`<ow-overview .house=${house}></ow-overview>`;
      case "figures":
        return html`<ow-figures .house=${house}></ow-figures>`;
      case "calls":
        return html`<ow-calls .house=${house}></ow-calls>`;
      case "devices":
        return html`<ow-devices .house=${house}></ow-devices>`;
      case "settings":
        return html`<ow-settings .house=${house}></ow-settings>`;
      case "accounts":
        return html`<ow-accounts .house=${house}></ow-accounts>`;
      default:
        return html`<p class="note bad" role="alert">${say("no_right")}</p>`;
    }
  }

  private outside(): TemplateResult | typeof nothing {
    if (this.account === null) {
      return html`<ow-sign-in .api=${this.api} heading=${say("title")} @ow-signed-in=${(event: CustomEvent<Account>) => this.signedIn(event.detail)}></ow-sign-in>`;
    }
    return this.halls.length > 0
      ? html`<ow-hall-choice .halls=${this.halls} @ow-hall=${(event: CustomEvent<string>) => this.enter(event.detail)}></ow-hall-choice>`
      : nothing;
  }

  private allows(part: Part): boolean {
    return !!this.account && ROLES[part].indexOf(this.account.role) >= 0;
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
      this.halls = await hallsOf(this.api, account);
      const only = this.halls.length === 1 ? (this.halls[0] as HallSummary).hall : "";
      const wanted = query("hall") || only;
      if (wanted) {
        await this.enter(wanted);
      }
    } catch (fault) {
      toast(pick(faultText(fault)), "bad");
    }
  }

  private async enter(hall: string): Promise<void> {
    try {
      const info = await hallInfo(this.api, hall);
      const house = new House(this.api, info, this.account as Account);
      if (this.allows("overview")) {
        this.followFeed(house.feed as never);
      }
      this.house = house;
      remember({ hall });
    } catch (fault) {
      toast(pick(faultText(fault)), "bad");
    }
  }
}

function partOfHash(): Part {
  const name = location.hash.slice(1).split("/")[0] as Part;
  return PARTS.indexOf(name) >= 0 ? name : "overview";
}

define("ow-manager", OwManager);
