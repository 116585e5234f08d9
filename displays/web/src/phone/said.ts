// What a citizen's act came to, said in the page's flow: whatever floats would cover the number, the place in line or the call.

import { type ReactiveController, type ReactiveControllerHost, html, nothing } from "lit";

// As long as a toast.
const SAID_MS = 6000;

export class Said implements ReactiveController {
  private message = "";
  private tone: "good" | "bad" = "good";
  private timer = 0;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostDisconnected(): void {
    window.clearTimeout(this.timer);
  }

  say(message: string, tone: "good" | "bad"): void {
    this.message = message;
    this.tone = tone;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      this.message = "";
      this.host.requestUpdate();
    }, SAID_MS);
    this.host.requestUpdate();
  }

  /** Belongs below what was pressed: nothing above it moves when it comes and goes. */
  note() {
    return html`<div role=${this.tone === "bad" ? "alert" : "status"} aria-live="polite">
      ${this.message ? html`<p class="note ${this.tone}" data-testid="said">${this.message}</p>` : nothing}
    </div>`;
  }
}
