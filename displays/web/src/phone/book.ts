// `<ow-book hall="…">`: books a visit in four steps: what, where, when, who. Back leads one step back.

import { html, nothing } from "lit";
import { property, state } from "lit/decorators.js";

import { BookingActs, type Booked } from "../booking/acts";
import { itemsOfText } from "../booking/days";
import { deviceName, keep, pageOf } from "../booking/mine";
import { codeOf, isAboutSlot, refusalNote } from "../booking/refusal";
import type { ChosenSlot, OwSlotPicker, WaitWish } from "../booking/slot-picker";
import "../booking/slot-picker";
import type { Held, Person, Wanted } from "../booking/types";
import { Api } from "../shared/api";
import { ServerClock } from "../shared/clock";
import "../shared/components/topbar";
import { OwElement, define } from "../shared/element";
import { pick, t } from "../shared/i18n";
import { query, rootUrl } from "../shared/place";
import { base, buttons, surfaces } from "../shared/theme";
import type { HallInfo, HallSummary } from "../shared/types";
import { bookStyles } from "./book-styles";
import { heldNote, visitSummary, wishNote } from "./book-parts";
import type { Choice } from "./item-picker";
import "./item-picker";
import "./my-bookings";
import "./near-halls";
import "./person-form";
import { phoneStyles } from "./styles";
import { takeStyles } from "./take-styles";

export type Step = "what" | "where" | "when" | "who";

export class OwBook extends OwElement {
  static override styles = [base, buttons, surfaces, phoneStyles, takeStyles, bookStyles];

  @property() hall = "";
  @state() private step: Step = "what";
  @state() private info: HallInfo | null = null;
  @state() private chosen: Choice = new Map();
  @state() private held: Held | null = null;
  @state() private wanted: ChosenSlot | null = null;
  @state() private wish: WaitWish | null = null;
  @state() private fault: unknown = null;
  @state() private isBusy = false;

