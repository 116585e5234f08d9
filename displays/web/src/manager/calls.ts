// "Why was I passed?": every recent call with its rule and candidates, and for a number who went before it.

import { css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { enc } from "../clerk/desk";
import { deskStyles } from "../clerk/styles";
import { reasonText } from "../clerk/texts";
import type { StaffTicket } from "../clerk/types";
import "../shared/components/status";
import { OwElement, define } from "../shared/element";
import { clockTime, windowText } from "../shared/format";
import { pick } from "../shared/i18n";
import type { House } from "./house";
import { narrowStyles } from "./narrow";
import { ruleText, say } from "./texts";
import type { RecentCall } from "./types";

const LIMIT = 100;
const REFRESH_MS = 5000;

interface Passed {
  number: string;
  at_ms: number;
  window: string;
  rule: string;
  zh: string;
  en: string;
}

interface Called {
  call: number;
  at_ms: number;
  window: string;
  rule: string;
  zh: string;
  en: string;
  chosen_reason?: string | null;
}

interface Page {
  calls: RecentCall[];
  more: boolean;
}

interface Answer {
  number: string;
  ticket: StaffTicket | null;
  passed: Passed[];
  calls: Called[];
}

export class OwCalls extends OwElement {
  static override styles = [
    ...deskStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 26rem;
        gap: 0.75rem;
        align-items: start;
      }
      .panel {
        padding: 0.75rem 0.875rem;
        border: 1px solid var(--ow-line);
        border-radius: var(--ow-radius-s);
        background: var(--ow-paper);
      }
      h2 {
        font-size: var(--ow-text-m);
      }
      form {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0.5rem;
        margin: 0.5rem 0;
      }
      td .number {
        font-size: 1.0625rem;
      }
      .exception td {
        background: var(--ow-warn-soft);
      }
      .passers li {
        padding: 0.5rem 0;
        border-top: 1px solid var(--ow-line);
        font-size: var(--ow-text-s);
      }
      .note {
        margin-top: 0.5rem;
      }
      .more {
        margin-top: 0.5rem;
        text-align: center;
      }
      .spread .field {
        width: auto;
      }
      @media (max-width: 1100px) {
        :host {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
    narrowStyles,
  ];

  @property({ attribute: false }) house!: House;
  /** Oldest last; those of earlier pages stay while the newest are asked for again and again. */
  @state() private calls: RecentCall[] = [];
  @state() private more = false;
  @state() private date = "";
  private asking = false;
  /** The date of what is listed: numbers of calls begin anew each day. */
  private listed = "";
  @state() private answer: Answer | null = null;
  @state() private exceptions = false;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
    this.every(REFRESH_MS, () => {
      if (!document.hidden && this.isToday()) {
        void this.load();
      }
    });
  }

  protected override render(): TemplateResult {
    const calls = this.exceptions ? this.calls.filter((call) => call.rule !== "order") : this.calls;
    return html`<section class="panel" data-testid="calls"><div class="spread"><h2>${say("recent_calls")}</h2>
        <label class="small">${say("date")} <input class="field" type="date" max=${this.house.today()} .value=${this.date || this.house.today()} @change=${this.picked} data-testid="calls-date"></label>
        <label class="small"><input type="checkbox" .checked=${this.exceptions} @change=${(event: Event) => (this.exceptions = (event.target as HTMLInputElement).checked)}> ${say("exceptions_only")}</label></div>
        <table><thead><tr><th>${say("time")}</th><th>${say("number")}</th><th>${say("window")}</th><th>${say("rule")}</th><th>${say("why")}</th><th>${say("candidates")}</th></tr></thead>
        <tbody>${calls.map((call) => this.row(call))}</tbody></table>${calls.length === 0 ? html`<p class="muted" data-testid="no-calls">${say("none")}</p>` : nothing}
        ${this.more ? html`<p class="more"><button class="button" data-testid="calls-older" @click=${this.older}>${say("older_calls")}</button></p>` : nothing}</section>
      <section class="panel" data-testid="passed"><h2>${say("passed_title")}</h2><p class="small muted">${say("passed_hint")}</p>
        <form @submit=${this.submit}><input class="field number" name="number" maxlength="12" aria-label=${say("number")} placeholder=${say("number_hint")} autocomplete="off" data-testid="passed-number">
        <button class="button primary" data-testid="passed-find">${say("find")}</button></form>
        <div role="status">${this.answer ? this.found(this.answer) : nothing}</div></section>`;
  }

  private row(call: RecentCall): TemplateResult {
    return html`<tr class=${call.rule === "order" ? "" : "exception"}>
      <td class="number">${clockTime(call.at_ms, this.house.hall.zone)}</td><td><span class="number">${call.number}</span></td><td>${this.windowLabel(call.window)}</td>
      <td>${ruleText(call.rule)}</td><td>${pick(call)}${chosenText(call)}</td>
      <td>${call.candidates.map((one) => html`<span class="chip number ${one.ticket === call.ticket ? "booked" : ""}">${one.number}</span>`)}</td></tr>`;
  }

  private found(answer: Answer): TemplateResult {
    if (!answer.ticket) {
      return html`<p class="note">${say("not_found", { number: answer.number })}</p>`;
    }
    const { number, calls, passed, ticket } = answer;
    return html`<p><strong class="number">${number}</strong> <ow-state of="ticket" value=${ticket.state}></ow-state> <span class="muted small">${clockTime(ticket.arrived_ms, this.house.hall.zone)}</span></p>
      ${calls.map(
        (call) => html`<p class="note" data-testid="called"><strong>${say("called_because", { number })}：</strong>${ruleText(call.rule)} · ${pick(call)}${chosenText(call)}
          <span class="muted small">${clockTime(call.at_ms, this.house.hall.zone)} · ${windowText(this.windowLabel(call.window))}</span></p>`,
      )}
      <p class="note ${passed.length === 0 ? "good" : ""}">${passed.length === 0 ? say("nobody_passed", { number }) : say("passed_by", { n: passed.length, number })}</p>
      <ul class="passers">${passed.map(
        (one) => html`<li><strong class="number">${one.number}</strong> <span class="muted">${clockTime(one.at_ms, this.house.hall.zone)} · ${windowText(this.windowLabel(one.window))} · ${ruleText(one.rule)}</span><br>${pick(one)}</li>`,
      )}</ul>`;
  }

  private windowLabel(code: string): string {
    const found = this.house.hall.windows.find((one) => one.code === code);
    return found ? found.label : code;
  }

  private isToday(): boolean {
    return !this.date || this.date === this.house.today();
  }

  private picked(event: Event): void {
    this.date = (event.target as HTMLInputElement).value;
    this.calls = [];
    this.more = false;
    this.answer = null;
    void this.load();
  }

  /** What a question must say so that a past day is asked for. */
  private dated(): string {
    return this.isToday() ? "" : `&date=${enc(this.date)}`;
  }

  private async load(): Promise<void> {
    const { date } = this;
    const day = date || this.house.today();
    const page = await this.house.read<Page>(`calls?limit=${LIMIT}${this.dated()}`);
    if (!page || date !== this.date) {
      return;
    }
    const known = day === this.listed ? this.calls[0] : undefined;
    this.listed = day;
    const last = page.calls[page.calls.length - 1];
    // Pages that were asked for stay; where calls were missed in between, the list begins anew.
    const joins = !!known && !!last && last.call <= known.call;
    const older = joins ? this.calls.filter((one) => one.call < last.call) : [];
    this.more = older.length > 0 ? this.more : page.more;
    this.calls = page.calls.concat(older);
  }

  private async older(): Promise<void> {
    const last = this.calls[this.calls.length - 1];
    if (!last || this.asking) {
      return;
    }
    this.asking = true;
    const { date } = this;
    const page = await this.house.read<Page>(`calls?limit=${LIMIT}&before=${last.call}${this.dated()}`);
    this.asking = false;
    if (page && date === this.date) {
      this.calls = this.calls.filter((one) => one.call >= last.call).concat(page.calls);
      this.more = page.more;
    }
  }

  private async submit(event: Event): Promise<void> {
    event.preventDefault();
    const number = String(new FormData(event.currentTarget as HTMLFormElement).get("number")).trim().toUpperCase();
    if (!number) {
      return;
    }
    const found = await this.house.read<{ tickets: StaffTicket[] }>(`tickets?number=${enc(number)}${this.dated()}`);
    const ticket = (found && found.tickets[0]) || null;
    const why = ticket ? await this.house.read<Pick<Answer, "passed" | "calls">>(`tickets/${enc(ticket.id)}/why`) : null;
    this.answer = { number, ticket, passed: (why && why.passed) || [], calls: (why && why.calls) || [] };
  }
}

/** Why a person chose it, where one did. */
function chosenText(call: { chosen_reason?: string | null }): string {
  return call.chosen_reason ? `（${reasonText(call.chosen_reason)}）` : "";
}

define("ow-calls", OwCalls);
