// The console of one window: what is now, who comes, who is parked, and one key for each act.
//
// Laws: every key press is one command; keys rest while a person types or a question is open; nothing scrolls away
// at 1366 × 768; what is shown is the feed's.

import { html, nothing } from "lit";
import { property, state } from "lit/decorators.js";

import "../shared/components/status";
import "../shared/components/topbar";
import { OwElement, define } from "../shared/element";
import type { FeedStatus } from "../shared/feed";
import { windowText } from "../shared/format";
import { pick, t } from "../shared/i18n";
import { type Action, MAIN_ACTIONS, actionOfKey, allowed, entryOfKey, isBookingKey, isTyping } from "./actions";
import { isLarge } from "../shared/theme";
import { sameClerk } from "./account-name";
import { isAsking } from "./ask";
import "./booking-drawer";
import { say as sayBooking } from "./booking-texts";
import { consoleStyles } from "./console-styles";
import { type Desk, noteNow } from "./desk";
import { helpOverlay } from "./help";
import { keyBar } from "./key-bar";
import { nowCard } from "./now-card";
import { changePassword } from "./own-password";
import { parkedLists } from "./parked";
import * as questions from "./questions";
import { deskStyles } from "./styles";
import { tellLinked } from "./sent-on";
import { clerkTexts, say } from "./texts";
import type { ClerkState, ShortTicket, StaffTicket, TicketItem } from "./types";
import { waitingLine } from "./waiting-line";

// Countdowns move by whole seconds; twice as often keeps them even.
const TICK_MS = 500;

/** `<ow-console .desk>`: fires `ow-leave` for another window and `ow-sign-out`. */
export class OwConsole extends OwElement {
  static override styles = [...deskStyles, consoleStyles];

  @property({ attribute: false }) desk!: Desk;
  @state() private helping = false;
  @state() private atBookings = false;
  private readonly keyed = (event: KeyboardEvent) => this.pressed(event);

  override connectedCallback(): void {
    super.connectedCallback();
    this.follow(this.desk.onChange(() => this.requestUpdate()));
    this.tick();
    this.every(TICK_MS, () => this.tick());
    window.addEventListener("keydown", this.keyed);
    this.follow(() => window.removeEventListener("keydown", this.keyed));
  }

  protected override render() {
    const { desk } = this;
    const current = desk.state;
    return html`${this.head(current)}
      <ow-banner status=${desk.feed ? desk.feed.status : "connecting"} .asOf=${desk.feed ? desk.feed.asOfMs : null} .why=${desk.feed ? desk.feed.refusal : null} zone=${desk.hall.zone}></ow-banner>
      ${current ? this.body(current) : html`<main class="empty"><p class="muted">${desk.feed && isLost(desk.feed.status) ? say("no_view") : `${t("link.connecting")}…`}</p></main>`}
      ${this.helping ? helpOverlay(() => (this.helping = false)) : nothing}
      ${this.atBookings ? html`<ow-booking-drawer .desk=${desk} today=${current ? current.date : ""} @ow-close=${() => (this.atBookings = false)}></ow-booking-drawer>` : nothing}`;
  }

  private tick(): void {
    this.toggleAttribute("roomy", isLarge());
    this.requestUpdate();
  }

  private head(current: ClerkState | null) {
    const { desk } = this;
    const screens = desk.live.screens;
    return html`<ow-topbar heading=${windowText(current ? current.window.label : desk.window)} beside=${pick(desk.hall.name)} status=${desk.feed ? desk.feed.status : "connecting"}><span class="head">
      ${current ? html`<ow-state of="window" value=${current.window.state} data-testid="window-state"></ow-state>
        <span class="muted small">${say("today_done", { n: current.done_today })}</span>` : nothing}
      ${screens && screens.of > 0 ? html`<span class="small ${screens.online < screens.of ? "bad" : "muted"}" data-testid="screens">${say("screens_online", { ...screens })}</span>` : nothing}
      <ow-clock .now=${() => desk.nowMs()} zone=${desk.hall.zone}></ow-clock>
      <strong class="small">${desk.account.name}</strong>
      <button class="button small" data-testid="bookings-open" aria-keyshortcuts="B" @click=${() => (this.atBookings = true)}>${sayBooking("open")}&nbsp;<kbd>B</kbd></button>
      ${current && current.window.state !== "CLOSED" && this.mine(current) ? html`
        <button class="button small" data-testid="drain" ?disabled=${!allowed("drain", current, desk.nowMs()).on || desk.sending !== null} @click=${() => this.act("drain")}>${say("drain")}</button>
        <button class="button small danger" data-testid="close" ?disabled=${desk.sending !== null} @click=${() => this.act("close")}>${say("close")}</button>`
        : html`<button class="button small" data-testid="switch" @click=${() => this.emit("ow-leave")}>${say("switch_window")}</button>
          <button class="button small" data-testid="change-password" @click=${() => void changePassword(desk.api, desk.account)}>${say("change_password")}</button>
          <button class="button small" data-testid="sign-out" @click=${() => this.emit("ow-sign-out")}>${say("sign_out")}</button>`}
    </span></ow-topbar>`;
  }

