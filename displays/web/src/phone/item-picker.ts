// `<ow-item-picker .info .chosen>`: finds items by words, pinyin, theme or package, and how many of each.
// Fires `ow-chosen` with the new choice.

import { html, nothing } from "lit";
import { property, state } from "lit/decorators.js";

import { SearchIndex } from "../kiosk/search";
import { toast } from "../shared/components/dialog";
import { OwElement, define } from "../shared/element";
import { beside, otherTag, pick, t } from "../shared/i18n";
import { base, buttons, surfaces } from "../shared/theme";
import { themesOf } from "../shared/themes";
import type { HallInfo, HallItem, HallPackage, Text } from "../shared/types";
import { pickerStyles } from "./picker-styles";

// A list longer than this is for searching, not for scrolling.
const LISTED = 200;
const PACKAGES_OPEN = 3;

export type Choice = ReadonlyMap<string, number>;

/** What stands below an item's name, and whether it can be chosen at all. */
export interface ItemFact {
  words: string;
  isRefused: boolean;
}

export class OwItemPicker extends OwElement {
  static override styles = [base, buttons, surfaces, pickerStyles];

  @property({ attribute: false }) info: HallInfo | null = null;
  @property({ attribute: false }) chosen: Choice = new Map();
  @property({ attribute: false }) fact: (item: HallItem) => ItemFact = () => ({ words: "", isRefused: false });
  @state() private sought = "";
  @state() private theme = "";

  private index: SearchIndex | null = null;
  private indexed: HallInfo | null = null;

  protected override willUpdate(): void {
    if (this.info && this.info !== this.indexed) {
      this.indexed = this.info;
      this.index = new SearchIndex(this.info);
    }
  }

  protected override render() {
    const { info } = this;
    return info
      ? html`<div class="block">
            <label class="visually-hidden" for="search">${t("phone.search")}</label>
            <input
              id="search"
              class="field"
              type="search"
              autocomplete="off"
              maxlength="40"
              placeholder=${t("phone.search")}
              data-testid="search"
              .value=${this.sought}
              @input=${(event: Event) => (this.sought = (event.target as HTMLInputElement).value)}
            />
          </div>
          ${this.sought.trim() ? this.foundList(info) : this.catalogue(info)}`
      : nothing;
  }

  private foundList(info: HallInfo) {
    const found = this.index ? this.index.find(this.sought) : [];
    if (found.length === 0) {
      return html`<p class="note" role="status">${t("phone.found.none")}</p>`;
    }
    const items = new Map(info.items.map((item) => [item.code, item]));
    const packages = new Map(info.packages.map((one) => [one.code, one]));
    return html`<ul class="list" aria-label=${t("phone.items")}>
      ${found.map((one) => {
        const item = one.kind === "item" ? items.get(one.code) : undefined;
        const linked = one.kind === "package" ? packages.get(one.code) : undefined;
        return item ? this.itemRow(item) : linked ? this.packageRow(linked) : nothing;
      })}
    </ul>`;
  }

  private chips(themes: readonly { code: string; name: Text }[]) {
    const chips = [{ code: "", name: null as Text | null }, ...themes];
    return html`<div class="chips" role="group" aria-label=${t("phone.items")}>
        ${chips.map(
          (chip) => html`<button
            class="button ${this.theme === chip.code ? "primary" : ""}"
            aria-pressed=${String(this.theme === chip.code)}
            @click=${() => (this.theme = chip.code)}
          >
            ${chip.name ? pick(chip.name) : t("phone.all")}
          </button>`,
        )}
      </div>`;
  }

  private catalogue(info: HallInfo) {
    const items = info.items.filter((item) => !this.theme || item.theme === this.theme);
    const themes = themesOf(info);
    // One subject leaves nothing to choose.
    return html`${themes.length > 1 ? this.chips(themes) : nothing}
      ${this.theme || info.packages.length === 0 ? nothing : this.packages(info.packages.slice(0, LISTED))}
      <h2>${t("phone.items")}</h2>
      <ul class="list">
        ${items.slice(0, LISTED).map((item) => this.itemRow(item))}
      </ul>`;
  }

  // Most people come for one item: many packages fold away above the items.
  private packages(packages: HallPackage[]) {
    const list = html`<ul class="list">
      ${packages.map((one) => this.packageRow(one))}
    </ul>`;
    if (packages.length <= PACKAGES_OPEN) {
      return html`<h2>${t("phone.packages")}</h2>
        ${list}`;
    }
    return html`<details class="block" data-testid="packages">
      <summary>${t("phone.packages")} (${packages.length})</summary>
      ${list}
    </details>`;
  }

  private itemRow(item: HallItem) {
    const count = this.chosen.get(item.code) || 0;
    const fact = this.fact(item);
    const other = beside(item.name);
    return html`<li class=${count ? "chosen" : ""} data-testid="item" data-code=${item.code}>
      <button class="pick" aria-pressed=${String(count > 0)} ?disabled=${fact.isRefused} @click=${() => this.toggle(item.code)}>
        <span class="name">${pick(item.name)}</span>
        ${other ? html`<span class="beside" lang=${otherTag()}>${other}</span>` : nothing}
        ${fact.words ? html`<span class="fact">${fact.words}</span>` : nothing}
      </button>
      ${count ? this.stepper(item, count) : nothing}
    </li>`;
  }

  private stepper(item: HallItem, count: number) {
    const most = this.info ? this.info.limits.max_quantity : 1;
    if (most < 2) {
      return nothing;
    }
    return html`<div class="stepper" role="group" aria-label=${t("phone.quantity", { name: pick(item.name) })}>
      <button class="button" aria-label=${t("phone.fewer")} ?disabled=${count <= 1} @click=${() => this.choose(item.code, count - 1)}>
        −
      </button>
      <output class="digits">${count}</output>
      <button class="button" aria-label=${t("phone.more")} ?disabled=${count >= most} @click=${() => this.choose(item.code, count + 1)}>
        +
      </button>
    </div>`;
  }

  private packageRow(linked: HallPackage) {
    const isChosen = linked.items.every((code) => this.chosen.has(code));
    return html`<li class=${isChosen ? "chosen" : ""} data-testid="package" data-code=${linked.code}>
      <button class="pick" aria-pressed=${String(isChosen)} @click=${() => this.togglePackage(linked, isChosen)}>
        <span class="name">${pick(linked.name)}</span>
        <span class="fact">${t("phone.package.items", { n: linked.items.length })}</span>
      </button>
    </li>`;
  }

  private toggle(code: string): void {
    this.choose(code, this.chosen.has(code) ? 0 : 1);
  }

  private togglePackage(linked: HallPackage, isChosen: boolean): void {
    let next = this.chosen;
    for (const code of linked.items) {
      next = this.withCount(next, code, isChosen ? 0 : next.get(code) || 1);
    }
    this.tell(next);
  }

  private choose(code: string, count: number): void {
    this.tell(this.withCount(this.chosen, code, count));
  }

  private withCount(chosen: Choice, code: string, count: number): Choice {
    const most = this.info ? this.info.limits.max_items : 1;
    if (count > 0 && !chosen.has(code) && chosen.size >= most) {
      toast(t("phone.most", { n: most }), "bad");
      return chosen;
    }
    const next = new Map(chosen);
    if (count > 0) {
      next.set(code, count);
    } else {
      next.delete(code);
    }
    return next;
  }

  private tell(chosen: Choice): void {
    if (chosen !== this.chosen) {
      this.dispatchEvent(new CustomEvent("ow-chosen", { detail: chosen }));
    }
  }
}

define("ow-item-picker", OwItemPicker);
