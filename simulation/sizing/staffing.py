"""The fewest windows per half-hour for a wanted service, found on the twin and confirmed on fresh days.

Offered load as a start, rounds on simulated days with the same people, windows taken away as long as the target holds with a
margin; then days that the search did not see, with the day as unit. If those miss the target, the margin grows by what is
missing and the search goes on. Where all windows are alike the search runs on a recursion that must agree with the twin
visitor by visitor; what is confirmed is always the twin.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from hall.ids import MINUTE_MS
from simulation.experiment import IsCancelled, Machine
from simulation.intervals import Floats, mean_of, share_of, unit_of
from simulation.journal import Kept
from simulation.setting import Setting
from simulation.sizing.errors import SizingStopped, TargetOutOfReach
from simulation.sizing.groups import Frame, Numbers
from simulation.sizing.measure import Demanded
from simulation.sizing.plan import Checked, SizedPlan, SizedSlot, Today
from simulation.sizing.pool import is_simple
from simulation.sizing.search import Search
from simulation.sizing.start import start_of, streams_of
from simulation.sizing.target import Limit, Target, check_target
from simulation.sizing.trials import Progress, Stopped, Tell, Trials

__all__ = ["Checked", "Limit", "Progress", "SizedPlan", "SizedSlot", "Target", "Today", "needed", "size"]

SEARCH_DAYS: Final = 40
"""Days of a search on the twin."""
QUICK_DAYS: Final = 300
"""Days of a search by the recursion, which takes a thirtieth of the twin's time."""
FRESH_DAYS: Final = 200
"""Days of a confirmation, unless the scenario asks for more replications."""
REHEARSAL_DAYS: Final = 1_000
"""Days between search and confirmation on which a plan found by the recursion is tried by it: a clear miss costs seconds."""
REHEARSAL_PART: Final = 4
"""No more than so many times the days of the search."""
SPARE: Final = 0.004
"""Wanted on them beyond the target, since they are days like any others."""
COMPARED_DAYS: Final = 3
"""Days on which the recursion must call everybody as the twin does."""
ATTEMPTS: Final = 4
"""Confirmations; a plan that misses the target as often is returned as what it is."""
STEP_MORE: Final = 0.003
"""Added to the margin beyond what was missing."""
STREAM_DAYS: Final = 3


def size(
    scenario: Setting,
    target: Target,
    *,
    seed: int | None = None,
    jobs: int = 1,
    dask: str = "",
    progress: Tell | None = None,
    cancelled: IsCancelled | None = None,
    search_days: int | None = None,
    fresh_days: int | None = None,
    memory: Path | Kept | None = None,
) -> SizedPlan:
    """Size the windows of a scenario's dates, one plan for all of them.

    Raises BadTarget, TargetOutOfReach, SizingStopped (with the best plan known), CheckpointMismatch.
    """
    check_target(target, books=scenario.booked is not None)
    setting = scenario if seed is None else msgspec.structs.replace(scenario, seed=seed)
    return _Sizing(setting, target, Machine(jobs, dask), progress, cancelled, memory).run(search_days, fresh_days)


def needed(plan: SizedPlan) -> tuple[tuple[int, int], ...]:
    """Return (minute after midnight, windows) of each half-hour of a plan."""
    return tuple((slot.from_min, slot.windows) for slot in plan.slots)


