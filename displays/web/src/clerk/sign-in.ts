// Signing in for every staff page: account and password, then the hall if there are several.

import { css, html, nothing } from "lit";
import { property, state } from "lit/decorators.js";

import { type Api, faultText, SIGN_IN_MS } from "../shared/api";
import { OwElement, define } from "../shared/element";
import { pick } from "../shared/i18n";
import type { Account } from "../shared/session";
import type { HallSummary, Text } from "../shared/types";
import { faultOfNew } from "./own-password";
import { deskStyles } from "./styles";
import { say } from "./texts";

const PASSWORD_LIMIT = 200;

/** Who signed in with a password that somebody else chose, and that password. */
interface Temporary {
  account: Account;
  old: string;
}

/** `<ow-sign-in .api heading>`: fires `ow-signed-in` with the account, once it has a password of its own. */
export class OwSignIn extends OwElement {
  static override styles = [
    ...deskStyles,
    css`
      :host {
        display: flex;
        align-items: flex-start;
        justify-content: center;
        padding: 10vh var(--ow-4) var(--ow-4);
      }
      form {
        width: 24rem;
        max-width: 100%;
        padding: var(--ow-6);
        border-top: 4px solid var(--ow-brand);
      }
      h2 {
        font-size: var(--ow-text-xl);
      }
      .hint {
        margin: var(--ow-1) 0 var(--ow-5);
        color: var(--ow-ink-2);
      }
      label {
        display: block;
        margin-bottom: var(--ow-4);
        font-weight: 600;
      }
      .field,
      .button {
        width: 100%;
        min-height: 2.75rem;
        margin-top: var(--ow-1);
        font-size: var(--ow-text-m);
      }
      .elsewhere {
        display: flex;
        align-items: center;
        justify-content: center;
        box-sizing: border-box;
        margin-top: var(--ow-3);
        text-decoration: none;
      }
      .note {
        margin-bottom: var(--ow-4);
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property() heading = "";
  @state() private busy = false;
  @state() private fault = "";
  @state() private elsewhere: Text | null = null;
  @state() private temporary: Temporary | null = null;

  protected override firstUpdated(): void {
    const field = this.renderRoot.querySelector<HTMLInputElement>("input");
    if (field) {
      field.focus();
    }
    void this.ask();
  }

  protected override render() {
    return this.temporary ? this.choosing(this.temporary) : this.signing();
  }

  private choosing(temporary: Temporary) {
    const field = (name: string, label: string) => html`<label>${label}
      <input class="field" name=${name} type="password" autocomplete="new-password" maxlength=${PASSWORD_LIMIT} data-testid=${name}></label>`;
    return html`<form class="card" @submit=${(event: Event) => this.choose(event, temporary)} novalidate>
      <h2>${say("password_own_title")}</h2>
      <p class="hint">${say("password_own_hint")}</p>
      ${this.told()} ${field("password-new", say("password_new"))} ${field("password-again", say("password_again"))}
      <button class="button primary" ?disabled=${this.busy} data-testid="password-save">${say("password_save")}</button>
    </form>`;
  }

  private told() {
    return html`<div role="alert">${this.fault ? html`<p class="note bad" data-testid="sign-in-fault">${this.fault}</p>` : nothing}</div>`;
  }

  private signing() {
    return html`<form class="card" @submit=${this.submit} novalidate>
      <h2>${this.heading}</h2>
      <p class="hint">${say("sign_in_hint")}</p>
      ${this.told()}
      <label>${say("account")}
        <input class="field" name="account" autocomplete="username" maxlength="60" autocapitalize="none" spellcheck="false" data-testid="account">
      </label>
      <label>${say("password")}
        <input class="field" name="password" type="password" autocomplete="current-password" maxlength=${PASSWORD_LIMIT} data-testid="password">
      </label>
      <button class="button primary" ?disabled=${this.busy} data-testid="sign-in">${this.busy ? say("signing_in") : say("sign_in")}</button>
      ${this.elsewhere ? html`<a class="button elsewhere" href="/api/oidc/login?then=${encodeURIComponent(location.pathname)}" data-testid="sign-in-elsewhere">${pick(this.elsewhere)}</a>` : nothing}
    </form>`;
  }

  /** Whether people may sign in at an identity provider; without an answer the form is enough. */
  private async ask(): Promise<void> {
    try {
      this.elsewhere = (await this.api.get<{ name: Text | null }>("api/oidc")).name;
    } catch {
      this.elsewhere = null;
    }
  }

  private async submit(event: Event): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const fields = new FormData(form);
    const account = String(fields.get("account")).trim();
    const password = String(fields.get("password"));
    if (!account || !password) {
      this.fault = say("fill_both");
      return;
    }
    this.busy = true;
    this.fault = "";
    try {
      const detail = await this.api.send<Account>("POST", "api/login", { account, password }, SIGN_IN_MS);
      if (detail.temporary) {
        this.temporary = { account: detail, old: password };
      } else {
        this.dispatchEvent(new CustomEvent<Account>("ow-signed-in", { detail }));
      }
    } catch (fault) {
      this.fault = pick(faultText(fault));
      const field = form.querySelector<HTMLInputElement>("[name=password]");
      if (field) {
        field.select();
      }
    } finally {
      this.busy = false;
    }
  }

  private async choose(event: Event, { account, old }: Temporary): Promise<void> {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const password = String(fields.get("password-new"));
    this.fault = faultOfNew(password, String(fields.get("password-again")));
    if (this.fault) {
      return;
    }
    this.busy = true;
    try {
      await this.api.send("POST", "api/me/password", { old, password }, SIGN_IN_MS);
      this.dispatchEvent(new CustomEvent<Account>("ow-signed-in", { detail: { ...account, temporary: false } }));
    } catch (fault) {
      this.fault = pick(faultText(fault));
    } finally {
      this.busy = false;
    }
  }
}

/** `<ow-hall-choice .halls>`: fires `ow-hall` with the code. */
export class OwHallChoice extends OwElement {
  static override styles = [
    ...deskStyles,
    css`
      :host {
        max-width: 48rem;
        margin: var(--ow-6) auto;
        padding: 0 var(--ow-4);
      }
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr));
        gap: var(--ow-3);
        margin-top: var(--ow-4);
      }
      .button {
        width: 100%;
        min-height: 3.5rem;
        font-size: var(--ow-text-m);
        white-space: normal;
      }
    `,
  ];

  @property({ attribute: false }) halls: HallSummary[] = [];

  protected override render() {
    return html`<h2>${say("choose_hall")}</h2>
      <ul>
        ${this.halls.map(
          (one) => html`<li><button class="button" data-testid="hall-${one.hall}" @click=${() => this.choose(one.hall)}>${pick(one.name)}</button></li>`,
        )}
      </ul>`;
  }

  private choose(detail: string): void {
    this.dispatchEvent(new CustomEvent<string>("ow-hall", { detail }));
  }
}

define("ow-sign-in", OwSignIn);
define("ow-hall-choice", OwHallChoice);
