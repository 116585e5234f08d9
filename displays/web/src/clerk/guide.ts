// The guide's page: find a number and help its holder, watch calls that nobody answers, let the missed rejoin.

import { html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { type Api, faultText, newCommandId } from "../shared/api";
import { toast } from "../shared/components/dialog";
import "../shared/components/status";
import "../shared/components/topbar";
import { dateText } from "../shared/dates";
import { OwElement, define } from "../shared/element";
import { clockTime, listed, windowText } from "../shared/format";
import { pick } from "../shared/i18n";
import type { Account } from "../shared/session";
import type { HallInfo } from "../shared/types";
import "./arrivals";
import { say as sayBooking } from "./booking-texts";
import "./bookings";
import { bookingMark } from "./booking-mark";
import { enc } from "./desk";
import { guideStyles } from "./guide-styles";
import { type CallNow, GuideWatch } from "./guide-watch";
import * as acts from "./guide-acts";
import { changePassword } from "./own-password";
import { tellLinked } from "./sent-on";
import { slip } from "./slip";
import { deskStyles } from "./styles";
import { channelText, reasonText, say } from "./texts";
import { running, span } from "./time";
import type { ShortTicket, StaffTicket } from "./types";
import { classMark } from "./waiting-line";

const TICK_MS = 1000;
const NUMBER_LIMIT = 12;

interface Passed {
  number: string;
  at_ms: number;
  window: string;
  zh: string;
  en: string;
}

/** What a change answers; `child` is the ticket that a split made. */
interface Changed {
  ticket: StaffTicket;
  child?: StaffTicket;
}

export class OwGuide extends OwElement {
  static override styles = [...deskStyles, guideStyles];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) hall!: HallInfo;
  @property({ attribute: false }) account!: Account;
  @state() private found: StaffTicket[] | null = null;
  @state() private sought = "";
  /** The past day that the cards are of; nothing: today. */
  @state() private day = "";
  @state() private passed: { ticket: string; list: Passed[] } | null = null;
  @state() private sending = false;
  private feed!: GuideWatch;
  /** What the hall was when the cards were read last. */
  private read: object | null = null;
  private reading = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.feed = new GuideWatch(this.api, this.hall, () => this.requestUpdate());
    this.feed.start();
    this.follow(() => this.feed.stop());
    this.every(TICK_MS, () => {
      this.requestUpdate();
      void this.keepTrue();
    });
  }

  protected override render(): TemplateResult {
    const { feed } = this;
    return html`<ow-topbar heading=${say("guide_title")} beside=${pick(this.hall.name)} status=${feed.status}>
        <span class="head"><ow-clock .now=${() => feed.nowMs()} zone=${this.hall.zone}></ow-clock><strong class="small">${this.account.name}</strong>
        <button class="button small" data-testid="change-password" @click=${() => void changePassword(this.api, this.account)}>${say("change_password")}</button>
        <button class="button small" data-testid="sign-out" @click=${() => this.dispatchEvent(new CustomEvent("ow-sign-out"))}>${say("sign_out")}</button></span>
      </ow-topbar>
      <ow-banner status=${feed.status} .asOf=${feed.asOfMs} .why=${feed.refusal} zone=${this.hall.zone}></ow-banner>
      <main>
        <div class="left">${this.search()} ${this.results()} ${this.bookings()} ${this.queues()} ${this.alarms()}</div>
        <div class="right">${this.arrivals()} ${this.called(feed.calls())} ${this.missed(feed.missed(), feed.held())}</div>
      </main>`;
  }

  private bookings(): TemplateResult {
    const { feed } = this;
    return html`<section class="panel" aria-label=${sayBooking("title")} data-testid="guide-bookings"><ow-bookings .api=${this.api} .hall=${this.hall} .nowMs=${() => feed.nowMs()} today=${feed.today()}></ow-bookings></section>`;
  }

  private arrivals(): TemplateResult {
    const { feed } = this;
    return html`<section class="panel" aria-labelledby="arrivals-h" data-testid="guide-arrivals"><h2 id="arrivals-h">${sayBooking("arrivals")}</h2>
      <ow-arrivals .api=${this.api} .hall=${this.hall} .counts=${feed.booked()} .nowMs=${() => feed.nowMs()} today=${feed.today()}></ow-arrivals></section>`;
  }

  private search(): TemplateResult {
    return html`<form class="panel search" @submit=${this.submit}>
      <label for="number">${say("find_ticket")}</label>
      <input id="number" class="field number" name="number" maxlength=${NUMBER_LIMIT} placeholder=${say("number_hint")} autocomplete="off" autocapitalize="characters" data-testid="guide-number">
      ${acts.LEADS.indexOf(this.account.role) >= 0 ? html`<input type="date" class="field day" name="day" aria-label=${say("find_day")} .value=${this.day || this.feed.today()} max=${this.feed.today()} data-testid="guide-day">` : nothing}
      <button class="button primary" data-testid="guide-find">${say("search")}</button>
      <button type="button" class="button" data-testid="guide-new" @click=${this.take}>${say("new_ticket")}</button>
    </form>`;
  }

  private results(): TemplateResult | typeof nothing {
    if (!this.found) {
      return nothing;
    }
    return this.found.length === 0
      ? html`<p class="panel none" role="status">${this.day ? say("not_found_on", { number: this.sought, date: pick(dateText(this.day)) }) : say("not_found", { number: this.sought })}</p>`
      : html`${this.found.map((ticket) => this.card(ticket))}`;
  }

  private card(ticket: StaffTicket): TemplateResult {
    const nowMs = this.feed.nowMs();
    const passed = this.passed && this.passed.ticket === ticket.id ? this.passed.list : null;
    return html`<section class="panel card-ticket" aria-label=${ticket.number} data-testid="guide-ticket">
      <div class="top"><h2 class="number">${ticket.number}</h2>
        <p><ow-state of="ticket" value=${ticket.state}></ow-state> ${classMark(this, ticket.class)}<span class="chip">${channelText(ticket.channel)}</span>
        ${ticket.state === "WAITING" && typeof ticket.ahead === "number" ? html`<strong>${say("ahead", { n: ticket.ahead })}</strong>` : nothing}
        ${ticket.window ? html`<strong>${windowText(ticket.window)}</strong>` : nothing}
        ${bookingMark(ticket.booking, this.hall.zone)}
        <br><span class="muted">${this.day ? pick(dateText(this.day)) : say("waits", { time: span(nowMs - ticket.arrived_ms) })} · ${say("arrived_at", { time: clockTime(ticket.arrived_ms, this.hall.zone) })}</span></p></div>
      <ul class="items">${ticket.items.map(
        (item) => html`<li class="spread"><span>${pick(item.name)}${item.quantity > 1 ? ` ${say("quantity", { n: item.quantity })}` : ""}</span><ow-state of="item" value=${item.state}></ow-state></li>`,
      )}</ul>
      <p class="acts">${acts.ACTS.filter((act) => acts.isFor(act, ticket, this.account.role)).map(
        (act) => html`<button class="button ${act.tone || ""}" ?disabled=${this.sending} data-testid="guide-${act.op}" @click=${() => this.act(act, ticket)}>${say(act.label)}</button>`,
      )}
      ${acts.isOpen(ticket) ? html`<button class="button" ?disabled=${this.sending} data-testid="guide-reprint" @click=${() => this.reprint(ticket)}>${say("reprint")}</button>` : nothing}
      <button class="button quiet" aria-expanded=${passed ? "true" : "false"} @click=${() => this.why(ticket)}>${say("why_passed")}</button></p>
      ${passed ? this.passers(passed) : nothing}
    </section>`;
  }

  private passers(list: Passed[]): TemplateResult {
    return list.length === 0
      ? html`<p class="note">${say("why_passed_none")}</p>`
      : html`<ul class="passers">${list.map(
          (one) => html`<li><span class="number">${one.number}</span> <span class="muted">${clockTime(one.at_ms, this.hall.zone)} · ${windowText(one.window)}</span> ${pick(one)}</li>`,
        )}</ul>`;
  }

  private queues(): TemplateResult {
    const { feed } = this;
    const nowMs = feed.nowMs();
    return html`<section class="panel" data-testid="guide-queues"><h2>${say("queues")}</h2><ul class="queues">${feed.queues().map((queue) => {
      const open = feed.openOf(queue);
      return html`<li><span>${pick(queue.name)}</span><strong class="number">${queue.waiting}</strong>
        <span class="small muted">${queue.waiting > 0 && queue.oldest_ms ? `${say("oldest", { time: span(nowMs - queue.oldest_ms) })} · ` : ""}${
          open > 0 ? say("windows_open_n", { n: open }) : html`<strong class=${queue.waiting > 0 ? "bad" : ""}>${say("no_window")}</strong>`
        }</span></li>`;
    })}</ul></section>`;
  }

  private alarms(): TemplateResult | typeof nothing {
    const alarms = this.feed.alarms();
    return alarms.length === 0
      ? nothing
      : html`<section class="panel" data-testid="guide-alarms"><h2>${say("alarms")}<span class="count number">${alarms.length}</span></h2>
          <ul class="alarms" aria-live="polite">${alarms.map((alarm) => html`<li class=${alarm.level}>${pick(alarm)}</li>`)}</ul></section>`;
  }

  private called(calls: CallNow[]): TemplateResult {
    return html`<section class="panel" data-testid="guide-calls"><h2>${say("absent_calls")}<span class="count number">${calls.length}</span></h2><p class="small muted">${say("absent_hint")}</p>
      <ul class="rows">${calls.map(
        (call) => html`<li><span class="number">${call.number}</span><span>${windowText(call.label)} ${call.gone ? html`<strong class="bad">${say("clerk_offline")}</strong>` : html`<span class="muted">${call.clerk}</span>`}</span>
          <span class="number small">${running(this.feed.nowMs() - call.since_ms)}</span>
          <button class="button small ${call.gone ? "danger" : ""}" ?disabled=${this.sending} aria-label="${say("withdraw")} ${call.number}" @click=${() => this.withdraw(call)}>${say("withdraw")}</button></li>`,
      )}</ul>${none(calls)}</section>`;
  }

  private missed(missed: ShortTicket[], held: ShortTicket[]): TemplateResult {
    const row = (ticket: ShortTicket, note: string, button: TemplateResult | typeof nothing) => html`<li><span class="number">${ticket.number}</span>
      <span class="clip">${listed(ticket.items.map(pick))}<br><span class="small muted">${note}</span></span>${button}
      <button class="button small quiet" aria-label="${say("view")} ${ticket.number}" @click=${() => this.find(ticket.number)}>${say("view")}</button></li>`;
    const nowMs = this.feed.nowMs();
    return html`<section class="panel" data-testid="guide-missed"><h2>${say("missed")}<span class="count number">${missed.length}</span></h2>
        <ul class="rows">${missed.map((ticket) =>
          row(ticket, say("missed_ago", { time: span(nowMs - (ticket.missed_ms || nowMs)) }),
            html`<button class="button small" ?disabled=${this.sending} aria-label=${say("rejoin_n", { number: ticket.number })} @click=${() => this.send(ticket.id, "rejoin", {})}>${say("rejoin")}</button>`),
        )}</ul>${none(missed)}</section>
      <section class="panel" data-testid="guide-held"><h2>${say("held")}<span class="count number">${held.length}</span></h2>
        <ul class="rows">${held.map((ticket) => row(ticket, ticket.hold_reason ? reasonText(ticket.hold_reason) : "", nothing))}</ul>${none(held)}</section>`;
  }

  private submit(event: Event): void {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const day = String(fields.get("day") || "");
    void this.find(String(fields.get("number")).trim().toUpperCase(), day === this.feed.today() ? "" : day);
  }

  private async find(number: string, day = ""): Promise<void> {
    if (!number) {
      return;
    }
    try {
      this.found = await this.of(number, day);
      this.sought = number;
      this.day = day;
      this.passed = null;
    } catch (fault) {
      toast(pick(faultText(fault)), "bad");
    }
  }

  /** Read the cards anew, if this ticket is among them. */
  private async again(ticket: string): Promise<void> {
    const shown = this.found || [];
    if (shown.some((one) => one.id === ticket)) {
      this.found = await this.fresh(shown);
    }
  }

  private async fresh(shown: StaffTicket[]): Promise<StaffTicket[]> {
    const numbers = shown.map((one) => one.number).filter((number, place, all) => all.indexOf(number) === place);
    const lists = await Promise.all(numbers.map((number) => this.of(number, this.day)));
    return lists.reduce((all, list) => all.concat(list), []);
  }

  /** The cards follow the hall: others call, move and cancel what a guide has on the page. */
  private async keepTrue(): Promise<void> {
    const { found } = this;
    const now = this.feed.snapshot();
    if (!found || found.length === 0 || this.sending || this.reading || now === this.read || document.hidden) {
      return;
    }
    this.reading = true;
    try {
      const fresh = await this.fresh(found);
      if (this.found === found) {
        this.found = fresh;
      }
      this.read = now;
    } catch {
      // The banner tells that the link is lost; the next second asks again.
    } finally {
      this.reading = false;
    }
  }

  private async of(number: string, day = ""): Promise<StaffTicket[]> {
    const { tickets } = await this.api.get<{ tickets: StaffTicket[] }>(`api/halls/${enc(this.hall.hall)}/tickets?number=${enc(number)}${day ? `&date=${enc(day)}` : ""}`);
    return tickets;
  }

  /** Some questions read first; a lost answer is told. */
  private async asked(act: acts.GuideAct, ticket: StaffTicket): Promise<Record<string, unknown> | null> {
    try {
      return await act.ask({ api: this.api, hall: this.hall, ticket });
    } catch (fault) {
      toast(pick(faultText(fault)), "bad");
      return null;
    }
  }

  private async act(act: acts.GuideAct, ticket: StaffTicket): Promise<void> {
    const body = await this.asked(act, ticket);
    const answer = body ? await this.send(ticket.id, act.op, body) : null;
    if (answer && answer.child) {
      await this.tell(ticket, answer.child);
    } else if (answer && body && body.to_hall) {
      await tellLinked(this.api, this.hall, ticket);
    }
  }

  /** The new number of a split: its card stays beside the parent's, also when another question is open. */
  private async tell(parent: StaffTicket, child: StaffTicket): Promise<void> {
    try {
      const tickets = await this.of(child.number);
      this.found = (this.found || []).concat(tickets);
    } catch (fault) {
      toast(pick(faultText(fault)), "bad");
    }
    if (await acts.tellChild(parent, child)) {
      await this.reprint(child);
    }
  }

  private async withdraw(call: CallNow): Promise<void> {
    const body = await acts.withReason(say("withdraw_title", { number: call.number }), ["clerk_gone", "error_made_good", "other"], say("withdraw"));
    if (body) {
      await this.send(call.ticket, "withdraw-call", body);
    }
  }

  private async send(ticket: string, op: string, body: Record<string, unknown>): Promise<Changed | null> {
    if (this.sending) {
      return null;
    }
    this.sending = true;
    try {
      const answer = await this.api.command<Changed>(`api/halls/${enc(this.hall.hall)}/tickets/${enc(ticket)}/${op}`, { ...body, command_id: newCommandId() });
      toast(say("done_plain"), "good");
      await this.again(ticket);
      return answer;
    } catch (fault) {
      toast(pick(faultText(fault)), "bad");
      return null;
    } finally {
      this.sending = false;
    }
  }

  private async take(): Promise<void> {
    const body = await acts.newTicket(this.hall);
    if (!body || this.sending) {
      return;
    }
    this.sending = true;
    let taken: StaffTicket | null = null;
    try {
      const { ticket } = await this.api.command<{ ticket: StaffTicket & { page?: string; secret?: string } }>(`api/halls/${enc(this.hall.hall)}/tickets`, { ...body, channel: "desk" });
      toast(say("taken", { number: ticket.number }), "good");
      const page = ticket.page ? new URL(ticket.page.replace(/^\//, ""), this.api.root).href : "";
      const link = page && ticket.secret && page.indexOf("#") < 0 ? `${page}#${ticket.secret}` : page;
      slip(this.hall, ticket, link);
      taken = ticket;
      await this.find(ticket.number);
    } catch (fault) {
      toast(pick(faultText(fault)), "bad");
    } finally {
      this.sending = false;
    }
    if (taken) {
      await this.printed(taken);
    }
  }

  private async reprint(ticket: StaffTicket): Promise<void> {
    if (this.sending) {
      return;
    }
    this.sending = true;
    let page = "";
    try {
      const answer = await this.api.send<{ ticket: { page: string } }>("POST", `api/halls/${enc(this.hall.hall)}/tickets/${enc(ticket.id)}/reprint`);
      page = new URL(answer.ticket.page.replace(/^\//, ""), this.api.root).href;
    } catch (fault) {
      toast(pick(faultText(fault)), "bad");
      return;
    } finally {
      this.sending = false;
    }
    slip(this.hall, ticket, page);
    await this.printed(ticket);
  }

  /** Only a person sees whether paper came out: what the hall is told is what they say. */
  private async printed(ticket: { id: string; number: string }): Promise<void> {
    const printed = await acts.didPrint(ticket.number);
    if (printed !== null) {
      await this.send(ticket.id, "print-result", { printed });
    }
  }

  private async why(ticket: StaffTicket): Promise<void> {
    if (this.passed && this.passed.ticket === ticket.id) {
      this.passed = null;
      return;
    }
    try {
      const answer = await this.api.get<{ passed: Passed[] }>(`api/halls/${enc(this.hall.hall)}/tickets/${enc(ticket.id)}/why`);
      this.passed = { ticket: ticket.id, list: answer.passed };
    } catch (fault) {
      toast(pick(faultText(fault)), "bad");
    }
  }
}

/** What an empty list says. */
function none(rows: unknown[]): TemplateResult | typeof nothing {
  return rows.length === 0 ? html`<p class="none">${say("none")}</p>` : nothing;
}

define("ow-guide", OwGuide);
