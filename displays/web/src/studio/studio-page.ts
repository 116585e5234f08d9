// The studio's page: signing in, then four steps from what a plan rests on to plans that are kept.

import { css, html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";

import { changePassword } from "../clerk/own-password";
import { say as clerkSay } from "../clerk/texts";
import "../clerk/sign-in";
import { Api } from "../shared/api";
import "../shared/components/topbar";
import { OwElement, define } from "../shared/element";
import { StaffEntry } from "../shared/entry";
import { pick } from "../shared/i18n";
import { type Account, signOut } from "../shared/session";
import type { HallInfo } from "../shared/types";
import { Bench } from "./bench";
import "./draw-panel";
import "./ground-panel";
import "./job-bar";
import "./plans-panel";
import "./result-panel";
import { studioStyles } from "./styles";
import { say } from "./texts";

// The table of rights on the server decides; this only says it sooner.
const ROLES: readonly string[] = ["manager", "network", "admin"];

export class OwStudio extends OwElement {
  static override styles = [
    ...studioStyles,
    css`
      .head > * {
        margin-left: 0.75rem;
      }
      main {
        max-width: 100rem;
        margin: 0 auto;
        padding: 0.75rem 1rem;
      }
      /* A job that runs is seen, and can be cancelled, from every step of the page. */
      .stuck {
        position: sticky;
        z-index: 3;
        top: 0;
        background: var(--ow-ground);
      }
      .intro {
        margin-bottom: 0.5rem;
        color: var(--ow-ink-2);
        font-size: var(--ow-text-s);
      }
    `,
  ];

  private readonly api = new Api();
  private readonly entry = new StaffEntry(this, this.api, (hall, account) => this.entered(hall, account));
  @state() private bench: Bench | null = null;
  @state() private tick = 0;

  protected override render(): TemplateResult {
    const { bench } = this;
    const { account } = this.entry;
    return html`<ow-topbar heading=${bench ? pick(bench.hall.name) : say("title")} beside=${bench ? say("title") : ""}>
        ${account ? html`<span class="head">
          ${bench ? html`<a class="button small" href="manager?hall=${bench.hall.hall}" data-testid="to-manager">${say("to_manager")}</a>` : nothing}
          <strong class="small">${account.name}</strong>
          <button class="button small" data-testid="change-password" @click=${() => void changePassword(this.api, account)}>${clerkSay("change_password")}</button>
          <button class="button small" data-testid="sign-out" @click=${() => signOut(this.api)}>${say("sign_out")}</button></span>` : nothing}
      </ow-topbar>
      <main>${account && ROLES.indexOf(account.role) < 0 ? html`<p class="note bad" role="alert">${say("no_right")}</p>` : bench ? this.inside(bench) : this.outside()}</main>`;
  }

  private inside(bench: Bench): TemplateResult {
    const { tick } = this;
    return html`<p class="intro">${say("intro")}</p>
      <ow-studio-job class=${bench.isRunning ? "stuck" : ""} .bench=${bench} .tick=${tick}></ow-studio-job>
      <ow-studio-ground .bench=${bench} .tick=${tick}></ow-studio-ground>
      <ow-studio-draw .bench=${bench} .tick=${tick}></ow-studio-draw>
      ${bench.ground ? html`<ow-studio-result .bench=${bench} .tick=${tick}></ow-studio-result>` : nothing}
      ${bench.compared ? html`<ow-studio-result of="compared" .bench=${bench} .tick=${tick}></ow-studio-result>` : nothing}
      ${bench.ground ? html`<ow-studio-plans .bench=${bench} .tick=${tick}></ow-studio-plans>` : nothing}`;
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

  private entered(hall: HallInfo, account: Account): void {
    if (ROLES.indexOf(account.role) < 0) {
      return;
    }
    const bench = new Bench(this.api, hall, () => (this.tick += 1));
    this.bench = bench;
    this.follow(() => bench.stop());
    bench.start();
  }
}

define("ow-studio", OwStudio);
