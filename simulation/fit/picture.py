"""A fit as a picture: rates of each weekday with their bands, service by item with intervals, held-out days in their ranges."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, Final, Literal

import matplotlib
import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hall.ids import MINUTE_MS
from simulation.errors import Language
from simulation.fit.check import Checks
from simulation.fit.whole import HallFit
from simulation.scenario_checks import clock

CHINESE_FONTS: Final = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "SimHei", "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei", "Noto Serif CJK SC",
)  # fmt: skip
INK: Final = "#1f2933"
FAINT: Final = "#d5dbe1"
BLUE: Final = "#1c6dd0"
ORANGE: Final = "#d9480f"
COLOURS: Final = (BLUE, "#2b8a3e", "#9c36b5", "#e67700", "#0b7285", "#a61e4d", "#5c940d", "#495057")
ITEMS_SHOWN: Final = 18

Words = dict[str, tuple[str, str]]
WORDS: Final[Words] = {
    "title": ("{name}：{days} 天日志的拟合（{first} – {last}）", "{name}: fitted to {days} days ({first} – {last})"),
    "rates": ("每小时到访人数（阴影为 95 % 区间）", "Arrivals per hour (shaded: 95 % interval)"),
    "service": ("办理时长（分钟，均值与 95 % 区间）", "Service time (min, mean with 95 % interval)"),
    "waits": (
        "没有参与学习的日子的等候（分钟，条为仿真 80 % 区间）",
        "Waits on held-out days (min; bars: simulated 80 %)",
    ),
    "seen": ("实际", "seen"),
    "outside": ("实际，区间之外", "seen, outside"),
    "unchecked": ("天数不足，未检验", "too few days to hold some out"),
    "days": ("{n} 天", "{n} days"),
    "theme": ("主题 {theme}", "theme {theme}"),
}
WEEKDAYS: Final = (
    ("周一", "Mon"), ("周二", "Tue"), ("周三", "Wed"), ("周四", "Thu"), ("周五", "Fri"), ("周六", "Sat"), ("周日", "Sun"),
)  # fmt: skip


def chinese_font() -> str:
    """Return a font of this computer that has Chinese characters, or an empty text."""
    known = {one.name for one in font_manager.fontManager.ttflist}
    return next((name for name in CHINESE_FONTS if name in known), "")


def write_picture(path: Path, fit: HallFit, checks: Checks | None, *, language: Language) -> Language:
    """Write an SVG or PNG by the name's ending; return the language that it came out in (English without a Chinese font)."""
    kind: Literal["svg", "png"] = "png" if path.suffix.lower() == ".png" else "svg"
    content, spoken = drawn(fit, checks, language=language, kind=kind)
    path.write_bytes(content)
    return spoken


def drawn(
    fit: HallFit, checks: Checks | None, *, language: Language, kind: Literal["svg", "png"]
) -> tuple[bytes, Language]:
    """Return the picture's bytes; letters of an SVG are shapes, so that it needs no font where it is shown."""
    font = chinese_font()
    spoken: Language = language if font else "en"
    rules: Any = {
        "font.family": [font, "DejaVu Sans"] if spoken == "zh" else ["DejaVu Sans"],
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": FAINT,
        "axes.labelcolor": INK,
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "svg.hashsalt": "onewindow",
    }
    with matplotlib.rc_context(rules), one_weight_is_enough():
        figure = _figure(fit, checks, spoken)
        if kind == "svg":
            text = StringIO()
            figure.savefig(text, format="svg", metadata={"Date": None})
            return text.getvalue().encode("utf-8"), spoken
        raw = BytesIO()
        figure.savefig(raw, format="png", dpi=144)
        return raw.getvalue(), spoken


@contextmanager
def one_weight_is_enough() -> Iterator[None]:
    """Keep quiet that a Chinese font comes in one weight; most do."""
    log = logging.getLogger("matplotlib.font_manager")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


