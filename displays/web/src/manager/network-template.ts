// One template: its halls, and a push: a section of one hall previewed, then written to all that follow, told hall by hall.

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { listed } from "../shared/format";
import { Refused } from "../shared/api";
import { OwElement, define } from "../shared/element";
import { pick } from "../shared/i18n";
import { textOf } from "./form";
import { oneLanguage } from "./fault-text";
import type { House } from "./house";
import { named } from "./network-named";
import { networkStyles } from "./network-styles";
import { saidText, say, sectionText } from "./network-texts";
import { type Effect, type Member, type Network, SECTIONS, type Section, type Template } from "./network-types";

// 135 halls that hear of new rules one after the other, on a busy computer.
const PUSH_MS = 120_000;

interface Source {
  version: string;
  content: unknown;
}

export class OwNetworkTemplate extends OwElement {
  static override styles = networkStyles;

  @property({ attribute: false }) house!: House;
  @property({ attribute: false }) network!: Network;
  @property({ attribute: false }) template!: Template;
  @state() private section: Section = "hours";
  @state() private from = "";
  @state() private effect: Effect | null = null;
  @state() private taken: string[] = [];
  @state() private busy = false;
  @state() private pushing = false;
  @state() private faults: string[] = [];
  private body: Source | null = null;

  protected override willUpdate(changed: PropertyValues): void {
    const before = changed.get("template") as Template | undefined;
    if (before && before.code !== this.template.code) {
      this.forget();
      this.from = "";
    }
  }

  protected override render(): TemplateResult {
    const members = this.network.halls.filter((one) => one.template === this.template.code);
    return html`<section class="panel" data-testid="network-template"><h2>${named(this.template.name, this.template.code)}</h2>
        <h3>${say("members", { n: members.length })}</h3>
        <p data-testid="template-halls">${members.length === 0 ? say("no_members") : members.map((one, index) => html`${index > 0 ? listed(["", ""]) : ""}${named(one.name, one.hall)}`)}</p></section>
      <section class="panel"><h2>${say("push")}</h2><p class="muted small">${say("push_hint")}</p>
        <div class="row"><label>${say("section")}<select class="field" data-testid="push-section" .value=${this.section} @change=${(event: Event) => this.setSection(textOf(event) as Section)}>
            ${SECTIONS.map((one) => html`<option value=${one}>${sectionText(one)}</option>`)}</select></label>
          <label>${say("push_from")}<select class="field" data-testid="push-from" .value=${this.from} @change=${(event: Event) => this.setFrom(textOf(event))}>
            <option value=""></option>${this.network.halls.filter((one) => one.yours).map((one) => html`<option value=${one.hall}>${pick(one.name)} (${one.hall})</option>`)}</select></label>
          <button class="button" ?disabled=${!this.from || this.busy} data-testid="push-preview" @click=${this.preview}>${say("preview")}</button></div>
        <div role="alert">${this.faults.length > 0 ? html`<div class="note bad"><strong>${say("faults", { n: this.faults.length })}</strong><ul>${this.faults.map((one) => html`<li>${one}</li>`)}</ul></div>` : nothing}</div>
        <div role="status">${this.pushing ? html`<p class="note">${say("pushing")}</p>` : nothing}${this.effect ? this.told(this.effect) : nothing}</div></section>`;
  }

