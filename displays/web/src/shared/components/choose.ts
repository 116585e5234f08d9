// `<ow-choose>`: where an address lacks its hall, area or window, people choose it; nobody meets an empty screen.
//
// Law: where there is one choice only, the page takes it by itself, so a hall's screen needs no field at all.

import { html, nothing } from "lit";
import { property, state } from "lit/decorators.js";

import { Api, Refused } from "../api";
import { OwElement, define, openPage } from "../element";
import { beside, otherTag, pick, t, text } from "../i18n";
import { query, rootUrl } from "../place";
import { base, buttons, surfaces } from "../theme";
import type { DemoInfo, HallInfo, HallSummary, Text } from "../types";
import { chooseStyles } from "./choose-styles";
import "./topbar";

export type ChoosingPage = "kiosk" | "board" | "area" | "strip";
type Field = "hall" | "area" | "window";

interface Choice {
  title: Text;
  href: string;
}

const FIELDS: Record<ChoosingPage, readonly Field[]> = {
  kiosk: ["hall"],
  board: ["hall"],
  area: ["hall", "area"],
  strip: ["hall", "window"],
};
// A box that is switched on before its server asks until there is an answer.
const AGAIN_MS = 5000;

/** Whether the address lacks a field of its page; if so people choose it here. */
export function chooseMissing(page: ChoosingPage): boolean {
  if (FIELDS[page].every((field) => query(field))) {
    return false;
  }
  openPage({ title: `${text(`start.${page}` as const).zh} ${text(`start.${page}` as const).en}` });
  // A kiosk's page is as high as its glass and does not scroll; a list of halls may be long.
  document.documentElement.removeAttribute("data-kiosk");
  const choose = document.createElement("ow-choose");
  choose.setAttribute("page", page);
  document.body.appendChild(choose);
  return true;
}

export class OwChoose extends OwElement {
  static override styles = [base, buttons, surfaces, chooseStyles];

  @property() page: ChoosingPage = "board";
  @state() private field: Field = "hall";
  @state() private choices: Choice[] | null = null;
  @state() private fault: Text | null = null;

  private readonly api = new Api();

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
    this.every(AGAIN_MS, () => (this.choices && this.choices.length > 0) || void this.load());
  }

  private async load(): Promise<void> {
    try {
      const choices = (await this.ofDemo()) || (await this.ofHall()) || (await this.halls());
      this.fault = choices.length > 0 || this.fault ? this.fault : text("choose.none");
      this.choices = choices;
      if (choices.length === 1 && !this.fault) {
        location.replace((choices[0] as Choice).href);
      }
    } catch {
      this.fault = text("fault.unanswered");
    }
  }

  // A demo tells the addresses of its screens with the tokens that they need.
  private async ofDemo(): Promise<Choice[] | null> {
    try {
      const links = (await this.api.get<DemoInfo>("api/demo")).links || [];
      const root = rootUrl();
      const mine = links.map((one) => ({ title: one.title, href: one.href.replace(/^\//, root) }));
      const found = mine.filter((one) => one.href.startsWith(`${root}${this.page}?`));
      if (found.length > 0) {
        this.field = FIELDS[this.page][FIELDS[this.page].length - 1] as Field;
        return found;
      }
      return null;
    } catch (fault) {
      return orNothing(fault);
    }
  }

  private async ofHall(): Promise<Choice[] | null> {
    const hall = query("hall");
    if (!hall) {
      return null;
    }
    try {
      const info = await this.api.get<HallInfo>(`api/halls/${encodeURIComponent(hall)}`);
      this.field = this.page === "area" ? "area" : "window";
      return this.page === "area"
        ? info.areas.map((one) => ({ title: one.name, href: withField("area", one.code) }))
        : info.windows.map((one) => ({
            title: text("window.number", { label: one.label }),
            href: withField("window", one.code),
          }));
    } catch (fault) {
      this.fault = fault instanceof Refused ? fault.title : null;
      return orNothing(fault);
    }
  }

  private async halls(): Promise<Choice[]> {
    const { halls } = await this.api.get<{ halls: HallSummary[] }>("api/halls");
    return halls.map((one) => ({ title: one.name, href: withField("hall", one.hall) }));
  }

  protected override render() {
    return html`<ow-topbar heading=${t(`start.${this.page}` as const)} beside=${t("product.name")}></ow-topbar>
      <main data-testid="choose" data-field=${this.field}>
        ${this.fault
          ? html`<p class="note" role="alert">${pick(this.fault)} <span lang=${otherTag()}>${beside(this.fault)}</span></p>`
          : nothing}
        <h1>${t(`choose.${this.field}` as const)}</h1>
        <p class="lead">${t("choose.lead")}</p>
        <ul>
          ${(this.choices || []).map(
            (one) => html`<li>
              <a class="button" data-testid="choice" href=${one.href}>
                ${pick(one.title)} <span class="beside" lang=${otherTag()}>${beside(one.title)}</span>
              </a>
            </li>`,
          )}
        </ul>
      </main>`;
  }
}

// What is not there leaves the choice to the next question; no answer at all is told to people.
function orNothing(fault: unknown): null {
  if (fault instanceof Refused && fault.status === 404) {
    return null;
  }
  throw fault;
}

function withField(field: Field, value: string): string {
  const fields = new URLSearchParams(location.search);
  fields.set(field, value);
  return `${location.pathname}?${fields.toString()}`;
}

define("ow-choose", OwChoose);
