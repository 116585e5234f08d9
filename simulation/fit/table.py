"""A fit as text for a terminal: each figure with its interval and what it rests on, in both languages."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.cells import cell_len

from hall.ids import MINUTE_MS
from simulation.fit.check import Checks
from simulation.fit.estimate import Estimate
from simulation.fit.whole import HallFit
from simulation.scenario_checks import clock

WEEKDAYS: Final = ("周一 Mon", "周二 Tue", "周三 Wed", "周四 Thu", "周五 Fri", "周六 Sat", "周日 Sun")
ITEMS_SHOWN: Final = 12
SECOND_MS: Final = 1_000

Row = tuple[str, ...]


def lines_of(fit: HallFit, checks: Checks | None) -> Iterator[str]:
    """Return the whole report, line by line."""
    yield f"{fit.name.zh} {fit.name.en} ({fit.hall}) · onewindow {fit.version} · seed {fit.seed}"
    yield f"{len(fit.dates)} 天 days: {fit.dates[0]} – {fit.dates[-1]} · {fit.visits:,} 人次 visits"
    yield from ("", "到访率 arrivals per hour")
    yield from aligned(rate_rows(fit))
    yield from ("", "参数 parameters")
    yield from aligned(parameter_rows(fit))
    yield from ("", f"办理时长 service times (前 {ITEMS_SHOWN} 个事项 most frequent items), min")
    yield from aligned(service_rows(fit)[: ITEMS_SHOWN + 1])
    yield from ("", "用没有参与学习的日子检验 checked on held-out days")
    yield from check_lines(checks)
    if fit.unknown:
        yield from ("", "未能得知 not learnt (场景中仍为假设 stays an assumption of the scenario)")
        for one in fit.unknown:
            yield f"  {one.about}: {one.text.zh} / {one.text.en}"


def rate_rows(fit: HallFit) -> list[Row]:
    """Return the rates by hour and weekday, a row for each slot."""
    arrivals = fit.arrivals
    rows: list[Row] = [("", *(f"{WEEKDAYS[day]} ({arrivals.days[day]} d)" for day in arrivals.rates))]
    for slot in range(len(next(iter(arrivals.rates.values())))):
        cells = [
            f"{rates[slot]:.1f} ({arrivals.rates_low[day][slot]:.0f}–{arrivals.rates_high[day][slot]:.0f})"
            for day, rates in arrivals.rates.items()
        ]
        rows.append((clock(arrivals.first_min + slot * arrivals.slot_min), *cells))
    return rows


def parameter_rows(fit: HallFit) -> list[Row]:
    """Return every single figure: name, value, interval, observations."""
    visit = fit.visit
    known: list[tuple[str, Estimate | None, float, str]] = [
        ("各天到访的波动 how days vary", fit.arrivals.day_cv, 0.01, "%"),
        ("各半小时的波动 how half-hours vary", fit.arrivals.slot_cv, 0.01, "%"),
        ("远程取号 taken by phone", fit.remote, 0.01, "%"),
        *((f"类别 class {code}", one, 0.01, "%") for code, one in fit.classes.items()),
        ("两个事项 two items", visit.two_items, 0.01, "%"),
        ("三个以上事项 three or more", visit.three_items, 0.01, "%"),
        ("一件事 whole packages", visit.packages, 0.01, "%"),
        ("同类多件 several cases of a kind", visit.many_units, 0.01, "%"),
        ("每多一件的用时 each further case", fit.more_units, 0.01, "%"),
        ("步行 walk", fit.walk.mean_ms if fit.walk is not None else None, SECOND_MS, "s"),
        ("两次办理的间隔 gap between visits", fit.gap_ms, SECOND_MS, "s"),
        ("平均耐心 mean patience", fit.patience.mean_min if fit.patience is not None else None, 1, "min"),
        ("首呼未到 miss the first call", fit.calls.missed, 0.01, "%"),
        ("过号后回来 back after a miss", fit.calls.return_min, 1, "min"),
        ("预约占比 booked", fit.booked_share, 0.01, "%"),
    ]
    if fit.booked is not None:
        known += [
            ("爽约 no-shows", fit.booked.no_show, 0.01, "%"),
            ("早到（负）晚到 arrival less slot", fit.booked.offset_mean_min, 1, "min"),
            ("其离散 its spread", fit.booked.offset_sd_min, 1, "min"),
        ]
    heads: Row = ("", "数值 value", "95 %", "样本 n")
    return [heads, *(_row(name, one, unit, sign) for name, one, unit, sign in known)]


def _row(name: str, one: Estimate | None, unit: float, sign: str) -> Row:
    if one is None:
        return (name, "–", "未知 unknown", "0")
    value = f"{one.value / unit:.3g} {sign}".strip()
    return (name, value, f"{one.low / unit:.3g} – {one.high / unit:.3g}", f"{one.n:,}")


def service_rows(fit: HallFit) -> list[Row]:
    """Return service times in minutes, the most frequent items first."""
    every = sorted(fit.services.values(), key=lambda one: (-one.mean_ms.n, one.item))
    rows: list[Row] = [("事项 item", "主题 theme", "均值 mean", "95 %", "CV", "自身权重 own weight", "样本 n")]
    for one in every:
        mean = one.mean_ms
        ends = f"{mean.low / MINUTE_MS:.1f} – {mean.high / MINUTE_MS:.1f}"
        rows.append(
            (one.item, one.theme, f"{mean.value / MINUTE_MS:.1f}", ends, f"{one.cv:.2f}", f"{one.weight:.0%}", f"{mean.n:,}")
        )  # fmt: skip
    return rows


def check_lines(checks: Checks | None) -> Iterator[str]:
    """Say how the fit did on days that it had not seen."""
    if checks is None:
        yield "  每个星期几不足三天，无法检验 fewer than three days of any weekday: not checked"
        return
    arrivals, services = checks.arrivals, checks.services
    yield (
        f"  到访 arrivals: {arrivals.inside_80_pct:.0f} % / {arrivals.slots} 个半小时在 80 % 区间内 "
        f"half-hours inside their 80 % range (各天都一样时 if days were all alike: {arrivals.poisson_inside_80_pct:.0f} %), "
        f"偏差 bias {arrivals.bias_pct:+.1f} %"
    )
    yield (
        f"  办理 service: {services.inside_80_pct:.0f} % / {services.visits:,} 次在 80 % 区间内 visits inside, "
        f"偏差 bias {services.bias_pct:+.1f} %"
    )
    if not checks.waits:
        yield "  等候 waits: 无可比日 no day to compare"
        return
    yield f"  等候 waits: {checks.waits_inside} / {len(checks.waits)} 在 80 % 区间内 quantiles inside, min"
    rows: list[Row] = [("  日期 date", "", "实际 seen", "仿真 simulated", "80 %", "")]
    for one in checks.waits:
        ends = f"{one.low_min:.1f} – {one.high_min:.1f}"
        is_in = "在内 inside" if one.is_inside else "在外 outside"
        rows.append((f"  {one.date}", f"P{one.quantile}", f"{one.seen_min:.1f}", f"{one.middle_min:.1f}", ends, is_in))
    yield from aligned(rows)


def aligned(rows: Sequence[Row]) -> Iterator[str]:
    """Put rows under each other; a Han character takes two places. Figures stand to the right, the first column left."""
    widths = [max(cell_len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell + " " * (width - cell_len(cell)) if number == 0 else " " * (width - cell_len(cell)) + cell
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
