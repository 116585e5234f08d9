// The network: its halls as a tree with their templates, a hall added, a template made; the chosen one stands beside it.

import { css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { type Field, type Option, type Values, ask } from "../clerk/ask";
import { listed } from "../shared/format";
import { Refused, faultText } from "../shared/api";
import { toast } from "../shared/components/dialog";
import { OwElement, define } from "../shared/element";
import { pick } from "../shared/i18n";
import { oneLanguage } from "./fault-text";
import type { House } from "./house";
import "./network-hall";
import { templateNamed } from "./network-named";
import { networkStyles } from "./network-styles";
import "./network-template";
import { levelText, say, sectionText } from "./network-texts";
import { type Branch, type Member, type Network, branches, ownSections } from "./network-types";

const LEVELS = ["", "district", "street", "community"];
// Levels below a district's hall; the tree is set in so far at most.
const DEEPEST = 2;
// Opening the day of a new hall takes a second on a busy computer.
const ADDING_MS = 20_000;

interface Chosen {
  kind: "hall" | "template";
  code: string;
}

export class OwNetwork extends OwElement {
  static override styles = [
    ...networkStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        gap: 0.75rem;
        align-items: start;
      }
      .note {
        grid-column: 1 / -1;
        margin: 0;
      }
      tbody td.depth-1 {
        padding-left: 1.875rem;
      }
      tbody td.depth-2 {
        padding-left: 3.125rem;
      }
      .note a {
        margin-left: 0.75rem;
      }
    `,
  ];

  @property({ attribute: false }) house!: House;
  @state() private network: Network | null = null;
  @state() private chosen: Chosen | null = null;
  @state() private added: Member | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { network, added } = this;
    if (!network) {
      return nothing;
    }
    return html`${added ? html`<p class="note" role="status" data-testid="hall-added">${say("hall_added", { name: pick(added.name) })}
        <a href="manager?hall=${added.hall}" data-testid="to-manager">${say("open_manager")}</a><a href="kiosk?hall=${added.hall}" data-testid="to-kiosk">${say("open_kiosk")}</a></p>` : nothing}
      <div><section class="panel"><div class="spread"><h2>${say("halls")}</h2><button class="button primary" data-testid="add-hall" @click=${() => this.addHall(network)}>${say("add_hall")}</button></div>
        <div class="scroll"><table data-testid="network-tree"><thead><tr><th>${say("hall")}</th><th>${say("level")}</th><th>${say("template")}</th></tr></thead>
        <tbody>${branches(network.halls).map((one) => this.row(network, one))}</tbody></table></div></section>
      <section class="panel"><div class="spread"><h2>${say("templates")}</h2><button class="button" data-testid="add-template" @click=${() => this.addTemplate(network)}>${say("add_template")}</button></div>
        ${network.templates.length === 0 ? html`<p class="muted">${say("no_templates")}</p>` : html`<table><tbody>${network.templates.map((one) => html`<tr class=${this.isChosen("template", one.code) ? "on" : ""}>
          <td><button class="name" aria-pressed=${this.isChosen("template", one.code) ? "true" : "false"} data-testid="template-${one.code}" @click=${() => this.choose("template", one.code)}>${pick(one.name)}</button> <small class="code">${one.code}</small></td></tr>`)}</tbody></table>`}</section></div>
      <div>${this.beside(network)}</div>`;
  }

  private row(network: Network, { member, depth }: Branch): TemplateResult {
    const on = this.isChosen("hall", member.hall);
    const name = pick(member.name);
    return html`<tr class=${on ? "on" : ""} data-testid="row-${member.hall}"><td class="depth-${Math.min(depth, DEEPEST)}">${
      member.yours
        ? html`<button class="name" aria-pressed=${on ? "true" : "false"} data-testid="hall-${member.hall}" @click=${() => this.choose("hall", member.hall)}>${name}</button>`
        : name
    } <small class="code">${member.hall}</small>${member.served ? nothing : html` <span class="chip">${say("not_served")}</span>`}</td><td>${levelText(member.level)}</td><td>${templateOf(network, member)}</td></tr>`;
  }

  private beside(network: Network): TemplateResult {
    const { chosen } = this;
    const hall = network.halls.find((one) => chosen && chosen.kind === "hall" && one.hall === chosen.code);
    const template = network.templates.find((one) => chosen && chosen.kind === "template" && one.code === chosen.code);
    const reload = () => this.load();
    if (hall) {
      return html`<ow-network-hall .house=${this.house} .network=${network} .member=${hall} @ow-changed=${reload}></ow-network-hall>`;
    }
    return template
      ? html`<ow-network-template .house=${this.house} .network=${network} .template=${template} @ow-changed=${reload}></ow-network-template>`
      : html`<p class="muted panel">${say("choose")}</p>`;
  }

  private isChosen(kind: Chosen["kind"], code: string): boolean {
    return !!this.chosen && this.chosen.kind === kind && this.chosen.code === code;
  }

  private choose(kind: Chosen["kind"], code: string): void {
    this.chosen = { kind, code };
  }

  private async addHall(network: Network): Promise<void> {
    const made = await this.untilDone(say("add_hall"), say("add_hall_intro"), "dialog-hall", hallFields(network), "api/halls", hallBody);
    if (made) {
      await this.load();
      const { network: now } = this;
      this.added = (now && now.halls.find((one) => one.hall === made.code)) || null;
      this.choose("hall", String(made.code));
    }
  }

  private async addTemplate(network: Network): Promise<void> {
    const fields: Field[] = [...namedFields(), { name: "from", label: say("push_from"), kind: "pick", required: true, options: hallOptions(network, (one) => one.yours) }];
    const body = (given: Values) => ({ code: given.code, name: { zh: given.zh, en: given.en }, from: given.from });
    const made = await this.untilDone(say("add_template"), say("add_template_intro"), "dialog-template", fields, "api/templates", body);
    if (made) {
      toast(say("template_added", { name: String(made.zh) }), "good");
      await this.load();
      this.choose("template", String(made.code));
    }
  }

  /** Ask and send; a refusal is told in the same dialog, with what was entered. */
  private async untilDone(heading: string, intro: string, testid: string, fields: Field[], path: string, body: (given: Values) => unknown): Promise<Values | null> {
    let asked = fields;
    let told = intro;
    for (;;) {
      const given = await ask({ heading, intro: told, fields: asked, confirm: heading, wide: true, testid });
      if (!given) {
        return null;
      }
      try {
        await this.house.api.send("POST", path, body(given), ADDING_MS);
        return given;
      } catch (fault) {
        told = [pick(faultText(fault))].concat(fault instanceof Refused ? fault.errors.map((one) => oneLanguage(one.message)) : []).join("；");
        asked = fields.map((field) => ({ ...field, value: given[field.name] as string }));
      }
    }
  }

  private async load(): Promise<void> {
    try {
      this.network = await this.house.api.get<Network>("api/network");
    } catch (fault) {
      this.house.trouble(fault);
    }
  }
}

function templateOf(network: Network, one: Member): TemplateResult | string {
  if (!one.yours) {
    return say("not_yours");
  }
  const own = ownSections(one);
  if (one.template === null) {
    return say("own");
  }
  const sections = listed(own.map(sectionText));
  return html`${templateNamed(network, one.template)}${sections ? html`<br><small>${say("some_own", { sections })}</small>` : nothing}`;
}

function hallOptions(network: Network, fits: (one: Member) => boolean = () => true): Option[] {
  return network.halls.filter(fits).map((one) => ({ value: one.hall, label: pick(one.name), note: one.hall }));
}

function namedFields(): Field[] {
  return [
    { name: "code", label: say("code"), kind: "text", required: true, hint: say("code_hint") },
    { name: "zh", label: say("name_zh"), kind: "text", required: true },
    { name: "en", label: say("name_en"), kind: "text" },
  ];
}

function hallFields(network: Network): Field[] {
  const templates = network.templates.map((one) => ({ value: one.code, label: pick(one.name), note: one.code }));
  const is = (source: string) => (values: Values) => values.source === source;
  return [
    ...namedFields(),
    { name: "parent", label: say("parent"), kind: "pick", options: [{ value: "", label: say("no_parent") }, ...hallOptions(network)] },
    { name: "level", label: say("level"), kind: "choice", options: LEVELS.map((code) => ({ value: code, label: code ? levelText(code) : say("level_auto") })) },
    {
      name: "source",
      label: say("source"),
      kind: "choice",
      value: "template",
      options: [
        { value: "template", label: say("from_template") },
        { value: "like", label: say("from_hall") },
      ],
    },
    { name: "template", label: say("template"), kind: "choice", required: true, options: templates, when: is("template") },
    { name: "like", label: say("like"), kind: "pick", required: true, options: hallOptions(network, (one) => one.yours), when: is("like") },
  ];
}

function hallBody(given: Values): unknown {
  return {
    hall: given.code,
    name: { zh: given.zh, en: given.en },
    parent: given.parent || null,
    level: given.level || null,
    template: given.source === "template" ? given.template : null,
    like: given.source === "like" ? given.like : null,
  };
}

define("ow-network", OwNetwork);
