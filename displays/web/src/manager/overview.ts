// The hall at this moment: totals, lines, windows, alarms, and what the manager can do about it.

import { html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { running, span } from "../clerk/time";
import { deskStyles } from "../clerk/styles";
import { reasonText } from "../clerk/texts";
import "../shared/components/dialog";
import "../shared/components/status";
import { OwElement, define } from "../shared/element";
import { clockTime, listed } from "../shared/format";
import { pick, t } from "../shared/i18n";
import * as day from "./day-acts";
import type { House } from "./house";
import { overviewStyles } from "./overview-styles";
import { servesText } from "./serves";
import { isOfServer } from "./server-alarms";
import { stoppedItems } from "./stopped-items";
import { say } from "./texts";
import type { Alarm, ManagerState, ManagerWindow, Queue } from "./types";
import { waitLevel } from "./wait-level";
import { windowPanel } from "./window-panel";

const TICK_MS = 1000;
const TOTALS = ["taken", "waiting", "called", "serving", "held", "missed", "done"] as const;
// More windows than this get small tiles, so that a large hall is seen at once.
const COMPACT_FROM = 24;
const OPEN = ["IDLE", "CALLING", "SERVING"];
// More names than this say no more than their count.
const SCREENS_NAMED = 6;
const MINUTE_MS = 60_000;
const HOUR_MIN = 60;

export class OwOverview extends OwElement {
  static override styles = [...deskStyles, overviewStyles];

  @property({ attribute: false }) house!: House;
  @state() private chosen: string | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.follow(this.house.feed.onChange(() => this.requestUpdate()));
    this.every(TICK_MS, () => this.requestUpdate());
  }

  protected override render(): TemplateResult {
    const current = this.house.feed.state;
    if (!current) {
      return html`<p class="muted">${t("link.connecting")}…</p>`;
    }
    const window = this.chosen ? current.windows[this.chosen] : undefined;
    return html`${this.degraded()} ${this.totals(current)}
      <div class="columns ${this.house.feed.status === "stale" || this.house.feed.status === "refused" ? "stale" : ""}">
        <div>${this.queues(current)} ${this.day(current)}</div>
        ${this.windows(current)}
        <div>${this.alarms()} ${this.screens()} ${this.unfinished(current)}</div>
      </div>
      ${this.chosen && window ? windowPanel(this.house, this.chosen, window, () => (this.chosen = null)) : nothing}`;
  }

  /** What of the server works less well now: it is about the whole page, and stands above it. */
  private degraded(): TemplateResult | typeof nothing {
    const found = (this.house.live.alarms || []).filter(isOfServer);
    const nowMs = this.house.nowMs();
    return found.length === 0
      ? nothing
      : html`<ul class="alarms degraded" role="alert" data-testid="degraded">${found.map(
          (alarm) => html`<li class=${alarm.level} data-testid="degraded-${alarm.code}"><strong>${say(`level_${alarm.level}`)}</strong><span>${pick(alarm)}
            ${alarm.since_ms ? html`<small>${say("lasts", { time: span(nowMs - alarm.since_ms) })}</small>` : nothing}</span></li>`,
        )}</ul>`;
  }

  private totals(current: ManagerState): TemplateResult {
    const live = this.house.live;
    const codes = Object.keys(current.windows);
    const open = codes.filter((code) => (current.windows[code] as ManagerWindow).state !== "CLOSED").length;
    const longest = live.longest_wait_ms;
    const waits = live.waits;
    const minutes = (ms: number | null | undefined) => (typeof ms === "number" ? String(Math.round(ms / MINUTE_MS)) : "–");
    return html`<dl class="totals" aria-label=${say("totals")}>
      ${TOTALS.map((name) => html`<div class=${name} data-testid="total-${name}"><dt>${say(`total_${name}`)}</dt><dd class="number">${current.totals[name]}</dd></div>`)}
      <div data-testid="total-windows"><dt>${say("open_windows")}</dt><dd class="number">${open}<small>/${codes.length}</small></dd></div>
      <div class=${waitLevel(longest, current.day)} data-testid="longest"><dt>${say("longest")}</dt><dd class="number">${minutes(longest)}<small> ${say("minutes")}</small></dd></div>
      <div data-testid="waits"><dt>${say("waits_range")}</dt><dd class="number">${waits && typeof waits.p50_ms === "number" ? `${minutes(waits.p50_ms)}–${minutes(waits.p80_ms)}` : "–"}<small> ${say("minutes")}</small></dd>${this.waitsOf()}</div>
    </dl>`;
  }

  /** For what the longest line stands: its first item, and how many share it. */
  private waitsOf(): TemplateResult | typeof nothing {
    const { item, items } = this.house.live.waits || {};
    if (!item) {
      return nothing;
    }
    const name = pick(item);
    const others = (items || 1) - 1;
    const text = others > 0 ? say("waits_of", { item: name, n: others }) : name;
    return html`<dd class="of clip" title=${text} data-testid="waits-of">${text}</dd>`;
  }

  private queues(current: ManagerState): TemplateResult {
    const queues = Object.keys(current.queues).map((key) => current.queues[key] as Queue);
    const most = Math.max(1, ...queues.map((queue) => queue.waiting));
    const nowMs = this.house.nowMs();
    return html`<section class="panel" data-testid="queues"><h2>${say("queues")}</h2><ul class="queues">
      ${queues.map((queue) => {
        const oldest = typeof queue.oldest_ms === "number" ? nowMs - queue.oldest_ms : 0;
        const open = queue.windows.filter((code) => isOpen(current.windows[code])).length;
        return html`<li class=${waitLevel(oldest, current.day)}><span class="spread"><span>${pick(queue.name)}</span><strong class="number">${queue.waiting}</strong></span>
          <span class="bar" aria-hidden="true"><i .style=${`width:${Math.round((queue.waiting / most) * 100)}%`}></i></span>
          <span class="small muted">${queue.waiting > 0 && queue.oldest_ms ? html`<span class="age">${say("oldest", { time: span(oldest) })}</span> · ` : nothing}
          ${open > 0 ? say("windows_n", { n: open }) : html`<strong class=${queue.waiting > 0 ? "bad" : ""}>${say("no_window")}</strong>`}</span></li>`;
      })}
    </ul></section>`;
  }

  private windows(current: ManagerState): TemplateResult {
    const { hall } = this.house;
    const codes = Object.keys(current.windows);
    const areas = hall.areas.filter((area) => codes.some((code) => (current.windows[code] as ManagerWindow).area === area.code));
    const tile = codes.length > COMPACT_FROM ? this.smallTile.bind(this) : this.tile.bind(this);
    return html`<section class="panel ${codes.length > COMPACT_FROM ? "compact" : ""}" data-testid="windows"><h2>${say("windows")}</h2>
      ${areas.map(
        (area) => html`${areas.length > 1 ? html`<h3>${pick(area.name)}</h3>` : nothing}<ul class="grid">
          ${codes.filter((code) => (current.windows[code] as ManagerWindow).area === area.code).map((code) => html`<li>${tile(code, current.windows[code] as ManagerWindow)}</li>`)}</ul>`,
      )}</section>`;
  }

  /** One of many: the number, since when, and the state; the rest is in its panel. */
  private smallTile(code: string, window: ManagerWindow): TemplateResult {
    const gone = this.isGone(code, window);
    const since = typeof window.since_ms === "number" && window.state !== "CLOSED" ? minutes(this.house.nowMs() - window.since_ms) : "";
    const about = `${this.house.staff.beside(window.clerk, window.label)} ${servesText(this.house.hall, window)}`.trim();
    return html`<button class="tile ${window.state} ${gone ? "gone" : ""}" title=${about} data-testid="tile-${code}" @click=${() => (this.chosen = code)}>
      <span class="spread"><span class="label number">${window.label}</span><span class="since">${since}</span></span>
      <strong class="now number">${window.number || ""}</strong>
      ${gone ? html`<strong class="bad who">⚠ ${say("clerk_offline")}</strong>` : html`<ow-state of="window" value=${window.state}></ow-state>`}
    </button>`;
  }

  private isGone(code: string, window: ManagerWindow): boolean {
    return (this.house.live.clerks_linked || {})[code] === false && !!window.clerk;
  }

  private tile(code: string, window: ManagerWindow): TemplateResult {
    const gone = this.isGone(code, window);
    const since = typeof window.since_ms === "number" && window.state !== "CLOSED" ? running(this.house.nowMs() - window.since_ms) : "";
    return html`<button class="tile ${window.state} ${gone ? "gone" : ""}" data-testid="tile-${code}" @click=${() => (this.chosen = code)}>
      <span class="spread"><span class="label number">${window.label}</span><ow-state of="window" value=${window.state}></ow-state></span>
      <span class="spread now"><strong class="number">${window.number || (window.asking ? say("asking") : "")}</strong><span class="number small">${since}</span></span>
      <span class="small clip who">${gone ? html`<strong class="bad">⚠ ${say("clerk_offline")}</strong>` : this.house.staff.beside(window.clerk, window.label) || " "}</span>
      <span class="small muted clip serves" title=${servesText(this.house.hall, window)}>${servesText(this.house.hall, window)}</span>
      <span class="small muted done">${say("done_n", { n: window.done || 0 })}${window.held ? ` · ${say("held_n", { n: window.held })}` : ""}</span>
    </button>`;
  }

  private alarms(): TemplateResult {
    const alarms = gathered((this.house.live.alarms || []).filter((alarm) => !isOfServer(alarm)), this.house.live.screens || []).sort(byLevel);
    const nowMs = this.house.nowMs();
    return html`<section class="panel" data-testid="alarms"><h2>${say("alarms")}<span class="count number">${alarms.length}</span></h2>
      ${alarms.length === 0 ? html`<p class="note good">${say("no_alarms")}</p>` : nothing}
      <ul class="alarms" tabindex="0" aria-live="polite" aria-label=${say("alarms")}>${alarms.map(
        (alarm) => html`<li class=${alarm.level} data-testid="alarm-${alarm.code}"><strong>${say(`level_${alarm.level}`)}</strong><span>${pick(alarm)}
          ${alarm.since_ms && alarm.code !== "LONG_WAIT" ? html`<small>${say("lasts", { time: span(nowMs - alarm.since_ms) })}</small>` : nothing}</span>
          ${alarm.window ? html`<button class="button small" aria-label=${`${say("windows")} ${alarm.window}`} @click=${() => (this.chosen = alarm.window as string)}>→</button>` : nothing}</li>`,
      )}</ul></section>`;
  }

  private screens(): TemplateResult | typeof nothing {
    const screens = this.house.live.screens;
    if (!screens || screens.length === 0) {
      return nothing;
    }
    const off = screens.filter((screen) => !screen.online);
    return html`<section class="panel" data-testid="screens"><h2>${say("screens")}</h2>
      <p class=${off.length > 0 ? "bad" : "muted"}>${off.length > 0 ? this.offline(off.map((one) => one.name)) : say("screens_ok", { n: screens.length })}</p></section>`;
  }

  private offline(names: string[]): string {
    const named = listed(names.slice(0, SCREENS_NAMED));
    return say("screens_off", { n: names.length, names: names.length > SCREENS_NAMED ? `${named}…` : named });
  }

  private unfinished(current: ManagerState): TemplateResult | typeof nothing {
    if (current.held.length === 0) {
      return nothing;
    }
    return html`<section class="panel"><h2>${say("total_held")}<span class="count number">${current.held.length}</span></h2><ul class="held">${current.held.map(
      (ticket) => html`<li class="spread"><span><strong class="number">${ticket.number}</strong> <span class="muted">${ticket.hold_reason ? reasonText(ticket.hold_reason) : ""}</span></span>
        <span class="small muted">${ticket.hold_due_ms ? clockTime(ticket.hold_due_ms, this.house.hall.zone) : ""}</span></li>`,
    )}</ul></section>`;
  }

  private day(current: ManagerState): TemplateResult {
    const { house } = this;
    const { sessions, issuing, ended } = current.day;
    const stopped = current.day.stopped_items || [];
    const hours = sessions.map((one) => `${clockTime(one.open_ms, house.hall.zone)}–${clockTime(one.close_ms, house.hall.zone)}`);
    return html`<section class="panel" data-testid="day"><h2>${say("day")}</h2>
      <p class="spread"><span class="muted">${say("hours_today")}</span><strong class="number day-hours">${hours.length > 0 ? hours.map((one) => html`<span>${one}</span>`) : "–"}</strong></p>
      <p class=${issuing && !ended ? "good" : "bad"}>${ended ? say("day_ended") : say(issuing ? "issuing_on" : "issuing_off")}${stopped.length > 0 && !ended ? ` · ${say("stopped_items", { n: stopped.length })}` : ""}</p>
      ${ended ? nothing : stoppedItems(house, stopped)}
      ${ended ? nothing : html`<p class="acts">
        <button class="button" data-testid="hours" @click=${() => day.changeHours(house)}>${say("change_hours")}</button>
        ${issuing ? html`<button class="button" data-testid="stop-issuing" @click=${() => day.stopIssuing(house)}>${say("stop_issuing")}</button>` : nothing}
        ${!issuing || stopped.length > 0 ? html`<button class="button primary" data-testid="resume-issuing" @click=${() => house.command("day/resume-issuing", {})}>${say(stopped.length > 0 ? "resume_all" : "resume_issuing")}</button>` : nothing}
        <button class="button danger" data-testid="end-day" @click=${() => day.endDay(house)}>${say("end_day")}</button></p>`}
    </section>`;
  }
}

/** Minutes in the least room: 14′, 1:13. */
function minutes(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / MINUTE_MS));
  return whole < HOUR_MIN ? `${whole}′` : `${Math.floor(whole / HOUR_MIN)}:${String(whole % HOUR_MIN).padStart(2, "0")}`;
}

function isOpen(window: ManagerWindow | undefined): boolean {
  return !!window && OPEN.indexOf(window.state) >= 0;
}

/** Many screens that are off are one matter: one alarm with their count, and the list of screens names them. */
function gathered(alarms: Alarm[], screens: { online: boolean }[]): Alarm[] {
  const n = screens.filter((screen) => !screen.online).length;
  if (n <= SCREENS_NAMED) {
    return alarms.slice();
  }
  const words = say("screens_off_n", { n });
  const one: Alarm = { code: "SCREEN_OFFLINE", level: "warn", zh: words, en: words };
  return alarms.filter((alarm) => alarm.code !== "SCREEN_OFFLINE").concat(one);
}

function byLevel(a: Alarm, b: Alarm): number {
  const rank = (alarm: Alarm) => (alarm.level === "alarm" ? 0 : 1);
  return rank(a) - rank(b) || (a.since_ms || 0) - (b.since_ms || 0);
}

define("ow-overview", OwOverview);
