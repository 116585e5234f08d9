// One visitor's way through the kiosk: what is shown, chosen, taken and printed.
//
// Laws: a reset forgets everything, language and text size included; what was asked for one visitor
// never appears for the next (each visit has its own number, answers of another visit are dropped).

import { type Api, type Refused, newCommandId } from "../shared/api";
import { dateOf } from "../shared/dates";
import { setLanguage } from "../shared/i18n";
import { setLarge } from "../shared/theme";
import type { HallItem, TakenTicket, Text, WaitGroup } from "../shared/types";
import { normalId, phoneAsPerson } from "../booking/person";
import type { CheckedIn } from "../booking/types";
import { Arrival } from "./arrival";
import { type Chosen, groupOf, longestGroup, withItems, withStep, without } from "./basket";
import { KioskBooking } from "./booking";
import { HallWatch } from "./hall-watch";
import { FAILED_PRINT_S, IDLE_S, IdleWatch } from "./idle";
import type { PrintResult, SlipPrinter } from "./printing";
import { type Rejoined, Rejoining, slipIn } from "./rejoining";
import { Scanner } from "./scanner";
import type { Found } from "./search";
import { bookingSlip, slipOf, takenOf, visitUrl } from "./slip";
import { type Outcome, Taking } from "./taking";

export type Screen = "home" | "items" | "search" | "review" | "result" | "check-in" | "book" | "booked" | "rejoin" | "rejoined" | "who";
/** What the visitor came for is done: the screen goes by itself, without a question. */
export const ENDS: readonly Screen[] = ["result", "booked", "rejoined"];
export type PrintState = "none" | "printing" | "printed" | "failed";
export type TakeState = "ready" | "taking" | "unanswered" | "refused";

export interface Taken {
  ticket: TakenTicket;
  url: string;
  chosen: Chosen[];
  visitorClass: string;
  takenMs: number;
  /** How a booked visitor's arrival stands to the slot; null for who took a number. */
  arrival: { punctuality: string; slotMs: number; fromMs: number | null } | null;
}

const ORDINARY = "ordinary";
// The server makes this class from an appointment.
const BOOKED = "booked";
const LONGEST_PERSON = 30;
// A slip is printed again by hand, but not for ever.
const MOST_REPRINTS = 5;

export class KioskModel {
  readonly watch: HallWatch;
  screen: Screen = "home";
  theme: string | null = null;
  page = 0;
  query = "";
  basket: Chosen[] = [];
  visitorClass = ORDINARY;
  /** ID or phone number, if the visitor likes; only where the hall gives one number per person and item. */
  person = "";
  taking: TakeState = "ready";
  problem: Refused | null = null;
  taken: Taken | null = null;
  printing: PrintState = "none";
  printReason = "";
  leftS = 0;
  /** A visitor may choose items for a number now or for another day. */
  purpose: "take" | "book" = "take";
  readonly arrival: Arrival;
  readonly rejoining: Rejoining;
  rejoined: Rejoined | null = null;
  readonly booking: KioskBooking;

