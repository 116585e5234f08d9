// `<ow-move-booking>`: another slot, day or hall for a booking; the old place goes only when the new one is sure.

import { html, nothing } from "lit";
import { property, state } from "lit/decorators.js";

import { slotTimes } from "../booking/days";
import { refusalNote } from "../booking/refusal";
import type { ChosenSlot, OwSlotPicker } from "../booking/slot-picker";
import "../booking/slot-picker";
import type { Appointment, Moved, Wanted } from "../booking/types";
import type { AppointmentWatch } from "../booking/watch";
import { Api, Refused, newCommandId } from "../shared/api";
import { dateText } from "../shared/dates";
import { OwElement, define } from "../shared/element";
import { pick, t } from "../shared/i18n";
import { base, buttons, surfaces } from "../shared/theme";
import type { HallInfo } from "../shared/types";
import { bookStyles } from "./book-styles";
import "./near-halls";

export class OwMoveBooking extends OwElement {
  static override styles = [base, buttons, surfaces, bookStyles];

  @property({ attribute: false }) appointment!: Appointment;
  @property({ attribute: false }) watch!: AppointmentWatch;
  @property({ attribute: false }) secret = "";
  @state() private info: HallInfo | null = null;
  @state() private isComparing = false;
  @state() private chosen: ChosenSlot | null = null;
  @state() private fault: unknown = null;
  @state() private isBusy = false;

  private readonly api = new Api({ token: "" });
  private commandId = "";

  override connectedCallback(): void {
    super.connectedCallback();
    void this.enter(this.appointment.hall.code);
  }

  private async enter(hall: string): Promise<void> {
    this.fault = null;
    try {
      this.info = await this.api.get<HallInfo>(`api/halls/${encodeURIComponent(hall)}`);
      this.isComparing = false;
      this.chosen = null;
    } catch (fault) {
      this.fault = fault;
    }
  }

  private get items(): Wanted[] {
    return this.appointment.items.map(({ code, quantity }) => ({ code, quantity }));
  }

  protected override render() {
    const { info } = this;
    return html`<section class="card" aria-labelledby="move" data-testid="move-booking">
      <h2 id="move">${t("appointment.move.where")}</h2>
      <p class="small block">${t("appointment.move.safe")}</p>
      ${this.fault ? refusalNote(this.fault, info ? info.date : "") : nothing} ${info ? (this.isComparing ? this.halls(info) : this.slots(info)) : nothing}
      <button class="button quiet wide" data-testid="move-close" @click=${() => this.dispatchEvent(new CustomEvent("ow-close"))}>
        ${t("appointment.move.keep")}
      </button>
    </section>`;
  }

  private halls(info: HallInfo) {
    return html`<ow-near-halls
      current=${info.hall}
      today=${info.date}
      zone=${info.zone}
      .items=${this.items}
      @ow-hall=${(event: CustomEvent<string>) => void this.enter(event.detail)}
    ></ow-near-halls>`;
  }

  private slots(info: HallInfo) {
    return html`<p><b>${pick(info.name)}</b></p>
      <button class="button quiet wide" data-testid="move-compare" @click=${() => (this.isComparing = true)}>${t("book.compare")}</button>
      <ow-slot-picker
        hall=${info.hall}
        today=${info.date}
        zone=${info.zone}
        .items=${this.items}
        .chosen=${this.chosen}
        .now=${() => this.watch.nowMs()}
        @ow-slot=${(event: CustomEvent<ChosenSlot>) => this.choose(event.detail)}
      ></ow-slot-picker>
      ${this.chosen ? this.sure(info, this.chosen) : nothing}`;
  }

  private choose(slot: ChosenSlot): void {
    this.chosen = slot;
    this.commandId = newCommandId();
    this.fault = null;
  }

  private sure(info: HallInfo, slot: ChosenSlot) {
    const time = `${pick(dateText(slot.date))} ${slotTimes(slot.slot_ms, slot.end_ms, info.zone)}`;
    return html`<p class="block"></p>
      <button class="button primary wide" data-testid="move-confirm" ?disabled=${this.isBusy} @click=${() => void this.move(info, slot)}>
        ${t("appointment.move.to", { time })}
      </button>`;
  }

  private async move(info: HallInfo, slot: ChosenSlot): Promise<void> {
    this.isBusy = true;
    this.fault = null;
    const isElsewhere = info.hall !== this.appointment.hall.code;
    const body = {
      command_id: this.commandId, secret: this.secret, date: slot.date, slot_ms: slot.slot_ms,
      ...(isElsewhere ? { to_hall: info.hall } : {}),
    };
    try {
      const detail = await this.api.command<Moved>(`${this.watch.path}/reschedule`, body);
      this.dispatchEvent(new CustomEvent("ow-moved", { detail }));
    } catch (fault) {
      this.fault = fault;
      if (fault instanceof Refused) {
        this.commandId = newCommandId();
        this.lookAgain();
      }
    } finally {
      this.isBusy = false;
    }
  }

  private lookAgain(): void {
    const picker = this.renderRoot.querySelector<OwSlotPicker>("ow-slot-picker");
    if (picker) {
      void picker.load();
    }
  }
}

define("ow-move-booking", OwMoveBooking);