  private body(current: ClerkState) {
    const { desk } = this;
    const now = desk.nowMs();
    const isCut = !!desk.feed && isLost(desk.feed.status);
    const note = noteNow(desk.note, { nowMs: performance.now(), isLost: isCut });
    const sendingKey = desk.sending && hasSay(desk.sending) ? say(desk.sending as "next") : "";
    return html`<main class="desk ${isCut ? "stale" : ""}">
      ${waitingLine(current, desk, now, (ticket) => this.callChosen(ticket))}
      ${nowCard(current, desk, now, {
        result: (item) => this.result(item),
        set: (item, result) => this.setResult(item, result),
        add: () => this.act("add"),
        finishOnly: () => void this.forShown("finish", "finish_only"),
        open: () => void desk.run("open", {}, "open"),
      })}
      ${parkedLists(current, desk, now, {
        resume: (ticket) => void desk.run("resume", { ticket: ticket.id }, "take_back"),
        toLine: (ticket) => void desk.run("resume", { ticket: ticket.id, to_line: true }, "to_line"),
        rejoin: (ticket) => void desk.onTicket(ticket.id, "rejoin", {}, "rejoin"),
        call: (ticket) => this.callChosen(ticket),
      })}
      <div class="note-row" role="status" aria-live="polite" data-testid="note">
        ${note ? html`<p class="note ${note.kind === "refused" ? "bad" : note.kind === "ok" ? "good" : ""}">${pick(note.text)}</p>`
          : desk.sending ? html`<p class="note sending">${sendingKey ? `${sendingKey}：` : ""}${say("sending")}</p>` : nothing}
      </div>
      ${keyBar(current, desk, now, (action) => this.act(action))}
    </main>`;
  }

  private pressed(event: KeyboardEvent): void {
    if (isAsking() || this.atBookings || isTyping(event) || !this.desk.state) {
      return;
    }
    if (event.key === "Escape" && this.helping) {
      this.helping = false;
      return;
    }
    if (isBookingKey(event) && !this.helping) {
      event.preventDefault();
      this.atBookings = true;
      return;
    }
    const action = actionOfKey(event);
    const entry = entryOfKey(event);
    const isOwn = this.mine(this.desk.state);
    if (action === "help") {
      event.preventDefault();
      this.helping = !this.helping;
    } else if (action && isOwn && !this.helping && !isEnterOnControl(event)) {
      event.preventDefault();
      void this.act(action);
    } else if (entry !== null && isOwn && !this.helping && this.desk.state.ticket) {
      const item = this.desk.state.ticket.items[entry];
      if (item) {
        event.preventDefault();
        void this.result(item);
      }
    }
  }

  private async act(action: Action): Promise<void> {
    const { desk } = this;
    const current = desk.state;
    if (action === "help") {
      this.helping = !this.helping;
      return;
    }
    if (!current || desk.sending !== null || !allowed(action, current, desk.nowMs()).on) {
      return;
    }
    switch (action) {
      case "next": {
        const answer = await desk.run("call-next", {}, "next");
        if (answer && !answer.ticket && desk.state && !desk.state.ticket) {
          desk.tell("info", { zh: say("nobody_waits"), en: say("nobody_waits") });
        }
        return;
      }
      case "undo":
        await desk.undo();
        return;
      case "recall":
      case "start":
      case "miss":
        await this.forShown(action, action);
        return;
      case "finish":
        await this.forShown("finish-and-next", "finish");
        return;
      default:
        await this.asked(action, current);
    }
  }

