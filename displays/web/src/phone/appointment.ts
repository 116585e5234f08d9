// `<ow-appointment hall appointment secret>`: the page of one booking: its code, what may be done until when,
// the offer of a place, and the way into the line on arrival.

import { html, nothing } from "lit";
import { property, state } from "lit/decorators.js";

import { refusalNote } from "../booking/refusal";
import { drop, feedOf, keep, pageOf } from "../booking/mine";
import { isPast, mayCheckIn, taleOf } from "../booking/tale";
import type { Appointment, CheckedIn, Moved } from "../booking/types";
import { AppointmentWatch } from "../booking/watch";
import { Api, newCommandId } from "../shared/api";
import { confirmed } from "../shared/components/dialog";
import "../shared/components/status";
import "../shared/components/topbar";
import { dateOf } from "../shared/dates";
import { OwElement, define } from "../shared/element";
import { pick, t } from "../shared/i18n";
import { rootUrl } from "../shared/place";
import { base, buttons, surfaces } from "../shared/theme";
import { appointmentStyles } from "./appointment-styles";
import { calendarLinks, codeCard, heroOf, messagesOf, offerCard, untilOf, waitCard } from "./appointment-parts";
import { bookStyles } from "./book-styles";
import { remember } from "./mine";
import "./move-booking";
import "./my-bookings";
import { Said } from "./said";
import { phoneStyles } from "./styles";

export class OwAppointment extends OwElement {
  static override styles = [base, buttons, surfaces, phoneStyles, bookStyles, appointmentStyles];

  @property() hall = "";
  @property() appointment = "";
  @property() secret = "";
  @state() private fault: unknown = null;
  @state() private isBusy = false;
  @state() private isMoving = false;

  private readonly api = new Api({ token: "" });
  private readonly said = new Said(this);
  private watch!: AppointmentWatch;
  // An act that got no answer is asked again under its own id.
  private readonly commandIds = new Map<string, string>();
  private kept = "";

  override connectedCallback(): void {
    super.connectedCallback();
    this.watch = new AppointmentWatch(this.api, this.hall, this.appointment, this.secret, () => this.moved());
    if (this.secret) {
      this.watch.start();
      this.follow(() => this.watch.stop());
      this.every(1000, () => this.requestUpdate());
    }
  }

  private moved(): void {
    const { answer } = this.watch;
    if (answer) {
      const one = answer.appointment;
      const key = `${one.state} ${one.version} ${one.slot_ms || 0}`;
      if (key !== this.kept) {
        this.kept = key;
        keep(one, this.secret);
        document.title = `${t(`booking.${one.state}` as const)} · ${pick(one.hall.name)}`;
      }
    }
    this.requestUpdate();
  }

  protected override render() {
    const { watch } = this;
    const one = watch.answer ? watch.answer.appointment : null;
    const isStale = one !== null && watch.isStale && !watch.refusal;
    return html`<ow-topbar heading=${one ? pick(one.hall.name) : t("book.title")} status=${one ? (isStale ? "stale" : "live") : ""}></ow-topbar>
      <ow-banner status=${isStale ? "stale" : "live"} .asOf=${watch.asOfMs} zone=${watch.zone}></ow-banner>
      <main
        data-testid="appointment"
        data-state=${one ? one.state : ""}
        data-version=${one ? one.version : ""}
        data-slot=${(one && one.slot_ms) || ""}
      >
        ${this.content(one)}
      </main>`;
  }

  private content(one: Appointment | null) {
    if (!this.secret) {
      return html`<div class="note bad" role="alert" data-testid="refusal">${t("appointment.secret")}</div>
        ${this.others()}`;
    }
    if (this.watch.refusal && !one) {
      return html`${refusalNote(this.watch.refusal)} ${this.others()}`;
    }
    return one ? this.page(one) : html`<p class="note" role="status">${t("phone.loading")}</p>`;
  }

  private page(one: Appointment) {
    const { watch } = this;
    const nowMs = watch.nowMs();
    const code = (watch.answer && watch.answer.code) || "";
    return html`${heroOf(one, taleOf(one, nowMs), watch.zone)} ${this.fault ? refusalNote(this.fault, dateOf(nowMs, watch.zone)) : nothing}
    ${one.state === "SLOT_HELD" ? this.heldHint() : nothing} ${one.state === "WAITLISTED" ? waitCard(one, watch.zone) : nothing}
    ${one.state === "OFFERED" ? offerCard(one, nowMs, this.isBusy, (accepts) => void this.answer(accepts)) : nothing}
    ${this.checkIn(one, nowMs)} ${one.state === "NO_SHOW" && !one.excused ? this.appeal() : nothing}
    ${one.state === "BOOKED" && code ? codeCard(one, code) : nothing}
    ${this.isMoving ? this.move(one) : this.actions(one, nowMs)} ${this.said.note()} ${untilOf(one, nowMs, watch.zone)}
    ${one.state === "BOOKED" ? calendarLinks(`${rootUrl()}${watch.path}/calendar.ics?secret=${encodeURIComponent(this.secret)}`, this.feed) : nothing}
    ${messagesOf(watch.answer ? watch.answer.messages || [] : [], nowMs, watch.zone)} ${isPast(one.state) ? this.again(one) : nothing}
    ${this.others()}`;
  }

