// The state of the studio's page: what it rests on, the plan that is drawn, the job that runs, and results.

import type { Api } from "../shared/api";
import { Refused, faultText } from "../shared/api";
import { toast } from "../shared/components/dialog";
import { pick } from "../shared/i18n";
import type { HallInfo } from "../shared/types";
import { type Comers, NOBODIES, NOBODY, type Written, statedOf, text, writtenOf } from "./comers";
import { leftBehind, ownRunning } from "./jobs";
import { say } from "./texts";
import { SLOTS, STEP_MIN, clock, isWithin, minutesOf, spansOf, without } from "./times";
import type { Comparison, Draft, Ground, Group, Job, KeptPlan, Overview, PlannedDay, Playing, Run, WatchedDay, Weekday } from "./types";
import { WANTED, type Wants, numberOf } from "./wants";

const POLL_MS = 1000;
const CALM_MS = 5000;
// Questions to the live hall, whose answers' times are what the page compares: often while a job runs.
const ASK_MS = { running: 250, calm: 2000 } as const;

/** What the manager has drawn; `counts` are by group and half-hour of the day. */
export interface Drawn {
  date: string;
  counts: number[][];
  hours: string;
  atClose: "serve" | "stop";
  stopBefore: string;
  target: string;
  demand: string;
  moved: Written;
  induced: Written;
  /** Who comes is written for each of the new hours, by `17:00-20:00`. */
  isApart: boolean;
  blocks: Record<string, Comers>;
  cost: string;
  days: number;
  wants: Wants;
}

export class Bench {
  overview: Overview | null = null;
  groundJob = "";
  ground: Ground | null = null;
  /** The drawn date as the live hall would open it. */
  planned: PlannedDay | null = null;
  drawn: Drawn | null = null;
  group = 0;
  job: Job | null = null;
  runJob = "";
  run: Run | null = null;
  comparedJob = "";
  compared: Comparison | null = null;
  dayJob = "";
  day: WatchedDay | null = null;
  playing: Playing | null = null;
  failure: Job["failure"] = null;
  failedKind = "";
  /** The server gave no answer when it was asked last. */
  isLost = false;
  private timer = 0;
  private askTimer = 0;

  constructor(
    readonly api: Api,
    readonly hall: HallInfo,
    private readonly changed: () => void,
  ) {}

  path(rest: string): string {
    return `api/halls/${encodeURIComponent(this.hall.hall)}/studio${rest}`;
  }

  start(): void {
    void this.refresh();
    void this.askHall();
  }

  stop(): void {
    window.clearTimeout(this.timer);
    window.clearTimeout(this.askTimer);
  }

  /** The ordinary day that the drawn date is like; another weekday where the ground does not know this one. */
  get weekday(): Weekday | null {
    const { ground, planned } = this;
    if (!ground || !planned) {
      return null;
    }
    const own = ground.weekdays[String(planned.like)];
    const first = Object.keys(ground.weekdays)[0];
    return own || (first ? ground.weekdays[first] || null : null);
  }

  /** The drawn times that are closed on the ordinary day: nobody comes in them whom nobody states. */
  get newTimes(): [number, number][] {
    const { drawn, planned, weekday } = this;
    const known = planned && planned.hours.length > 0 && weekday ? spansOf(weekday.hours.join()) : [];
    return drawn ? without(spansOf(drawn.hours), known) : [];
  }

  /** New hours by name, where each of them has who comes of its own. */
  get apart(): string[] {
    const { drawn, newTimes } = this;
    return drawn && drawn.isApart && newTimes.length > 1 ? newTimes.map(([from, to]) => `${clock(from)}-${clock(to)}`) : [];
  }

  comersOf(block: string): Comers {
    return (this.drawn && this.drawn.blocks[block]) || NOBODIES;
  }

  get isRunning(): boolean {
    return !!this.job && this.job.state === "running";
  }

  /** The last job of this account, where a server that stopped ended it. */
  get stopped(): Job | null {
    return this.overview && !this.isRunning ? leftBehind(this.overview.jobs) : null;
  }

  /** The other hall in which a job of this account runs. */
  get elsewhere(): string {
    const yours = this.overview ? this.overview.yours : null;
    return yours && yours.hall !== this.hall.hall ? yours.hall : "";
  }

