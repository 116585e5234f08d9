// Devices: which are there and true, enrolling one (its key is told once), revoking one.

import { css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { ask } from "../clerk/ask";
import { enc } from "../clerk/desk";
import { windowOptions } from "../clerk/item-options";
import { deskStyles } from "../clerk/styles";
import { confirmed, toast } from "../shared/components/dialog";
import "../shared/components/qr";
import { OwElement, define } from "../shared/element";
import { momentText, windowText } from "../shared/format";
import { pick } from "../shared/i18n";
import type { House } from "./house";
import { narrowStyles } from "./narrow";
import { kindText, say } from "./texts";
import type { Device } from "./types";

const REFRESH_MS = 5000;
const KINDS = ["kiosk", "board", "area", "strip"];

export class OwDevices extends OwElement {
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
      td i {
        display: inline-block;
        width: 0.7em;
        height: 0.7em;
        margin-right: 0.4em;
        border-radius: 50%;
        background: var(--ow-bad);
      }
      td.online i {
        background: var(--ow-good);
      }
      td.never i {
        background: var(--ow-line-strong);
      }
      tr.revoked td {
        color: var(--ow-ink-2);
        text-decoration: line-through;
      }
      tr.revoked td.plain {
        text-decoration: none;
      }
      .behind {
        color: var(--ow-warn);
        font-weight: 600;
      }
      .token {
        display: grid;
        grid-template-columns: 12rem minmax(0, 1fr);
        gap: 1rem;
        align-items: center;
      }
      code {
        display: block;
        margin: 0.5rem 0;
        padding: 0.5rem;
        border-radius: var(--ow-radius-s);
        background: var(--ow-ground);
        overflow-wrap: anywhere;
        word-break: break-all;
      }
    `,
    narrowStyles,
  ];

  @property({ attribute: false }) house!: House;
  @state() private devices: Device[] | null = null;
  @state() private enrolled: { name: string; link: string } | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
    this.every(REFRESH_MS, () => {
      if (!document.hidden) {
        void this.load();
      }
    });
  }

  protected override render(): TemplateResult {
    const mayWrite = this.house.account.role !== "auditor";
    return html`<section class="panel"><div class="spread"><h2>${say("tab_devices")}</h2>
        ${mayWrite ? html`<button class="button primary" data-testid="enrol" @click=${this.enrol}>${say("enrol")}</button>` : nothing}</div>
        <table data-testid="devices"><thead><tr><th>${say("state")}</th><th>${say("device_name")}</th><th>${say("device_kind")}</th><th>${say("place")}</th><th>${say("last_seen")}</th><th>${say("last_call")}</th><td></td></tr></thead>
        <tbody>${(this.devices || []).map((device) => this.row(device, mayWrite))}</tbody></table></section>
      ${this.enrolled ? this.token(this.enrolled) : nothing}`;
  }

  private row(device: Device, mayWrite: boolean): TemplateResult {
    const isKnown = typeof device.last_seen_ms === "number";
    const seen = isKnown ? pick(momentText(device.last_seen_ms as number, this.house.nowMs(), this.house.hall.zone)) : "–";
    return html`<tr class=${device.revoked ? "revoked" : ""} data-testid="device-${device.id}">
      <td class="plain ${device.online ? "online" : isKnown ? "" : "never"}">${device.revoked ? say("revoked") : html`<i aria-hidden="true"></i>${say(device.online ? "online" : isKnown ? "offline" : "never")}`}</td>
      <td>${device.name}</td><td>${kindText(device.kind)}</td><td>${this.place(device)}</td><td>${seen}</td>
      <td>${typeof device.last_call_shown !== "boolean" ? "–" : device.last_call_shown ? say("call_shown") : html`<span class="behind">${say("call_unshown")}</span>`}</td>
      <td class="n plain">${mayWrite && !device.revoked ? html`<button class="button small danger" aria-label="${say("revoke")} ${device.name}" @click=${() => this.revoke(device)}>${say("revoke")}</button>` : nothing}</td></tr>`;
  }

  private place(device: Device): string {
    const { hall } = this.house;
    const window = hall.windows.find((one) => one.code === device.window);
    const area = hall.areas.find((one) => one.code === device.area);
    return window ? windowText(window.label) : area ? pick(area.name) : pick(hall.name);
  }

  private token(enrolled: { name: string; link: string }): TemplateResult {
    const close = () => (this.enrolled = null);
    return html`<ow-dialog open heading=${say("token_title", { name: enrolled.name })} @ow-close=${close} data-testid="token">
      <div class="token"><ow-qr value=${enrolled.link}></ow-qr><div><p>${say("token_once")}</p><code data-testid="token-link">${enrolled.link}</code>
      <button class="button" @click=${() => void this.copy(enrolled.link)}>${say("copy")}</button></div></div>
      <button slot="actions" class="button primary" @click=${close}>${say("done")}</button></ow-dialog>`;
  }

  private async enrol(): Promise<void> {
    const { hall } = this.house;
    const given = await ask({
      heading: say("enrol"),
      fields: [
        { name: "name", label: say("device_name"), kind: "text", required: true },
        { name: "kind", label: say("device_kind"), kind: "choice", required: true, options: KINDS.map((code) => ({ value: code, label: kindText(code) })) },
        { name: "area", label: say("area"), kind: "choice", required: true, options: hall.areas.map((one) => ({ value: one.code, label: pick(one.name) })), when: (values) => values.kind === "area" },
        { name: "window", label: say("window"), kind: "pick", required: true, options: windowOptions(hall), when: (values) => values.kind === "strip" },
      ],
      confirm: say("enrol"),
      testid: "dialog-enrol",
    });
    if (!given) {
      return;
    }
    const body: Record<string, unknown> = { name: given.name, kind: given.kind };
    if (given.kind === "area") {
      body.area = given.area;
    }
    if (given.kind === "strip") {
      body.window = given.window;
    }
    const answer = await this.house.post<{ token: string }>("devices", body);
    if (answer) {
      this.enrolled = { name: String(given.name), link: this.link(body, answer.token) };
      await this.load();
    }
  }

  private link(body: Record<string, unknown>, token: string): string {
    const url = new URL(String(body.kind), this.house.api.root);
    url.searchParams.set("hall", this.house.hall.hall);
    for (const name of ["area", "window"]) {
      if (body[name]) {
        url.searchParams.set(name, String(body[name]));
      }
    }
    url.searchParams.set("device", token);
    return url.href;
  }

  private async revoke(device: Device): Promise<void> {
    const yes = await confirmed({ heading: say("revoke_title", { name: device.name }), body: say("revoke_body"), yes: say("revoke"), tone: "danger" });
    if (yes && (await this.house.post(`devices/${enc(device.id)}/revoke`, {}))) {
      await this.load();
    }
  }

  private async copy(link: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(link);
      toast(say("copied"), "good");
    } catch {
      // Without a secure origin there is no clipboard; the link stands there to be selected.
      return;
    }
  }

  private async load(): Promise<void> {
    const answer = await this.house.read<{ devices: Device[] }>("devices");
    if (answer) {
      this.devices = answer.devices;
    }
  }
}

define("ow-devices", OwDevices);
