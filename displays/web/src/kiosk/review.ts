// Before the number is taken: what was chosen, how long it would take, who one is, and one large button.

import { css, html, nothing } from "lit";

import { define } from "../shared/element";
import { listed, waitText } from "../shared/format";
import { type TextKey, hasText, pick, t } from "../shared/i18n";
import { isLarge } from "../shared/theme";
import type { WaitGroup } from "../shared/types";
import type { Chosen } from "./basket";
import { nameLook } from "./name-look";
import { KioskPart, duo, isLying, linesThatFit, look, nameClass, pager, refusalAt, say } from "./part";
import { peopleText } from "./place-facts";
import { atTime, refusalText } from "./rows";
import { ranges } from "../shared/windows";

const LINE_REM = 6.1;
// Heading, pager, margins, and what stands below where the screen is upright.
const RESERVED_REM = 44;
const RESERVED_LYING_REM = 14;
// The way to say who one is, where the hall wants to know.
const WHO_REM = 5;
const MOST_WINDOWS = 8;
// So much of an ID or phone number lets its owner know it; the next in line learns nothing.
const SHOWN_END = 2;

class KioskReview extends KioskPart {
  static override styles = [
    ...look,
    nameLook,
    css`
      h1 {
        margin-bottom: 0.8rem;
      }
      .line-item {
        display: flex;
        align-items: center;
        min-height: 5.6rem;
        margin-bottom: 0.5rem;
        padding: 0.4rem 0.8rem 0.4rem 1.2rem;
        --name-lines: 3;
        border: 2px solid var(--ow-line);
        border-radius: 0.8rem;
        background: var(--ow-paper);
      }
      .steps {
        display: flex;
        flex: none;
        align-items: center;
      }
      .steps button {
        padding: 0;
        font-size: 1.6rem;
      }
      .steps output {
        min-width: 3rem;
        font-size: 1.4rem;
        font-weight: 700;
        text-align: center;
      }
      .remove {
        flex: none;
        margin-left: 1rem;
        border-color: transparent;
        color: var(--ow-bad);
        font-weight: 400;
      }
      .note {
        color: var(--ow-ink-2);
        font-size: 0.95rem;
      }
      .add {
        width: 100%;
        border-style: dashed;
        border-color: var(--ow-line-strong);
        background: none;
        color: var(--ow-brand-strong);
      }
      .who {
        width: 100%;
        margin-top: 0.6rem;
        font-weight: 400;
      }
      h2 {
        margin: 1.1rem 0 0.5rem;
        font-size: 1.1rem;
      }
      .classes {
        display: grid;
        grid-template-columns: repeat(3, minmax(0, 1fr));
        gap: 0.7rem;
      }
      .classes button {
        min-height: 4.6rem;
        padding: 0.4rem;
        font-size: 1.15rem;
      }
      .classes button[aria-checked="true"] {
        border-color: var(--ow-brand);
        border-width: 4px;
        background: var(--ow-brand-soft);
        color: var(--ow-brand-strong);
      }
      .explained {
        min-height: 3em;
        margin-top: 0.5rem;
        color: var(--ow-ink-2);
        font-size: 0.95rem;
      }
      .told {
        display: grid;
        grid-template-columns: 1fr 1.4fr 1.3fr;
        margin: 0.6rem 0 0.9rem;
        padding: 1rem 0;
        border-radius: 1rem;
        background: var(--ow-brand-soft);
      }
      .told div {
        padding: 0 1.2rem;
        border-left: 2px solid var(--ow-line);
      }
      .told div:first-child {
        border-left: 0;
      }
      dt {
        color: var(--ow-ink-2);
        font-size: 0.95rem;
        white-space: nowrap;
      }
      dd {
        color: var(--ow-brand-strong);
        font-size: 1.5rem;
        font-weight: 700;
        line-height: 1.3;
      }
      .take {
        width: 100%;
        min-height: 6.4rem;
        margin-top: auto;
        border-radius: 1.2rem;
        font-size: 2.1rem;
        letter-spacing: 0.08em;
      }
      .take .second {
        font-size: 0.5em;
        letter-spacing: 0;
      }
      .plan {
        width: 100%;
        min-height: 4.4rem;
        margin-bottom: 0.8rem;
        border-color: var(--ow-brand);
        color: var(--ow-brand-strong);
        font-size: 1.4rem;
      }
      .problem {
        margin: 0.6rem 0;
        padding: 0.9rem 1.2rem;
        border-left: 0.5rem solid var(--ow-bad);
        border-radius: 0.6rem;
        background: var(--ow-bad-soft);
        color: var(--ow-bad);
      }
      .problem .second {
        color: inherit;
      }
      .sides,
      .decide {
        display: flex;
        flex: 1 0 auto;
        flex-direction: column;
      }
      .basis {
        margin-bottom: 0.8rem;
      }
      .large .take {
        min-height: 4.8rem;
      }
      .large .classes button {
        min-height: 3.6rem;
      }
      .large .told {
        padding: 0.6rem 0;
      }
      .large dd {
        font-size: 1.3rem;
      }
      @media (orientation: landscape) {
        .sides {
          display: grid;
          grid-template-columns: minmax(0, 1fr) minmax(0, 1.05fr);
          gap: 1.6rem;
        }
        .sides > section > h2:first-child {
          margin-top: 0;
        }
        .take {
          min-height: 5.2rem;
        }
        .told div {
          padding: 0 0.8rem;
        }
        dd {
          font-size: 1.3rem;
        }
        dt.line .second {
          display: block;
          margin: 0;
        }
      }
    `,
  ];