  /** The half-hours that are drawn: from the first opening or open window to the last. */
  get span(): [number, number] {
    const { drawn, weekday } = this;
    const spans = spansOf(drawn ? drawn.hours : "").concat(this.planned ? spansOf(this.planned.hours.join()) : []);
    if (weekday && (this.isOrdinary || spans.length === 0)) {
      const length = Math.max(1, ...weekday.open.map((one) => one.length));
      spans.push([weekday.start_min, weekday.start_min + length * STEP_MIN]);
    }
    const ends = spans.length > 0 ? spans : [[18 * STEP_MIN, 34 * STEP_MIN]];
    const first = Math.floor(Math.min(...ends.map(([from]) => from as number)) / STEP_MIN);
    const last = Math.ceil(Math.max(...ends.map(([, to]) => to as number)) / STEP_MIN);
    return [Math.max(0, first), Math.min(SLOTS, last)];
  }

  /** The date is open as the ordinary day is. */
  private get isOrdinary(): boolean {
    const { planned, weekday } = this;
    return !!planned && !!weekday && planned.hours.join() === weekday.hours.join();
  }

  /** How many are open as the date is set and usually staffed. */
  usual(group: number, slot: number): number {
    const isOpen = !!this.planned && isWithin(slot, spansOf(this.planned.hours.join()));
    return this.isOrdinary ? this.ordinary(group, slot) : isOpen ? this.nearest(group, slot) : 0;
  }

  private ordinary(group: number, slot: number): number {
    const { weekday } = this;
    const counts = weekday ? weekday.open[group] || [] : [];
    return weekday ? counts[slot - weekday.start_min / STEP_MIN] || 0 : 0;
  }

  // Where the ordinary day has no window open, as many as at the nearest half-hour that has: the worker's own rule.
  private nearest(group: number, slot: number): number {
    const groups = this.ground ? this.ground.groups.map((_, place) => place) : [];
    const isStaffed = (one: number) => groups.some((place) => this.ordinary(place, one) > 0);
    for (let away = 0; away < SLOTS; away += 1) {
      const found = [slot - away, slot + away].find(isStaffed);
      if (found !== undefined) {
        return this.ordinary(group, found);
      }
    }
    return 0;
  }

  /** Draw the windows of a date as they usually are. */
  async drawUsual(date: string): Promise<void> {
    const { ground, overview } = this;
    if (!ground) {
      return;
    }
    await this.attempt(async () => {
      const known = overview ? overview.ahead.find((one) => one.date === date) : undefined;
      this.planned = known || (await this.api.get<PlannedDay>(this.path(`/dates/${date}`)));
      this.drawn = this.drawnOn(ground, this.planned);
    });
  }

  private drawnOn(ground: Ground, planned: PlannedDay): Drawn {
    const before = this.drawn;
    return {
      date: planned.date,
      counts: ground.groups.map((_, group) => Array.from({ length: SLOTS }, (_one, slot) => this.usual(group, slot))),
      hours: planned.hours.join(", "),
      atClose: before ? before.atClose : "serve",
      stopBefore: before ? before.stopBefore : String(ground.stop_before_min),
      target: before ? before.target : String(ground.target_min),
      demand: before ? before.demand : "100",
      moved: before ? before.moved : NOBODY,
      induced: before ? before.induced : NOBODY,
      isApart: before ? before.isApart : false,
      blocks: before ? before.blocks : {},
      cost: before ? before.cost : "",
      days: before ? before.days : 40,
      wants: before ? before.wants : WANTED,
    };
  }

  /** Open at other times: whoever is there at the nearest usual time stays for what is new, and goes where it closes. */
  openAt(hours: string): void {
    const { drawn } = this;
    if (!drawn) {
      return;
    }
    const [before, after] = [spansOf(drawn.hours), spansOf(hours)];
    if (after.length > 0) {
      drawn.counts.forEach((counts, group) => {
        counts.forEach((count, slot) => {
          const [was, is] = [isWithin(slot, before), isWithin(slot, after)];
          counts[slot] = is && !was && count === 0 ? this.nearest(group, slot) : was && !is ? 0 : count;
        });
      });
    }
    this.edit({ hours });
  }

  set(group: number, slot: number, count: number): void {
    const { drawn, ground } = this;
    const own = drawn ? drawn.counts[group] : undefined;
    if (own && ground) {
      const most = (ground.groups[group] || { windows: [] }).windows.length;
      own[slot] = Math.max(0, Math.min(most, count));
      this.changed();
    }
  }

