// The kiosk's frame: hall and time above, the screen of the moment, the controls below, and what covers all.

import { html, nothing } from "lit";

import { listed } from "../shared/format";
import { Api } from "../shared/api";
import "../shared/components/status";
import { deviceTold } from "../shared/device";
import { OwElement, define } from "../shared/element";
import { language, pick, setLanguage, t, text } from "../shared/i18n";
import { query } from "../shared/place";
import { isLarge, setLarge } from "../shared/theme";
import { appLook } from "./app-look";
import { WARN_S } from "./idle";
import { ENDS, KioskModel, type Screen } from "./model";
import { duo, look, say } from "./part";
import { slipPrinter } from "./printing";
import { isTraining } from "./slip";
import "./book";
import "./booked";
import "./check-in";
import "./find";
import "./home";
import "./items";
import "./notices";
import "./rejoin";
import "./rejoined";
import "./result";
import "./review";
import "./who";

// Staleness is a matter of time passing, so it is looked at although nothing was heard.
const LOOK_EVERY_MS = 1000;
const INSIDE: readonly string[] = ["items", "search", "review", "check-in", "book", "rejoin", "who"];
const ANY_TIME: readonly Screen[] = ["result", "check-in", "book", "booked", "rejoin", "rejoined"];

class OwKiosk extends OwElement {
  static override styles = [...look, appLook];

  private readonly model = new KioskModel(new Api(), {
    hall: query("hall"),
    device: query("device"),
    publicUrl: query("public"),
    printer: slipPrinter(query("printer"), query("agent")),
  });
  private seen = "";

  override connectedCallback(): void {
    super.connectedCallback();
    this.model.reset();
    this.follow(this.model.onChange(() => this.requestUpdate()));
    this.follow(() => this.model.stop());
    this.every(LOOK_EVERY_MS, () => this.requestUpdate());
    const resized = () => this.requestUpdate();
    window.addEventListener("resize", resized);
    this.follow(() => window.removeEventListener("resize", resized));
    this.model.start();
  }

  protected override render() {
    const { watch } = this.model;
    const zone = watch.hall ? watch.hall.zone : "Asia/Shanghai";
    return html`<div class="frame" data-testid="kiosk" data-screen=${this.shown}>
        ${this.head(zone)}
        <ow-banner
          status=${watch.refusal ? "refused" : watch.hall && watch.isStale ? "stale" : "live"}
          .asOf=${watch.asOfMs}
          .why=${deviceTold(watch.refusal)}
          .zone=${zone}
        ></ow-banner>
        <main>${this.screen()}</main>
        ${this.basket()} ${this.foot()}
      </div>
      ${this.cover()}`;
  }

  protected override updated(): void {
    // Screen readers and keyboards follow to the new screen's heading.
    const key = `${this.shown} ${this.model.theme || ""}`;
    if (key !== this.seen) {
      const isFirst = this.seen === "" || this.seen.startsWith("connecting");
      this.seen = key;
      void this.focusHeading(isFirst);
    }
    const dialog = this.renderRoot.querySelector("dialog");
    if (dialog && !dialog.open) {
      dialog.showModal();
    }
  }

  private async focusHeading(isFirst: boolean): Promise<void> {
    const part = this.renderRoot.querySelector<OwElement>("main > *");
    if (part && !isFirst) {
      await part.updateComplete;
      // A field wants what is typed; where there is none the heading leads to the new screen.
      const field = part.renderRoot.querySelector<HTMLElement>("input");
      const target = field || part.renderRoot.querySelector<HTMLElement>("h1");
      if (target) {
        target.focus();
      }
    }
  }

  private get shown(): string {
    const { watch, screen, purpose } = this.model;
    if (!watch.hall) {
      return "connecting";
    }
    if (watch.refusal && ENDS.indexOf(screen) < 0) {
      return "shut";
    }
    // Who holds a number keeps seeing it when the doors close; another day can be booked at any time.
    const isOpen = !watch.isClosed || purpose === "book" || ANY_TIME.indexOf(screen) >= 0;
    return isOpen ? screen : "closed";
  }

  private screen() {
    switch (this.shown) {
      case "connecting":
        return html`<ow-kiosk-connecting .model=${this.model}></ow-kiosk-connecting>`;
      case "shut":
        return html`<ow-kiosk-shut .model=${this.model}></ow-kiosk-shut>`;
      case "closed":
        return html`<ow-kiosk-closed .model=${this.model}></ow-kiosk-closed>`;
      case "items":
        return html`<ow-kiosk-items .model=${this.model}></ow-kiosk-items>`;
      case "search":
        return html`<ow-kiosk-find .model=${this.model}></ow-kiosk-find>`;
      case "review":
        return html`<ow-kiosk-review .model=${this.model}></ow-kiosk-review>`;
      case "check-in":
        return html`<ow-kiosk-check-in .model=${this.model}></ow-kiosk-check-in>`;
      case "book":
        return html`<ow-kiosk-book .model=${this.model}></ow-kiosk-book>`;
      case "booked":
        return html`<ow-kiosk-booked .model=${this.model}></ow-kiosk-booked>`;
      case "who":
        return html`<ow-kiosk-who .model=${this.model}></ow-kiosk-who>`;
      case "rejoin":
        return html`<ow-kiosk-rejoin .model=${this.model}></ow-kiosk-rejoin>`;
      case "rejoined":
        return html`<ow-kiosk-rejoined .model=${this.model}></ow-kiosk-rejoined>`;
      case "result":
        return html`<ow-kiosk-result .model=${this.model}></ow-kiosk-result>`;
      default:
        return html`<ow-kiosk-home .model=${this.model}></ow-kiosk-home>`;
    }
  }

