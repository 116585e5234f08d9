// Windows and items as tables; an entry is changed in a dialog where it has more than a line.

import { html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { type Values, ask } from "../clerk/ask";
import type { Serves } from "../clerk/types";
import { listed } from "../shared/format";
import { define } from "../shared/element";
import { pick } from "../shared/i18n";
import { SettingsForm, textOf } from "./form";
import { packageTable } from "./packages-form";
import { say } from "./settings-texts";
import { type Coded, type ItemSetting, type ItemsContent, type WindowSetting, type WindowsContent, withEntry } from "./settings-types";
import { kindText, say as sayManager } from "./texts";

const MINUTE_MS = 60_000;
const SHOWN = 100;
const KINDS = ["comprehensive", "themed", "specialised"];
const NOTHING: Serves = { themes: [], items: [], everything: false };

export class OwWindowsForm extends SettingsForm<WindowsContent> {
  @property({ attribute: false }) catalog: ItemsContent | null = null;

  protected override render(): TemplateResult {
    const { windows, areas } = this.value;
    const area = (code: string) => pick((areas.find((one) => one.code === code) || { name: code }).name);
    return html`<div class="spread"><h3>${sayManager("windows")} <span class="muted">${windows.length}</span></h3><button class="button" ?disabled=${this.locked} data-testid="add-window" @click=${() => this.edit(windows.length)}>+ ${say("add_window")}</button></div>
      <div><table data-testid="windows"><thead><tr><th>${say("label")}</th><th>${say("code")}</th><th>${say("area")}</th><th>${say("kind")}</th><th>${say("serves")}</th><th>${say("helps")}</th><td></td></tr></thead>
      <tbody>${windows.map(
        (one, index) => html`<tr><td class="number">${one.label}</td><td class="short">${one.code}</td><td class="short">${area(one.area)}</td><td class="short">${kindText(one.kind)}</td><td>${this.words(one.serves)}</td><td class="few">${this.words(one.helps)}</td>
          <td class="acts"><button class="button small" ?disabled=${this.locked} aria-label="${say("edit")} ${one.label}" @click=${() => this.edit(index)}>${say("edit")}</button>
          <button class="button small danger" ?disabled=${this.locked} aria-label="${say("remove")} ${one.label}" @click=${() => this.change({ windows: withEntry(windows, index, null) })}>${say("remove")}</button></td></tr>`,
      )}</tbody></table></div>
      ${codedTable(areas, { title: say("areas"), add: say("add_area"), locked: this.locked, changed: (changed) => this.change({ areas: changed }) })}`;
  }

  private words(serves: Serves): string {
    if (serves.everything) {
      return say("everything");
    }
    const catalog = this.catalog || { themes: [], items: [] };
    const name = (list: Coded[], code: string) => pick((list.find((one) => one.code === code) || { name: code }).name);
    return listed(serves.themes.map((code) => name(catalog.themes, code)).concat(serves.items.map((code) => name(catalog.items, code)))) || say("nothing");
  }

  private async edit(index: number): Promise<void> {
    const { windows, areas } = this.value;
    const old = windows[index];
    const catalog = this.catalog || { themes: [], items: [], packages: [] };
    const themes = catalog.themes.map((one) => ({ value: one.code, label: pick(one.name) }));
    const items = catalog.items.map((one) => ({ value: one.code, label: pick(one.name), note: one.code, find: one.keywords }));
    const some = (values: Values) => values.range === "some";
    const given = await ask({
      heading: old ? `${say("edit")} ${old.label}` : say("add_window"),
      wide: true,
      fields: [
        { name: "label", label: say("label"), kind: "text", required: true, value: old ? old.label : "" },
        { name: "code", label: say("code"), kind: "text", required: true, value: old ? old.code : "" },
        { name: "area", label: say("area"), kind: "choice", required: true, value: old ? old.area : (areas[0] || { code: "" }).code, options: areas.map((one) => ({ value: one.code, label: pick(one.name) })) },
        { name: "kind", label: say("kind"), kind: "choice", required: true, value: old ? old.kind : "comprehensive", options: KINDS.map((code) => ({ value: code, label: kindText(code) })) },
        { name: "range", label: say("serves"), kind: "choice", value: !old || old.serves.everything ? "all" : "some", options: [{ value: "all", label: sayManager("serve_all") }, { value: "some", label: sayManager("serve_some") }] },
        { name: "themes", label: say("themes"), kind: "checks", value: old ? old.serves.themes : [], options: themes, when: some },
        { name: "items", label: say("part_items"), kind: "picks", value: old ? old.serves.items : [], options: items, when: some },
        { name: "helps", label: sayManager("helps"), kind: "checks", value: old ? old.helps.themes : [], options: themes, when: some },
      ],
      testid: "dialog-window",
    });
    if (given) {
      this.change({ windows: withEntry(windows, index, windowOf(given, old)) });
    }
  }
}

function windowOf(given: Values, old: WindowSetting | undefined): WindowSetting {
  const all = given.range === "all";
  const before = old || { helps: NOTHING, help_rule: { when: "idle" as const, after_ms: 10 * MINUTE_MS } };
  return {
    ...before,
    code: String(given.code).trim(),
    label: String(given.label).trim(),
    area: String(given.area),
    kind: String(given.kind),
    serves: all ? { ...NOTHING, everything: true } : { themes: given.themes as string[], items: given.items as string[], everything: false },
    helps: all ? NOTHING : { ...before.helps, themes: given.helps as string[] },
  };
}

export class OwItemsForm extends SettingsForm<ItemsContent> {
  @state() private search = "";
  @state() private theme = "";
  @state() private shown = SHOWN;

  protected override render(): TemplateResult {
    const { items, themes } = this.value;
    const words = this.search.toLowerCase().split(/\s+/).filter((word) => word !== "");
    const hits = items
      .map((item, index) => ({ item, index }))
      .filter(({ item }) => (!this.theme || item.theme === this.theme) && words.every((word) => `${item.code} ${item.name.zh} ${item.name.en} ${item.keywords}`.toLowerCase().includes(word)));
    const theme = (code: string) => pick((themes.find((one) => one.code === code) || { name: code }).name);
    return html`<div class="tools"><input class="field" type="search" maxlength="60" placeholder=${say("search")} aria-label=${say("search")} .value=${this.search} data-testid="items-search" @input=${(event: Event) => (this.search = textOf(event))}>
        <select class="field" aria-label=${say("theme")} @change=${(event: Event) => (this.theme = textOf(event))}><option value="">${say("all_themes")}</option>${themes.map((one) => html`<option value=${one.code}>${pick(one.name)}</option>`)}</select>
        <button class="button" ?disabled=${this.locked} data-testid="add-item" @click=${() => this.edit(items.length)}>+ ${say("add_item")}</button></div>
      <p class="small muted" role="status">${say("hits", { n: hits.length, of: items.length })}</p>
      <div class="scroll"><table data-testid="items"><thead><tr><th>${say("item")}</th><th>${say("code")}</th><th>${say("theme")}</th><th class="n">${say("service_min")}</th><td></td></tr></thead>
      <tbody>${hits.slice(0, this.shown).map(
        ({ item, index }) => html`<tr><td>${pick(item.name)}</td><td class="muted">${item.code}</td><td>${theme(item.theme)}</td><td class="n">${Math.round((item.service_ms / MINUTE_MS) * 10) / 10}</td>
          <td class="acts"><button class="button small" ?disabled=${this.locked} aria-label="${say("edit")} ${pick(item.name)}" @click=${() => this.edit(index)}>${say("edit")}</button>
          <button class="button small danger" ?disabled=${this.locked} aria-label="${say("remove")} ${pick(item.name)}" @click=${() => this.change({ items: withEntry(items, index, null) })}>${say("remove")}</button></td></tr>`,
      )}</tbody></table>
      ${hits.length > this.shown ? html`<button class="button" @click=${() => (this.shown += SHOWN)}>${say("more", { n: Math.min(SHOWN, hits.length - this.shown) })}</button>` : nothing}</div>
      ${codedTable(themes, { title: say("themes"), add: say("add_theme"), locked: this.locked, changed: (changed) => this.change({ themes: changed }) })}
      ${packageTable(this.value, this.locked, (packages) => this.change({ packages }))}`;
  }

  private async edit(index: number): Promise<void> {
    const { items, themes } = this.value;
    const old = items[index];
    const given = await ask({
      heading: old ? `${say("edit")} · ${pick(old.name)}` : say("add_item"),
      pairs: true,
      wide: true,
      fields: [
        { name: "zh", label: say("name_zh"), kind: "text", required: true, value: old ? old.name.zh : "" },
        { name: "en", label: say("name_en"), kind: "text", value: old ? old.name.en : "" },
        { name: "code", label: say("code"), kind: "text", required: true, value: old ? old.code : "" },
        { name: "keywords", label: say("keywords"), kind: "text", value: old ? old.keywords : "" },
        { name: "minutes", label: say("service_min"), kind: "number", required: true, min: 1, max: 480, value: String(old ? Math.round(old.service_ms / MINUTE_MS) : 10) },
        { name: "spread", label: say("service_cv"), kind: "number", required: true, min: 0, max: 500, value: String(old ? old.service_cv_pct : 80) },
        { name: "theme", label: say("theme"), kind: "choice", required: true, value: old ? old.theme : (themes[0] || { code: "" }).code, options: themes.map((one) => ({ value: one.code, label: pick(one.name) })) },
      ],
      testid: "dialog-item",
    });
    if (given) {
      this.change({ items: withEntry(items, index, itemOf(given, old)) });
    }
  }
}

function itemOf(given: Values, old: ItemSetting | undefined): ItemSetting {
  const minutes = Math.max(1, Math.floor(Number(given.minutes)) || 1);
  // A service time that was not touched keeps its seconds.
  const same = old && Math.round(old.service_ms / MINUTE_MS) === minutes;
  return {
    ...old,
    code: String(given.code).trim(),
    name: { zh: String(given.zh).trim(), en: String(given.en).trim() },
    theme: String(given.theme),
    service_ms: same ? old.service_ms : minutes * MINUTE_MS,
    service_cv_pct: Math.max(0, Math.floor(Number(given.spread)) || 0),
    keywords: String(given.keywords).trim(),
  };
}

interface CodedTable {
  title: string;
  add: string;
  locked: boolean;
  changed: (list: Coded[]) => void;
}

/** Areas and themes: a code and a name in both languages. */
function codedTable(list: Coded[], { title, add, locked, changed }: CodedTable): TemplateResult {
  const cell = (entry: Coded, index: number, label: string, value: string, set: (text: string) => Coded) =>
    html`<td><input class="field" maxlength="80" aria-label="${label} ${entry.code || index + 1}" .value=${value} ?disabled=${locked} @change=${(event: Event) => changed(withEntry(list, index, set(textOf(event).trim())))}></td>`;
  return html`<div class="spread"><h3>${title}</h3><button class="button" ?disabled=${locked} @click=${() => changed(list.concat({ code: "", name: { zh: "", en: "" } }))}>+ ${add}</button></div>
    <table><thead><tr><th>${say("code")}</th><th>${say("name_zh")}</th><th>${say("name_en")}</th><td></td></tr></thead><tbody>${list.map(
      (entry, index) => html`<tr>${cell(entry, index, say("code"), entry.code, (code) => ({ ...entry, code }))}${cell(entry, index, say("name_zh"), entry.name.zh, (zh) => ({ ...entry, name: { ...entry.name, zh } }))}${cell(entry, index, say("name_en"), entry.name.en, (en) => ({ ...entry, name: { ...entry.name, en } }))}
        <td class="acts"><button class="button small danger" ?disabled=${locked} aria-label="${say("remove")} ${entry.code}" @click=${() => changed(withEntry(list, index, null))}>${say("remove")}</button></td></tr>`,
    )}</tbody></table>`;
}

define("ow-windows-form", OwWindowsForm);
define("ow-items-form", OwItemsForm);
