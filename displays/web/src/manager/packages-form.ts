// Packages (一件事): items that an occasion of life needs together; one ticket carries them all.

import { html, type TemplateResult } from "lit";

import { type Values, ask } from "../clerk/ask";
import { listed } from "../shared/format";
import { pick } from "../shared/i18n";
import { say } from "./settings-texts";
import { type ItemsContent, withEntry } from "./settings-types";

type Package = ItemsContent["packages"][number];

/** The packages as a table; `changed` gets the whole new list. */
export function packageTable(content: ItemsContent, locked: boolean, changed: (packages: Package[]) => void): TemplateResult {
  const { packages, items } = content;
  const names = new Map(items.map((one) => [one.code, pick(one.name)] as const));
  const edit = (index: number): void => {
    void editPackage(content, packages[index]).then((entry) => entry && changed(withEntry(packages, index, entry)));
  };
  return html`<div class="spread"><h3>${say("packages")} <span class="muted">${packages.length}</span></h3><button class="button" ?disabled=${locked} data-testid="add-package" @click=${() => edit(packages.length)}>+ ${say("add_package")}</button></div>
    <p class="small muted">${say("packages_hint")}</p>
    <table data-testid="packages"><thead><tr><th>${say("package")}</th><th>${say("code")}</th><th>${say("part_items")}</th><td></td></tr></thead><tbody>${packages.map(
      (one, index) => html`<tr><td>${pick(one.name)}</td><td class="muted">${one.code}</td><td>${listed(one.items.map((code) => names.get(code) || code))}</td>
        <td class="acts"><button class="button small" ?disabled=${locked} aria-label="${say("edit")} ${pick(one.name)}" @click=${() => edit(index)}>${say("edit")}</button>
        <button class="button small danger" ?disabled=${locked} aria-label="${say("remove")} ${pick(one.name)}" @click=${() => changed(withEntry(packages, index, null))}>${say("remove")}</button></td></tr>`,
    )}</tbody></table>`;
}

async function editPackage(content: ItemsContent, old: Package | undefined): Promise<Package | null> {
  const options = content.items.map((one) => ({ value: one.code, label: pick(one.name), note: one.code, find: `${one.name.zh} ${one.name.en} ${one.keywords}` }));
  const given = await ask({
    heading: old ? `${say("edit")} · ${pick(old.name)}` : say("add_package"),
    wide: true,
    fields: [
      { name: "zh", label: say("name_zh"), kind: "text", required: true, value: old ? old.name.zh : "" },
      { name: "en", label: say("name_en"), kind: "text", value: old ? old.name.en : "" },
      { name: "code", label: say("code"), kind: "text", required: true, value: old ? old.code : "" },
      { name: "items", label: say("part_items"), kind: "picks", required: true, value: old ? old.items : [], options, hint: say("search") },
    ],
    testid: "dialog-package",
  });
  return given ? packageOf(given) : null;
}

function packageOf(given: Values): Package {
  return {
    code: String(given.code).trim(),
    name: { zh: String(given.zh).trim(), en: String(given.en).trim() },
    items: given.items as string[],
  };
}
