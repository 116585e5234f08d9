"""What can keep a plan from being sized, each with a stable code and a sentence in both languages.

SizingError
├── BadTarget            the wanted service contradicts itself
├── BadLabourRules       labour rules contradict themselves; names the entry
├── BadNeed              the need per half-hour is not seven days of whole numbers
├── NoShiftFits          no shift that the rules allow covers these half-hours
├── TooFewPeople         the people allowed cannot cover these half-hours
├── NoScheduleInTime     the time limit ended before any schedule was found
├── SolverMissing        the optional solver of shifts is not installed
├── TargetOutOfReach     even all windows of the hall miss the target
├── BadGroups            windows and what they serve contradict the plan
├── SizingStopped        somebody stopped it; says the best plan known by then
└── BadExtension         longer hours contradict the hall's hours or themselves
"""

from simulation.errors import Language, SimulationError


class SizingError(SimulationError):
    """Root of all that keeps a plan from being sized; facts are attributes."""

    code = "SIZING_FAILED"

    def __init__(self, **facts: str | int | float) -> None:
        vars(self).update(facts)
        super().__init__(self.text("en"))

    def text(self, language: Language) -> str:
        """Return the sentence for people."""
        return TEXTS[self.code][language == "en"].format_map(vars(self))


class BadTarget(SizingError):
    """The wanted service contradicts itself."""

    code = "BAD_TARGET"


class BadLabourRules(SizingError):
    """Labour rules contradict themselves."""

    code = "BAD_LABOUR_RULES"


class BadNeed(SizingError):
    """The need per half-hour is not seven days of whole numbers."""

    code = "BAD_NEED"


class NoShiftFits(SizingError):
    """No shift that the rules allow covers these half-hours."""

    code = "NO_SHIFT_FITS"


class TooFewPeople(SizingError):
    """The people allowed cannot cover these half-hours."""

    code = "TOO_FEW_PEOPLE"


class NoScheduleInTime(SizingError):
    """The time limit ended before any schedule was found."""

    code = "NO_SCHEDULE_IN_TIME"


class SolverMissing(SizingError):
    """The optional solver of shifts is not installed."""

    code = "SOLVER_MISSING"


class TargetOutOfReach(SizingError):
    """Even all windows of the hall miss the target."""

    code = "TARGET_OUT_OF_REACH"


class SizingStopped(SizingError):
    """Somebody stopped a sizing; ``best`` is the staffing known by then, empty if there was none."""

    code = "SIZING_STOPPED"


class BadGroups(SizingError):
    """Windows and what they serve contradict the plan."""

    code = "BAD_GROUPS"


class BadExtension(SizingError):
    """Longer hours contradict the hall's hours or themselves."""

    code = "BAD_EXTENSION"


TEXTS: dict[str, tuple[str, str]] = {
    "SIZING_FAILED": ("测算未能完成", "The plan could not be sized"),
    "BAD_TARGET": ("服务目标有误：{why_zh}", "the target contradicts itself: {why_en}"),
    "BAD_LABOUR_RULES": ("用工规则「{entry}」有误：{why_zh}", "labour rules, {entry}: {why_en}"),
    "BAD_NEED": ("窗口需求有误：{why_zh}", "the need for windows: {why_en}"),
    "NO_SHIFT_FITS": (
        "以下时段没有符合用工规则的班次可以覆盖：{when}（{why_zh}）",
        "no shift that the labour rules allow covers {when} ({why_en})",
    ),
    "TOO_FEW_PEOPLE": (
        "允许的人数不足，以下时段缺人：{when}",
        "the people allowed are too few; missing at {when}",
    ),
    "NO_SCHEDULE_IN_TIME": (
        "{seconds} 秒处理器时间内没有找到排班方案，请放宽（--schedule-seconds）",
        "no schedule was found within {seconds} s of processor time; allow more (--schedule-seconds)",
    ),
    "SOLVER_MISSING": (
        "缺少排班求解器 highspy：pip install 'onewindow[simulation]'",
        "the solver highspy is missing: pip install 'onewindow[simulation]'",
    ),
    "TARGET_OUT_OF_REACH": (
        "即使 {windows} 个窗口全部开放也达不到目标：{when} 为 {reached}，目标 {wanted}",
        "even with all {windows} windows open the target is missed: {when} reaches {reached}, wanted {wanted}",
    ),
    "SIZING_STOPPED": (
        "已停止（已仿真 {days} 天）；目前所知：{known_zh}",
        "stopped after {days} simulated days; known so far: {known_en}",
    ),
    "BAD_GROUPS": ("窗口分组有误：{why_zh}", "the groups of windows: {why_en}"),
    "BAD_EXTENSION": ("延时服务设置有误：{why_zh}", "the longer hours: {why_en}"),
}
"""(Chinese, English) of every error."""