class _Sizing:
    def __init__(
        self, setting: Setting, target: Target, machine: Machine, tell: Tell | None, stop: IsCancelled | None,
        memory: Path | Kept | None,
    ) -> None:  # fmt: skip
        self._setting, self._target = setting, target
        self._trials = Trials(setting, target, machine=machine, memory=memory, tell=tell, is_cancelled=stop)
        self._hall = self._trials.hall
        self._frame: Frame = self._hall.frame
        self._best: Numbers = ()

    def run(self, search_days: int | None, fresh_days: int | None) -> SizedPlan:
        setting = self._setting
        try:
            start = self._start()
            self._trials.quick = is_simple(setting, self._frame) and self._agrees(start)
            days = _blocks(search_days or (QUICK_DAYS if self._trials.quick else SEARCH_DAYS), setting.strata)
            fresh = _blocks(fresh_days or max(FRESH_DAYS, setting.days), setting.strata)
            numbers, rows, confirm_s = self._found(start, days, fresh)
            today = self._today(range(days))
        except Stopped:
            raise self._stopped() from None
        finally:
            self._trials.close()
        return self._plan(numbers, rows, today, search_days=days, confirm_s=confirm_s)

    def _start(self) -> Numbers:
        people = [self._hall.people(day) for day in range(STREAM_DAYS)]
        return start_of(self._setting, self._frame, self._target, streams_of(self._setting, self._frame, people))

    def _agrees(self, numbers: Numbers) -> bool:
        """Return whether the recursion gives the twin's rows on some days, of a plan and of one with fewer windows."""
        fewer = tuple(tuple(max(1, own * 9 // 10) for own in group) for group in numbers)
        for one in (numbers, fewer):
            roster = self._frame.roster(one, self._setting.roster)
            for day in range(COMPARED_DAYS):
                if not np.array_equal(self._hall.lived(roster, day), self._hall.passed(roster, day)):
                    return False
        return True

    def _found(self, start: Numbers, days: int, fresh: int) -> tuple[Numbers, Floats, float]:
        """Search and confirm until fresh days hold the target."""
        trials, margin, numbers = self._trials, self._target.margin, start
        tried = _blocks(min(REHEARSAL_DAYS, REHEARSAL_PART * days), self._setting.strata) if trials.quick else 0
        rehearsal = range(days, days + tried)
        first, attempt = rehearsal.stop, 0
        while True:
            attempt += 1
            trials.stage = "search"
            trials.ahead = self._expected(days) + len(rehearsal) + fresh
            numbers, margin = self._rehearsed(numbers, range(days), rehearsal, margin)
            trials.stage, trials.ahead = "confirm", fresh
            rows, missing = self._confirmed(numbers, range(first, first + fresh), is_last=attempt == ATTEMPTS)
            if missing <= 0 or attempt == ATTEMPTS:
                return numbers, rows, self._confirm_s(numbers, range(first, first + fresh))
            margin += missing + STEP_MORE
            first += fresh

    def _rehearsed(self, numbers: Numbers, days: range, rehearsal: range, margin: float) -> tuple[Numbers, float]:
        """Search until other days hold the target too, where they cost little; return the plan and its margin."""
        found = self._searched(numbers, days, margin)
        for _ in range(ATTEMPTS if rehearsal else 0):
            sums = self._trials.sums(found, rehearsal)
            missing = -min(one.slack(sums, SPARE) for one in self._hall.layout.demands)
            if missing <= 0:
                break
            margin += missing + STEP_MORE
            found = self._searched(found, days, margin)
        return found, margin

    def _searched(self, numbers: Numbers, days: range, margin: float) -> Numbers:
        search = Search(self._frame, self._hall.layout, lambda one: self._trials.sums(one, days), margin=margin)
        reached = search.reach(numbers)
        if not search.holds(reached):
            # Of what all windows reach beyond the target, half is left as the margin.
            sums = self._trials.sums(reached, days)
            search.margin = 0.0
            search.margin = search.slack(sums) / 2
            if search.margin < 0:
                raise self._out_of_reach(sums)
        self._best = reached
        self._best = search.prune(reached)
        return self._best

    def _confirmed(self, numbers: Numbers, days: range, *, is_last: bool) -> tuple[Floats, float]:
        """Return the rows of fresh days, and by how much a requirement is missed; a miss that is likely to stay ends them early."""
        roster = self._frame.roster(numbers, self._setting.roster)
        parts: list[Floats] = []
        missing = 0.0
        for piece in self._pieces(days):
            parts.append(self._trials.rows(roster, piece))
            rows = np.concatenate(parts)
            checks = [self._check(one, rows) for one in self._hall.layout.demands]
            missing = max(_missing(one) for one in checks)
            if not is_last and any(_is_lost(one) for one in checks):
                break
        return np.concatenate(parts), missing

    def _pieces(self, days: range) -> Iterator[range]:
        """Yield the fresh days in the pieces in which they are simulated."""
        step = _blocks(max(1, len(days) // 4), self._setting.strata)
        for start in range(days.start, days.stop, step):
            yield range(start, min(days.stop, start + step))

    def _confirm_s(self, numbers: Numbers, days: range) -> float:
        """Return how long the fresh days took, in whichever run they were simulated."""
        roster = self._frame.roster(numbers, self._setting.roster)
        return sum(self._trials.took_s(roster, piece) for piece in self._pieces(days))

    def _expected(self, days: int) -> int:
        """Return the days that a search is likely to simulate."""
        several = sum(group.size > 1 for group in self._frame.groups)
        return days * (len(self._frame.slots) * several * 3 + 10)

    def _check(self, demand: Demanded, rows: Floats) -> Checked:
        part, whole = rows[:, list(demand.part)].sum(axis=1), rows[:, list(demand.whole)].sum(axis=1)
        found = share_of(part, whole, block=unit_of(len(rows), self._setting.strata))
        scale = 60 * MINUTE_MS if demand.kind == "use" else 1
        return Checked(
            demand.kind, demand.name, demand.within_min, demand.wanted, found, demand.at_most,
            float(whole.mean()) / scale,
        )  # fmt: skip

    def _today(self, days: range) -> Today:
        roster = self._setting.roster
        if self._trials.quick:
            rows = np.array([self._hall.passed(roster, day) for day in days])
        else:
            rows = self._trials.rows(roster, days)
        worst = _worst([self._check(one, rows) for one in self._first_limit()])
        planned = float(rows[:, self._hall.layout.column("planned_ms")].mean()) / (60 * MINUTE_MS)
        return Today(planned, worst.name, worst.found.value)

    def _first_limit(self) -> list[Demanded]:
        layout = self._hall.layout
        return [one for one in layout.demands if one.kind == "hour"][: len(layout.hours)]

    # ---- answers ----

    def _plan(self, numbers: Numbers, rows: Floats, today: Today, *, search_days: int, confirm_s: float) -> SizedPlan:
        layout, setting, frame, now_s = self._hall.layout, self._setting, self._frame, self._trials.now_s
        checks = tuple(self._check(one, rows) for one in layout.demands)
        worst = _worst(checks[: len(layout.hours)])
        block = unit_of(len(rows), setting.strata)

        def fact(name: str) -> Floats:
            return np.asarray(rows[:, layout.column(name)], dtype=np.float64)

        window_hours, per_hour = frame.hours(numbers), setting.roster.cost_per_hour
        return SizedPlan(
            name=setting.name,
            seed=setting.seed,
            weekdays=tuple(frame.sessions),
            groups=frame.groups,
            slots=tuple(_slots(frame, numbers)),
            roster=frame.roster(numbers, setting.roster),
            window_hours=window_hours,
            worst_hour=worst.name,
            worst=worst.found,
            use=share_of(fact("busy_ms"), fact("planned_ms"), block=block),
            visitors=mean_of(fact("came"), block=block),
            turned_away=mean_of(fact("turned_away"), block=block),
            left=mean_of(fact("left"), block=block),
            checks=checks,
            held=all(one.holds for one in checks),
            sure=all(one.is_sure for one in checks),
            days=len(rows),
            search_days=search_days,
            simulated=self._trials.done + self._trials.done_before,
            by_recursion=self._trials.quick,
            elapsed_s=self._trials.earlier_s + now_s,
            now_s=now_s,
            runs=self._trials.runs,
            confirm_s=confirm_s,
            cost=window_hours * per_hour if per_hour else None,
            today=today,
            assumptions=setting.assumptions,
        )

    def _out_of_reach(self, sums: Floats) -> TargetOutOfReach:
        worst = min(self._hall.layout.demands, key=lambda one: one.slack(sums, 0.0))
        return TargetOutOfReach(
            windows=sum(group.size for group in self._frame.groups),
            when=worst.name or worst.kind,
            reached=f"{100 * (worst.found(sums) or 0.0):.1f} %",
            wanted=f"{'≤' if worst.at_most else '≥'} {100 * worst.wanted:g} %",
        )

    def _stopped(self) -> SizingStopped:
        hours = f"{self._frame.hours(self._best):.1f}" if self._best else ""
        return SizingStopped(
            days=self._trials.done,
            known_zh=f"每天 {hours} 窗口小时的方案在搜索日达标，尚未用新的日子验证" if hours else "尚无达标方案",
            known_en=f"{hours} window-hours a day hold on the search's days, not yet confirmed on fresh ones"
            if hours
            else "no plan that holds the target yet",
            best=msgspec.json.encode(self._best).decode(),
        )


def _slots(frame: Frame, numbers: Numbers) -> list[SizedSlot]:
    """Return the half-hours of a plan; where weekdays have other hours, the longest stretch of each."""
    spans: dict[int, tuple[int, int]] = {}
    for weekday in frame.sessions:
        for place, start, end in frame.pieces(weekday):
            known = spans.get(place, (start, end))
            spans[place] = (min(known[0], start), max(known[1], end))
    own = [tuple(group[place] for group in numbers) for place in range(len(frame.slots))]
    return [SizedSlot(*spans[place], sum(own[place]), own[place]) for place in sorted(spans)]


def _worst(hours: Sequence[Checked]) -> Checked:
    """Return the hour that holds least; where nobody comes, the first, which has nothing to miss."""
    came = [one for one in hours if one.a_day > 0]
    return min(came, key=lambda one: one.found.value) if came else hours[0]


def _missing(check: Checked) -> float:
    if check.holds:
        return 0.0
    return abs(check.found.value - check.wanted)


def _is_lost(check: Checked) -> bool:
    """Return whether a requirement is missed by more than a standard error: more days would hardly change that."""
    return _missing(check) > check.found.half_width / 2


def _blocks(days: int, strata: int) -> int:
    """Return days rounded up to whole blocks of strata."""
    return -(-days // strata) * strata
