// `<ow-take hall="…">`: takes a number from afar: what is needed, what the wait would be, then a tap.

import { html, nothing } from "lit";
import { property, state } from "lit/decorators.js";

import { itemsText } from "../booking/days";
import { phoneAsPerson, phoneFault } from "../booking/person";
import { Api, Refused, faultText, newCommandId } from "../shared/api";
import "../shared/components/status";
import "../shared/components/topbar";
import { OwElement, define } from "../shared/element";
import { listed, momentText, spanTimes, waitText } from "../shared/format";
import { type TextKey, hasText, pick, t } from "../shared/i18n";
import { rootUrl } from "../shared/place";
import { base, buttons, surfaces } from "../shared/theme";
import type { HallInfo, HallItem, TakenTicket, Text, WaitGroup, Waits } from "../shared/types";
import type { Choice, ItemFact } from "./item-picker";
import "./item-picker";
import { type Mine, forget, myTickets, remember } from "./mine";
import "./my-bookings";
import { phoneStyles } from "./styles";
import { takeStyles } from "./take-styles";

/** Refusals that another day helps against. */
const OTHER_DAY: readonly string[] = ["HALL_CLOSED", "QUOTA_FULL"];
// The server works the table out once a second; a person choosing needs it far less often.
const WAITS_EVERY_MS = 15_000;

interface Refusal {
  code: string;
  text: Text;
  nextOpenMs: number | null;
  /** A full quota: when more numbers are given out. */
  againMs: number | null;
}

export class OwTake extends OwElement {
  static override styles = [base, buttons, surfaces, phoneStyles, takeStyles];

  @property() hall = "";
  @state() private info: HallInfo | null = null;
  @state() private waits: Waits | null = null;
  @state() private chosen: Choice = new Map();
  @state() private isBusy = false;
  @state() private refusal: Refusal | null = null;
  /** Who asks, where the hall gives one number per person and item; lives in this page alone. */
  @state() private phone = "";
  @state() private phoneWrong: TextKey | null = null;
  @state() private loadFault: Text | null = null;
  @state() private mine: Mine[] = [];