  private readonly api = new Api({ token: "" });
  private readonly acts = new BookingActs(this.api, deviceName());
  private clock = new ServerClock();
  private isHallChosen = false;
  // For this visit only: a form that was filled is not asked for again when a slot was gone.
  private person: Person | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.isHallChosen = this.hall !== "";
    this.chosen = new Map(itemsOfText(query("items")).map((one) => [one.code, one.quantity] as [string, number]));
    void this.start();
    this.every(1000, () => this.held && this.requestUpdate());
    const back = (event: PopStateEvent): void => this.cameBack(event.state);
    window.addEventListener("popstate", back);
    this.follow(() => window.removeEventListener("popstate", back));
  }

  private async start(): Promise<void> {
    this.fault = null;
    try {
      if (!this.hall) {
        const { halls } = await this.api.get<{ halls: HallSummary[] }>("api/halls");
        const first = halls[0];
        if (!first) {
          return;
        }
        await this.enter(first.hall);
      } else {
        await this.enter(this.hall);
      }
      const offered = new Set(this.info ? this.info.items.map((item) => item.code) : []);
      this.chosen = new Map(Array.from(this.chosen).filter(([code]) => offered.has(code)));
      if (this.chosen.size > 0) {
        this.go(this.isHallChosen ? "when" : "where");
      }
    } catch (fault) {
      this.fault = fault;
    }
  }

  private async enter(hall: string): Promise<void> {
    const info = await this.api.get<HallInfo>(`api/halls/${encodeURIComponent(hall)}`);
    this.clock = new ServerClock();
    this.clock.setSpeed(info.speed);
    this.clock.observe(info.at_ms);
    this.hall = hall;
    this.info = info;
    document.title = `${t("book.title")} · ${pick(info.name)}`;
  }

  private get items(): Wanted[] {
    return Array.from(this.chosen, ([code, quantity]) => ({ code, quantity }));
  }

  private go(step: Step): void {
    if (step !== this.step) {
      history.pushState({ step }, "");
      this.show(step);
    }
  }

  private show(step: Step): void {
    this.step = step;
    this.fault = null;
    window.scrollTo(0, 0);
    void this.updateComplete.then(() => {
      const heading = this.renderRoot.querySelector<HTMLElement>("h2[tabindex]");
      if (heading) {
        heading.focus();
      }
    });
  }

  // Who goes back from the form gives the place back that was held for it.
  private cameBack(kept: unknown): void {
    const step = kept && typeof kept === "object" ? (kept as { step?: Step }).step : undefined;
    if (this.step === "who") {
      this.letGo();
    }
    this.show(step === "who" || !step ? "what" : step);
  }

  private letGo(): void {
    if (this.held) {
      void this.acts.release(this.hall, this.held);
    }
    this.held = null;
    this.wish = null;
  }

  protected override render() {
    return html`<ow-topbar heading=${t("book.title")}></ow-topbar>
      <main data-testid="book" data-step=${this.step}>
        ${this.step === "what" ? html`<ow-my-bookings></ow-my-bookings>` : this.steps()}
        ${this.fault ? this.failed() : nothing} ${this.info ? this.body(this.info) : nothing}
      </main>
      ${this.step === "what" && this.info ? this.bar() : nothing}`;
  }

  private failed() {
    return html`${refusalNote(this.fault, this.info ? this.info.date : "")}
    ${this.info ? nothing : html`<p class="block"><button class="button wide" @click=${() => void this.start()}>${t("button.retry")}</button></p>`}`;
  }

  private steps() {
    return html`<p class="block">
      <button class="button quiet back" data-testid="back" @click=${() => history.back()}>‹ ${t("button.back")}</button>
    </p>`;
  }

  private body(info: HallInfo) {
    switch (this.step) {
      case "what":
        return this.what(info);
      case "where":
        return html`<h2 tabindex="-1">${t("book.where")}</h2>
          <ow-near-halls
            current=${this.isHallChosen ? this.hall : ""}
            today=${info.date}
            zone=${info.zone}
            .items=${this.items}
            @ow-hall=${(event: CustomEvent<string>) => void this.choseHall(event.detail)}
          ></ow-near-halls>`;
      case "when":
        return this.when(info);
      default:
        return this.who(info);
    }
  }

  private what(info: HallInfo) {
    return html`<h2 tabindex="-1">${t("book.what")}</h2>
      ${this.isHallChosen ? html`<p class="small block">${pick(info.name)}</p>` : nothing}
      <ow-item-picker
        .info=${info}
        .chosen=${this.chosen}
        @ow-chosen=${(event: CustomEvent<Choice>) => (this.chosen = event.detail)}
      ></ow-item-picker>`;
  }

  private bar() {
    const n = this.chosen.size;
    return html`<div class="bar" role="region" aria-label=${t("book.what")}>
      <div class="inner">
        <div class="row">
          <p role="status"><b>${n ? t("phone.chosen", { n }) : t("phone.chosen.none")}</b></p>
          <button
            class="button primary"
            data-testid="next"
            ?disabled=${n === 0}
            @click=${() => this.go(this.isHallChosen ? "when" : "where")}
          >
            ${t("book.next")}
          </button>
        </div>
      </div>
    </div>`;
  }

  private async choseHall(hall: string): Promise<void> {
    try {
      await this.enter(hall);
      this.isHallChosen = true;
      this.go("when");
    } catch (fault) {
      this.fault = fault;
    }
  }

  private when(info: HallInfo) {
    return html`${visitSummary(info, this.items)}
      <p class="block">
        <button class="button quiet wide" data-testid="compare" @click=${() => this.go("where")}>${t("book.compare")}</button>
      </p>
      <h2 tabindex="-1">${t("book.when")}</h2>
      <ow-slot-picker
        hall=${this.hall}
        today=${info.date}
        zone=${info.zone}
        waits
        .items=${this.items}
        .chosen=${this.wanted}
        .now=${() => this.clock.nowMs()}
        @ow-slot=${(event: CustomEvent<ChosenSlot>) => void this.hold(event.detail)}
        @ow-wait=${(event: CustomEvent<WaitWish>) => this.wait(event.detail)}
      ></ow-slot-picker>`;
  }

  private wait(wish: WaitWish): void {
    this.wish = wish;
    this.held = null;
    this.go("who");
  }

  private async hold(slot: ChosenSlot): Promise<void> {
    if (this.isBusy) {
      return;
    }
    await this.attempt(async () => {
      this.wanted = slot;
      this.held = await this.acts.hold(this.hall, this.items, slot);
      this.wish = null;
      this.go("who");
    });
  }

  private who(info: HallInfo) {
    const { held, wish } = this;
    if (!held && !wish) {
      return nothing;
    }
    const isOver = this.isHoldOver;
    return html`${visitSummary(info, this.items, held ? held.appointment : null)}
      ${wish ? wishNote(wish, info.zone) : held ? heldNote(held.appointment, this.clock.nowMs()) : nothing}
      <section class="card">
        <h2 tabindex="-1">${t(wish ? "book.who.wait" : "book.who")}</h2>
        <ow-person-form
          action=${t(wish ? "book.wait.join" : isOver ? "book.hold.again" : "book.confirm")}
          ?busy=${this.isBusy}
          .given=${this.person}
          @ow-person=${(event: CustomEvent<Person>) => void this.confirm(event.detail)}
        ></ow-person-form>
      </section>`;
  }

  private get isHoldOver(): boolean {
    const until = this.held && this.held.appointment.until_ms;
    return !!until && until <= this.clock.nowMs();
  }

  private async confirm(person: Person): Promise<void> {
    if (this.isBusy) {
      return;
    }
    this.person = person;
    await this.attempt(async () => this.arrived(await this.ask(person)));
  }

  private async ask(person: Person): Promise<Booked> {
    if (this.wish) {
      return this.acts.wait(this.hall, this.items, this.wish, person);
    }
    if (this.isHoldOver) {
      return this.confirmAgain(person);
    }
    try {
      return await this.acts.confirm(this.hall, this.held as Held, person);
    } catch (fault) {
      if (codeOf(fault) === "HOLD_EXPIRED") {
        return this.confirmAgain(person);
      }
      throw fault;
    }
  }

  // The place may still be free: then the person need not choose and type again.
  private async confirmAgain(person: Person): Promise<Booked> {
    this.held = await this.acts.hold(this.hall, this.items, this.wanted as ChosenSlot);
    return this.acts.confirm(this.hall, this.held, person);
  }

  private arrived(booked: Booked): void {
    keep(booked.appointment, booked.secret, booked.feed);
    const one = { hall: this.hall, id: booked.appointment.id, secret: booked.secret };
    location.assign(pageOf(rootUrl(), one));
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    this.isBusy = true;
    this.fault = null;
    try {
      await work();
    } catch (fault) {
      this.failedTo(fault);
    } finally {
      this.isBusy = false;
    }
  }

  private failedTo(fault: unknown): void {
    if (this.step === "who" && isAboutSlot(codeOf(fault))) {
      // The place is gone: another slot is needed; the form keeps what was typed.
      this.held = null;
      this.wish = null;
      history.replaceState({ step: "when" }, "");
      this.show("when");
    }
    this.fault = fault;
    window.scrollTo(0, 0);
    const picker = this.renderRoot.querySelector<OwSlotPicker>("ow-slot-picker");
    if (picker) {
      void picker.load();
    }
  }
}

define("ow-book", OwBook);
