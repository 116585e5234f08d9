// What both pads on the glass share: a key that is touched fires `ow-key`.

import { html } from "lit";

import { OwElement } from "../shared/element";

export abstract class KioskKeys extends OwElement {
  protected key(key: string, label: string, kind = "") {
    // The pointer must not take the focus out of the field that a hardware keyboard types into.
    return html`<button
      class=${kind}
      data-key=${key}
      @pointerdown=${(event: Event) => event.preventDefault()}
      @click=${() => this.dispatchEvent(new CustomEvent("ow-key", { detail: key }))}
    >${label}</button>`;
  }
}