  private readonly api = new Api({ token: "" });
  // One id for one wish: a second tap or a lost answer never takes a second number.
  private commandId: string | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.mine = myTickets().filter((one) => one.hall === this.hall);
    void this.load();
    this.every(WAITS_EVERY_MS, () => document.hidden || void this.loadWaits());
  }

  private get path(): string {
    return `api/halls/${encodeURIComponent(this.hall)}`;
  }

  private async load(): Promise<void> {
    this.loadFault = null;
    try {
      this.info = await this.api.get<HallInfo>(this.path);
      document.title = `${t("phone.title")} · ${pick(this.info.name)}`;
      await this.loadWaits();
    } catch (fault) {
      this.loadFault = faultText(fault);
    }
  }

  private async loadWaits(): Promise<void> {
    try {
      this.waits = await this.api.get<Waits>(`${this.path}/waits`);
    } catch (fault) {
      // The waits shown stay; the next round brings newer ones.
      console.warn("take: no waits", fault);
    }
  }

  protected override render() {
    const heading = this.info ? pick(this.info.name) : t("phone.title");
    return html`<ow-topbar heading=${heading}></ow-topbar>
      <main data-testid="take">
        <ow-my-bookings></ow-my-bookings>
        ${this.mineList()} ${this.loadFault ? this.failed(this.loadFault) : this.info ? this.body(this.info) : nothing}
      </main>
      ${this.info && this.mayTake(this.info) ? this.bar(this.info) : nothing}`;
  }

  private mayTake(info: HallInfo): boolean {
    return info.remote && info.issuing && !this.isShut(info);
  }

  // Some halls give numbers before they open: what the server refuses counts, not the hour.
  private isShut(info: HallInfo): boolean {
    const refused = this.waits ? this.waits.refused : null;
    return refused ? info.items.every((item) => !!refused[item.code]) : !info.taking;
  }

  // Every item has its own word; the first speaks for a hall that gives none.
  private whyShut(info: HallInfo): string {
    const first = info.items[0];
    const code = (this.waits && first && this.waits.refused[first.code]) || info.refusal || "";
    return info.open && code !== "HALL_CLOSED" ? refusalWord(code) : t("phone.closed");
  }

  private failed(fault: Text) {
    return html`<div class="note bad" role="alert">
      ${fault.zh}<br /><span lang="en">${fault.en}</span>
      <p><button class="button" @click=${() => void this.load()}>${t("button.retry")}</button></p>
    </div>`;
  }

  private mineList() {
    if (this.mine.length === 0) {
      return nothing;
    }
    return html`<section class="card" aria-labelledby="mine" data-testid="mine">
      <h2 id="mine">${t("phone.mine")}</h2>
      ${this.mine.map(
        (one) => html`<div class="row mine" data-number=${one.number}>
          <b class="digits">${one.number}</b>
          <span>
            <a class="button" href=${linkOf(one)}>${t("phone.mine.open")}</a>
            <button class="button quiet" @click=${() => this.drop(one)}>${t("phone.mine.forget")}</button>
          </span>
        </div>`,
      )}
    </section>`;
  }

  private drop(one: Mine): void {
    forget(one.ticket);
    this.mine = this.mine.filter((other) => other.ticket !== one.ticket);
  }

  private body(info: HallInfo) {
    return html`${info.training ? html`<p class="note warn block" role="status" data-testid="training">${t("phone.training")}</p>` : nothing}
    ${this.stateNote(info)} ${this.bookLink(info)}
    <ow-item-picker
      .info=${info}
      .chosen=${this.chosen}
      .fact=${(item: HallItem) => this.factOf(item)}
      @ow-chosen=${(event: CustomEvent<Choice>) => this.choose(event.detail)}
    ></ow-item-picker>`;
  }

  private factOf(item: HallItem): ItemFact {
    const refused = this.waits ? this.waits.refused[item.code] : undefined;
    return { words: refused ? this.refusedWord(item.code, refused) : this.waitWord(this.groupOf(item.code)), isRefused: !!refused };
  }

  private refusedWord(code: string, refused: string): string {
    const againMs = refused === "QUOTA_FULL" && this.waits && this.waits.from_ms ? this.waits.from_ms[code] : undefined;
    return againMs ? this.timed("phone.full.until", againMs) : refusalWord(refused);
  }

  private timed(key: "phone.full.until" | "phone.again" | "phone.next.open", ms: number): string {
    const zone = this.info ? this.info.zone : undefined;
    const nowMs = this.waits ? this.waits.at_ms : this.info ? this.info.at_ms : Date.now();
    return t(key, { time: pick(momentText(ms, nowMs, zone)) });
  }

  private stateNote(info: HallInfo) {
    const times = (info.sessions || []).map((one) => spanTimes(one.open_ms, one.close_ms, info.zone));
    const hours = times.length ? t("phone.hours", { hours: listed(times) }) : "";
    if (this.mayTake(info)) {
      return html`<p class="small block">${t(info.open ? "phone.open" : "phone.early")} · ${hours}</p>`;
    }
    const reason = !info.remote ? t("phone.remote.no") : !info.issuing ? t("phone.issuing.no") : this.whyShut(info);
    return html`<div class="note warn" data-testid="closed">
      <b>${reason}</b><br />${hours} ${info.open ? nothing : this.nextOpen(info.next_open_ms)}
    </div>`;
  }

  // The main way while no number can be had now.
  private bookLink(info: HallInfo) {
    return html`<p class="block">
      <a class="button wide ${this.mayTake(info) ? "" : "primary"}" data-testid="book" href=${this.bookAddress}>${t("book.from.take")}</a>
    </p>`;
  }

  private get bookAddress(): string {
    const items = itemsText(Array.from(this.chosen, ([code, quantity]) => ({ code, quantity })));
    return `${rootUrl()}phone?hall=${encodeURIComponent(this.hall)}&book=1${items ? `&items=${encodeURIComponent(items)}` : ""}`;
  }

  private nextOpen(nextMs: number | null | undefined) {
    return nextMs ? html`<p data-testid="next-open">${this.timed("phone.next.open", nextMs)}</p>` : nothing;
  }

  private bar(info: HallInfo) {
    const count = this.chosen.size;
    return html`<div class="bar" role="region" aria-label=${t("phone.take")}>
      <div class="inner">
        ${this.refusal ? this.refused(this.refusal, info) : nothing}
        ${count && info.one_per_person ? this.phoneField() : nothing}
        <div class="row">
          <p role="status" data-testid="told">
            <b>${count ? t("phone.chosen", { n: count }) : t("phone.chosen.none")}</b>
            ${count ? html`<br /><span>${this.waitWord(this.worst())}</span>` : nothing}
          </p>
          <button class="button primary" data-testid="take-number" ?disabled=${!count || this.isBusy} @click=${() => void this.take(info)}>
            ${this.isBusy ? t("phone.taking") : t("phone.take")}
          </button>
        </div>
      </div>
    </div>`;
  }

  private phoneField() {
    const wrong = this.phoneWrong;
    return html`<div class="who">
      <label for="phone">${t("book.field.phone")} <span>${t("phone.person.why")}</span></label>
      <input
        id="phone"
        class="field"
        type="tel"
        autocomplete="tel"
        required
        maxlength="24"
        data-testid="field-phone"
        aria-invalid=${wrong ? "true" : "false"}
        aria-describedby=${wrong ? "phone-fault" : nothing}
        .value=${this.phone}
        @input=${(event: Event) => this.typePhone((event.target as HTMLInputElement).value)}
      />
      ${wrong ? html`<p class="fault" id="phone-fault" role="alert">${t(wrong)}</p>` : nothing}
    </div>`;
  }

  private typePhone(text: string): void {
    this.phone = text;
    this.phoneWrong = null;
    this.commandId = null;
  }

  /** Whether the hall learns who asks, where it wants to. */
  private isKnown(info: HallInfo): boolean {
    this.phoneWrong = !info.one_per_person ? null : this.phone.trim() ? phoneFault(this.phone) : "phone.person.missing";
    const field = this.phoneWrong ? this.renderRoot.querySelector<HTMLElement>("#phone") : null;
    if (field) {
      field.focus();
    }
    return this.phoneWrong === null;
  }

  private refused(refusal: Refusal, info: HallInfo) {
    const isOtherDay = info.bookable && OTHER_DAY.indexOf(refusal.code) >= 0;
    return html`<div class="note bad" role="alert" data-testid="refusal">
      ${pick(refusal.text)} ${this.nextOpen(refusal.nextOpenMs)}
      ${refusal.againMs ? html`<p data-testid="again">${this.timed("phone.again", refusal.againMs)}</p>` : nothing}
      ${isOtherDay ? html`<p><a class="button" data-testid="book-instead" href=${this.bookAddress}>${t("phone.book.instead")}</a></p>` : nothing}
    </div>`;
  }

  private groupOf(code: string): WaitGroup | undefined {
    const place = this.waits ? this.waits.items[code] : undefined;
    return this.waits && place !== undefined ? this.waits.groups[place] : undefined;
  }

  // Several items are served in turn by windows that may differ: the longest wait is the honest one, an unknown one longer.
  private worst(): WaitGroup | undefined {
    const groups = Array.from(this.chosen.keys(), (code) => this.groupOf(code)).filter((one) => !!one);
    const rank = (group: WaitGroup) => (typeof group.p50_ms === "number" ? group.p50_ms : Number.MAX_VALUE);
    return groups.sort((a, b) => rank(b as WaitGroup) - rank(a as WaitGroup))[0];
  }

  private waitWord(group: WaitGroup | undefined): string {
    if (!group) {
      return "";
    }
    const ahead = group.ahead ? t("phone.ahead", { n: group.ahead }) : t("phone.ahead.none");
    return `${ahead} · ${pick(waitText(group.p50_ms, group.p80_ms))}`;
  }

  private choose(chosen: Choice): void {
    this.chosen = chosen;
    this.commandId = null;
    this.refusal = null;
  }

  private async take(info: HallInfo): Promise<void> {
    if (this.isBusy || !this.isKnown(info)) {
      return;
    }
    this.isBusy = true;
    this.refusal = null;
    this.commandId = this.commandId || newCommandId();
    try {
      const items = Array.from(this.chosen, ([code, quantity]) => ({ code, quantity }));
      const person = info.one_per_person ? { person: phoneAsPerson(this.phone) } : {};
      const body = { command_id: this.commandId, items, channel: "phone", ...person };
      const { ticket } = await this.api.command<{ ticket: TakenTicket }>(`${this.path}/tickets`, body);
      const taken = { hall: this.hall, ticket: ticket.id, number: ticket.number, secret: ticket.secret };
      remember({ ...taken, hallName: info.name, takenMs: Date.now() });
      location.assign(linkOf(taken));
    } catch (fault) {
      this.failedToTake(fault);
    } finally {
      this.isBusy = false;
    }
  }

  private failedToTake(fault: unknown): void {
    const [code, facts] = fault instanceof Refused ? [fault.code, fault.facts] : ["", {}];
    const moment = (ms: unknown) => (typeof ms === "number" ? ms : null);
    const againMs = code === "QUOTA_FULL" ? moment(facts.from_ms) : null;
    this.refusal = { code, text: faultText(fault, this.info ? this.info.date : ""), nextOpenMs: moment(facts.next_open_ms), againMs };
    if (fault instanceof Refused) {
      // An answer: the next tap is a new wish. Without an answer the same id is sent again.
      this.commandId = null;
    }
  }
}

function refusalWord(code: string): string {
  const key = `phone.refused.${code}`;
  return hasText(key) ? t(key) : t("phone.refused");
}

function linkOf(one: { hall: string; ticket: string; secret: string }): string {
  return `${rootUrl()}t/${encodeURIComponent(one.hall)}/${encodeURIComponent(one.ticket)}#${one.secret}`;
}

define("ow-take", OwTake);