  protected override render() {
    return html`
      <h1 tabindex="-1">${say(this.model.purpose === "book" ? "kiosk.book.review" : "kiosk.review")}</h1>
      <div class="sides ${isLarge() ? "large" : ""}">
        <section>${this.chosen()} ${this.add()}</section>
        <section class="decide">
          ${this.model.purpose === "book" ? this.plan("primary") : html`${this.classes()} ${this.who()} ${this.told()} ${this.problem()} ${this.take()}`}
        </section>
      </div>
    `;
  }

  private chosen() {
    const { basket } = this.model;
    const { hall } = this.model.watch;
    const upright = RESERVED_REM + (hall && hall.one_per_person ? WHO_REM : 0);
    const perPage = linesThatFit(this, LINE_REM, isLying() ? RESERVED_LYING_REM : upright);
    const pages = Math.max(1, Math.ceil(basket.length / perPage));
    const page = Math.min(this.model.page, pages - 1);
    return html`<div data-testid="basket">
        ${basket.slice(page * perPage, (page + 1) * perPage).map((one) => this.line(one))}
      </div>
      ${pager(page, pages, (to) => this.model.turn(to))}`;
  }

  private line(one: Chosen) {
    const item = this.model.item(one.code);
    const name = item ? item.name : { zh: one.code, en: one.code };
    const hall = this.model.watch.hall;
    const most = hall ? hall.limits.max_quantity : 1;
    const refusal = this.model.refusalOf(one.code);
    const named = { name: pick(name) };
    return html`<div class="line-item" data-testid="chosen" data-code=${one.code}>
      <span class="name ${nameClass(name)}">${duo(name)}${refusal ? html`<span class="tag">${pick(refusalText(this.model, one.code, refusal))}</span>` : nothing}</span>
      <span class="steps" role="group" aria-label=${t("kiosk.quantity")}>
        <button data-testid="less" aria-label=${t("kiosk.less", named)} ?disabled=${one.quantity <= 1}
          @click=${() => this.model.step(one.code, -1)}>−</button>
        <output data-testid="quantity">${one.quantity}</output>
        <button data-testid="more" aria-label=${t("kiosk.more", named)} ?disabled=${one.quantity >= most}
          @click=${() => this.model.step(one.code, 1)}>+</button>
      </span>
      <button class="remove" data-testid="remove" aria-label=${t("kiosk.remove.named", named)}
        @click=${() => this.model.remove(one.code)}>${t("kiosk.remove")}</button>
    </div>`;
  }

  private add() {
    const hall = this.model.watch.hall;
    const isFull = hall !== null && this.model.basket.length >= hall.limits.max_items;
    if (isFull) {
      return html`<p class="note line">${say("kiosk.basket.full", { n: hall.limits.max_items })}</p>`;
    }
    return html`<button class="add line" data-testid="add" @click=${() => this.model.show("home")}>
        + ${say("kiosk.add")}
      </button>
      ${this.model.basket.length > 1 ? html`<p class="note line">${say("kiosk.one.ticket")}</p>` : nothing}`;
  }

  private classes() {
    const { classes, visitorClass } = this.model;
    if (classes.length < 2) {
      return nothing;
    }
    const chosen = classes.find((one) => one.code === visitorClass);
    return html`<h2 class="line" id="class">${say("kiosk.class")}</h2>
      <div class="classes" role="radiogroup" aria-labelledby="class" @keydown=${this.moved}>
        ${classes.map(
          (one) => html`<button
            role="radio"
            aria-checked=${one.code === visitorClass ? "true" : "false"}
            tabindex=${one.code === visitorClass ? 0 : -1}
            data-testid="class"
            data-code=${one.code}
            @click=${() => this.model.setClass(one.code)}
          >${duo(one.name)}</button>`,
        )}
      </div>
      <p class="explained" data-testid="explained">${chosen ? say(this.explanation(chosen)) : nothing}</p>`;
  }

