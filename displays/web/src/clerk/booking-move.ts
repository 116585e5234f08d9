// Moving a booking: a new day and slot on one dialog; the old place is given back only when the new one is sure.

import { html, nothing, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";

import { slotTimes } from "../booking/days";
import type { Appointment } from "../booking/types";
import { dateText } from "../shared/dates";
import { listed } from "../shared/format";
import type { Api } from "../shared/api";
import { OwElement, define } from "../shared/element";
import { pick } from "../shared/i18n";
import type { HallInfo } from "../shared/types";
import { sheetStyles } from "./booking-sheet-styles";
import { say } from "./booking-texts";
import type { SlotChosen } from "./slot-choice";
import "./slot-choice";
import { deskStyles } from "./styles";

export interface NewSlot {
  date: string;
  slot_ms: number;
}

export interface Moving {
  api: Api;
  hall: HallInfo;
  appointment: Appointment;
  nowMs: () => number;
}

/** Ask for the new slot; null when the person leaves. */
export function newSlot(moving: Moving): Promise<NewSlot | null> {
  const element = document.createElement("ow-booking-move") as OwBookingMove;
  Object.assign(element, moving);
  document.body.appendChild(element);
  return new Promise((resolve) => {
    element.answered = (chosen) => {
      element.remove();
      resolve(chosen);
    };
  });
}

export class OwBookingMove extends OwElement {
  static override styles = [...deskStyles, sheetStyles];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) hall!: HallInfo;
  @property({ attribute: false }) appointment!: Appointment;
  @property({ attribute: false }) nowMs: () => number = () => Date.now();
  answered: (chosen: NewSlot | null) => void = () => undefined;
  @state() private chosen: SlotChosen | null = null;
  @query("dialog") private dialog!: HTMLDialogElement;

  protected override firstUpdated(): void {
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.answered(null);
    });
    this.dialog.addEventListener("keydown", (event) => event.stopPropagation());
    this.dialog.showModal();
  }

  protected override render(): TemplateResult {
    const { appointment: one, chosen, hall } = this;
    const items = one.items.map(({ code, quantity }) => ({ code, quantity }));
    const at = (date: string, startMs: number, endMs: number | null | undefined) => `${pick(dateText(date))} ${slotTimes(startMs, endMs, hall.zone)}`;
    return html`<dialog aria-labelledby="h" data-testid="booking-move"><header><h2 id="h">${say("move")}</h2></header>
      <div class="body"><p class="summary"><span>${listed(one.items.map((item) => pick(item.name)))}</span>
          <strong>${one.slot_ms ? at(one.date, one.slot_ms, one.end_ms) : ""}${chosen ? html` → ${at(chosen.date, chosen.slot.start_ms, chosen.slot.end_ms)}` : nothing}</strong></p>
        <ow-slot-choice .api=${this.api} .hall=${hall} .items=${items} .nowMs=${this.nowMs} @ow-slot=${(event: CustomEvent<SlotChosen>) => (this.chosen = event.detail)}></ow-slot-choice>
        <footer><button type="button" class="button" @click=${() => this.answered(null)}>${say("leave")}<kbd>Esc</kbd></button>
          <span><button type="button" class="button primary" ?disabled=${!chosen} data-testid="booking-move-ok" @click=${this.done}>${say("move")}</button></span></footer></div>
    </dialog>`;
  }

  private readonly done = (): void => {
    const { chosen } = this;
    if (chosen) {
      this.answered({ date: chosen.date, slot_ms: chosen.slot.start_ms });
    }
  };
}

define("ow-booking-move", OwBookingMove);