  private head(zone: string) {
    const { hall } = this.model.watch;
    return html`<header>
        <p class="hall">${hall ? duo(hall.name) : duo(text("product.name"))}</p>
        ${hall && hall.demo ? html`<span class="demo" data-testid="demo">${say("kiosk.demo")}</span>` : nothing}
        <ow-clock .now=${() => this.model.watch.nowMs()} .zone=${zone} dated></ow-clock>
      </header>
      ${hall && isTraining(hall)
        ? html`<p class="training line" role="status" data-testid="training">${say("kiosk.training")}</p>`
        : nothing}`;
  }

  private basket() {
    const { basket } = this.model;
    const isAway = this.shown === "home" || this.shown === "items" || this.shown === "search";
    if (basket.length === 0 || !isAway) {
      return nothing;
    }
    const names = basket.map((one) => {
      const item = this.model.item(one.code);
      return pick(item ? item.name : one.code);
    });
    return html`<div class="basket" data-testid="basket-bar">
      <p>${say("kiosk.basket", { n: basket.length })}<span class="names">${listed(names)}</span></p>
      <button class="primary" data-testid="to-review" @click=${() => this.model.show("review")}>
        ${say("kiosk.basket.go")}
      </button>
    </div>`;
  }

  private foot() {
    const root = document.documentElement;
    const isContrast = root.hasAttribute("data-contrast");
    const isInside = INSIDE.indexOf(this.shown) >= 0;
    return html`<footer>
      <div>
        ${isInside
          ? html`<button data-testid="back" @click=${() => this.model.back()}>${say("button.back")}</button>
              <button data-testid="home" @click=${() => this.model.goHome()}>${say("kiosk.home")}</button>`
          : nothing}
      </div>
      <div>
        <button data-testid="language" @click=${() => this.adjust(() => setLanguage(language() === "zh" ? "en" : "zh"))}>
          ${language() === "zh" ? html`<span lang="en">English</span>` : html`<span lang="zh-CN">中文</span>`}
        </button>
        <button
          data-testid="large"
          aria-pressed=${isLarge() ? "true" : "false"}
          @click=${() => this.adjust(() => setLarge(isLarge() ? "standard" : "large"))}
        >${say(isLarge() ? "kiosk.standard" : "kiosk.large")}</button>
        <button
          data-testid="contrast"
          aria-pressed=${isContrast ? "true" : "false"}
          @click=${() => this.adjust(() => root.toggleAttribute("data-contrast", !isContrast))}
        >${say(isContrast ? "kiosk.colour" : "kiosk.contrast")}</button>
      </div>
    </footer>`;
  }

  private adjust(change: () => void): void {
    change();
    this.model.adjusted();
  }

  private cover() {
    const { taking, leftS, screen } = this.model;
    if (taking === "taking") {
      return html`<div class="cover" role="alert" data-testid="taking">
        <div class="sheet"><div class="ring" aria-hidden="true"></div>
          <h2>${say("kiosk.taking")}</h2><p>${say("kiosk.taking.wait")}</p></div>
      </div>`;
    }
    if (leftS > 0 && leftS <= WARN_S && ENDS.indexOf(screen) < 0) {
      return this.idleDialog(leftS);
    }
    return taking === "unanswered" ? this.unansweredDialog() : nothing;
  }

  private idleDialog(leftS: number) {
    return html`<dialog class="sheet" aria-label=${t("kiosk.idle")} data-testid="idle" @cancel=${(event: Event) => event.preventDefault()}>
      <h2>${say("kiosk.idle")}</h2>
      <p class="left digits" aria-hidden="true">${leftS}</p>
      <p>${say("kiosk.idle.body", { s: leftS })}</p>
      <button class="primary" data-testid="stay" @click=${() => this.model.stay()}>${say("kiosk.idle.stay")}</button>
      <button data-testid="leave" @click=${() => this.model.reset()}>${say("kiosk.idle.leave")}</button>
    </dialog>`;
  }

  private unansweredDialog() {
    return html`<dialog class="sheet" aria-label=${t("kiosk.unanswered")} data-testid="unanswered" @cancel=${(event: Event) => event.preventDefault()}>
      <h2>${say("kiosk.unanswered")}</h2>
      <p>${say("kiosk.unanswered.body")}</p>
      <button class="primary" data-testid="retry" @click=${() => void this.model.take()}>${say("button.retry")}</button>
      <button data-testid="give-up" @click=${() => this.model.giveUp()}>${say("kiosk.giveup")}</button>
    </dialog>`;
  }
}

define("ow-kiosk", OwKiosk);