  private who() {
    const hall = this.model.watch.hall;
    const { person } = this.model;
    return hall && hall.one_per_person
      ? html`<button class="who line" data-testid="to-who" @click=${() => this.model.show("who")}>
          ${person ? say("kiosk.who.given", { end: person.slice(-SHOWN_END) }) : say("kiosk.who")}
        </button>`
      : nothing;
  }

  private explanation(one: { code: string; lane: string | number }): TextKey {
    const key = `kiosk.class.${one.code}`;
    if (hasText(key)) {
      return key;
    }
    return Number(one.lane) === 0 ? "kiosk.class.first" : "kiosk.class.other";
  }

  // Arrow keys move within a group of radio buttons (WAI-ARIA practices).
  private moved(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) {
      return;
    }
    event.preventDefault();
    const { classes, visitorClass } = this.model;
    const at = classes.findIndex((one) => one.code === visitorClass);
    const next = classes[(at + step + classes.length) % classes.length];
    if (next) {
      this.model.setClass(next.code);
      void this.updateComplete.then(() => {
        const radio = this.renderRoot.querySelector<HTMLElement>(`[role=radio][data-code="${CSS.escape(next.code)}"]`);
        if (radio) {
          radio.focus();
        }
      });
    }
  }

  private told() {
    const { told } = this.model;
    if (!told) {
      return nothing;
    }
    return html`<dl class="told" data-testid="told">
        <div>
          <dt class="line">${say("kiosk.ahead.label")}</dt>
          <dd data-testid="ahead">${peopleText(told.ahead)}</dd>
        </div>
        <div>
          <dt class="line">${say("kiosk.wait.label")}</dt>
          <dd data-testid="wait">${pick(waitText(told.p50_ms, told.p80_ms))}</dd>
        </div>
        <div>
          <dt class="line">${say("kiosk.windows.label")}</dt>
          <dd data-testid="windows">${this.windows(told)}</dd>
        </div>
      </dl>
      ${typeof told.p80_ms !== "number" || (isLarge() && this.model.visitorClass === "ordinary") ? nothing : html`<p class="note basis">
        ${say(this.model.visitorClass === "ordinary" ? "kiosk.estimate" : "kiosk.estimate.ordinary")}
      </p>`}`;
  }

  private windows(told: WaitGroup): string {
    const labels = windowLabels(told.windows);
    if (labels === "") {
      return t("kiosk.windows.closed");
    }
    return told.open_windows === 0 ? t("kiosk.windows.later", { labels }) : labels;
  }

  private problem() {
    const { problem } = this.model;
    const hall = this.model.watch.hall;
    if (!problem || !hall) {
      return nothing;
    }
    const isHours = problem.code === "HALL_CLOSED" || problem.code === "ISSUING_STOPPED";
    const again = problem.code === "QUOTA_FULL" ? problem.facts.from_ms : undefined;
    return html`<div class="problem" role="alert" data-testid="problem" data-code=${problem.code}>
      ${duo(refusalAt(problem, this.model.today))}
      ${isHours && hall.next_open_ms
        ? html`<b data-testid="next-open">${duo(atTime(this.model, "kiosk.next.open", hall.next_open_ms))}</b>`
        : nothing}
      ${typeof again === "number" ? html`<b data-testid="again">${duo(atTime(this.model, "kiosk.again", again))}</b>` : nothing}
    </div>`;
  }

  private plan(kind: "primary" | "second") {
    const hall = this.model.watch.hall;
    return hall && hall.bookable
      ? html`<button
          class=${kind === "primary" ? "take primary" : "plan"}
          data-testid="plan"
          ?disabled=${this.model.basket.length === 0 || this.model.taking === "taking"}
          @click=${() => this.model.planAhead()}
        >${say(kind === "primary" ? "kiosk.plan.choose" : "kiosk.plan.instead")}</button>`
      : nothing;
  }

  private take() {
    const isRefused = this.model.basket.some((one) => this.model.refusalOf(one.code) !== null);
    return html`${isRefused || this.model.problem ? this.plan("second") : nothing}<button
      class="take primary"
      data-testid="take"
      ?disabled=${isRefused || this.model.taking === "taking"}
      @click=${() => void this.model.take()}
    >${say("kiosk.take")}</button>`;
  }
}

/** A few labels; a comprehensive item names every window of the hall. */
export function windowLabels(labels: readonly string[]): string {
  const runs = ranges(labels);
  const shown = listed(runs.slice(0, MOST_WINDOWS));
  return runs.length > MOST_WINDOWS ? t("kiosk.windows.more", { labels: shown, n: labels.length }) : shown;
}

define("ow-kiosk-review", KioskReview);
