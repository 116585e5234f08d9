// `<ow-strip hall window device>`: the display over one window, as an LED panel of 192 × 32.

import { css, html } from "lit";
import { property } from "lit/decorators.js";

import font from "../generated/unifont.json";
import "../shared/components/status";
import { deviceTold } from "../shared/device";
import { OwElement, define } from "../shared/element";
import { LiveFeed } from "../shared/feed";
import { query, rootUrl } from "../shared/place";
import { reloadOnNewVersion } from "../shared/screen";
import { base } from "../shared/theme";
import type { StripState } from "../shared/types";
import { Voice, spokenLanguages } from "../shared/voice";
import { Glyphs, Matrix } from "./matrix";
import { drawStrip, stripWords } from "./scene";

const COLUMNS = 192;
const ROWS = 32;
// LED panels refresh far faster, but running text needs no more, and old boxes are slow.
const FRAME_MS = 50;
const RING_MS = 8000;
const LIT = ["#1b1512", "#ff3b2f", "#39e75f", "#ffb52e"] as const;

export class OwStrip extends OwElement {
  static override styles = [
    base,
    css`
      :host {
        display: flex;
        align-items: center;
        justify-content: center;
        width: 100vw;
        height: 100vh;
        overflow: hidden;
        background: #050404;
      }
      main {
        width: 100%;
        padding: 0.6vw;
        border-top: 1px solid #2b2623;
        border-bottom: 1px solid #2b2623;
        background: #0d0a09;
        line-height: 0;
      }
      canvas {
        display: block;
        margin: 0 auto;
      }
      .visually-hidden {
        line-height: 1;
      }
    `,
  ];

  @property() hall = "";
  @property() window = "";
  @property() device = "";

  private feed!: LiveFeed<StripState>;
  private voice: Voice | null = null;
  private readonly glyphs = new Glyphs(font);
  private readonly matrix = new Matrix(COLUMNS, ROWS);
  private drawn = new Uint8Array(COLUMNS * ROWS).fill(255);
  private cell = 0;
  private ringUntilMs = 0;
  private lastDrawMs = 0;
  private isAnimated = true;

  override connectedCallback(): void {
    super.connectedCallback();
    this.isAnimated = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const versionSeen = reloadOnNewVersion();
    this.feed = new LiveFeed<StripState>({
      root: rootUrl(),
      hall: this.hall,
      view: "strip",
      window: this.window,
      device: this.device || undefined,
      receipts: "send",
    });
    this.follow(this.feed.onChange(() => versionSeen(this.feed.version)));
    this.startVoice();
    this.follow(this.feed.onRing((calls) => this.rung(calls)));
    this.followFeed(this.feed as LiveFeed<unknown, unknown>);
  }

  protected override firstUpdated(): void {
    const resized = (): void => this.resize();
    window.addEventListener("resize", resized);
    this.follow(() => window.removeEventListener("resize", resized));
    this.resize();
    this.run();
  }

  private startVoice(): void {
    const languages = spokenLanguages(query("voice"));
    if (languages.length > 0) {
      this.voice = new Voice({ zone: query("zone") || `${this.hall}-hall`, languages });
      void this.voice.unlock();
    }
  }

  private rung(calls: { ticket: string; ring: number; number: string; label: string }[]): void {
    this.ringUntilMs = performance.now() + RING_MS;
    for (const call of calls) {
      if (this.voice) {
        this.voice.announce({ ...call, key: `${call.ticket}:${call.ring}` });
      }
    }
  }

  protected override render() {
    const { state } = this;
    const words = stripWords(state, this.refusal);
    const call = state && state.call && state.call.state === "calling" ? state.call : null;
    return html`<main
      data-testid="strip"
      data-seq=${this.feed.seq}
      data-state=${state && state.window ? state.window.state : ""}
      data-number=${call ? call.number : (state && state.number) || ""}
      data-window=${state && state.window ? state.window.label : ""}
    >
      <h1 class="visually-hidden" aria-live="polite" data-testid="words">
        ${words.zh} <span lang="en">${words.en}</span>
      </h1>
      <div class="visually-hidden">
        <ow-banner status=${this.feed.status} .asOf=${this.feed.asOfMs} .why=${deviceTold(this.feed.refusal)}></ow-banner>
      </div>
      <canvas aria-hidden="true"></canvas>
    </main>`;
  }

  private get state(): StripState | null {
    return this.refusal ? null : this.feed.state;
  }

  private get refusal(): string {
    const { refusal } = this.feed;
    return refusal ? refusal.code : "";
  }

  private resize(): void {
    const canvas = this.renderRoot.querySelector("canvas") as HTMLCanvasElement;
    const density = window.devicePixelRatio || 1;
    const room = Math.min((window.innerWidth * density * 0.985) / COLUMNS, (window.innerHeight * density * 0.96) / ROWS);
    this.cell = Math.max(2, Math.floor(room));
    canvas.width = COLUMNS * this.cell;
    canvas.height = ROWS * this.cell;
    canvas.style.width = `${canvas.width / density}px`;
    canvas.style.height = `${canvas.height / density}px`;
    this.drawn.fill(255);
    this.draw(performance.now());
  }

  private run(): void {
    if (!this.isConnected) {
      return;
    }
    const now = performance.now();
    if (now - this.lastDrawMs >= FRAME_MS) {
      this.lastDrawMs = now;
      this.draw(now);
    }
    requestAnimationFrame(() => this.run());
  }

  private draw(nowMs: number): void {
    const isStale = (this.feed.status === "stale" || this.feed.status === "refused") && this.feed.asOfMs !== null;
    try {
      drawStrip(this.matrix, this.glyphs, {
        state: this.state,
        moment: {
          // Without motion long text turns over in pages instead of running.
          runMs: this.isAnimated ? nowMs : Math.floor(nowMs / 4000) * 4000,
          isRinging: this.isAnimated && nowMs < this.ringUntilMs,
          staleSinceMs: isStale ? this.feed.asOfMs : null,
          refusal: this.refusal,
          isKnown: this.state !== null,
        },
      });
    } catch (fault) {
      // A malformed record must not stop the panel: it keeps its last picture until the next.
      console.error("strip: could not draw", fault);
    }
    this.paint();
  }

  // Only dots that changed are painted: running text touches a fifth of the panel.
  private paint(): void {
    const canvas = this.renderRoot.querySelector("canvas");
    const pen = canvas ? canvas.getContext("2d") : null;
    if (!pen) {
      return;
    }
    const cell = this.cell;
    const radius = cell * 0.42;
    for (let colour = 0; colour < LIT.length; colour += 1) {
      pen.fillStyle = LIT[colour] as string;
      pen.beginPath();
      this.matrix.dots.forEach((dot, i) => {
        if (dot === colour && this.drawn[i] !== dot) {
          const x = (i % COLUMNS) * cell;
          const y = Math.floor(i / COLUMNS) * cell;
          pen.clearRect(x, y, cell, cell);
          pen.moveTo(x + cell / 2 + radius, y + cell / 2);
          pen.arc(x + cell / 2, y + cell / 2, radius, 0, 2 * Math.PI);
        }
      });
      pen.fill();
    }
    this.drawn.set(this.matrix.dots);
  }
}

define("ow-strip", OwStrip);