  private origin: { screen: Screen; theme: string | null; page: number } = { screen: "home", theme: null, page: 0 };
  private guarded = "";
  private visit = 0;
  private reprints = 0;
  private readonly idle: IdleWatch;
  private readonly numbers: Taking;
  private readonly scanner: Scanner;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly api: Api,
    private readonly options: { hall: string; device: string; publicUrl: string; printer: SlipPrinter | null },
  ) {
    this.watch = new HallWatch(api, options.hall, options.device, () => this.changed());
    this.numbers = new Taking(api, options.hall);
    this.idle = new IdleWatch((left) => this.counted(left), () => this.reset());
    this.arrival = new Arrival(api, options.hall, () => this.changed(), (done) => this.arrived(done));
    this.rejoining = new Rejoining(api, options.hall, () => this.changed(), (done) => void this.cameBack(done.ticket));
    this.booking = new KioskBooking(api, options.hall, () => this.watch.nowMs(), () => this.changed(), () => this.booked());
    this.scanner = new Scanner((code) => this.scanned(code));
  }

  start(): void {
    this.watch.start();
    this.idle.start();
    this.scanner.start();
  }

  stop(): void {
    this.watch.stop();
    this.idle.stop();
    this.scanner.stop();
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  // What can be seen.

  get hallCode(): string {
    return this.options.hall;
  }

  /** Where phones open pages of this hall. */
  get publicRoot(): string {
    return this.options.publicUrl || this.api.root;
  }

  /** The hall's date; empty before it is known. */
  get today(): string {
    const { hall } = this.watch;
    return hall ? dateOf(this.watch.nowMs(), hall.zone) : "";
  }

  get canPrint(): boolean {
    return this.options.printer !== null;
  }

  get mayReprint(): boolean {
    return this.canPrint && this.printing !== "printing" && this.reprints < MOST_REPRINTS;
  }

  get classes(): { code: string; name: Text; lane: string | number }[] {
    const hall = this.watch.hall;
    return hall ? hall.classes.filter((one) => one.code !== BOOKED) : [];
  }

  get isPristine(): boolean {
    return this.screen === "home" && this.basket.length === 0 && this.purpose === "take";
  }

  item(code: string): HallItem | null {
    const hall = this.watch.hall;
    return (hall && hall.items.find((one) => one.code === code)) || null;
  }

  itemsOf(theme: string | null): HallItem[] {
    const hall = this.watch.hall;
    return hall ? hall.items.filter((one) => theme === null || one.theme === theme) : [];
  }

  groupOf(code: string): WaitGroup | null {
    return groupOf(this.watch.waits, code);
  }

  refusalOf(code: string): string | null {
    const waits = this.watch.waits;
    return (waits && waits.refused[code]) || null;
  }

  /** From when a refused item has numbers again; null where the hall does not know. */
  againMs(code: string): number | null {
    const waits = this.watch.waits;
    return (waits && waits.from_ms && waits.from_ms[code]) || null;
  }

  get told(): WaitGroup | null {
    return longestGroup(this.watch.waits, this.basket.map((one) => one.code));
  }

  get found(): Found[] {
    return this.watch.index ? this.watch.index.find(this.query) : [];
  }

  // What a visitor does.

  show(screen: Screen, theme: string | null = null): void {
    if (screen === "home") {
      this.query = "";
    }
    this.screen = screen;
    this.theme = theme;
    this.page = 0;
    this.problem = null;
    this.changed();
  }

  /** From the review to the list that was left for it, from there to the start. */
  back(): void {
    const { origin } = this;
    if (this.screen === "book") {
      if (this.booking.held) {
        this.booking.release();
      } else {
        this.show("review");
      }
    } else if (this.screen === "who") {
      this.show("review");
    } else if (this.screen === "review" && origin.screen !== "review") {
      this.show(origin.screen, origin.theme);
      this.turn(origin.page);
    } else {
      this.show("home");
    }
  }

  /** To the start; what was planned for another day is given up, what was chosen stays. */
  goHome(): void {
    this.arrival.forget();
    this.rejoining.forget();
    this.booking.forget();
    this.purpose = "take";
    this.show("home");
  }

  /** From a booking that was used to its number, which may have been called and missed. */
  rejoinAs(number: string): void {
    this.arrival.forget();
    this.rejoining.write(number);
    this.show("rejoin");
  }

  turn(page: number): void {
    this.page = page;
    this.changed();
  }

  type(query: string): void {
    this.query = query;
    this.page = 0;
    this.changed();
  }

  choose(codes: readonly string[]): void {
    const hall = this.watch.hall;
    if (hall) {
      this.origin = { screen: this.screen, theme: this.theme, page: this.page };
      this.basket = withItems(this.basket, codes, hall.limits);
      this.watch.refresh();
      this.show("review");
    }
  }

  /** Choose for another day: what is full or closed today may be had then. */
  planAhead(codes: readonly string[] = []): void {
    this.purpose = "book";
    if (codes.length > 0) {
      this.choose(codes);
    } else {
      this.show(this.basket.length > 0 ? "book" : "home");
    }
  }

  step(code: string, step: number): void {
    const hall = this.watch.hall;
    if (hall && this.taking !== "taking") {
      this.basket = withStep(this.basket, code, step, hall.limits);
      this.changed();
    }
  }

  remove(code: string): void {
    this.basket = without(this.basket, code);
    this.problem = null;
    if (this.basket.length === 0 && this.screen === "review") {
      this.show("home");
    }
    this.changed();
  }

  setClass(code: string): void {
    this.visitorClass = code;
    this.changed();
  }

  setPerson(text: string): void {
    this.person = phoneAsPerson(normalId(text)).slice(0, LONGEST_PERSON);
    this.changed();
  }

  /** Take the number; tapping again, or after silence, asks for the same one. */
  async take(): Promise<void> {
    if (this.taking === "taking" || this.basket.length === 0) {
      return;
    }
    const visit = this.visit;
    this.taking = "taking";
    this.problem = null;
    this.changed();
    const outcome = await this.numbers.take(this.basket, this.visitorClass, this.person);
    if (visit === this.visit) {
      this.answered(outcome);
    }
  }

  giveUp(): void {
    this.numbers.forget();
    this.taking = "ready";
    this.changed();
  }

  async reprint(): Promise<void> {
    if (this.mayReprint) {
      this.reprints += 1;
      await this.print(true);
    }
  }

  /** Forget the visitor. */
  reset(): void {
    this.visit += 1;
    this.numbers.forget();
    this.idle.disarm();
    this.basket = [];
    this.query = "";
    this.visitorClass = ORDINARY;
    this.person = "";
    this.taking = "ready";
    this.taken = null;
    this.purpose = "take";
    this.arrival.forget();
    this.rejoining.forget();
    this.rejoined = null;
    this.booking.forget();
    this.printing = "none";
    this.printReason = "";
    this.reprints = 0;
    this.leftS = 0;
    setLarge("standard");
    setLanguage("zh");
    document.documentElement.removeAttribute("data-contrast");
    this.show("home");
  }

  /** The visitor is still there. */
  stay(): void {
    this.changed();
  }

  /** The language, text size or contrast was changed. */
  adjusted(): void {
    this.changed();
  }

  private answered(outcome: Outcome): void {
    this.taking = outcome.kind === "taken" ? "ready" : outcome.kind;
    this.problem = outcome.kind === "refused" ? outcome.problem : null;
    if (outcome.kind === "taken") {
      this.taken = {
        ticket: outcome.ticket,
        url: visitUrl(outcome.ticket, this.options.hall, this.publicRoot),
        chosen: this.basket,
        visitorClass: this.visitorClass,
        takenMs: this.watch.nowMs(),
        arrival: null,
      };
      this.show("result");
      void this.print(false);
    }
    this.changed();
  }

  private scanned(read: string): void {
    if (this.taking === "taking" || !this.watch.hall) {
      return;
    }
    if (slipIn(read)) {
      this.show("rejoin");
      void this.rejoining.scan(read);
    } else {
      this.show("check-in");
      void this.arrival.scan(read);
    }
  }

  private async cameBack(ticket: TakenTicket): Promise<void> {
    const { visit } = this;
    this.rejoined = { ticket, wait: null };
    this.show("rejoined");
    const wait = await this.rejoining.waitOf(ticket.id);
    if (visit === this.visit) {
      this.rejoined = { ticket, wait };
      this.changed();
    }
  }

  private arrived(done: CheckedIn): void {
    this.taken = takenOf(done, this.publicRoot, this.watch.nowMs());
    this.show("result");
    void this.print(false);
  }

  private booked(): void {
    this.show("booked");
    void this.print(false);
  }

  private async print(isReprint: boolean): Promise<void> {
    const { printer } = this.options;
    const [taken, made, hall, visit] = [this.taken, this.booking.made, this.watch.hall, this.visit];
    const slip = hall && (taken ? slipOf(taken, hall, isReprint) : made ? bookingSlip(made, hall, isReprint) : null);
    if (!printer || !slip) {
      return;
    }
    this.printing = "printing";
    this.changed();
    const result = await printer.print(newCommandId(), slip);
    if (taken) {
      void this.report(taken.ticket, result);
    }
    if (visit === this.visit) {
      this.printing = result.printed ? "printed" : "failed";
      this.printReason = result.reason;
      this.changed();
    }
  }

  private async report(ticket: TakenTicket, result: PrintResult): Promise<void> {
    const path = `api/halls/${encodeURIComponent(this.options.hall)}/tickets/${encodeURIComponent(ticket.id)}`;
    try {
      await this.api.command(`${path}/print-result`, { printed: result.printed, secret: ticket.secret });
    } catch {
      // The number is valid without the report; the hall only counts failed prints.
      return;
    }
  }

  private counted(left: number): void {
    this.leftS = left;
    this.changed();
  }

  private changed(): void {
    this.guard();
    Array.from(this.listeners).forEach((listener) => listener());
  }

  // Anything but the untouched start is forgotten after a while without a sign of life.
  private guard(): void {
    const limit = ENDS.indexOf(this.screen) >= 0 && this.printing === "failed" ? FAILED_PRINT_S : IDLE_S;
    const root = document.documentElement;
    const isPlain = !root.hasAttribute("data-large") && !root.hasAttribute("data-contrast") && root.lang !== "en";
    const key = this.isPristine && isPlain ? "" : `${this.screen} ${this.printing} ${limit}`;
    if (key !== this.guarded) {
      this.guarded = key;
      if (key) {
        this.idle.arm(limit);
      } else {
        this.idle.disarm();
      }
      this.leftS = this.idle.left;
    }
  }
}
