// One hall of the network: which template it follows in what, following or leaving one, and its changes with a way back.

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { ask } from "../clerk/ask";
import { confirmed, toast } from "../shared/components/dialog";
import { OwElement, define } from "../shared/element";
import { momentText } from "../shared/format";
import { pick } from "../shared/i18n";
import type { House } from "./house";
import { named, templateNamed } from "./network-named";
import { networkStyles } from "./network-styles";
import { say, sectionText } from "./network-texts";
import { type Member, type Network, type Revision, SECTIONS, type Section } from "./network-types";

interface Past {
  content: unknown;
}

export class OwNetworkHall extends OwElement {
  static override styles = networkStyles;

  @property({ attribute: false }) house!: House;
  @property({ attribute: false }) network!: Network;
  @property({ attribute: false }) member!: Member;
  @state() private revisions: Revision[] = [];

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("member")) {
      void this.load(this.member);
    }
  }

  protected override render(): TemplateResult {
    const { member } = this;
    const { follows } = member;
    return html`<section class="panel" data-testid="network-hall"><div class="spread"><h2>${named(member.name, member.hall)}</h2><span>
        <button class="button" data-testid="follow-template" @click=${this.take}>${say("follow")}</button>
        ${member.template !== null ? html`<button class="button" data-testid="leave-template" @click=${this.leave}>${say("leave")}</button>` : nothing}</span></div>
      <h3>${say("follows_now")}</h3>
      <table data-testid="follows"><tbody>${SECTIONS.map((section) => html`<tr><td>${sectionText(section)}</td><td>${this.source(follows && follows[section])}</td></tr>`)}</tbody></table>
      <h3>${say("revisions")}</h3>
      ${this.revisions.length === 0 ? html`<p class="muted">${say("no_revisions")}</p>` : this.past()}</section>`;
  }

  private source(template: string | null): TemplateResult | string {
    return template === null ? say("own") : templateNamed(this.network, template);
  }

  private past(): TemplateResult {
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${say("revisions")}><table data-testid="revisions"><thead><tr><th>${say("when")}</th><th>${say("section")}</th><th>${say("version")}</th><th>${say("who")}</th><td></td></tr></thead>
      <tbody>${this.revisions.map(
        (one) => html`<tr><td>${pick(momentText(one.at_ms, this.house.nowMs(), this.house.hall.zone))}</td><td>${sectionText(one.section)}</td><td>${one.note ? pick(one.note) : one.version}</td><td>${one.actor}</td>
          <td class="n">${isSection(one.section) && !one.note ? html`<button class="button small" aria-label="${say("restore")} ${sectionText(one.section)} ${one.version}" data-testid="restore-${one.id}" @click=${() => this.restore(one, one.section as Section)}>${say("restore")}</button>` : nothing}</td></tr>`,
      )}</tbody></table></div>`;
  }

  private async take(): Promise<void> {
    const { member, network } = this;
    const given = await ask({
      heading: say("follow"),
      intro: say("follow_intro"),
      fields: [
        { name: "template", label: say("template"), kind: "choice", required: true, value: member.template || "", options: network.templates.map((one) => ({ value: one.code, label: pick(one.name), note: one.code })) },
        { name: "sections", label: say("section"), kind: "checks", required: true, value: SECTIONS.slice(), options: SECTIONS.map((code) => ({ value: code, label: sectionText(code) })) },
      ],
      testid: "dialog-follow",
    });
    if (given) {
      await this.put("template", { version: member.version, template: given.template, sections: given.sections });
    }
  }

  private async leave(): Promise<void> {
    const { member } = this;
    if (await confirmed({ heading: say("leave_title", { name: pick(member.name) }), body: say("leave_body"), yes: say("leave") })) {
      await this.put("template", { version: member.version, template: null });
    }
  }

  private async restore(one: Revision, section: Section): Promise<void> {
    const heading = say("restore_title", { section: sectionText(section), version: one.version });
    if (!(await confirmed({ heading, body: say("restore_body"), yes: say("restore") }))) {
      return;
    }
    try {
      const { api } = this.house;
      const [past, now] = await Promise.all([api.get<Past>(this.path(`revisions/${one.id}`)), api.get<{ version: string }>(this.path(section))]);
      await this.put(section, { version: now.version, content: past.content });
    } catch (fault) {
      this.house.trouble(fault);
    }
  }

  private async put(rest: string, body: unknown): Promise<void> {
    try {
      await this.house.api.send("PUT", this.path(rest), body);
      toast(say("saved"), "good");
    } catch (fault) {
      this.house.trouble(fault);
    }
    // After a refusal, too: perhaps somebody else was quicker.
    this.dispatchEvent(new CustomEvent("ow-changed"));
  }

  private path(rest: string): string {
    return `api/halls/${encodeURIComponent(this.member.hall)}/settings/${rest}`;
  }

  private async load(member: Member): Promise<void> {
    try {
      const { revisions } = await this.house.api.get<{ revisions: Revision[] }>(this.path("revisions"));
      if (member.hall === this.member.hall) {
        this.revisions = revisions;
      }
    } catch (fault) {
      this.house.trouble(fault);
    }
  }
}

function isSection(name: string): name is Section {
  return SECTIONS.indexOf(name as Section) >= 0;
}

define("ow-network-hall", OwNetworkHall);
