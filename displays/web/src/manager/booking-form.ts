// The booking rules of a hall: on or off, groups of items with their slots and places, and the rules for all.
//
// The form edits the whole policy and touches only `booking`; faults of the server stand at their fields.

import { css, html, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";

import { ask } from "../clerk/ask";
import { listed } from "../shared/format";
import { define } from "../shared/element";
import { pick } from "../shared/i18n";
import { type BookingField, FIRST_RULES, GROUP_FIELDS, RULE_GROUPS, at, faultsAt, withAt } from "./booking-fields";
import { oneLanguage } from "./fault-text";
import { SettingsForm, numberOf, textOf } from "./form";
import { say } from "./settings-texts";
import { type BookingContent, type BookingGroupContent, type ItemsContent, type Policy, clockOf, minutesOf, withEntry } from "./settings-types";

const MINUTE_MS = 60_000;
const CHANNELS = ["phone", "kiosk", "desk", "partner"] as const;

type Json = Record<string, unknown>;
interface Place {
  /** Where the field stands in the policy, for its faults. */
  where: string;
  id: string;
  value: unknown;
  set: (value: unknown) => void;
}

export class OwBookingForm extends SettingsForm<Policy> {
  static override styles = [
    ...SettingsForm.styles,
    css`
      .group {
        margin: 0.75rem 0;
        padding: 0.75rem 0.875rem;
        border: 1px solid var(--ow-line-strong);
        border-radius: var(--ow-radius-s);
      }
      .names {
        display: grid;
        grid-template-columns: 8rem 1fr 1fr auto;
        gap: 0.5rem;
        align-items: end;
      }
      .names label span {
        display: block;
        font-size: var(--ow-text-s);
        font-weight: 600;
      }
      .fault {
        grid-column: 1 / 3;
        color: var(--ow-bad);
        font-size: var(--ow-text-s);
        font-weight: 600;
      }
      .wrong .field {
        border-color: var(--ow-bad);
      }
      .serves {
        margin-top: 0.5rem;
      }
      .serves label {
        margin-right: 0.75rem;
        white-space: nowrap;
      }
      .nomore {
        padding: 1.5rem 0;
      }
    `,
  ];

  @property({ attribute: false }) catalog: ItemsContent | null = null;
  @property({ attribute: false }) faults: { field: string; message: string }[] = [];

  protected override render(): TemplateResult {
    const { booking } = this.value;
    if (!booking) {
      return html`<p class="nomore muted">${say("booking_off")}</p><button class="button primary" ?disabled=${this.locked} data-testid="booking-on" @click=${this.turnOn}>${say("booking_turn_on")}</button>`;
    }
    const { rules } = booking;
    return html`<p class="small muted">${say("booking_hint")}</p>
      <div class="spread"><h3>${say("booking_groups")}</h3><button class="button" ?disabled=${this.locked} data-testid="booking-add-group" @click=${() => this.setGroup(booking.groups.length, freshGroup(booking.groups.length + 1))}>+ ${say("booking_add_group")}</button></div>
      ${this.told("policy.booking.groups")} ${booking.groups.map((group, index) => this.group(group, index))}
      ${this.rules(rules, "policy.booking.rules", "rules", (changed) => this.emitBooking({ ...booking, rules: changed }))}
      <div class="spread"><h3>${say("booking_switch")}</h3><button class="button danger" ?disabled=${this.locked} @click=${() => this.change({ booking: null })}>${say("booking_turn_off")}</button></div>`;
  }

  private rules(rules: Json, where: string, id: string, changed: (rules: Json) => void): TemplateResult {
    return html`${RULE_GROUPS.map(
      (group) => html`<section><h3>${both(group.words)}</h3><div class="grid2">${group.fields.map((field) =>
        this.field(field, { where: `${where}.${field.path}`, id: `${id}-${field.path}`, value: at(rules, field.path), set: (value) => changed(withAt(rules, field.path, value)) }),
      )}</div></section>`,
    )} ${this.noShows(rules, where, changed)}`;
  }

  private group(group: BookingGroupContent, index: number): TemplateResult {
    const where = `policy.booking.groups[${index}]`;
    const set = (part: Partial<BookingGroupContent>) => this.setGroup(index, { ...group, ...part });
    const word = (name: string, label: string, value: string, done: (text: string) => void) =>
      html`<label><span>${label}</span><input class="field" maxlength="60" .value=${value} ?disabled=${this.locked} data-testid="group-${index}-${name}" @change=${(event: Event) => done(textOf(event).trim())}></label>`;
    return html`<section class="group" aria-label=${pick(group.name)}><div class="names">
        ${word("code", say("code"), group.code, (code) => set({ code }))} ${word("zh", say("name_zh"), group.name.zh, (zh) => set({ name: { ...group.name, zh } }))}
        ${word("en", say("name_en"), group.name.en, (en) => set({ name: { ...group.name, en } }))}
        <button class="button small danger" ?disabled=${this.locked} aria-label="${say("remove")} ${group.code}" @click=${() => this.setGroup(index, null)}>${say("remove")}</button></div>
      ${this.told(where)} ${this.told(`${where}.code`)} ${this.told(`${where}.name`)} ${this.served(group, set)}
      <div class="grid2">${GROUP_FIELDS.map((field) =>
        this.field(field, { where: `${where}.${field.path}`, id: `group-${index}-${field.path}`, value: group[field.path], set: (value) => set({ [field.path]: value }) }),
      )}</div>
      <h4>${say("booking_channels")}</h4><div class="grid2">${CHANNELS.map((channel) => this.channel(group, channel, where, set))}</div>
      ${group.rules ? html`<details><summary>${say("booking_own_rules")}</summary>${this.rules(group.rules, `${where}.rules`, `group-${index}-rules`, (rules) => set({ rules }))}</details>
          <button class="button small" ?disabled=${this.locked} @click=${() => set({ rules: null })}>${say("booking_hall_rules")}</button>` : html`<button class="button small" ?disabled=${this.locked} @click=${() => this.ownRules(set)}>${say("booking_give_rules")}</button>`}
    </section>`;
  }

  private served(group: BookingGroupContent, set: (part: Partial<BookingGroupContent>) => void): TemplateResult {
    const { catalog } = this;
    const names = group.items.map((code) => {
      const item = catalog && catalog.items.find((one) => one.code === code);
      return item ? pick(item.name) : code;
    });
    const every = group.themes.length === 0 && group.items.length === 0;
    return html`<div class="serves small">${catalog ? catalog.themes.map(
        (theme) => html`<label><input type="checkbox" .checked=${group.themes.includes(theme.code)} ?disabled=${this.locked}
          @change=${() => set({ themes: group.themes.includes(theme.code) ? group.themes.filter((one) => one !== theme.code) : group.themes.concat(theme.code) })}> ${pick(theme.name)}</label>`,
      ) : nothing}<button class="button small" ?disabled=${this.locked || !catalog} @click=${() => this.chooseItems(group, set)}>${say("booking_items", { n: group.items.length })}</button>
      <p class="muted">${every ? say("booking_every") : listed(names)}</p></div>`;
  }

  private async chooseItems(group: BookingGroupContent, set: (part: Partial<BookingGroupContent>) => void): Promise<void> {
    const options = this.catalog ? this.catalog.items.map((one) => ({ value: one.code, label: pick(one.name), find: one.keywords })) : [];
    const given = await ask({ heading: say("booking_items", { n: group.items.length }), wide: true, fields: [{ name: "items", label: say("item"), kind: "picks", options, value: group.items, hint: say("search") }] });
    if (given) {
      set({ items: given.items as string[] });
    }
  }

  private channel(group: BookingGroupContent, channel: string, where: string, set: (part: Partial<BookingGroupContent>) => void): TemplateResult {
    const index = group.channels.findIndex((one) => one.channel === channel);
    const found = group.channels[index];
    const change = (value: unknown) => {
      const others = group.channels.filter((one) => one.channel !== channel);
      set({ channels: value === null ? others : others.concat({ channel, places: value as number }) });
    };
    const field: BookingField = { path: "places", unit: "maybe", words: words(`booking_channel_${channel}`), why: words("booking_channel_why") };
    return this.field(field, { where: `${where}.channels[${index}].places`, id: `${where}-${channel}`, value: found ? found.places : null, set: change });
  }

  private noShows(rules: Json, where: string, changed: (rules: Json) => void): TemplateResult {
    const list = (at(rules, "no_shows") as Json[] | undefined) || [];
    const put = (index: number, rule: Json | null) => changed({ ...rules, no_shows: withEntry(list, index, rule) });
    const cell = (rule: Json, index: number, name: string) =>
      html`<td><input class="field mini" type="number" min="1" aria-label="${say(`booking_${name}` as "booking_count")} ${index + 1}" .value=${String(rule[name])} ?disabled=${this.locked} data-testid="no-show-${index}-${name}"
        @change=${(event: Event) => put(index, { ...rule, [name]: numberOf(event) })}>${this.told(`${where}.no_shows[${index}].${name}`)}</td>`;
    return html`<div class="spread"><h3>${say("booking_no_shows")}</h3><button class="button" ?disabled=${this.locked} @click=${() => put(list.length, { count: 2, within_days: 180, ban_days: 180 })}>+ ${say("add")}</button></div>
      <p class="small muted">${say("booking_no_shows_hint")}</p>
      ${list.length === 0 ? html`<p class="muted">${say("booking_no_bans")}</p>` : html`<table><thead><tr><th>${say("booking_count")}</th><th>${say("booking_within_days")}</th><th>${say("booking_ban_days")}</th><td></td></tr></thead><tbody>${list.map(
        (rule, index) => html`<tr>${cell(rule, index, "count")}${cell(rule, index, "within_days")}${cell(rule, index, "ban_days")}
          <td class="acts"><button class="button small danger" ?disabled=${this.locked} aria-label="${say("remove")} ${index + 1}" @click=${() => put(index, null)}>${say("remove")}</button></td></tr>`,
      )}</tbody></table>`}`;
  }

  private field(field: BookingField, place: Place): TemplateResult {
    const wrong = faultsAt(this.faults, place.where);
    const unit = field.unit === "min" ? say("unit_min") : field.unit === "pct" ? "%" : "";
    return html`<div class="rule ${wrong.length > 0 ? "wrong" : ""}"><label for=${place.id}>${both(field.words)}<small>${both(field.why)}</small></label><span>${this.input(field, place)}<span class="unit">${unit}</span></span>${wrong.map((one) => html`<p class="fault" role="alert">${oneLanguage(one)}</p>`)}</div>`;
  }

  private input(field: BookingField, { id, value, set }: Place): TemplateResult {
    const off = this.locked;
    const scale = field.unit === "min" ? MINUTE_MS : 1;
    switch (field.unit) {
      case "yes":
        return html`<input id=${id} type="checkbox" .checked=${value === true} ?disabled=${off} data-testid=${id} @change=${(event: Event) => set((event.target as HTMLInputElement).checked)}>`;
      case "clock":
        return html`<input id=${id} class="field mini number" inputmode="numeric" maxlength="5" .value=${clockOf(Number(value))} ?disabled=${off} data-testid=${id} @change=${(event: Event) => {
          const minutes = minutesOf(textOf(event));
          if (minutes !== null) {
            set(minutes);
          }
        }}>`;
      case "release":
        return this.select(id, String(value), [["daily", say("booking_daily")], ["rolling", say("booking_rolling")]], set);
      case "class":
        return this.select(id, String(value), this.value.classes.map((one) => [one.code, pick(one.name)] as [string, string]), set);
      case "maybe":
        return html`<input id=${id} class="field mini" type="number" min="0" placeholder="–" .value=${typeof value === "number" ? String(value) : ""} ?disabled=${off} data-testid=${id}
          @change=${(event: Event) => set(textOf(event).trim() === "" ? null : numberOf(event))}>`;
      default:
        return html`<input id=${id} class="field mini" type="number" min="0" .value=${String(Number(value) / scale)} ?disabled=${off} data-testid=${id}
          @change=${(event: Event) => set(Math.round(Math.max(0, Number(textOf(event)) || 0) * scale))}>`;
    }
  }

  private select(id: string, chosen: string, options: [string, string][], set: (value: unknown) => void): TemplateResult {
    return html`<select id=${id} class="field short" ?disabled=${this.locked} data-testid=${id} @change=${(event: Event) => set(textOf(event))}>${options.map(
      ([value, label]) => html`<option value=${value} ?selected=${value === chosen}>${label}</option>`,
    )}</select>`;
  }

  private told(where: string): TemplateResult | typeof nothing {
    const found = faultsAt(this.faults, where);
    return found.length === 0 ? nothing : html`${found.map((one) => html`<p class="fault" role="alert">${oneLanguage(one)}</p>`)}`;
  }

  private setGroup(index: number, group: BookingGroupContent | null): void {
    const { booking } = this.value;
    if (booking) {
      this.emitBooking({ ...booking, groups: withEntry(booking.groups, index, group) });
    }
  }

  private ownRules(set: (part: Partial<BookingGroupContent>) => void): void {
    const { booking } = this.value;
    if (booking) {
      set({ rules: { ...booking.rules } });
    }
  }

  private emitBooking(booking: BookingContent): void {
    this.change({ booking });
  }

  private readonly turnOn = (): void => this.change({ booking: { groups: [freshGroup(1)], rules: FIRST_RULES } });
}

function freshGroup(number: number): BookingGroupContent {
  return {
    code: `g${number}`,
    name: { zh: `预约组 ${number}`, en: `Group ${number}` },
    themes: [],
    items: [],
    slot_ms: 30 * MINUTE_MS,
    places: null,
    channels: [],
    windows: 0,
    unit_ms: 0,
    walk_in_pct: 50,
    no_show_pct: 10,
    rules: null,
  };
}

function words(key: string): [string, string] {
  const known = say(key as "add");
  return [known, known];
}

function both([zh, en]: [string, string]): string {
  return pick({ zh, en });
}

define("ow-booking-form", OwBookingForm);
