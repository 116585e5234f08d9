// Accounts: who may do what in which halls, and a new one.

import { css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { ask } from "../clerk/ask";
import { deskStyles } from "../clerk/styles";
import { listed } from "../shared/format";
import type { Account } from "../shared/session";
import { toast } from "../shared/components/dialog";
import { OwElement, define } from "../shared/element";
import { pick } from "../shared/i18n";
import type { HallSummary } from "../shared/types";
import type { House } from "./house";
import { roleText, say } from "./texts";

const ROLES = ["clerk", "guide", "manager", "network", "auditor", "admin"];

export class OwAccounts extends OwElement {
  static override styles = [
    ...deskStyles,
    css`
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
  @state() private accounts: Account[] = [];
  @state() private halls: HallSummary[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  protected override render(): TemplateResult {
    const named = new Map(this.halls.map((one) => [one.hall, pick(one.name)] as const));
    return html`<section class="panel"><div class="spread"><h2>${say("tab_accounts")}</h2>
      ${this.house.account.role === "admin" ? html`<button class="button primary" data-testid="add-account" @click=${this.add}>${say("add_account")}</button>` : nothing}</div>
      <table data-testid="accounts"><thead><tr><th>${say("account")}</th><th>${say("name")}</th><th>${say("role")}</th><th>${say("halls")}</th></tr></thead>
      <tbody>${this.accounts.map(
        (one) => html`<tr><td>${one.account}</td><td>${one.name}</td><td>${roleText(one.role)}</td><td>${listed((one.halls || []).map((hall) => (hall === "*" ? say("every_hall") : named.get(hall) || hall)))}</td></tr>`,
      )}</tbody></table></section>`;
  }

  private async add(): Promise<void> {
    const given = await ask({
      heading: say("add_account"),
      fields: [
        { name: "account", label: say("account"), kind: "text", required: true },
        { name: "name", label: say("name"), kind: "text", required: true },
        { name: "password", label: say("password"), kind: "password", required: true },
        { name: "role", label: say("role"), kind: "choice", required: true, value: "clerk", options: ROLES.map((code) => ({ value: code, label: roleText(code) })) },
        { name: "halls", label: say("halls"), kind: "picks", required: true, value: [this.house.hall.hall], options: this.halls.map((one) => ({ value: one.hall, label: pick(one.name) })) },
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
      await this.load();
    } catch (fault) {
      this.house.trouble(fault);
    }
  }

  private async load(): Promise<void> {
    try {
      const [{ accounts }, { halls }] = await Promise.all([
        this.house.api.get<{ accounts: Account[] }>("api/accounts"),
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
