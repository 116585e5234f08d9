// The manager's page: signing in, then one of its parts; the part stands in the address.

import { css, html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";

import { changePassword } from "../clerk/own-password";
import "../clerk/sign-in";
import { deskStyles } from "../clerk/styles";
import { say as clerkSay } from "../clerk/texts";
import { Api } from "../shared/api";
import "../shared/components/topbar";
import { OwElement, define } from "../shared/element";
import { StaffEntry } from "../shared/entry";
import { pick } from "../shared/i18n";
import { type Account, signOut } from "../shared/session";
import type { HallInfo } from "../shared/types";
import "./accounts";
import "./bookings";
import "./calls";
import "./devices";
import "./figures";
import { House } from "./house";
import "./network";
import "./overview";
import "./settings";
import type { OwSettings } from "./settings";
import { kindText, say } from "./texts";

type Part = "overview" | "bookings" | "figures" | "calls" | "devices" | "settings" | "network" | "accounts";

const PARTS: readonly Part[] = ["overview", "bookings", "figures", "calls", "devices", "settings", "network", "accounts"];
// The table of rights on the server decides; this only hides what would be refused.
const ROLES: Record<Part, readonly string[]> = {
  overview: ["manager", "network", "admin"],
  bookings: ["manager", "network", "admin", "auditor"],
  figures: ["manager", "network", "admin", "auditor"],
  calls: ["manager", "network", "admin", "auditor"],
  devices: ["manager", "network", "admin", "auditor"],
  settings: ["manager", "network", "admin", "auditor"],
  network: ["network", "admin"],
  accounts: ["admin", "auditor"],
};

const STUDIO: readonly string[] = ["manager", "network", "admin"];

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
  private readonly entry = new StaffEntry(this, this.api, (hall, account) => this.entered(hall, account));
  @state() private house: House | null = null;
  @state() private shownPart: Part = partOfHash();

  override connectedCallback(): void {
    super.connectedCallback();
    const moved = () => void this.moveTo(partOfHash());
    window.addEventListener("hashchange", moved);
    this.follow(() => window.removeEventListener("hashchange", moved));
  }

  protected override render(): TemplateResult {
    const { house } = this;
    const { account } = this.entry;
    const day = house && house.feed.state ? house.feed.state.day : null;
    return html`<ow-topbar heading=${house ? pick(house.hall.name) : say("title")} beside=${house ? say("title") : ""} status=${house && this.allows("overview") ? house.feed.status : ""}>
        ${account ? html`<span class="head">
          ${day ? html`<span class="muted">${day.date} ${kindText(day.kind)}</span>` : nothing}
          ${house ? html`<ow-clock .now=${() => house.nowMs()} zone=${house.hall.zone}></ow-clock>` : nothing}
          ${house && STUDIO.indexOf(account.role) >= 0 ? html`<a class="button small" href="studio?hall=${house.hall.hall}" data-testid="to-studio">${say("studio")}</a>` : nothing}
          <strong class="small">${account.name}</strong>
          <button class="button small" data-testid="change-password" @click=${() => void changePassword(this.api, account)}>${clerkSay("change_password")}</button>
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
      case "bookings":
        return html`<ow-manager-bookings .house=${house}></ow-manager-bookings>`;
      case "figures":
        return html`<ow-figures .house=${house}></ow-figures>`;
      case "calls":
        return html`<ow-calls .house=${house}></ow-calls>`;
      case "devices":
        return html`<ow-devices .house=${house}></ow-devices>`;
      case "settings":
        return html`<ow-settings .house=${house}></ow-settings>`;
      case "network":
        return html`<ow-network .house=${house}></ow-network>`;
      case "accounts":
        return html`<ow-accounts .house=${house}></ow-accounts>`;
      default:
        return html`<p class="note bad" role="alert">${say("no_right")}</p>`;
    }
  }

  private outside(): TemplateResult | typeof nothing {
    const { entry } = this;
    if (entry.account === null) {
      return html`<ow-sign-in .api=${this.api} heading=${say("title")} @ow-signed-in=${(event: CustomEvent<Account>) => entry.signedIn(event.detail)}></ow-sign-in>`;
    }
    return entry.halls.length > 0
      ? html`<ow-hall-choice .halls=${entry.halls} @ow-hall=${(event: CustomEvent<string>) => entry.enter(event.detail)}></ow-hall-choice>`
      : nothing;
  }

  /** Go to another part of the page, unless that would lose settings that a person wants to keep. */
  private async moveTo(part: Part): Promise<void> {
    const settings = this.renderRoot.querySelector<OwSettings>("ow-settings");
    if (settings && part !== "settings" && !(await settings.mayLeave())) {
      history.replaceState(null, "", settings.address);
      return;
    }
    this.shownPart = part;
  }

  private allows(part: Part): boolean {
    const { account } = this.entry;
    return !!account && ROLES[part].indexOf(account.role) >= 0;
  }

  private entered(hall: HallInfo, account: Account): void {
    const house = new House(this.api, hall, account);
    if (this.allows("overview")) {
      this.followFeed(house.feed as never);
    }
    this.house = house;
  }
}

function partOfHash(): Part {
  const name = location.hash.slice(1).split("/")[0] as Part;
  return PARTS.indexOf(name) >= 0 ? name : "overview";
}

define("ow-manager", OwManager);
