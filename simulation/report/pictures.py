"""Pictures of reports, drawn by matplotlib: an SVG needs no font where it is shown, its letters are shapes."""

from collections.abc import Callable, Sequence
from io import BytesIO, StringIO
from textwrap import wrap
from typing import Any, Final, Literal

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from simulation.errors import Language
from simulation.fit.picture import BLUE, COLOURS, FAINT, INK, ORANGE, chinese_font, one_weight_is_enough
from simulation.report.content import Picture, Series, begun, said

GREEN: Final = "#2b8a3e"
LABELS: Final = 14
"""Places along the axis that are named; more would overlap."""
NAME_WIDTH: Final[dict[Language, int]] = {"en": 17, "zh": 9}
"""Letters of a name in one line, so that the names of six bars stand beside each other."""


def drawn(picture: Picture, *, language: Language, kind: Literal["svg", "png"] = "svg") -> tuple[bytes, Language]:
    """Return the picture, and the language that it came out in: English without a Chinese font on this computer."""
    font = chinese_font()
    spoken: Language = language if font else "en"
    rules: Any = {
        "font.family": [font, "DejaVu Sans"] if spoken == "zh" else ["DejaVu Sans"],
        "font.size": 10,
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
        figure = Figure(figsize=(9, 4), layout="constrained")
        axes = figure.subplots()
        _DRAW[picture.kind](axes, picture, spoken)
        axes.set_title(begun(picture.title, spoken), loc="left", fontsize=12)
        axes.set_ylabel(said(picture.unit, spoken))
        axes.grid(axis="y", color=FAINT, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.tick_params(length=0)
        if kind == "svg":
            text = StringIO()
            figure.savefig(text, format="svg", metadata={"Date": None})
            return text.getvalue().encode("utf-8"), spoken
        raw = BytesIO()
        figure.savefig(raw, format="png", dpi=110)
        return raw.getvalue(), spoken


def _names(axes: Axes, picture: Picture, language: Language) -> None:
    every = -(-len(picture.places) // LABELS)
    places = range(0, len(picture.places), every)
    names = [said(picture.places[one], language) for one in places]
    axes.set_xticks(list(places), ["\n".join(wrap(name, NAME_WIDTH[language])) or name for name in names])


def _numbers(values: Sequence[float | None]) -> list[float]:
    return [float("nan") if one is None else one for one in values]


def _lines(axes: Axes, picture: Picture, language: Language) -> None:
    where = list(range(len(picture.places)))
    for one, colour in zip(picture.series, COLOURS, strict=False):
        if one.low:
            axes.fill_between(where, _numbers(one.low), _numbers(one.high), color=colour, alpha=0.15, linewidth=0)
        axes.plot(where, _numbers(one.values), color=colour, linewidth=1.8, label=said(one.name, language))
    _finish(axes, picture, language)


def _steps(axes: Axes, picture: Picture, language: Language) -> None:
    edges = list(range(len(picture.places) + 1))
    for one, colour in zip(picture.series, COLOURS, strict=False):
        axes.stairs(
            _numbers(one.values), edges, baseline=None, color=colour, linewidth=1.8, label=said(one.name, language)
        )
    axes.yaxis.set_major_locator(MaxNLocator("auto", integer=True))
    _finish(axes, picture, language)


def _finish(axes: Axes, picture: Picture, language: Language) -> None:
    axes.set_ylim(bottom=0)
    _names(axes, picture, language)
    if len(picture.series) > 1:
        axes.legend(frameon=False, loc="best")


def _bars(axes: Axes, picture: Picture, language: Language) -> None:
    width = 0.8 / len(picture.series)
    for number, (one, colour) in enumerate(zip(picture.series, COLOURS, strict=False)):
        where = [place - 0.4 + width * (number + 0.5) for place in range(len(picture.places))]
        axes.bar(where, _numbers(one.values), width * 0.94, color=colour, label=said(one.name, language))
        _whiskers(axes, where, one)
    _finish(axes, picture, language)
    axes.margins(y=0.08)


def _whiskers(axes: Axes, where: Sequence[float], one: Series) -> None:
    for place, low, high in zip(where, one.low, one.high, strict=False):
        if low is not None and high is not None and low == low:
            axes.plot([place, place], [low, high], color=INK, linewidth=1)


def _fall(axes: Axes, picture: Picture, language: Language) -> None:
    """Draw a waterfall: levels stand on the ground, changes hang between them."""
    (one,) = picture.series
    level, last = 0.0, len(one.values) - 1
    for place, value in enumerate(_numbers(one.values)):
        is_level = place in (0, last)
        base = 0.0 if is_level else level
        colour = BLUE if is_level else ORANGE if value > 0 else GREEN
        axes.bar([place], [value], 0.6, bottom=[base], color=colour)
        top = base + max(value, 0.0)
        low, high = one.low[place], one.high[place]
        if low is not None and high is not None and low == low:
            axes.plot([place, place], [base + low, base + high], color=INK, linewidth=1, alpha=0.6)
            top = max(top, base + high)
        label = f"{value:z.2f}" if is_level else f"{value:+z.2f}"
        axes.annotate(label, (place, top), xytext=(0, 4), textcoords="offset points", ha="center")
        level = base + value
    _names(axes, picture, language)
    axes.margins(y=0.12)


_DRAW: Final[dict[str, Callable[[Axes, Picture, Language], None]]] = {
    "lines": _lines,
    "steps": _steps,
    "bars": _bars,
    "fall": _fall,
}