def _figure(fit: HallFit, checks: Checks | None, language: Language) -> Figure:
    figure = Figure(figsize=(13, 9.5), layout="constrained")
    name = fit.name.zh if language == "zh" else fit.name.en or fit.hall
    title = _word("title", language).format(name=name, days=len(fit.dates), first=fit.dates[0], last=fit.dates[-1])
    figure.suptitle(title, fontsize=14, fontweight="bold", x=0.01, ha="left")
    above, below = figure.subfigures(2, 1, squeeze=False, height_ratios=(1, 1.45))[:, 0]
    above.suptitle(_word("rates", language), fontsize=11, x=0.01, ha="left")
    days = list(fit.arrivals.rates)
    panels = above.subplots(1, len(days), sharey=True, squeeze=False)[0]
    for axes, day in zip(panels, days, strict=True):
        _draw_rates(axes, fit, day, language)
    panels[0].set_ylim(0, 1.04 * max(max(ends) for ends in fit.arrivals.rates_high.values()))
    left, right = below.subplots(1, 2, width_ratios=(1.15, 1))
    _draw_services(left, fit, language)
    _draw_waits(right, checks, language)
    return figure


def _draw_rates(axes: Axes, fit: HallFit, day: int, language: Language) -> None:
    arrivals = fit.arrivals
    edges = arrivals.first_min + arrivals.slot_min * np.arange(len(arrivals.rates[day]) + 1)
    low, high = (_closed(ends[day]) for ends in (arrivals.rates_low, arrivals.rates_high))
    axes.fill_between(edges, low, high, step="post", color=BLUE, alpha=0.18, linewidth=0)
    axes.step(edges, _closed(arrivals.rates[day]), where="post", color=BLUE, linewidth=1.6)
    axes.set_title(
        f"{WEEKDAYS[day][language == 'en']} · {_word('days', language).format(n=arrivals.days[day])}", fontsize=9
    )
    hours = [int(edge) for edge in range(-(-int(edges[0]) // 120) * 120, int(edges[-1]) + 1, 120)]
    axes.set_xticks(hours, [clock(hour)[:2].lstrip("0") or "0" for hour in hours])
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.tick_params(length=0)


def _closed(values: tuple[float, ...]) -> list[float]:
    """Repeat the last value, so that its step is drawn too."""
    return [*values, values[-1]]


def _draw_services(axes: Axes, fit: HallFit, language: Language) -> None:
    """Draw the most frequent items of all themes, grouped by theme, the longest of each on top."""
    most = sorted(fit.services.values(), key=lambda one: (-one.mean_ms.n, one.item))[:ITEMS_SHOWN]
    shown = sorted(most, key=lambda one: (one.theme, -one.mean_ms.value, one.item))
    themes = sorted({one.theme for one in shown})
    for row, one in enumerate(shown):
        colour = COLOURS[themes.index(one.theme) % len(COLOURS)]
        mean = one.mean_ms
        label = _word("theme", language).format(theme=one.theme)
        first = row == next(place for place, other in enumerate(shown) if other.theme == one.theme)
        axes.plot([mean.low / MINUTE_MS, mean.high / MINUTE_MS], [row, row], color=colour, linewidth=3, alpha=0.35)
        axes.plot(
            [mean.value / MINUTE_MS],
            [row],
            "o",
            color=colour,
            markersize=5,
            label=label if first else "_",
            linestyle="",
        )
    axes.set_yticks(range(len(shown)), [f"{one.item}  (n = {one.mean_ms.n:,})" for one in shown])
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_title(_word("service", language), fontsize=11, loc="left")
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.tick_params(length=0)
    axes.legend(frameon=False, fontsize=8, loc="best")


def _draw_waits(axes: Axes, checks: Checks | None, language: Language) -> None:
    axes.set_title(_word("waits", language), fontsize=11, loc="left")
    axes.tick_params(length=0)
    waits = checks.waits if checks is not None else ()
    if not waits:
        axes.text(0.5, 0.5, _word("unchecked", language), transform=axes.transAxes, ha="center", va="center")
        axes.set_xticks([])
        axes.set_yticks([])
        return
    for row, one in enumerate(waits):
        axes.barh(row, one.high_min - one.low_min, left=one.low_min, height=0.55, color=BLUE, alpha=0.22, linewidth=0)
        axes.plot([one.middle_min] * 2, [row - 0.28, row + 0.28], color=BLUE, linewidth=1.6)
    for is_inside, colour, word in ((True, INK, "seen"), (False, ORANGE, "outside")):
        rows = [(one.seen_min, row) for row, one in enumerate(waits) if one.is_inside == is_inside]
        if rows:
            axes.plot(*zip(*rows, strict=True), "D", color=colour, markersize=6, label=_word(word, language))
    axes.set_yticks(range(len(waits)), [f"{one.date}  P{one.quantile}" for one in waits])
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.legend(frameon=False, fontsize=8, loc="lower right")


def _word(name: str, language: Language) -> str:
    return WORDS[name][language == "en"]
