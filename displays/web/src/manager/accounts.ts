// Accounts: who may do what in which halls, a new one, a new password, and who changed what.

import { css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { ask, type Values } from "../clerk/ask";
import { enc } from "../clerk/desk";
import { deskStyles } from "../clerk/styles";
import { listed, momentText } from "../shared/format";
import type { Account } from "../shared/session";
import { faultText, SIGN_IN_MS } from "../shared/api";
import { confirmed, toast } from "../shared/components/dialog";
import { SHORTEST_PASSWORD } from "../clerk/own-password";
import { OwElement, define } from "../shared/element";
import { pick } from "../shared/i18n";
import type { HallSummary } from "../shared/types";
import type { House } from "./house";
import { narrowStyles } from "./narrow";
import { changeText, roleText, say } from "./texts";

const ROLES = ["clerk", "guide", "manager", "network", "auditor", "admin"];
// Shown of those that the server keeps.
const CHANGES = 50;

type Listed = Account & { disabled: boolean; linked: boolean; has_password: boolean; temporary: boolean };
interface Change {
  at_ms: number;
  account: string;
  actor: string;
  what: string;
}

export class OwAccounts extends OwElement {
  static override styles = [
    ...deskStyles,
    css`
      .bad {
        color: var(--ow-bad);
      }
      .panel {
        padding: 0.75rem 0.875rem;
        border: 1px solid var(--ow-line);
        border-radius: var(--ow-radius-s);
        background: var(--ow-paper);
      }
      .past {
        margin-top: 0.75rem;
      }
      h2 {
        font-size: var(--ow-text-m);
      }
      code {
        display: block;
        margin-top: 0.5rem;
        padding: 0.5rem;
        border-radius: var(--ow-radius-s);
        background: var(--ow-ground);
        font-size: var(--ow-text-l);
      }
    `,
    narrowStyles,
  ];

  @property({ attribute: false }) house!: House;
  @state() private accounts: Listed[] = [];
  @state() private halls: HallSummary[] = [];
  @state() private changes: Change[] = [];
  @state() private made: { name: string; password: string } | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  protected override render(): TemplateResult {
    const named = new Map(this.halls.map((one) => [one.hall, pick(one.name)] as const));
    return html`<section class="panel"><div class="spread"><h2>${say("tab_accounts")}</h2>
      ${this.house.account.role === "admin" ? html`<button class="button primary" data-testid="add-account" @click=${() => void this.add()}>${say("add_account")}</button>` : nothing}</div>
      <table data-testid="accounts"><thead><tr><th>${say("account")}</th><th>${say("name")}</th><th>${say("role")}</th><th>${say("halls")}</th><th>${say("sign_in_by")}</th><td></td></tr></thead>
      <tbody>${this.accounts.map(
        (one) => html`<tr><td>${one.account}</td><td>${one.name}${one.disabled ? html` <strong class="bad">${say("disabled")}</strong>` : nothing}</td><td>${roleText(one.role)}</td><td>${listed((one.halls || []).map((hall) => (hall === "*" ? say("every_hall") : named.get(hall) || hall)))}</td><td data-testid="by-${one.account}">${say(signInOf(one))}</td><td class="n">${this.acts(one)}</td></tr>`,
      )}</tbody></table></section>
      ${this.past()} ${this.made ? this.shownOnce(this.made) : nothing}`;
  }

  private past(): TemplateResult {
    const { house } = this;
    return html`<section class="panel past"><h2>${say("account_changes")}</h2>
      ${this.changes.length === 0 ? html`<p class="muted">${say("no_account_changes")}</p>` : html`<table data-testid="account-changes"><thead><tr><th>${say("when")}</th><th>${say("account")}</th><th>${say("what")}</th><th>${say("who")}</th></tr></thead>
      <tbody>${this.changes.map(
        (one) => html`<tr><td>${pick(momentText(one.at_ms, house.nowMs(), house.hall.zone))}</td><td>${one.account}</td><td>${changeText(one.what)}</td><td>${one.actor}</td></tr>`,
      )}</tbody></table>`}</section>`;
  }

  private shownOnce(made: { name: string; password: string }): TemplateResult {
    const close = () => (this.made = null);
    return html`<ow-dialog open heading=${say("password_once", { name: made.name })} @ow-close=${close}>
      <p>${say("password_once_body")}</p><code data-testid="made-password">${made.password}</code>
      <button slot="actions" class="button primary" data-testid="made-done" @click=${close}>${say("done")}</button></ow-dialog>`;
  }

  private acts(one: Listed): TemplateResult | typeof nothing {
    const { account } = this.house;
    // Nobody can shut themselves out.
    return account.role !== "admin" || one.account === account.account
      ? nothing
      : html`${one.linked || !one.has_password ? nothing : html`<button class="button small" data-testid="password-${one.account}" @click=${() => void this.setPassword(one)}>${say("set_password")}</button>`}
        <button class="button small ${one.disabled ? "" : "danger"}" data-testid="switch-${one.account}" @click=${() => void this.turn(one)}>${say(one.disabled ? "enable" : "disable")}</button>`;
  }

  private async turn(one: Listed): Promise<void> {
    const asked = { heading: say("disable_title", { name: one.name }), body: say("disable_body"), yes: say("disable"), tone: "danger" as const };
    if (!one.disabled && !(await confirmed(asked))) {
      return;
    }
    try {
      await this.house.api.send("POST", `api/accounts/${enc(one.account)}/${one.disabled ? "enable" : "disable"}`, {});
      toast(say("saved"), "good");
      await this.load();
    } catch (fault) {
      this.house.trouble(fault);
    }
  }

  private async setPassword(one: Listed): Promise<void> {
    const given = await ask({
      heading: say("set_password_title", { name: one.name }),
      intro: say("set_password_body"),
      fields: [
        { name: "how", label: say("password_how"), kind: "choice", required: true, value: "made", options: [{ value: "made", label: say("password_made") }, { value: "typed", label: say("password_typed") }] },
        { name: "password", label: say("password_temporary"), kind: "password", required: true, shortest: SHORTEST_PASSWORD, when: (values) => values.how === "typed" },
      ],
      confirm: say("set_password"),
      testid: "dialog-set-password",
    });
    if (!given) {
      return;
    }
    try {
      const body = given.how === "typed" ? { password: given.password } : {};
      const { password } = await this.house.api.send<{ password: string | null }>("POST", `api/accounts/${enc(one.account)}/password`, body, SIGN_IN_MS);
      this.made = password ? { name: one.name, password } : null;
      toast(say("saved"), "good");
      await this.load();
    } catch (fault) {
      this.house.trouble(fault);
    }
  }

  /** What was typed before is kept, below why it was refused. */
  private async add(before: Values = { role: "clerk", halls: [this.house.hall.hall] }, refusal = ""): Promise<void> {
    const given = await ask({
      heading: say("add_account"),
      intro: refusal,
      fields: [
        { name: "account", label: say("account"), kind: "text", required: true, value: before.account, hint: say("account_hint") },
        { name: "name", label: say("name"), kind: "text", required: true, value: before.name },
        { name: "password", label: say("password"), kind: "password", required: true, value: before.password, shortest: SHORTEST_PASSWORD },
        { name: "role", label: say("role"), kind: "choice", required: true, value: before.role, options: ROLES.map((code) => ({ value: code, label: roleText(code) })) },
        { name: "halls", label: say("halls"), kind: "picks", required: true, value: before.halls, options: this.halls.map((one) => ({ value: one.hall, label: pick(one.name) })) },
      ],
      confirm: say("add_account"),
      wide: true,
      testid: "dialog-account",
    });
    if (!given) {
      return;
    }
    try {
      await this.house.api.send("POST", "api/accounts", given);
      toast(say("saved"), "good");
    } catch (fault) {
      return this.add(given, pick(faultText(fault)));
    }
    await this.load();
  }

  private async load(): Promise<void> {
    try {
      const [{ accounts }, { halls }, { changes }] = await Promise.all([
        this.house.api.get<{ accounts: Listed[] }>("api/accounts"),
        this.house.api.get<{ halls: HallSummary[] }>("api/halls"),
        this.house.api.get<{ changes: Change[] }>(`api/accounts/changes?limit=${CHANGES}`),
      ]);
      this.changes = changes;
      this.accounts = accounts;
      this.halls = halls;
    } catch (fault) {
      this.house.trouble(fault);
    }
  }
}

/** How somebody signs in, as a text's name. */
function signInOf(one: Listed): "by_password" | "by_temporary" | "by_provider" | "by_both" {
  if (one.linked || !one.has_password) {
    return one.has_password ? "by_both" : "by_provider";
  }
  return one.temporary ? "by_temporary" : "by_password";
}

define("ow-accounts", OwAccounts);