  private told(effect: Effect): TemplateResult {
    const { days } = effect;
    const changing = Object.keys(effect.changes);
    const keeping = Array.from(new Set(Object.keys(effect.keeps).concat(this.taken))).sort();
    const heading = days ? say("pushed") : changing.length > 0 ? say("preview_changes", { n: changing.length }) : say("preview_nothing");
    return html`<p><strong>${heading}</strong></p>
      <div class="scroll" tabindex="0" role="region" aria-label=${say("effect")}><table data-testid="effect"><thead><tr><th>${say("hall")}</th><th>${say("effect")}</th></tr></thead><tbody>
        ${changing.filter((hall) => keeping.indexOf(hall) < 0).map((hall) => html`<tr data-testid="effect-${hall}"><td>${this.named(hall)}</td><td>${days ? saidText(days[hall] || "later") : say("would_change")}</td></tr>`)}
        ${keeping.map((hall) => this.keeper(hall, !!days))}</tbody></table></div>
      ${days || this.faults.length > 0 ? nothing : html`<div class="row"><button class="button primary" ?disabled=${this.busy} data-testid="push-run" @click=${this.push}>${changing.length > 0 ? say("push_run", { n: changing.length }) : say("template_only")}</button></div>`}`;
  }

  private keeper(hall: string, isDone: boolean): TemplateResult {
    const isTaken = this.taken.indexOf(hall) >= 0;
    return html`<tr data-testid="effect-${hall}"><td>${this.named(hall)}</td><td>${say(isTaken ? "would_change" : "would_keep")}
      ${isDone ? nothing : html`<label class="small"><input type="checkbox" .checked=${isTaken} ?disabled=${this.busy} data-testid="take-${hall}" @change=${() => this.toggle(hall)}> ${say("take_over")}</label>`}</td></tr>`;
  }

  private named(hall: string): TemplateResult | string {
    const found = this.network.halls.find((one: Member) => one.hall === hall);
    return found ? named(found.name, hall) : hall;
  }

  private name(hall: string): string {
    const found = this.network.halls.find((one: Member) => one.hall === hall);
    return found ? pick(found.name) : hall;
  }

  private setSection(section: Section): void {
    this.section = section;
    this.forget();
  }

  private setFrom(from: string): void {
    this.from = from;
    this.forget();
  }

  private async toggle(hall: string): Promise<void> {
    this.taken = this.taken.indexOf(hall) >= 0 ? this.taken.filter((one) => one !== hall) : [...this.taken, hall];
    await this.look();
  }

  private forget(): void {
    this.body = null;
    this.effect = null;
    this.taken = [];
    this.faults = [];
  }

  private async preview(): Promise<void> {
    this.forget();
    await this.look();
  }

  /** Read the section of the hall and the template's version once, then ask what the push would do. */
  private async look(): Promise<void> {
    await this.attempt(async () => {
      if (!this.body) {
        const hall = encodeURIComponent(this.from);
        const [source, now] = await Promise.all([
          this.house.api.get<Source>(`api/halls/${hall}/settings/${this.section}`),
          this.house.api.get<Source>(this.path()),
        ]);
        this.body = { version: now.version, content: source.content };
      }
      const effect = await this.house.api.send<Effect>("POST", `${this.path()}/preview`, { ...this.body, taking_over: this.taken }, PUSH_MS);
      this.effect = effect;
      this.faults = Object.keys(effect.faults).reduce((told: string[], hall) => told.concat((effect.faults[hall] || []).map((one) => `${this.name(hall)}: ${pick(one)}`)), []);
    });
  }

  private async push(): Promise<void> {
    this.pushing = true;
    await this.attempt(async () => {
      this.effect = await this.house.api.send<Effect>("PUT", this.path(), { ...this.body, taking_over: this.taken }, PUSH_MS);
      this.body = null;
      this.taken = [];
      this.dispatchEvent(new CustomEvent("ow-changed"));
    });
    this.pushing = false;
  }

  private async attempt(step: () => Promise<void>): Promise<void> {
    if (this.busy) {
      return;
    }
    this.busy = true;
    this.faults = [];
    try {
      await step();
    } catch (fault) {
      this.faults = fault instanceof Refused ? fault.errors.map((one) => `${one.field}: ${oneLanguage(one.message)}`) : [];
      this.house.trouble(fault);
    } finally {
      this.busy = false;
    }
  }

  private path(): string {
    return `api/templates/${encodeURIComponent(this.template.code)}/${this.section}`;
  }
}

define("ow-network-template", OwNetworkTemplate);
