// The start page: one link to each screen that this build carries.

import { LitElement, css, html } from "lit";

class OwStart extends LitElement {
  static override styles = css`
    :host {
      display: block;
      padding: 2rem;
      font: 18pt/1.6 system-ui, "Noto Sans CJK SC", "WenQuanYi Zen Hei", sans-serif;
    }
  `;

  protected override render() {
    return html`<main><h1>一窗通 <span lang="en">OneWindow</span></h1></main>`;
  }
}

customElements.define("ow-start", OwStart);