  edit(part: Partial<Drawn>): void {
    if (this.drawn) {
      Object.assign(this.drawn, part);
      this.changed();
    }
  }

  draft(name = ""): Draft {
    const drawn = this.drawn as Drawn;
    const [first, last] = this.span;
    const groups: Group[] = (this.ground as Ground).groups.map((group, place) => ({
      windows: group.windows,
      open: (drawn.counts[place] as number[]).slice(first, last),
    }));
    const hours = drawn.hours.split(/[,，、;；\s]+/).filter((one) => one !== "");
    const asSet = this.planned ? this.planned.hours.join() : "";
    const { apart } = this;
    const together = apart.length > 0 ? NOBODIES : drawn;
    return {
      name,
      date: drawn.date,
      start: clock(first * STEP_MIN),
      groups,
      hours: hours.join() === asSet ? [] : hours,
      at_close: drawn.atClose,
      stop_before_min: numberOf(drawn.stopBefore),
      target_min: numberOf(drawn.target),
      demand_pct: numberOf(drawn.demand) ?? 100,
      moved: statedOf(together.moved),
      induced: statedOf(together.induced),
      blocks: apart.map((hours) => ({ hours, moved: statedOf(this.comersOf(hours).moved), induced: statedOf(this.comersOf(hours).induced) })),
      cost_per_hour: numberOf(drawn.cost),
    };
  }

  /** Bring a kept plan, or a result's own, back onto the drawing. */
  async load(draft: Draft): Promise<void> {
    await this.drawUsual(draft.date);
    const { drawn } = this;
    if (!drawn || drawn.date !== draft.date) {
      return;
    }
    const start = minutesOf(draft.start) / STEP_MIN;
    drawn.counts.forEach((counts, place) => {
      const group = draft.groups[place];
      if (group) {
        counts.fill(0);
        group.open.forEach((count, step) => (counts[start + step] = count));
      }
    });
    const hours = draft.hours.length > 0 ? draft.hours.join(", ") : drawn.hours;
    const blocks: Record<string, Comers> = {};
    (draft.blocks || []).forEach((one) => (blocks[one.hours] = { moved: writtenOf(one.moved), induced: writtenOf(one.induced) }));
    const isApart = (draft.blocks || []).length > 0;
    this.edit({ hours, isApart, blocks, atClose: draft.at_close, stopBefore: text(draft.stop_before_min), target: text(draft.target_min), demand: String(draft.demand_pct), moved: writtenOf(draft.moved), induced: writtenOf(draft.induced), cost: text(draft.cost_per_hour) });
  }

  async begin(ask: Record<string, unknown>): Promise<void> {
    this.failure = null;
    await this.attempt(async () => {
      try {
        const { job } = await this.api.send<{ job: Job }>("POST", this.path("/jobs"), { ask });
        this.job = job;
        this.poll(POLL_MS / 4);
      } catch (fault) {
        if (fault instanceof Refused && fault.code === "STUDIO_YOURS_RUNS") {
          this.takeUp(await this.look(), this.job);
          this.poll(POLL_MS / 4);
        }
        throw fault;
      }
    });
  }

  /** Begin what a server that stopped left, with its plan on the drawing again. */
  async again(job: Job): Promise<void> {
    const { draft, ground, days } = job.ask as { draft?: Draft; ground?: string; days?: number };
    if (draft && ground === this.groundJob) {
      await this.load(draft);
      this.edit({ days: days ?? (this.drawn as Drawn).days });
    }
    await this.begin(job.ask);
  }

  async cancel(): Promise<void> {
    const { job } = this;
    if (job) {
      await this.attempt(async () => {
        await this.api.send("POST", this.path(`/jobs/${job.id}/cancel`), {});
        await this.lookAfter(job);
      });
    }
  }

  async keep(name: string): Promise<void> {
    await this.attempt(async () => {
      await this.api.send("POST", this.path("/plans"), { name, job: this.runJob });
      toast(say("kept", { name }), "good");
      await this.look();
    });
  }

  async drop(plan: KeptPlan): Promise<void> {
    await this.attempt(async () => {
      await this.api.send("POST", this.path(`/plans/${plan.id}/delete`), {});
      await this.look();
    });
  }

