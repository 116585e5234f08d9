// `<ow-board hall="…" area="…" device="…">`: the hall's board, or an area's with `area`.

import { html, nothing } from "lit";
import { property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { Api } from "../shared/api";
import "../shared/components/status";
import { deviceTold } from "../shared/device";
import { OwElement, define } from "../shared/element";
import { LiveFeed } from "../shared/feed";
import { clockTime, unitOf } from "../shared/format";
import { hasText, text } from "../shared/i18n";
import { query, rootUrl } from "../shared/place";
import { fitToScreen, reloadOnNewVersion, shiftPixels } from "../shared/screen";
import { base, buttons } from "../shared/theme";
import { themesOf } from "../shared/themes";
import type { BoardState, Call, HallInfo, Text } from "../shared/types";
import { Voice, spokenLanguages, voiceMode } from "../shared/voice";
import { goodCalls, goodThemes, goodTotal, goodWindows, isLongHead, quietKey } from "./records";
import { type Highlight, Stage, type StageRules } from "./stage";
import { boardStyles } from "./styles";

// A letter and four digits; longer numbers are written smaller, so that they stay whole.
const SHORT = 5;
// Eight seconds let a person look up, find the number and read it again.
const REAL_TIME: StageRules = { capacity: 16, minMs: 8000, maxMs: 25_000 };
// A demo at many times the pace calls more than eight seconds each could ever show.
const DEMO: StageRules = { capacity: 16, minMs: 2500, maxMs: 6000 };
const TICK_MS = 500;
// Up to so many open windows stand beside the counts; more take a line of their own, below them.
const FEW_WINDOWS = { wide: 24, tall: 18 } as const;
// What fits there at once (three rows of twenty, six of ten); a larger hall turns pages.
const WINDOWS_A_PAGE = 60;
const WINDOWS_PAGE_MS = 10_000;
// The names of items and themes change with a new plan only.
const INFO_EVERY_MS = 600_000;
const RECENT_LIMIT = 20;

export class OwBoard extends OwElement {
  static override styles = [base, buttons, boardStyles];

  @property() hall = "";
  @property() area = "";
  @property() device = "";
  /** A simulated day of the studio: marked as such, silent, and never mixed with the live hall. */
  @property() simulated = "";

  private feed!: LiveFeed<BoardState>;
  private voice!: Voice;
  private info: HallInfo | null = null;
  private readonly stage = new Stage(REAL_TIME);
  private windowsPage = 0;
  private recentFits = RECENT_LIMIT;

  override connectedCallback(): void {
    super.connectedCallback();
    this.follow(fitToScreen());
    this.startVoice();
    this.startFeed();
    void this.loadInfo();
    this.every(INFO_EVERY_MS, () => void this.loadInfo());
    this.every(TICK_MS, () => this.stage.tick(performance.now()) && this.requestUpdate());
    this.every(WINDOWS_PAGE_MS, () => {
      this.windowsPage += 1;
      this.requestUpdate();
    });
  }

  protected override firstUpdated(): void {
    this.follow(shiftPixels(this.renderRoot.querySelector(".board") as HTMLElement));
  }

  // A row that is cut in half can be misread: as many are shown as fit whole.
  protected override updated(): void {
    const [room, head, row] = [".recent", "thead", "tbody tr"].map((part) => {
      const found = this.renderRoot.querySelector(part);
      return found ? found.getBoundingClientRect().height : 0;
    }) as [number, number, number];
    const fits = row > 0 ? Math.max(1, Math.floor((room - head) / row)) : this.recentFits;
    if (fits !== this.recentFits) {
      this.recentFits = fits;
      this.requestUpdate();
    }
  }

  private startFeed(): void {
    const versionSeen = reloadOnNewVersion();
    this.feed = new LiveFeed<BoardState>({
      root: rootUrl(),
      hall: this.hall,
      view: this.area ? "area" : "board",
      area: this.area || undefined,
      device: this.device || undefined,
      simulated: this.simulated || undefined,
      receipts: "send",
    });
    this.follow(
      this.feed.onChange(() => {
        versionSeen(this.feed.version);
        this.stage.setRules(this.feed.clock.factor > 1 ? DEMO : REAL_TIME);
        this.stage.update(goodCalls(this.state));
        this.voice.mode = this.voiceMode(this.feed.voice);
      }),
    );
    this.follow(this.feed.onRing((calls) => this.rung(calls)));
    this.followFeed(this.feed as LiveFeed<unknown, unknown>);
  }

  private startVoice(): void {
    this.voice = new Voice({
      zone: query("zone") || `${this.hall}-${this.area || "hall"}`,
      languages: spokenLanguages(query("voice")),
      mode: this.voiceMode(""),
    });
    this.follow(this.voice.onChange(() => this.requestUpdate()));
    void this.voice.unlock();
  }

  private voiceMode(hallVoice: string): "speak" | "silent" {
    return this.simulated ? "silent" : voiceMode(query("voice"), hallVoice);
  }

  private rung(calls: Call[]): void {
    const good = new Set(goodCalls(this.feed.state).map((call) => call.ring));
    const sound = calls.filter((call) => good.has(call.ring));
    this.stage.ring(sound, performance.now());
    for (const call of sound) {
      this.voice.announce({
        key: `${call.ticket}:${call.ring}`,
        number: call.number,
        label: call.label,
      });
    }
  }

  private async loadInfo(): Promise<void> {
    try {
      this.info = await new Api().get<HallInfo>(`api/halls/${encodeURIComponent(this.hall)}`);
      this.requestUpdate();
    } catch (fault) {
      // Names only: the board shows codes until the next try.
      console.warn("board: the hall's names are not known yet", fault);
    }
  }

  protected override render() {
    const { state } = this;
    const shape = document.documentElement.getAttribute("data-shape") || "wide";
    this.setAttribute("shape", shape);
    return html`<main class="board" data-testid="board" data-seq=${this.feed.seq}>
      ${this.simulated ? html`<p class="simulated" data-testid="simulated">${text("board.simulated").zh} <span lang="en">${text("board.simulated").en}</span></p>` : nothing}
      <ow-banner status=${this.feed.status} .asOf=${this.feed.asOfMs} .why=${deviceTold(this.feed.refusal)} zone=${this.zone}></ow-banner>
      ${this.head(state)}
      <div class="body">${this.stagePanel(state)} ${this.recentPanel(state)}</div>
      ${this.foot(state)}
      ${this.spoken(state)}
    </main>`;
  }

  /** What may be shown: a screen that is shut out hears of no change, and would send people after old calls. */
  private get state(): BoardState | null {
    return this.feed.status === "refused" ? null : this.feed.state;
  }

  private get zone(): string {
    return this.info ? this.info.zone : "Asia/Shanghai";
  }

  private head(state: BoardState | null) {
    const name = this.placeName(state);
    return html`<header>
      <div class="place ${isLongHead(name) ? "long" : ""}">
        <h1>${name.zh}</h1>
        <span class="beside" lang="en">${name.en}</span>
      </div>
      <div class="now">
        <ow-clock dated .now=${() => this.feed.nowMs()} zone=${this.zone}></ow-clock>
        <ow-link status=${this.feed.status}></ow-link>
        ${this.voice.isLocked
          ? html`<button class="button sound" data-testid="sound" @click=${() => void this.voice.unlock()}>
              ${text("sound.enable").zh} <span class="beside" lang="en">${text("sound.enable").en}</span>
            </button>`
          : nothing}
      </div>
    </header>`;
  }

  private placeName(state: BoardState | null): Text {
    const known = this.info ? this.info.name : null;
    const hall = nameOf(state && state.hall ? state.hall.name : known, this.hall);
    const areas = this.info ? this.info.areas : [];
    const area = this.area ? areas.find((one) => one.code === this.area) : null;
    if (!this.area) {
      return hall;
    }
    const name = nameOf(area ? area.name : null, this.area);
    // Both names in both languages do not fit beside the clock.
    return { zh: `${hall.zh} · ${name.zh}`, en: name.en };
  }

  private stagePanel(state: BoardState | null) {
    const highlights = this.highlights(state);
    const title = text(this.stage.shown.length ? "board.now" : "board.latest");
    const size = [1, 2, 3, 4, 6, 8, 12, 16].find((fits) => highlights.length <= fits) || 16;
    return html`<section class="panel" aria-labelledby="stage">
      <h2 id="stage">${title.zh}<span class="beside" lang="en">${title.en}</span></h2>
      ${highlights.length
        ? html`<ul class="stage size-${size}">
            ${repeat(highlights, keyOf, (highlight) => this.cell(highlight))}
          </ul>`
        : this.quiet(state)}
    </section>`;
  }

  // Between calls the stage keeps the newest ones that people are still walking to.
  private highlights(state: BoardState | null): Highlight[] {
    if (this.stage.shown.length) {
      return this.stage.shown;
    }
    const calling = goodCalls(state).filter((call) => call.state === "calling");
    return calling.slice(0, 4).map((call) => ({ call, sinceMs: -1 }));
  }

  private cell({ call, sinceMs }: Highlight) {
    return html`<li
      class="call ${call.state !== "calling" ? "past" : sinceMs >= 0 ? "fresh" : ""}"
      data-testid="highlight"
      data-number=${call.number}
      data-window=${call.label}
      data-ring=${call.ring}
    >
      <span class="number digits ${call.number.length > SHORT ? "long" : ""}">${call.number}</span>
      <span class="arrow" aria-hidden="true">→</span>
      <span class="window digits">${call.label}<small>${unitOf(call.label, "号窗口")}</small></span>
    </li>`;
  }

  private quiet(state: BoardState | null) {
    if (!state) {
      return nothing;
    }
    const message = text(quietKey(state, this.feed.nowMs()));
    return html`<div class="quiet">
      <p>${message.zh}</p>
      <p class="beside" lang="en">${message.en}</p>
    </div>`;
  }

  private recentPanel(state: BoardState | null) {
    const title = text("board.recent");
    const calls = goodCalls(state).slice(0, Math.min(RECENT_LIMIT, this.recentFits));
    const heads = (["board.number", "board.window", "board.state"] as const).map((key) => text(key));
    return html`<section class="panel" aria-labelledby="recent">
      <h2 id="recent">${title.zh}<span class="beside" lang="en">${title.en}</span></h2>
      <div class="recent">
        <table>
          <thead>
            <tr>
              ${heads.map((head) => html`<th scope="col">${head.zh} <span lang="en">${head.en}</span></th>`)}
            </tr>
          </thead>
          <tbody>
            ${repeat(
              calls,
              (call) => call.ring,
              (call) => this.row(call),
            )}
          </tbody>
        </table>
      </div>
    </section>`;
  }

  private row(call: Call) {
    const time = Number.isFinite(call.at_ms) ? clockTime(call.at_ms, this.zone) : "";
    return html`<tr class=${String(call.state)} data-testid="recent" data-number=${call.number} data-window=${call.label}>
      <td class="number digits">${call.number}</td>
      <td class="window digits">${call.label} <small>${unitOf(call.label, "号")}</small></td>
      <td class="state">
        <span class="time digits">${time}</span>
        <ow-state of="call" value=${String(call.state)}></ow-state>
      </td>
    </tr>`;
  }

  private foot(state: BoardState | null) {
    const windows = goodWindows(state).filter((one) => one.state !== "CLOSED");
    const isMany = windows.length > FEW_WINDOWS[this.getAttribute("shape") === "tall" ? "tall" : "wide"];
    return html`<footer class=${isMany ? "crowd" : ""}>${this.windowsLine(windows)} ${this.counts(state)}</footer>`;
  }

  private windowsLine(windows: ReturnType<typeof goodWindows>) {
    const pages = Math.max(1, Math.ceil(windows.length / WINDOWS_A_PAGE));
    const from = (this.windowsPage % pages) * WINDOWS_A_PAGE;
    const title = text("board.windows");
    return html`<ul class="strip ${windows.length > 16 ? "many" : ""}" aria-label="${title.zh} ${title.en}">
      ${windows.slice(from, from + WINDOWS_A_PAGE).map(
        (one) => html`<li class=${one.state} data-testid="window" data-window=${one.label} data-state=${one.state}>
          <b class="digits">${one.label} ${unitOf(one.label, "号")}</b>${this.windowWord(one.state, one.number)}
        </li>`,
      )}
    </ul>`;
  }

  private windowWord(state: string, number: string | null) {
    if (number) {
      return html`<span class="digits">${String(number)}</span>`;
    }
    const key = `window.${state}`;
    return html`<span>${hasText(key) ? text(key).zh : state}</span>`;
  }

  private counts(state: BoardState | null) {
    const themes = this.info ? this.info.themes : [];
    // Of one subject the total tells it already.
    const counts = this.info && themesOf(this.info).length === 1 ? [] : goodThemes(state);
    const title = text("board.waiting");
    return html`<ul class="counts" aria-label="${title.zh} ${title.en}">
      <li class="total" data-testid="waiting-total">
        ${title.zh} <span class="beside" lang="en">${title.en}</span><b class="digits">${state ? goodTotal(state) : "–"}</b>
      </li>
      ${counts.map(([code, count]) => {
        const theme = themes.find((one) => one.code === code);
        return html`<li data-testid="waiting-theme" data-theme-code=${code}>
          <span class="name">${nameOf(theme ? theme.name : null, code).zh}</span><b class="digits">${count}</b>
        </li>`;
      })}
    </ul>`;
  }

  // Screen readers hear the newest calls, politely and without the rest of the board.
  private spoken(state: BoardState | null) {
    const newest = goodCalls(state)
      .filter((call) => call.state === "calling")
      .slice(0, 3);
    return html`<div class="visually-hidden" role="log" aria-live="polite" data-testid="announced">
      ${newest.map((call) => {
        const words = text("board.announce", { number: call.number, label: call.label });
        return html`<p>${words.zh} <span lang="en">${words.en}</span></p>`;
      })}
    </div>`;
  }
}

function keyOf(highlight: Highlight): string {
  return highlight.call.ticket;
}

function nameOf(name: Text | null | undefined, code: string): Text {
  const zh = name && typeof name.zh === "string" ? name.zh : code;
  const en = name && typeof name.en === "string" ? name.en : code;
  return { zh, en };
}

define("ow-board", OwBoard);