  /** Acts that need a word more than a key. */
  private async asked(action: Action, current: ClerkState): Promise<void> {
    const { desk } = this;
    const ticket = current.ticket;
    if (action === "pause") {
      const stopped = current.window.state === "PAUSED" || current.window.state === "DRAINING";
      const body = stopped ? {} : await questions.pause(current);
      if (body) {
        await this.stopped(stopped ? "open" : "pause", body, ticket);
      }
    } else if (action === "drain" && (await questions.drain())) {
      await desk.run("drain", {}, "drain");
    } else if (action === "close") {
      const body = await questions.close(current);
      if (body) {
        await this.stopped("close", body, ticket);
      }
    } else if (action === "hold" && ticket) {
      const body = await questions.hold(ticket, current.reasons.hold, desk.nowMs());
      if (body) {
        await desk.runFor(ticket, "hold", body);
      }
    } else if (action === "transfer" && ticket) {
      const body = await questions.transfer(desk.api, desk.hall, ticket);
      if (body) {
        const answer = await desk.runFor(ticket, "transfer", body);
        if (answer && body.to_hall) {
          const [zh, en] = clerkTexts["clerk.linked_soon"];
          desk.tell("info", { zh, en });
          await tellLinked(desk.api, desk.hall, ticket);
        }
      }
    } else if (action === "add" && ticket) {
      const body = await questions.addItems(desk.hall);
      if (body) {
        await desk.runFor(ticket, "add-items", body, "add");
      }
    }
  }

  /** A pause or a close takes a call back or hands somebody over: the person it was asked about. */
  private async stopped(op: "open" | "pause" | "close", body: Record<string, unknown>, ticket: StaffTicket | null | undefined): Promise<void> {
    const name = op === "close" ? "close" : "pause";
    await (op !== "open" && ticket ? this.desk.runFor(ticket, op, body, name) : this.desk.run(op, body, name));
  }

  /** A key means the ticket that is shown while it is pressed. */
  private async forShown(op: string, name: string): Promise<void> {
    const ticket = this.desk.state && this.desk.state.ticket;
    if (ticket) {
      await this.desk.runFor(ticket, op, {}, name);
    }
  }

  private async callChosen(ticket: ShortTicket): Promise<void> {
    const current = this.desk.state;
    const reason = current && (await questions.chosenReason(ticket.number, current.reasons.chosen));
    if (reason) {
      await this.desk.run("call", { ticket: ticket.id, reason }, "call_this");
    }
  }

  private async result(item: TicketItem): Promise<void> {
    await this.sendResult((desk) => questions.itemResult(item, desk.nowMs(), desk.hall.zone));
  }

  private setResult(item: TicketItem, result: string): void {
    if (result === "supplement_due") {
      void this.sendResult((desk) => questions.owed(item, desk.nowMs(), desk.hall.zone));
    } else {
      void this.sendResult(() => Promise.resolve({ entry: item.entry, result }));
    }
  }

  /** The result is of an item of the ticket that stood there when it was asked for. */
  private async sendResult(asked: (desk: Desk) => Promise<Record<string, unknown> | null>): Promise<void> {
    const { desk } = this;
    const ticket = desk.state && desk.state.ticket;
    const body = ticket && (await asked(desk));
    if (ticket && body) {
      await desk.runFor(ticket, "item-result", body, "result_of_item");
    }
  }

  private mine(current: ClerkState): boolean {
    return !current.window.clerk || sameClerk(current.window.clerk, this.desk.account.account);
  }

  private emit(name: string): void {
    this.dispatchEvent(new CustomEvent(name));
  }
}

function isLost(status: FeedStatus): boolean {
  return status === "stale" || status === "refused";
}

// Enter on a focused button or link is that control's own press, not the key for "start".
function isEnterOnControl(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  return event.key === "Enter" && target instanceof HTMLElement && (target.tagName === "BUTTON" || target.tagName === "A");
}

function hasSay(name: string): boolean {
  return MAIN_ACTIONS.some((one) => one.action === name) || ["add", "drain", "close", "call_this", "take_back", "to_line", "rejoin", "finish_only", "open"].indexOf(name) >= 0;
}

define("ow-console", OwConsole);
