// `<ow-start>`: the door to everything: the halls as they are now, and each screen with its picture.

import { html, nothing } from "lit";
import { state } from "lit/decorators.js";

import { Api, Refused } from "../shared/api";
import "../shared/components/topbar";
import { OwElement, define } from "../shared/element";
import { clockTime } from "../shared/format";
import { beside, hasText, otherTag, pick, t, text } from "../shared/i18n";
import { query, rootUrl } from "../shared/place";
import { base, buttons, surfaces } from "../shared/theme";
import type { DemoAccount, DemoInfo, DemoLink, HallSummary, Text } from "../shared/types";
import { type Kind, kindOf, picture } from "./pictures";
import { startStyles } from "./styles";

const EVERY_MS = 2000;
// The order in which a number meets them.
const KINDS: readonly Kind[] = ["kiosk", "phone", "board", "area", "strip", "clerk", "manager", "studio", "other"];
const WAY: readonly Kind[] = ["kiosk", "phone", "board", "strip", "clerk", "manager"];
const ROLES: readonly string[] = ["manager", "guide", "network", "admin", "auditor", "clerk"];
// More links of one kind than this (a strip for each of 59 windows) fold away.
const LINKS_SHOWN = 3;

export class OwStart extends OwElement {
  static override styles = [base, buttons, surfaces, startStyles];

  @state() private halls: HallSummary[] = [];
  @state() private demo: DemoInfo | null = null;
  @state() private isDown = false;

