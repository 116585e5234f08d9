// One thing that a visitor asks at the kiosk with what was typed or scanned: checking in, rejoining.
//
// Laws: one errand, one command id, kept until it is answered; a second tap meanwhile joins the first; the
// answer of a visitor who has left is dropped (what the server did stands, and can be asked for again).

import { type Api, Refused, newCommandId } from "../shared/api";

export type ErrandState = "ready" | "asking" | "unanswered" | "refused";

export abstract class Errand<Done> {
  typed = "";
  state: ErrandState = "ready";
  problem: Refused | null = null;

  private wish: { path: string; body: Record<string, unknown> } | null = null;
  private visit = 0;

  constructor(
    protected readonly api: Api,
    protected readonly hall: string,
    protected readonly changed: () => void,
    private readonly done: (done: Done) => void,
  ) {}

  /** Enough is typed to be asked. */
  protected abstract get isWhole(): boolean;
  /** What the field may hold of a text. */
  protected abstract tidy(text: string): string;
  abstract submit(): Promise<void>;

  get mayAsk(): boolean {
    return this.state !== "asking" && this.isWhole;
  }

  /** What the field holds now; another text is another wish. */
  write(text: string): void {
    if (this.state === "asking") {
      return;
    }
    this.typed = this.tidy(text);
    this.wish = null;
    this.state = "ready";
    this.problem = null;
    this.changed();
  }

  press(key: string): void {
    if (key === "clear") {
      this.write("");
    } else if (key === "delete") {
      this.write(this.typed.slice(0, -1));
    } else {
      this.write(this.typed + key);
    }
  }

  async again(): Promise<void> {
    if (this.wish) {
      await this.ask(this.wish.path, this.wish.body);
    }
  }

  /** Forget the visitor. */
  forget(): void {
    this.visit += 1;
    this.wish = null;
    this.typed = "";
    this.state = "ready";
    this.problem = null;
  }

  protected async ask(path: string, body: Record<string, unknown>): Promise<void> {
    const { visit } = this;
    const wish = this.wish || { path, body: { ...body, command_id: newCommandId() } };
    this.wish = wish;
    this.state = "asking";
    this.problem = null;
    this.changed();
    try {
      const root = `api/halls/${encodeURIComponent(this.hall)}`;
      const done = await this.api.command<Done>(`${root}/${wish.path}`, { ...wish.body });
      if (visit === this.visit) {
        this.forget();
        this.done(done);
      }
    } catch (fault) {
      const told = fault instanceof Refused ? await this.worded(fault) : fault;
      if (visit === this.visit) {
        this.failed(told);
      }
    } finally {
      this.changed();
    }
  }

  /** A refusal in the words of this desk, where it knows better ones. */
  protected async worded(problem: Refused): Promise<Refused> {
    return problem;
  }

  // A server that is not ready has decided nothing; every other refusal is its answer.
  protected failed(fault: unknown): void {
    if (fault instanceof Refused && fault.status < 500) {
      this.state = "refused";
      this.problem = fault;
      this.wish = null;
    } else {
      this.state = "unanswered";
    }
  }
}