  // The server names it as a path; a calendar wants the whole address.
  private get feed(): string {
    const feed = feedOf(this.appointment);
    return feed ? new URL(feed.replace(/^\//, ""), rootUrl()).href : "";
  }

  private heldHint() {
    return html`<div class="note warn">${t("appointment.held.more")}</div>`;
  }

  private checkIn(one: Appointment, nowMs: number) {
    if (one.state === "CHECKED_IN" && one.ticket) {
      return html`<p class="block">
        <a class="button primary wide tall" data-testid="to-ticket" href=${this.ticketPage(one.ticket.id, one.ticket.secret)}>${t("appointment.to.ticket")}</a>
      </p>`;
    }
    if (!mayCheckIn(one, nowMs)) {
      return nothing;
    }
    return html`<section class="card arrive">
      <p>${t("appointment.arrive")}</p>
      <button class="button primary wide tall" data-testid="check-in" ?disabled=${this.isBusy} @click=${() => void this.arrive()}>
        ${t("appointment.check.in")}
      </button>
    </section>`;
  }

  private appeal() {
    return html`<div class="note warn" data-testid="appeal">${t("appointment.appeal")}</div>`;
  }

  private actions(one: Appointment, nowMs: number) {
    const isLate = (until: number | null | undefined) => !!until && nowMs > until && !one.affected;
    const mayMove = one.can.indexOf("move") >= 0 && !isLate(one.move_until_ms);
    const mayCancel = one.can.indexOf("cancel") >= 0 && !isLate(one.cancel_until_ms) && one.state !== "OFFERED";
    if (!mayMove && !mayCancel) {
      return nothing;
    }
    return html`<div class="actions block">
      ${mayMove
        ? html`<button class="button" data-testid="move" ?disabled=${this.isBusy} @click=${() => (this.isMoving = true)}>${t("appointment.move")}</button>`
        : nothing}
      ${mayCancel
        ? html`<button class="button danger" data-testid="cancel" ?disabled=${this.isBusy} @click=${() => void this.cancel(one)}>
            ${t(one.state === "WAITLISTED" ? "appointment.leave" : one.state === "SLOT_HELD" ? "appointment.release" : "appointment.cancel")}
          </button>`
        : nothing}
    </div>`;
  }

  private move(one: Appointment) {
    return html`<ow-move-booking
      .appointment=${one}
      .watch=${this.watch}
      .secret=${this.secret}
      @ow-moved=${(event: CustomEvent<Moved>) => this.wasMoved(event.detail)}
      @ow-close=${() => (this.isMoving = false)}
    ></ow-move-booking>`;
  }

  private wasMoved(moved: Moved): void {
    this.isMoving = false;
    this.fault = null;
    if (moved.secret) {
      keep(moved.appointment, moved.secret, feedOf(this.appointment));
      drop(this.appointment);
      const one = { hall: moved.appointment.hall.code, id: moved.appointment.id, secret: moved.secret };
      location.assign(pageOf(rootUrl(), one));
      return;
    }
    this.watch.take(moved.appointment);
    this.said.say(t("appointment.move.done"), "good");
  }

  private again(one: Appointment) {
    const items = one.items.map((item) => item.code).join(",");
    const address = `${rootUrl()}phone?hall=${encodeURIComponent(this.hall)}&book=1&items=${encodeURIComponent(items)}`;
    return html`<p class="block"><a class="button wide" data-testid="book-again" href=${address}>${t("appointment.again")}</a></p>`;
  }

  private others() {
    return html`<p class="block">
      <a class="button quiet wide" href="${rootUrl()}phone?hall=${encodeURIComponent(this.hall)}&book=1">${t("book.mine.all")}</a>
    </p>`;
  }

  private ticketPage(ticket: string, secret = ""): string {
    return `${rootUrl()}t/${encodeURIComponent(this.hall)}/${encodeURIComponent(ticket)}${secret ? `#${secret}` : ""}`;
  }

  private async arrive(): Promise<void> {
    const done = await this.act<CheckedIn>("check-in", {});
    if (done) {
      const { ticket, appointment } = done;
      const kept = { hall: this.hall, ticket: ticket.id, number: ticket.number, secret: ticket.secret };
      remember({ ...kept, hallName: appointment.hall.name, takenMs: Date.now() });
      keep(appointment, this.secret);
      location.assign(this.ticketPage(ticket.id, ticket.secret));
    }
  }

  private async answer(accepts: boolean): Promise<void> {
    const done = await this.act<Moved>("offer", { accepts });
    if (done) {
      this.watch.take(done.appointment);
      this.said.say(t(accepts ? "appointment.offer.taken" : "appointment.offer.left"), "good");
    }
  }

  private async cancel(one: Appointment): Promise<void> {
    const isQueue = one.state === "WAITLISTED";
    const yes = await confirmed({
      heading: t(isQueue ? "appointment.leave.ask" : "appointment.cancel.ask"),
      body: t(isQueue ? "appointment.leave.body" : "appointment.cancel.body"),
      yes: t(isQueue ? "appointment.leave" : "appointment.cancel"),
      no: t("appointment.keep"),
      tone: "danger",
    });
    const done = yes ? await this.act<Moved>("cancel", {}) : null;
    if (done) {
      this.watch.take(done.appointment);
      this.said.say(t("appointment.cancelled"), "good");
    }
  }

  private async act<T>(what: string, body: Record<string, unknown>): Promise<T | null> {
    if (this.isBusy) {
      return null;
    }
    const wish = `${what} ${JSON.stringify(body)}`;
    const commandId = this.commandIds.get(wish) || newCommandId();
    this.commandIds.set(wish, commandId);
    this.isBusy = true;
    this.fault = null;
    try {
      const answer = await this.api.command<T>(`${this.watch.path}/${what}`, { ...body, secret: this.secret, command_id: commandId });
      this.commandIds.delete(wish);
      return answer;
    } catch (fault) {
      this.fault = fault;
      window.scrollTo(0, 0);
      void this.watch.ask();
      return null;
    } finally {
      this.isBusy = false;
    }
  }
}

define("ow-appointment", OwAppointment);
