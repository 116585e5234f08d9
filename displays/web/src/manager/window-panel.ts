// One window, opened from its tile: what it does now and what a manager may change.

import { html, nothing, type TemplateResult } from "lit";

import { ask } from "../clerk/ask";
import { enc } from "../clerk/desk";
import { itemOptions } from "../clerk/item-options";
import { pause as askPause } from "../clerk/questions";
import { running } from "../clerk/time";
import type { ClerkState, Serves } from "../clerk/types";
import "../shared/components/dialog";
import { pick } from "../shared/i18n";
import type { House } from "./house";
import { servesText } from "./serves";
import { kindText, say } from "./texts";
import type { ManagerWindow } from "./types";

const MINUTE_MS = 60_000;
const HELP_AFTER_MIN = 10;

export function windowPanel(house: House, code: string, window: ManagerWindow, close: () => void): TemplateResult {
  const run = (op: string, body: Record<string, unknown> = {}) => {
    close();
    void house.command(`windows/${enc(code)}/${op}`, body);
  };
  const { state } = window;
  const stopped = state === "PAUSED" || state === "DRAINING";
  const since = typeof window.since_ms === "number" ? running(house.nowMs() - window.since_ms) : "–";
  return html`<ow-dialog open heading="${say("window_n", { label: window.label })} · ${kindText(window.kind)}" @ow-close=${close} data-testid="window-panel">
    <dl class="facts">
      <dt>${say("state")}</dt><dd><ow-state of="window" value=${state}></ow-state> <span class="muted">${say("since_when")} ${since}</span></dd>
      <dt>${say("clerk")}</dt><dd>${house.staff.of(window.clerk) || say("none")}</dd>
      <dt>${say("serving_now")}</dt><dd class="number">${window.number || say("none")}</dd>
      <dt>${say("serves")}</dt><dd>${servesText(house.hall, window)}</dd>
    </dl>
    <div class="panel-acts">
      ${state === "CLOSED" ? html`<button class="button primary" data-testid="act-open" @click=${() => run("open")}>${say("act_open")}</button>` : nothing}
      ${stopped ? html`<button class="button primary" data-testid="act-open" @click=${() => run("open")}>${say("act_resume")}</button>` : nothing}
      ${state !== "CLOSED" && !stopped ? html`<button class="button" data-testid="act-pause" @click=${() => void pauseIt(house, code, window, close)}>${say("act_pause")}</button>
        <button class="button" data-testid="act-drain" @click=${() => run("drain")}>${say("act_drain")}</button>` : nothing}
      ${state === "CALLING" ? html`<button class="button" data-testid="act-withdraw" @click=${() => run("withdraw-call", { reason: "clerk_gone", ...meant(window) })}>${say("act_withdraw")}</button>` : nothing}
      ${state !== "CLOSED" ? html`<button class="button danger" data-testid="act-close" @click=${() => void closeIt(house, code, window, close)}>${say("act_close")}</button>` : nothing}
      <button class="button" data-testid="act-serve" @click=${() => void serveIt(house, code, window, close)}>${say("act_serve")}</button>
    </div>
  </ow-dialog>`;
}

/** Whose call or service a question was about: nobody else's is taken back or handed over, however long it was open. */
function meant(window: ManagerWindow): { ticket?: string } {
  return window.ticket ? { ticket: window.ticket } : {};
}

async function pauseIt(house: House, code: string, window: ManagerWindow, close: () => void): Promise<void> {
  close();
  const ticket = window.number ? { number: window.number, state: window.state === "SERVING" ? "SERVING" : "CALLED" } : null;
  const body = await askPause({ ticket, window } as unknown as ClerkState);
  if (body) {
    await house.command(`windows/${enc(code)}/pause`, body.hand_over ? { ...body, ...meant(window) } : body);
  }
}

async function closeIt(house: House, code: string, window: ManagerWindow, close: () => void): Promise<void> {
  close();
  const serving = window.state === "SERVING";
  const given = await ask({
    heading: `${say("act_close")} · ${say("window_n", { label: window.label })}`,
    fields: serving ? [{ name: "hand_over", label: say("hand_over"), kind: "check" }] : [],
    confirm: say("act_close"),
    danger: true,
    testid: "dialog-close",
  });
  if (given) {
    await house.command(`windows/${enc(code)}/close`, given.hand_over ? { hand_over: true, ...meant(window) } : {});
  }
}

async function serveIt(house: House, code: string, window: ManagerWindow, close: () => void): Promise<void> {
  close();
  const { hall } = house;
  const serves: Serves = window.serves || { themes: window.themes || [], items: [], everything: false };
  const helps: Serves = window.helps || { themes: [], items: [], everything: false };
  const rule = window.help_rule || { when: "idle", after_ms: HELP_AFTER_MIN * MINUTE_MS };
  const themes = hall.themes.map((theme) => ({ value: theme.code, label: pick(theme.name) }));
  const some = (values: Record<string, unknown>) => values.range === "some";
  const given = await ask({
    heading: say("serve_title", { label: window.label }),
    intro: say("serve_intro"),
    wide: true,
    fields: [
      {
        name: "range",
        label: say("serve_what"),
        kind: "choice",
        value: serves.everything ? "all" : "some",
        options: [
          { value: "all", label: say("serve_all") },
          { value: "some", label: say("serve_some") },
        ],
      },
      { name: "themes", label: say("themes"), kind: "checks", value: serves.themes, options: themes, when: some },
      { name: "items", label: say("items"), kind: "picks", value: serves.items, options: itemOptions(hall), when: some },
      { name: "helps", label: say("helps"), kind: "checks", value: helps.themes, options: themes, when: some },
      {
        name: "when",
        label: say("help_when"),
        kind: "choice",
        value: rule.when,
        options: [
          { value: "idle", label: say("help_idle") },
          { value: "waited", label: say("help_waited") },
        ],
        when: (values) => some(values) && (values.helps as string[]).length > 0,
      },
      { name: "after", label: say("help_after"), kind: "number", value: String(rule.after_ms / MINUTE_MS), min: 0, max: 480, when: (values) => some(values) && values.when === "waited" },
    ],
    testid: "dialog-serve",
  });
  if (!given) {
    return;
  }
  const all = given.range === "all";
  await house.command(`windows/${enc(code)}/serve`, {
    serves: all ? { themes: [], items: [], everything: true } : { themes: given.themes, items: given.items, everything: false },
    helps: all ? { themes: [], items: [], everything: false } : { themes: given.helps, items: helps.items, everything: false },
    help_rule: { when: given.when, after_ms: (Number(given.after) || 0) * MINUTE_MS },
  });
}
