// A QR code as one SVG path: sharp at any size, on paper and on glass.

import qrcode from "qrcode-generator";
import { css, html, svg } from "lit";
import { property } from "lit/decorators.js";

import { OwElement, define } from "../element";
import { t } from "../i18n";
import { base } from "../theme";

// ISO/IEC 18004 asks for four modules of quiet around a code.
const QUIET = 4;

/** `<ow-qr value="https://…">` */
export class OwQr extends OwElement {
  static override styles = [
    base,
    css`
      svg {
        display: block;
        width: 100%;
        height: auto;
        background: #ffffff;
      }
    `,
  ];

  @property() value = "";
  @property() label = "";

  protected override render() {
    const { path, size } = qrPath(this.value);
    return html`<svg viewBox="0 0 ${size} ${size}" role="img" aria-label=${this.label || t("qr.label")} shape-rendering="crispEdges">
      ${svg`<path fill="#000" d=${path}></path>`}
    </svg>`;
  }
}

/** The dark modules as one path, quiet zone included in `size`. */
export function qrPath(value: string): { path: string; size: number } {
  const code = qrcode(0, "M");
  code.addData(value, "Byte");
  code.make();
  const count = code.getModuleCount();
  let path = "";
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < count; column += 1) {
      if (code.isDark(row, column)) {
        path += `M${column + QUIET} ${row + QUIET}h1v1h-1z`;
      }
    }
  }
  return { path, size: count + 2 * QUIET };
}

define("ow-qr", OwQr);