  private readonly api = new Api();
  private isDemo = true;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
    this.every(EVERY_MS, () => document.hidden || void this.load());
  }

  private async load(): Promise<void> {
    try {
      this.halls = (await this.api.get<{ halls: HallSummary[] }>("api/halls")).halls || [];
      this.isDown = false;
      await this.loadDemo();
    } catch {
      // Shown as such; the next round tries again.
      this.isDown = true;
    }
  }

  private async loadDemo(): Promise<void> {
    if (!this.isDemo) {
      return;
    }
    try {
      this.demo = await this.api.get<DemoInfo>("api/demo");
    } catch (fault) {
      this.isDemo = !(fault instanceof Refused && fault.status === 404);
    }
  }

  private get hall(): HallSummary | undefined {
    const asked = query("hall");
    const wanted = this.halls.find((one) => one.hall === asked);
    const shown = this.demo && this.demo.links ? hallOfLinks(this.demo.links) : "";
    return wanted || this.halls.find((one) => one.hall === shown) || this.halls[0];
  }

  protected override render() {
    return html`<ow-topbar heading=${t("product.name")} beside=${t("start.lead")}></ow-topbar>
      <main data-testid="start">
        ${this.isDown ? html`<p class="note bad" role="alert">${t("fault.unanswered")}</p>` : nothing}
        ${this.hero()} ${this.screens()} ${this.accounts()} ${this.hallList()}
      </main>`;
  }

  private hero() {
    const hall = this.hall;
    const day = this.demo && this.demo.day;
    return html`<section class="hero" aria-labelledby="hall">
      <div class="title">
        <h2 id="hall">${hall ? pick(hall.name) : t("product.name")}</h2>
        <p class="beside" lang=${otherTag()}>${hall ? beside(hall.name) : ""}</p>
        ${this.demo ? html`<span class="badge">${t("start.demo")}</span>` : nothing}
        ${day && day.at_ms ? html`<time class="clock digits">${clockTime(day.at_ms)}</time>` : nothing}
      </div>
      ${day && day.open_ms && day.close_ms ? this.progress(day) : nothing}
      <dl class="figures">${this.figures()}</dl>
      ${this.way()}
    </section>`;
  }

  private progress(day: NonNullable<DemoInfo["day"]>) {
    const open = day.open_ms || 0;
    const share = ((day.at_ms || open) - open) / ((day.close_ms || open) - open || 1);
    return html`<div class="day">
      <span class="digits">${clockTime(open)}</span>
      <progress aria-label=${t("start.day")} max="1" .value=${Math.min(1, Math.max(0, share))}></progress>
      <span class="digits">${clockTime(day.close_ms || open)}</span>
    </div>`;
  }

  private figures() {
    const day = this.demo && this.demo.day;
    const hall = this.hall;
    const rows: [Parameters<typeof t>[0], string | number | undefined][] = [
      ["start.taken", day ? day.taken || 0 : undefined],
      ["start.waiting", hall ? hall.waiting : undefined],
      ["start.serving", day ? day.serving || 0 : undefined],
      ["start.done", day ? day.done || 0 : undefined],
      ["start.windows", hall ? hall.windows_open : undefined],
      ["start.longest", day ? t("start.minutes", { n: Math.round((day.longest_wait_ms || 0) / 60_000) }) : undefined],
    ];
    return rows
      .filter(([, value]) => value !== undefined)
      .map(
        ([key, value]) => html`<div>
          <dt>${t(key)}</dt>
          <dd class="digits" data-figure=${key}>${value}</dd>
        </div>`,
      );
  }

  private way() {
    return html`<ol class="way" aria-label=${t("start.what")}>
      ${WAY.map((kind) => html`<li>${picture(kind)}<span>${t(`start.${kind}` as const)}</span></li>`)}
    </ol>`;
  }

  private screens() {
    const links = this.links();
    return html`<section aria-labelledby="screens">
      <h2 id="screens">${t("start.screens")}</h2>
      <ul class="cards">
        ${KINDS.map((kind) => this.card(kind, links.filter((link) => kindOf(link.href) === kind)))}
      </ul>
      ${this.demo ? nothing : html`<p class="small">${t("start.device")}</p>`}
    </section>`;
  }

  // A demo tells its links, device tokens included; any other hall has pages that need none.
  private links(): DemoLink[] {
    if (this.demo && this.demo.links && this.demo.links.length) {
      return this.demo.links;
    }
    const hall = this.hall;
    const query = hall ? `?hall=${encodeURIComponent(hall.hall)}` : "";
    const kinds: Kind[] = ["kiosk", "phone", "board", "area", "strip", "clerk", "manager", "studio"];
    const pages = hall ? kinds.map((kind) => ({ title: titleOf(kind), href: `${kind}${query}` })) : [];
    return [...pages, { title: text("start.api"), href: "docs" }];
  }

  private card(kind: Kind, links: DemoLink[]) {
    if (links.length === 0) {
      return nothing;
    }
    const rest = links.slice(LINKS_SHOWN);
    return html`<li class="card" data-testid="screen" data-kind=${kind}>
      <div class="picture">${picture(kind)}</div>
      <div>
        <h3>${t(`start.${kind}` as const)} <span class="beside" lang=${otherTag()}>${beside(titleOf(kind))}</span></h3>
        <p class="small">${t(`start.${kind}.is` as const)}</p>
        <p class="links">${links.slice(0, LINKS_SHOWN).map(link)}</p>
        ${rest.length
          ? html`<details>
              <summary>+ ${rest.length}</summary>
              <p class="links">${rest.map(link)}</p>
            </details>`
          : nothing}
      </div>
    </li>`;
  }

  private accounts() {
    const accounts = ((this.demo && this.demo.accounts) || []).slice().sort(byRole);
    if (accounts.length === 0) {
      return nothing;
    }
    const heads = (["start.role", "start.account", "start.password", "start.window"] as const).map((key) => t(key));
    return html`<section aria-labelledby="accounts" data-testid="accounts">
      <h2 id="accounts">${t("start.accounts")}</h2>
      <div class="card scroll" tabindex="0" role="group" aria-labelledby="accounts">
        <table>
          <thead>
            <tr>
              ${heads.map((head) => html`<th scope="col">${head}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${accounts.map((one) => {
              const role = `start.role.${one.role}`;
              return html`<tr data-account=${one.account}>
                <td>${hasText(role) ? t(role) : one.role}</td>
                <td><code>${one.account}</code></td>
                <td><code>${one.password}</code></td>
                <td>${one.window || ""}</td>
              </tr>`;
            })}
          </tbody>
        </table>
      </div>
    </section>`;
  }

  private hallList() {
    if (this.halls.length < 2) {
      return nothing;
    }
    return html`<section aria-labelledby="halls">
      <h2 id="halls">${t("start.halls")}</h2>
      <ul class="halls">
        ${this.halls.map(
          (one) => html`<li class="card ${one.open ? "" : "closed"}" data-hall=${one.hall}>
            <a href="${rootUrl()}?hall=${encodeURIComponent(one.hall)}">${pick(one.name)}</a>
            <span class="small">
              ${one.open ? t("start.hall.open") : t("start.hall.closed")} · ${t("start.waiting")}
              <b class="digits">${one.waiting}</b>
            </span>
          </li>`,
        )}
      </ul>
    </section>`;
  }
}

function link(one: DemoLink) {
  const href = one.href.replace(/^\//, rootUrl());
  return html`<a class="button" href=${safe(href)} target="_blank" rel="noopener">${pick(one.title)}</a>`;
}

// Links come from the server; a scheme that runs code has no place among them.
function safe(href: string): string {
  return /^\s*(javascript|data|vbscript):/i.test(href) ? "#" : href;
}

// Fifty-nine clerks come last, or nobody would find the manager below them.
function byRole(one: DemoAccount, other: DemoAccount): number {
  return ROLES.indexOf(one.role) - ROLES.indexOf(other.role) || (one.account < other.account ? -1 : 1);
}

function titleOf(kind: Kind): Text {
  return text(`start.${kind}` as const);
}

function hallOfLinks(links: DemoLink[]): string {
  const found = links.map((one) => /[?&]hall=([^&#]+)/.exec(one.href)).find((match) => !!match);
  return found ? decodeURIComponent(found[1] as string) : "";
}

define("ow-start", OwStart);
