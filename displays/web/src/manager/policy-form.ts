// The rules of a hall: grouped fields with explanations, number series, classes and quotas as tables.

import { html, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";

import { toast } from "../shared/components/dialog";
import { define } from "../shared/element";
import { pick } from "../shared/i18n";
import { SettingsForm, numberOf, textOf } from "./form";
import { POLICY_GROUPS, type PolicyField, optionsOf, rangeOf } from "./policy-fields";
import { CHOSEN_REASONS, HOLD_REASONS, reasonList } from "./reasons-form";
import { say } from "./settings-texts";
import { type HallContent, type ItemsContent, type Policy, clockOf, minutesOf, withEntry } from "./settings-types";

const MINUTE_MS = 60_000;
const SECOND_MS = 1000;
const ZONES = ["Asia/Shanghai", "Asia/Urumqi", "Asia/Hong_Kong"];

export class OwPolicyForm extends SettingsForm<Policy> {
  @property({ attribute: false }) catalog: ItemsContent | null = null;

  protected override render(): TemplateResult {
    return html`<div class="grid2"><div class="rule"><label for="version">${say("version_name")}</label><input id="version" class="field short" maxlength="40" .value=${this.value.version} ?disabled=${this.locked} @change=${(event: Event) => this.change({ version: textOf(event).trim() })}></div></div>
      ${POLICY_GROUPS.map((group) => html`<section><h3>${both(group.words)}</h3><div class="grid2">${group.fields.map((field) => this.rule(field))}</div></section>`)}
      ${this.reasons()} ${this.series()} ${this.classes()} ${this.quotas()}`;
  }

  private reasons(): TemplateResult {
    const { hold, chosen_reasons: chosen } = this.value;
    const { locked } = this;
    return html`<section><h3>${say("reasons")}</h3><p class="small muted">${say("reasons_hint")}</p><div class="grid2">
      <div>${reasonList(hold.reasons, { title: say("reasons_hold"), testid: "reasons-hold", known: HOLD_REASONS, locked, changed: (reasons) => this.change({ hold: { ...hold, reasons } }) })}</div>
      <div>${reasonList(chosen, { title: say("reasons_chosen"), testid: "reasons-chosen", known: CHOSEN_REASONS, locked, changed: (reasons) => this.change({ chosen_reasons: reasons }) })}</div>
    </div></section>`;
  }

  private rule(field: PolicyField): TemplateResult {
    const id = `${field.group}-${field.name}`;
    return html`<div class="rule"><label for=${id}>${both(field.words)}<small>${both(field.why)}${field.range ? ` · ${field.range.join("–")}` : ""}</small></label><span>${this.input(field, id)}<span class="unit">${unit(field)}</span></span></div>`;
  }

  private input(field: PolicyField, id: string): TemplateResult {
    const value = this.read(field);
    const set = (changed: unknown) => this.write(field, changed);
    switch (field.unit) {
      case "yes":
        return html`<input id=${id} type="checkbox" .checked=${value === true} ?disabled=${this.locked} @change=${(event: Event) => set((event.target as HTMLInputElement).checked)}>`;
      case "pick":
        return html`<select id=${id} class="field short" ?disabled=${this.locked} @change=${(event: Event) => set(textOf(event))}>${optionsOf(field).map(
          (option) => html`<option value=${option.value} ?selected=${option.value === value}>${both(option.words)}</option>`,
        )}</select>`;
      case "clock":
        return html`<input id=${id} class="field mini number" inputmode="numeric" maxlength="5" .value=${clockOf(Number(value))} ?disabled=${this.locked} @change=${(event: Event) => {
          const minutes = minutesOf(textOf(event));
          if (minutes !== null) {
            set(minutes);
          } else {
            refuse(event, clockOf(Number(value)), say("clock_bad", { name: both(field.words) }));
          }
        }}>`;
      default: {
        const scale = field.unit === "min" ? MINUTE_MS : field.unit === "s" ? SECOND_MS : 1;
        const [least, most] = rangeOf(field);
        return html`<input id=${id} class="field mini" type="number" min=${least} max=${most} step=${scale === 1 ? 1 : "any"} .value=${String(Number(value) / scale)} ?disabled=${this.locked} @change=${(event: Event) => {
          if ((event.target as HTMLInputElement).checkValidity() && textOf(event) !== "") {
            set(Math.round(Number(textOf(event)) * scale));
          } else {
            refuse(event, String(Number(value) / scale), say("between", { name: both(field.words), least, most }));
          }
        }}>`;
      }
    }
  }

  private read(field: PolicyField): unknown {
    const group = field.group ? (this.value[field.group] as Record<string, unknown>) : (this.value as Record<string, unknown>);
    return group ? group[field.name] : undefined;
  }

  private write(field: PolicyField, value: unknown): void {
    const group = this.value[field.group] as Record<string, unknown>;
    this.emit(field.group ? { ...this.value, [field.group]: { ...group, [field.name]: value } } : { ...this.value, [field.name]: value });
  }

  private series(): TemplateResult {
    const { series } = this.value;
    const set = (index: number, part: Partial<Policy["series"][number]> | null) => this.change({ series: withEntry(series, index, part && { ...(series[index] || { prefix: "A", themes: [], classes: [], first: 1, last: 999, digits: 3 }), ...part }) });
    const number = (index: number, name: "first" | "last" | "digits") => html`<td><input class="field mini" type="number" min="1" aria-label="${say(name)} ${index + 1}" .value=${String((series[index] as Policy["series"][number])[name])} ?disabled=${this.locked} @change=${(event: Event) => set(index, { [name]: numberOf(event) })}></td>`;
    return html`<div class="spread"><h3>${say("series")}</h3><button class="button" ?disabled=${this.locked} @click=${() => set(series.length, {})}>+ ${say("add")}</button></div><p class="small muted">${say("series_hint")}</p>
      <table><thead><tr><th>${say("prefix")}</th><th>${say("themes")}</th><th>${say("classes")}</th><th>${say("first")}</th><th>${say("last")}</th><th>${say("digits")}</th><td></td></tr></thead><tbody>${series.map(
        (one, index) => html`<tr><td><input class="field mini" maxlength="3" aria-label="${say("prefix")} ${index + 1}" .value=${one.prefix} ?disabled=${this.locked} @change=${(event: Event) => set(index, { prefix: textOf(event).trim().toUpperCase() })}></td>
          <td>${this.choose(this.themes(), one.themes, `${say("themes")} ${one.prefix}`, (themes) => set(index, { themes }))}</td>
          <td>${this.choose(this.value.classes.map((klass) => [klass.code, pick(klass.name)]), one.classes, `${say("classes")} ${one.prefix}`, (classes) => set(index, { classes }))}</td>
          ${number(index, "first")}${number(index, "last")}${number(index, "digits")}<td class="acts">${this.removal(one.prefix, () => set(index, null))}</td></tr>`,
      )}</tbody></table>`;
  }

  private classes(): TemplateResult {
    const { classes } = this.value;
    type Klass = Policy["classes"][number];
    const set = (index: number, part: Partial<Klass> | null) => this.change({ classes: withEntry(classes, index, part && { ...(classes[index] || { code: "", name: { zh: "", en: "" }, lane: 1, credit_ms: 0 }), ...part }) });
    const words = (index: number, label: string, value: string, part: (text: string) => Partial<Klass>) =>
      html`<td><input class="field" maxlength="40" aria-label="${label} ${index + 1}" .value=${value} ?disabled=${this.locked} @change=${(event: Event) => set(index, part(textOf(event).trim()))}></td>`;
    return html`<div class="spread"><h3>${say("classes")}</h3><button class="button" ?disabled=${this.locked} @click=${() => set(classes.length, {})}>+ ${say("add")}</button></div><p class="small muted">${say("classes_hint")}</p>
      <table><thead><tr><th>${say("code")}</th><th>${say("name_zh")}</th><th>${say("name_en")}</th><th>${say("lane")}</th><th>${say("credit")}</th><td></td></tr></thead><tbody>${classes.map(
        (one, index) => html`<tr>${words(index, say("code"), one.code, (code) => ({ code }))}${words(index, say("name_zh"), one.name.zh, (zh) => ({ name: { ...one.name, zh } }))}${words(index, say("name_en"), one.name.en, (en) => ({ name: { ...one.name, en } }))}
          <td><input class="field mini" type="number" min="0" max="9" aria-label="${say("lane")} ${one.code}" .value=${String(one.lane)} ?disabled=${this.locked} @change=${(event: Event) => set(index, { lane: numberOf(event) })}></td>
          <td><input class="field mini" type="number" min="0" aria-label="${say("credit")} ${one.code}" .value=${String(one.credit_ms / MINUTE_MS)} ?disabled=${this.locked} @change=${(event: Event) => set(index, { credit_ms: numberOf(event) * MINUTE_MS })}></td>
          <td class="acts">${this.removal(one.code, () => set(index, null))}</td></tr>`,
      )}</tbody></table>`;
  }

  private quotas(): TemplateResult {
    const { quotas } = this.value;
    type Quota = Policy["quotas"][number];
    const set = (index: number, part: Partial<Quota> | null) => this.change({ quotas: withEntry(quotas, index, part && { ...(quotas[index] || { item: "", theme: (this.themes()[0] || [""])[0] as string, morning: null, afternoon: null }), ...part }) });
    const half = (index: number, name: "morning" | "afternoon", value: number | null) =>
      html`<td><input class="field mini" type="number" min="0" aria-label="${say(name)} ${index + 1}" .value=${value === null || value === undefined ? "" : String(value)} ?disabled=${this.locked} @change=${(event: Event) => set(index, { [name]: textOf(event) === "" ? null : numberOf(event) })}></td>`;
    const items = this.catalog ? this.catalog.items.map((one) => [one.code, pick(one.name)] as [string, string]) : [];
    const select = (index: number, name: "theme" | "item", value: string, options: [string, string][]) =>
      html`<td><select class="field" aria-label="${say(name)} ${index + 1}" ?disabled=${this.locked} @change=${(event: Event) => set(index, { [name]: textOf(event) })}><option value="">–</option>${options.map(([code, label]) => html`<option value=${code} ?selected=${code === value}>${label}</option>`)}</select></td>`;
    return html`<div class="spread"><h3>${say("quotas")}</h3><button class="button" ?disabled=${this.locked} @click=${() => set(quotas.length, {})}>+ ${say("add")}</button></div><p class="small muted">${say("quotas_hint")}</p>
      <table><thead><tr><th>${say("theme")}</th><th>${say("item")}</th><th>${say("morning")}</th><th>${say("afternoon")}</th><td></td></tr></thead><tbody>${quotas.map(
        (one, index) => html`<tr>${select(index, "theme", one.theme, this.themes())}${select(index, "item", one.item, items)}${half(index, "morning", one.morning)}${half(index, "afternoon", one.afternoon)}<td class="acts">${this.removal(String(index + 1), () => set(index, null))}</td></tr>`,
      )}</tbody></table>`;
  }

  private themes(): [string, string][] {
    return this.catalog ? this.catalog.themes.map((one) => [one.code, pick(one.name)]) : [];
  }

  private choose(options: [string, string][], chosen: string[], label: string, changed: (codes: string[]) => void): TemplateResult {
    return html`<span role="group" aria-label=${label}>${options.map(
      ([code, words]) => html`<label class="small"><input type="checkbox" .checked=${chosen.indexOf(code) >= 0} ?disabled=${this.locked}
        @change=${() => changed(chosen.indexOf(code) >= 0 ? chosen.filter((one) => one !== code) : chosen.concat(code))}> ${words}&ensp;</label>`,
    )}</span>`;
  }

  private removal(name: string, work: () => void): TemplateResult {
    return html`<button class="button small danger" ?disabled=${this.locked} aria-label="${say("remove")} ${name}" @click=${work}>${say("remove")}</button>`;
  }
}

export class OwHallForm extends SettingsForm<HallContent> {
  protected override render(): TemplateResult {
    const { name, zone, voice, training, position } = this.value;
    const words = (id: string, label: string, value: string, set: (text: string) => void) =>
      html`<div class="rule"><label for=${id}>${label}</label><input id=${id} class="field words" maxlength="80" .value=${value} ?disabled=${this.locked} @change=${(event: Event) => set(textOf(event).trim())}></div>`;
    const zones = ZONES.indexOf(zone) >= 0 ? ZONES : ZONES.concat(zone);
    return html`${words("zh", say("name_zh"), name.zh, (zh) => this.change({ name: { ...name, zh } }))} ${words("en", say("name_en"), name.en, (en) => this.change({ name: { ...name, en } }))}
      <div class="rule"><label for="zone">${say("zone")}</label><select id="zone" class="field words" ?disabled=${this.locked} @change=${(event: Event) => this.change({ zone: textOf(event) })}>${zones.map((one) => html`<option ?selected=${one === zone}>${one}</option>`)}</select></div>
      <div class="rule"><label for="voice">${say("voice")}<small>${say("voice_note")}</small></label><select id="voice" class="field words" ?disabled=${this.locked} @change=${(event: Event) => this.change({ voice: textOf(event) as HallContent["voice"] })}>${(["browser", "silent"] as const).map(
        (one) => html`<option value=${one} ?selected=${one === voice}>${say(`voice_${one}`)}</option>`,
      )}</select></div>
      <div class="rule"><label for="training">${say("training")}</label><input id="training" type="checkbox" .checked=${training} ?disabled=${this.locked} @change=${(event: Event) => this.change({ training: (event.target as HTMLInputElement).checked })}></div>
      <div class="rule"><label for="position">${say("position")}</label><input id="position" class="field words" maxlength="60" placeholder="22.72, 114.25" .value=${position ? `${position.lat}, ${position.lon}` : ""} ?disabled=${this.locked} @change=${this.place}></div>`;
  }

  /** Takes a position over, or says what it must look like; an empty one means that nobody knows. */
  private place(event: Event): void {
    const field = event.target as HTMLInputElement;
    const found = /^(-?\d{1,3}(?:\.\d+)?)\s*[,，]\s*(-?\d{1,3}(?:\.\d+)?)$/.exec(field.value.trim());
    field.setCustomValidity(found || !field.value.trim() ? "" : say("position_bad"));
    if (field.reportValidity()) this.change({ position: found ? { lat: Number(found[1]), lon: Number(found[2]) } : null });
  }
}

/** Say what a field takes, and put back what it was: what is seen is what would be saved. */
function refuse(event: Event, before: string, told: string): void {
  (event.target as HTMLInputElement).value = before;
  toast(told, "bad");
}

function both([zh, en]: [string, string]): string {
  return pick({ zh, en });
}

function unit(field: PolicyField): string {
  return field.unit === "min" ? say("unit_min") : field.unit === "s" ? say("unit_s") : "";
}

define("ow-policy-form", OwPolicyForm);
define("ow-hall-form", OwHallForm);
