// The parts of a booking's page, each a pure picture of what is known.

import { html, nothing } from "lit";

import { slotTimes } from "../booking/days";
import { type Tone, codeText, spoken } from "../booking/tale";
import type { Appointment, Message } from "../booking/types";
import "../shared/components/qr";
import { dateText } from "../shared/dates";
import { countdown, listed, momentText } from "../shared/format";
import { beside, hasText, otherTag, pick, t } from "../shared/i18n";
import type { Text } from "../shared/types";

const MESSAGES_SHOWN = 8;

export function heroOf(one: Appointment, tale: { tone: Tone; text: Text }, zone: string) {
  const names = one.items.map((item) => `${pick(item.name)}${item.quantity > 1 ? ` ×${item.quantity}` : ""}`);
  return html`<section class="hero ${tale.tone}">
    <span class="state" data-testid="state">${t(`booking.${one.state}` as const)}</span>
    <h2 class="when digits" data-testid="when">
      <span>${pick(dateText(one.date))}</span>
      ${one.slot_ms ? html`<b>${slotTimes(one.slot_ms, one.end_ms, zone)}</b>` : nothing}
    </h2>
    <div role="status" aria-live="polite">
      <p class="tale" data-testid="tale">${pick(tale.text)}</p>
      <p class="beside" lang=${otherTag()}>${beside(tale.text)}</p>
    </div>
    <p class="names">${listed(names)}</p>
    <p class="small">${pick(one.hall.name)}</p>
  </section>`;
}

export function codeCard(one: Appointment, code: string) {
  return html`<section class="card code" aria-labelledby="code">
    <h2 id="code">${t("appointment.code")}</h2>
    <ow-qr data-testid="qr" data-text=${codeText(one.hall.code, one.date, code)} .value=${codeText(one.hall.code, one.date, code)}></ow-qr>
    <p class="letters digits" data-testid="code" data-code=${code}>${spoken(code)}</p>
    <p class="small">${t("appointment.code.more")}</p>
  </section>`;
}

export function waitCard(one: Appointment, zone: string) {
  const wish = one.wish;
  return html`<section class="card">
    <dl class="facts">
      <div>
        <dt>${t("appointment.ahead")}</dt>
        <dd class="digits" data-testid="wait-ahead">${one.ahead || 0}</dd>
      </div>
      ${wish
        ? html`<div>
            <dt>${t("appointment.wish")}</dt>
            <dd class="digits">${slotTimes(wish.from_ms, wish.to_ms - wish.from_ms > 1 ? wish.to_ms : null, zone)}</dd>
          </div>`
        : nothing}
    </dl>
    <p class="small">${t("book.wait.how")}</p>
  </section>`;
}

export function offerCard(one: Appointment, nowMs: number, isBusy: boolean, answer: (accepts: boolean) => void) {
  return html`<section class="card offer" data-testid="offer">
    <h2>${t("appointment.offer")}</h2>
    ${one.until_ms
      ? html`<p>
          ${t("appointment.offer.left.time")} <b class="digits clock" role="timer" aria-live="off">${countdown(one.until_ms, nowMs)}</b>
        </p>`
      : nothing}
    <button class="button primary wide tall" data-testid="accept" ?disabled=${isBusy} @click=${() => answer(true)}>
      ${t("appointment.offer.accept")}
    </button>
    <button class="button quiet wide" data-testid="decline" ?disabled=${isBusy} @click=${() => answer(false)}>
      ${t("appointment.offer.decline")}
    </button>
    <p class="small">${t("appointment.offer.more")}</p>
  </section>`;
}

/** What can be done until when, in the order of time. */
export function untilOf(one: Appointment, nowMs: number, zone: string) {
  if (one.state !== "BOOKED") {
    return nothing;
  }
  const rows = (
    [
      ["appointment.until.move", one.moves_left === 0 ? null : one.move_until_ms],
      ["appointment.until.cancel", one.cancel_until_ms],
      ["appointment.from.check", one.check_in_from_ms],
      ["appointment.until.time", one.in_time_until_ms],
      ["appointment.until.absent", one.absent_ms],
    ] as const
  ).filter((row): row is [typeof row[0], number] => typeof row[1] === "number");
  return html`<section class="card" aria-labelledby="until" data-testid="until">
    <h2 id="until">${t("appointment.until")}</h2>
    <ol class="until">
      ${rows
        .slice()
        .sort((a, b) => a[1] - b[1])
        .map(
          ([key, ms]) => html`<li class=${ms < nowMs ? "past" : ""}>
            <span class="digits">${pick(momentText(ms, nowMs, zone))}</span>
            <span>${t(key)}</span>
          </li>`,
        )}
    </ol>
    ${typeof one.moves_left === "number" ? html`<p class="small">${t("appointment.moves.left", { n: one.moves_left })}</p>` : nothing}
  </section>`;
}

export function calendarLinks(calendar: string, feed: string) {
  return html`<section class="block">
    <a class="button wide" data-testid="calendar" href=${calendar} download="onewindow.ics">${t("appointment.calendar")}</a>
    ${feed
      ? html`<p class="small feed"><a href=${feed} data-testid="feed">${t("appointment.feed")}</a></p>`
      : nothing}
  </section>`;
}

export function messagesOf(messages: readonly Message[], nowMs: number, zone: string) {
  if (messages.length === 0) {
    return nothing;
  }
  return html`<section class="card" aria-labelledby="messages" data-testid="messages">
    <h2 id="messages">${t("appointment.messages")}</h2>
    <ul class="messages">
      ${messages.slice(-MESSAGES_SHOWN).map((one) => {
        const at = one.sent_ms || one.due_ms;
        return html`<li data-kind=${one.kind} data-state=${one.state}>
          <span>${word("message", one.kind)}</span>
          <span class="small">${word("message.state", one.state)} ${at ? pick(momentText(at, nowMs, zone)) : ""}</span>
        </li>`;
      })}
    </ul>
  </section>`;
}

function word(of: string, name: string): string {
  const key = `${of}.${name}`;
  return hasText(key) ? t(key) : name;
}
