// Accounts: who may do what in which halls, and a new one.

import { css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { ask, type Values } from "../clerk/ask";
import { enc } from "../clerk/desk";
import { deskStyles } from "../clerk/styles";
import { listed } from "../shared/format";
import type { Account } from "../shared/session";
import { faultText } from "../shared/api";
import { confirmed, toast } from "../shared/components/dialog";
import { OwElement, define } from "../shared/element";
import { pick } from "../shared/i18n";
import type { HallSummary } from "../shared/types";
import type { House } from "./house";
import { roleText, say } from "./texts";

const ROLES = ["clerk", "guide", "manager", "network", "auditor", "admin"];
// The server takes no shorter one.
const SHORTEST_PASSWORD = 8;

type Listed = Account & { disabled: boolean };

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
      h2 {
        font-size: var(--ow-text-m);
      }
    `,
  ];

  @property({ attribute: false }) house!: House;
  @state() private accounts: Listed[] = [];
  @state() private halls: HallSummary[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  protected override render(): TemplateResult {
    const named = new Map(this.halls.map((one) => [one.hall, pick(one.name)] as const));
    return html`<section class="panel"><div class="spread"><h2>${say("tab_accounts")}</h2>
      ${this.house.account.role === "admin" ? html`<button class="button primary" data-testid="add-account" @click=${() => void this.add()}>${say("add_account")}</button>` : nothing}</div>
      <table data-testid="accounts"><thead><tr><th>${say("account")}</th><th>${say("name")}</th><th>${say("role")}</th><th>${say("halls")}</th><th></th></tr></thead>
      <tbody>${this.accounts.map(
        (one) => html`<tr><td>${one.account}</td><td>${one.name}${one.disabled ? html` <strong class="bad">${say("disabled")}</strong>` : nothing}</td><td>${roleText(one.role)}</td><td>${listed((one.halls || []).map((hall) => (hall === "*" ? say("every_hall") : named.get(hall) || hall)))}</td><td>${this.acts(one)}</td></tr>`,
      )}</tbody></table></section>`;
  }

  private acts(one: Listed): TemplateResult | typeof nothing {
    const { account } = this.house;
    // Nobody can shut themselves out.
    return account.role !== "admin" || one.account === account.account
      ? nothing
      : html`<button class="button small ${one.disabled ? "" : "danger"}" data-testid="switch-${one.account}" @click=${() => void this.turn(one)}>${say(one.disabled ? "enable" : "disable")}</button>`;
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
      const [{ accounts }, { halls }] = await Promise.all([
        this.house.api.get<{ accounts: Listed[] }>("api/accounts"),
        this.house.api.get<{ halls: HallSummary[] }>("api/halls"),
      ]);
      this.accounts = accounts;
      this.halls = halls;
    } catch (fault) {
      this.house.trouble(fault);
    }
  }
}

define("ow-accounts", OwAccounts);