  async speed(speed: number): Promise<void> {
    await this.attempt(async () => {
      this.playing = await this.api.send<Playing>("POST", this.path(`/days/${this.dayJob}/speed`), { speed });
    });
  }

  /** Look at everything, for a job of mine that still runs, and for the newest ground and its newest result. */
  private async refresh(): Promise<void> {
    const before = this.job;
    await this.attempt(async () => {
      const overview = await this.look();
      const ground = overview.jobs.find((one) => one.state === "done" && ["log", "stated", "file"].indexOf(one.kind) >= 0);
      const run = ground && overview.jobs.find((one) => one.state === "done" && ["run", "size"].indexOf(one.kind) >= 0 && one.ask.ground === ground.id);
      if (ground) {
        await this.taken(ground.id);
      }
      if (run) {
        await this.taken(run.id);
      }
      this.takeUp(overview, before);
    });
    this.poll(this.isRunning ? POLL_MS : CALM_MS);
  }

  /** Follow a job of mine that runs, whichever page began it; what was begun here meanwhile is not in this overview. */
  private takeUp(overview: Overview, before: Job | null): void {
    const running = ownRunning(overview.jobs);
    if (running && this.job === before) {
      this.job = running;
      this.failure = null;
    }
  }

  private async look(): Promise<Overview> {
    this.overview = await this.api.get<Overview>(this.path(""));
    return this.overview;
  }

  private poll(delayMs: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.polled(), delayMs);
  }

  private async askHall(): Promise<void> {
    try {
      await this.api.send("GET", `api/halls/${encodeURIComponent(this.hall.hall)}/waits`);
    } catch {
      // A hall that does not answer shows elsewhere; here it is a question that was not answered.
    }
    this.askTimer = window.setTimeout(() => void this.askHall(), this.isRunning ? ASK_MS.running : ASK_MS.calm);
  }

  private async polled(): Promise<void> {
    try {
      const { job } = this;
      if (job && job.state === "running") {
        await this.lookAfter(job);
      } else {
        this.takeUp(await this.look(), job);
      }
      this.isLost = false;
    } catch (fault) {
      this.missed(fault);
    }
    this.changed();
    this.poll(this.isRunning ? POLL_MS : CALM_MS);
  }

  /** See how far a job is. It counts as running until its result is here: whoever is cut off in between asks again. */
  private async lookAfter(job: Job): Promise<void> {
    const found = await this.api.send<{ job: Job }>("GET", this.path(`/jobs/${job.id}`));
    if (found.job.state !== "running") {
      await this.ended(found.job);
    }
    this.job = found.job;
  }

  private missed(fault: unknown): void {
    this.isLost = !(fault instanceof Refused);
    if (fault instanceof Refused && fault.status === 401) {
      location.reload();
    } else if (fault instanceof Refused && fault.status === 404) {
      this.job = null;
      toast(pick(faultText(fault)), "bad");
    }
  }

  private async ended(job: Job): Promise<void> {
    this.failure = job.failure;
    this.failedKind = job.kind;
    if (job.state === "done") {
      await this.taken(job.id, job);
    }
    await this.look();
  }

  /** Take a finished job's result onto the page. */
  private async taken(id: string, known?: Job): Promise<void> {
    const job = known || (await this.api.get<{ job: Job }>(this.path(`/jobs/${id}`))).job;
    if (job.kind === "run" || job.kind === "size") {
      this.runJob = job.id;
      this.run = job.result as Run;
      if (job.kind === "size") {
        await this.load({ ...this.run.draft, groups: this.run.plan.groups, start: clock(this.run.plan.start_min) });
      }
    } else if (job.kind === "compare") {
      this.comparedJob = job.id;
      this.compared = job.result as Comparison;
    } else if (job.kind === "day") {
      this.dayJob = job.id;
      this.day = job.result as WatchedDay;
      this.playing = await this.api.get<Playing>(this.path(`/days/${job.id}`));
    } else {
      this.groundJob = job.id;
      this.ground = job.result as Ground;
      this.group = 0;
      const next = this.overview && this.overview.ahead.find((one) => this.ground && this.ground.weekdays[String(one.like)]);
      await this.drawUsual(next ? next.date : this.hall.date);
    }
  }

  private async attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (fault) {
      toast(pick(faultText(fault)), "bad");
      if (fault instanceof Refused && fault.status === 401) {
        location.reload();
      }
    }
    this.changed();
  }
}
