// `<ow-ticket hall ticket secret>`: the page of one ticket, true to the second while it is open.

import { html, nothing } from "lit";
import { property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { Api, Refused, faultText } from "../shared/api";
import { confirmed } from "../shared/components/dialog";
import "../shared/components/status";
import "../shared/components/topbar";
import { dateOf, dateText } from "../shared/dates";
import { OwElement, define } from "../shared/element";
import { LiveFeed } from "../shared/feed";
import { clockTime, countdown, listed, waitText } from "../shared/format";
import { beside, otherTag, pick, t, text } from "../shared/i18n";
import { rootUrl } from "../shared/place";
import { base, buttons, surfaces } from "../shared/theme";
import type { HallInfo, RatingLevel, Text, TicketItem, TicketLive, TicketState } from "../shared/types";
import { ranges } from "../shared/windows";
import { alertTurn, askToNotify, mayNotify } from "./alert";
import { remember } from "./mine";
import "./onward";
import "./rating";
import { Said } from "./said";
import { phoneStyles, visitStyles } from "./styles";
import { isOver, placesToLet, taleOf } from "./tale";

// A letter and four digits; longer numbers are written smaller, so that they stay whole.
const SHORT = 5;

interface Why {
  passed: { number: string; at_ms: number; window: string; zh: string; en: string }[];
}

export class OwTicket extends OwElement {
  static override styles = [base, buttons, surfaces, phoneStyles, visitStyles];

  @property() hall = "";
  @property() ticket = "";
  @property() secret = "";
  @state() private refusal: Text | null = null;
  @state() private isBusy = false;
  @state() private isDelaying = false;
  @state() private why: Why | null = null;

  private readonly api = new Api({ token: "" });
  private feed!: LiveFeed<TicketState, TicketLive>;
  private readonly said = new Said(this);
  private zone = "Asia/Shanghai";
  private isKept = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.feed = new LiveFeed<TicketState, TicketLive>({
      root: rootUrl(),
      hall: this.hall,
      view: "ticket",
      ticket: this.ticket,
      secret: this.secret,
      receipts: "none",
    });
    if (!this.secret) {
      this.refusal = text("visit.secret");
      return;
    }
    this.follow(this.feed.onChange(() => this.moved()));
    this.follow(this.feed.onRing((calls) => calls.length > 0 && this.rung()));
    this.followFeed(this.feed as LiveFeed<unknown, unknown>);
    this.every(1000, () => this.shown?.state === "MISSED" && this.requestUpdate());
    void this.load();
  }

  private get shown(): TicketState | null {
    return this.feed.state;
  }

  private get path(): string {
    return `api/halls/${encodeURIComponent(this.hall)}/tickets/${encodeURIComponent(this.ticket)}`;
  }

  // The feed cannot say why it is refused; the request can, in words.
  private async load(): Promise<void> {
    try {
      await this.api.get(`${this.path}?secret=${encodeURIComponent(this.secret)}`);
      const hall = await this.api.get<HallInfo>(`api/halls/${encodeURIComponent(this.hall)}`);
      this.zone = hall.zone;
      this.requestUpdate();
    } catch (fault) {
      if (fault instanceof Refused && fault.status < 500 && fault.status !== 429) {
        this.refusal = faultText(fault);
        this.feed.stop();
      }
    }
  }

  private moved(): void {
    const ticket = this.shown;
    if (!ticket) {
      return;
    }
    if (ticket.state !== "CALLED") {
      document.title = `${ticket.number} ${t(`ticket.${ticket.state as "WAITING"}`)}`;
    }
    if (!this.isKept) {
      this.isKept = true;
      remember({
        hall: this.hall,
        ticket: this.ticket,
        number: ticket.number,
        secret: this.secret,
        hallName: ticket.hall.name,
        takenMs: Date.now(),
      });
    }
  }

  private rung(): void {
    const ticket = this.shown;
    if (ticket && ticket.state === "CALLED") {
      const title = `${ticket.number} ${pick(taleOf(ticket, this.feed.live && this.feed.live.p50_ms).text)}`;
      alertTurn({ title, body: pick(ticket.hall.name), tag: ticket.id });
    }
  }

  protected override render() {
    const ticket = this.shown;
    const heading = ticket ? pick(ticket.hall.name) : t("visit.title");
    return html`<ow-topbar heading=${heading} status=${this.refusal ? "" : this.feed.status}></ow-topbar>
      <ow-banner status=${this.refusal ? "live" : this.feed.status} .asOf=${this.feed.asOfMs} zone=${this.zone}></ow-banner>
      <main data-testid="ticket" data-state=${ticket ? ticket.state : ""} data-number=${ticket ? ticket.number : ""}>
        ${this.refusal ? this.refused(this.refusal) : ticket ? this.visit(ticket) : this.loading()}
      </main>`;
  }

  private refused(reason: Text) {
    return html`<div class="note bad" role="alert" data-testid="refusal">
        ${reason.zh}<br /><span lang="en">${reason.en}</span>
      </div>
      ${this.againLink()}`;
  }

  private loading() {
    return html`<p class="hero" role="status">${t("phone.loading")}</p>`;
  }

  private visit(ticket: TicketState) {
    return html`${this.hero(ticket)} ${ticket.linked ? this.onward() : nothing} ${this.actions(ticket)} ${this.said.note()}
    ${this.delayChoice(ticket)} ${this.ratings(ticket)}
    ${this.items(ticket)} ${this.story(ticket)} ${this.whyPart(ticket)} ${isOver(ticket) ? this.againLink() : nothing}`;
  }

  private hero(ticket: TicketState) {
    const tale = taleOf(ticket, this.feed.live && this.feed.live.p50_ms);
    const again = ticket.call && ticket.call.call_no > 1 && ticket.state === "CALLED" ? ticket.call.call_no : 0;
    return html`<section class="hero ${tale.tone} fresh" data-ring=${ticket.call ? ticket.call.ring : ""}>
      <p class="label">${t("visit.number")}</p>
      <h2 class="number digits ${ticket.number.length > SHORT ? "long" : ""}" data-testid="number">${ticket.number}</h2>
      <ow-state of="ticket" value=${ticket.state}></ow-state>
      <div role="status" aria-live=${tale.tone === "call" ? "assertive" : "polite"}>
        <p class="tale" data-testid="tale" data-window=${(ticket.call && ticket.call.label) || ticket.window || ""}>
          ${pick(tale.text)}
        </p>
        <p class="beside" lang=${otherTag()}>${beside(tale.text)}</p>
        ${again ? html`<p>${t("visit.go.again", { n: again })}</p>` : nothing}
      </div>
      ${ticket.state === "WAITING" ? this.facts(ticket) : nothing}
      ${ticket.state === "MISSED" ? this.missed(ticket) : nothing}
    </section>`;
  }

  private facts(ticket: TicketState) {
    const live = this.feed.live;
    const told = ticket.told;
    const range = live && typeof live.p50_ms === "number" ? live : told;
    const words = waitText(range ? range.p50_ms : null, range ? range.p80_ms : null);
    const labels = listed(ranges(ticket.windows || []));
    return html`<dl class="facts">
        <div>
          <dt>${t("visit.ahead")}</dt>
          <dd data-testid="ahead"><span class="digits">${ticket.ahead || 0}</span> ${t(ticket.ahead === 1 ? "visit.ahead.one" : "visit.ahead.unit")}</dd>
        </div>
        <div>
          <dt>${t("visit.wait")}</dt>
          <dd data-testid="wait">${pick(words)}</dd>
        </div>
      </dl>
      ${labels ? html`<p class="small">${t("visit.windows", { labels })}</p>` : nothing}
      ${told
        ? html`<p class="small" data-testid="told">
            ${t("visit.told", { ahead: told.ahead || 0, wait: pick(waitText(told.p50_ms, told.p80_ms)) })}
          </p>`
        : nothing}`;
  }

  private missed(ticket: TicketState) {
    if ((ticket.can || []).indexOf("rejoin") < 0) {
      return html`<p>${t("visit.missed.over")}</p>`;
    }
    const until = ticket.missed_until_ms;
    return html`<p>${t("visit.missed.rejoin", { n: ticket.rejoins_left })}</p>
      ${until
        ? html`<p class="small">
            ${t("visit.missed.until", { time: clockTime(until, this.zone) })} (${countdown(until, this.feed.nowMs())})
          </p>`
        : nothing}`;
  }

  private onward() {
    return html`<ow-onward .api=${this.api} path=${this.path} secret=${this.secret}></ow-onward>`;
  }

  private actions(ticket: TicketState) {
    const can = (what: string) => (ticket.can || []).indexOf(what) >= 0;
    const buttons = [
      can("rejoin") && this.button("rejoin", "primary", () => this.rejoin()),
      can("delay") && ticket.max_places > 0 && this.button("delay", "", () => (this.isDelaying = !this.isDelaying)),
      can("cancel") && this.button("cancel", "danger", () => this.cancel()),
    ].filter((button) => button !== false);
    const askable = ticket.state !== "SERVING" && !isOver(ticket) && mayNotify() === "askable";
    return html`${buttons.length ? html`<div class="actions block">${buttons}</div>` : nothing}
    ${askable
      ? html`<p class="block">
          <button class="button quiet wide" data-testid="notify" @click=${() => void askToNotify().then(() => this.requestUpdate())}>
            ${t("visit.notify")}
          </button>
        </p>`
      : nothing}`;
  }

  private button(what: "rejoin" | "delay" | "cancel", tone: string, act: () => unknown) {
    return html`<button class="button ${tone}" data-testid=${what} ?disabled=${this.isBusy} @click=${act}>
      ${t(`visit.${what}` as const)}
    </button>`;
  }

  private delayChoice(ticket: TicketState) {
    if (!this.isDelaying || (ticket.can || []).indexOf("delay") < 0) {
      return nothing;
    }
    return html`<section class="card" data-testid="delay-choice">
      <h2>${t("visit.delay.ask")}</h2>
      <p class="small">${t("visit.delay.body")}</p>
      <div class="places">
        ${placesToLet(ticket.max_places).map(
          (places) => html`<button class="button" data-places=${places} @click=${() => void this.delay(places)}>
            ${t("visit.delay.n", { n: places })}
          </button>`,
        )}
      </div>
    </section>`;
  }

  private ratings(ticket: TicketState) {
    if ((ticket.can || []).indexOf("rate") < 0) {
      return nothing;
    }
    const open = ticket.items.filter((item) => !item.rating);
    return html`<section class="card" aria-labelledby="rate">
      <h2 id="rate">${t("visit.rate")}</h2>
      ${repeat(
        open,
        // By entry: a form must never pass its choice on to the next item.
        (item) => item.entry,
        (item) => html`<ow-rating
          .item=${item}
          ?busy=${this.isBusy}
          @ow-rate=${(event: CustomEvent<RatingLevel>) => void this.rate(item, event.detail)}
        ></ow-rating>`,
      )}
    </section>`;
  }

  private items(ticket: TicketState) {
    return html`<section class="card" aria-labelledby="items">
      <h2 id="items">${t("visit.items")}</h2>
      <ul class="items">
        ${(ticket.items || []).map((item) => this.item(item, isOver(ticket)))}
      </ul>
    </section>`;
  }

  /** Of a visit that is over, what was not done is not "still open" any more. */
  private item(item: TicketItem, over: boolean) {
    const materials = listed((item.materials || []));
    const isOwed = item.state === "SUPPLEMENT_DUE";
    return html`<li data-testid="item" data-state=${item.state} data-entry=${item.entry}>
      <div class="row">
        <span class="name">${pick(item.name)}${item.quantity > 1 ? ` × ${item.quantity}` : ""}</span>
        ${over && item.state === "OPEN" ? nothing : html`<ow-state of="item" value=${item.state}></ow-state>`}
      </div>
      ${isOwed
        ? html`<div class="note warn owed">
            ${materials ? t("visit.owed", { materials }) : t("item.SUPPLEMENT_DUE")}
            ${item.due_date ? html`<br /><b>${t("visit.owed.due", { date: pick(dateText(item.due_date)) })}</b>` : nothing}
          </div>`
        : nothing}
      ${item.rating
        ? html`<p class="small">${t("visit.rate.thanks", { level: t(`rating.${item.rating}` as const) })}</p>`
        : nothing}
    </li>`;
  }

  private story(ticket: TicketState) {
    const ended = isOver(ticket) && ticket.state !== "DONE" ? t(`ticket.${ticket.state as "CANCELLED"}`) : t("visit.finished");
    const steps = [
      [t("visit.taken"), ticket.arrived_ms],
      // Who was sent on or came back is called again: the first call stands before the first service.
      [t("visit.called"), ticket.first_called_ms || ticket.called_ms],
      [t("visit.started"), ticket.started_ms],
      [ended, ticket.finished_ms],
    ] as const;
    return html`<section class="card" aria-labelledby="story">
      <h2 id="story">${t("visit.story")}</h2>
      <ol class="story">
        ${steps.map(
          ([name, ms]) => html`<li class=${ms ? "past" : ""}>
            ${name}<br /><span class="digits">${ms ? clockTime(ms, this.zone) : "–"}</span>
          </li>`,
        )}
      </ol>
    </section>`;
  }

  private whyPart(ticket: TicketState) {
    if (ticket.state !== "WAITING") {
      return nothing;
    }
    if (!this.why) {
      return html`<p class="block">
        <button class="button quiet wide" data-testid="why" @click=${() => void this.askWhy()}>${t("visit.why")}</button>
      </p>`;
    }
    return html`<section class="card why" data-testid="why-answer">
      <h2>${t("visit.why")}</h2>
      ${this.why.passed.length
        ? html`<ul>
            ${this.why.passed.map((one) => {
              const time = clockTime(one.at_ms, this.zone);
              return html`<li>${t("visit.why.one", { time, number: one.number, reason: pick(one) })}</li>`;
            })}
          </ul>`
        : html`<p>${t("visit.why.none")}</p>`}
    </section>`;
  }

  private againLink() {
    return html`<p class="block">
      <a class="button wide" href="${rootUrl()}phone?hall=${encodeURIComponent(this.hall)}">${t("visit.again")}</a>
    </p>`;
  }

  private async askWhy(): Promise<void> {
    const why = await this.attempt(() =>
      this.api.get<Why>(`${this.path}/why?secret=${encodeURIComponent(this.secret)}`),
    );
    this.why = why ? { passed: why.passed || [] } : this.why;
  }

  private async cancel(): Promise<void> {
    const yes = await confirmed({
      heading: t("visit.cancel.ask"),
      body: t("visit.cancel.body"),
      yes: t("visit.cancel.yes"),
      no: t("visit.cancel.no"),
      tone: "danger",
    });
    if (yes) {
      await this.change("cancel", {}, t("visit.cancelled"));
    }
  }

  private async rejoin(): Promise<void> {
    await this.change("rejoin", {}, t("visit.rejoin.done"));
  }

  private async delay(places: number): Promise<void> {
    this.isDelaying = false;
    await this.change("delay", { places }, t("visit.delay.done", { n: places }));
  }

  private async rate(item: TicketItem, level: RatingLevel): Promise<void> {
    const thanks = t("visit.rate.thanks", { level: t(`rating.${level}` as const) });
    await this.change("rate", { entry: item.entry, level }, thanks);
  }

  private async change(what: string, body: Record<string, unknown>, message: string): Promise<void> {
    const done = await this.attempt(() => this.api.command(`${this.path}/${what}`, { ...body, secret: this.secret }));
    if (done) {
      this.said.say(message, "good");
    }
  }

  private async attempt<T>(work: () => Promise<T>): Promise<T | null> {
    this.isBusy = true;
    try {
      return await work();
    } catch (fault) {
      this.said.say(pick(faultText(fault, dateOf(this.feed.nowMs(), this.zone))), "bad");
      return null;
    } finally {
      this.isBusy = false;
    }
  }
}

define("ow-ticket", OwTicket);
