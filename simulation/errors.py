"""What can go wrong in a simulation, each with a stable code and a sentence in both languages.

SimulationError
├── ScenarioInvalid       a scenario file contradicts itself; lists every fault with its line
├── TwinBroken            the hall refused what only a bug can ask for
├── SweepCancelled        somebody stopped a sweep; what is done is kept
└── CheckpointMismatch    a checkpoint belongs to another sweep
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

Language = Literal["zh", "en"]
Fact = str | int | float


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong with a scenario, and where."""

    code: str
    file: str
    line: int
    """Counted from 1."""
    facts: dict[str, Fact] = {}

    def text(self, language: Language) -> str:
        """Return the sentence for people, the place first."""
        sentence = FAULTS[self.code][language == "en"].format_map(self.facts)
        return f"{self.file}:{self.line}: {sentence}"


class SimulationError(Exception):
    """Root of all errors of the simulation."""

    code = "SIMULATION_FAILED"

    def text(self, language: Language) -> str:
        """Return the sentence for people."""
        return TEXTS[self.code][language == "en"].format_map(vars(self))


class ScenarioInvalid(SimulationError):
    """A scenario file contradicts itself."""

    code = "SCENARIO_INVALID"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(fault.text("en") for fault in faults))
        self.faults = tuple(faults)

    def text(self, language: Language) -> str:
        """Return one line per fault."""
        return "\n".join(fault.text(language) for fault in self.faults)


class TwinBroken(SimulationError):
    """The hall refused what the twin's people and clerks never ask for unless there is a bug."""

    code = "TWIN_BROKEN"

    def __init__(self, command: str, refusal: str, *, at_ms: int) -> None:
        super().__init__(f"{command} at {at_ms}: {refusal}")
        self.command, self.refusal, self.at_ms = command, refusal, at_ms


class SweepCancelled(SimulationError):
    """A sweep was stopped."""

    code = "SWEEP_CANCELLED"

    def __init__(self, *, done: int, wanted: int) -> None:
        super().__init__(f"stopped after {done} of {wanted} days")
        self.done, self.wanted = done, wanted


class CheckpointMismatch(SimulationError):
    """A checkpoint was written by another sweep."""

    code = "CHECKPOINT_MISMATCH"

    def __init__(self, file: str) -> None:
        super().__init__(f"{file} belongs to another sweep")
        self.file = file


TEXTS: dict[str, tuple[str, str]] = {
    "SIMULATION_FAILED": ("仿真未能完成", "The simulation could not be completed"),
    "TWIN_BROKEN": (
        "仿真与大厅规则不一致：{command} 被拒绝（{refusal}）",
        "The twin and the rules of the hall disagree: {command} was refused ({refusal})",
    ),
    "SWEEP_CANCELLED": (
        "已停止：完成 {done} 天，共 {wanted} 天；可从已完成处继续",
        "Stopped after {done} of {wanted} days; it can go on from there",
    ),
    "CHECKPOINT_MISMATCH": (
        "进度文件 {file} 属于另一次仿真，请删除或另选文件",
        "The progress file {file} belongs to another simulation; delete it or choose another",
    ),
}
"""(Chinese, English) of every error."""


FAULTS: dict[str, tuple[str, str]] = {
    "NOT_TOML": ("不是有效的 TOML：{why}", "this is not valid TOML: {why}"),
    "BAD_FORM": ("{where} 写法有误：{why}", "{where} is not written as it should be: {why}"),
    "WRONG_TYPE": ("{where}：应为 {expected}，实为 {got}", "{where}: expected {expected}, found {got}"),
    "UNKNOWN_FIELD": ("{where}：没有「{field}」这一项", "{where}: there is no entry named {field}"),
    "MISSING_FIELD": ("{where}：缺少「{field}」", "{where}: {field} is missing"),
    "UNKNOWN_HALL": ("没有这个大厅：{hall}", "there is no such hall: {hall}"),
    "BAD_PLAN": ("大厅设置有误：{why}", "the hall's settings contradict themselves: {why}"),
    "NEGATIVE": ("{where} 不能为负数（{value}）", "{where} must not be negative ({value})"),
    "SHARE_RANGE": ("{where} 须在 0 到 1 之间（{value}）", "{where} must lie between 0 and 1 ({value})"),
    "SHARES_SUM": (
        "{where} 的比例合计为 {value}，须大于 0",
        "the shares of {where} sum to {value}; they must be positive",
    ),
    "TOO_LARGE": ("{where} 过大（{value}，最多 {limit}）", "{where} is too large ({value}, at most {limit})"),
    "TOO_SMALL": ("{where} 过小（{value}，至少 {limit}）", "{where} is too small ({value}, at least {limit})"),
    "CLOSES_BEFORE_OPENING": ("关门早于开门：{span}", "closing comes before opening: {span}"),
    "BAD_TIME": ("不是时间或时段：{value}", "this is not a time or a time span: {value}"),
    "SPANS_OVERLAP": ("时段重叠或顺序有误：{where}", "time spans overlap or are out of order: {where}"),
    "BAD_RANGE": (
        "不是范围：{value}，应写成 5%..10%（占一周到访）或 30..60（人次/周）",
        "this is not a range: {value}; write it like 5%..10% (of a week's visits) or 30..60 (visits a week)",
    ),
    "UNKNOWN_PART": (
        "没有这个新增时段：{part}，只有 {parts}",
        "there is no such part of new hours: {part}, only {parts}",
    ),
    "BAD_DATE": ("不是日期：{value}", "this is not a date: {value}"),
    "NO_OPEN_DAY": ("所列日期大厅都不开放", "the hall is closed on every date of the scenario"),
    "UNKNOWN_ITEM": ("没有这个事项：{item}", "there is no such item: {item}"),
    "UNKNOWN_THEME": ("没有这个主题：{theme}", "there is no such theme: {theme}"),
    "UNKNOWN_PACKAGE": ("没有这个一件事：{package}", "there is no such package: {package}"),
    "UNKNOWN_CLASS": ("没有这种人群类别：{klass}", "there is no such class of visitors: {klass}"),
    "UNKNOWN_WINDOW": ("没有这个窗口：{window}", "there is no such window: {window}"),
    "NO_WINDOWS": ("没有任何窗口开放", "no window is ever open"),
    "NOBODY_COMES": ("没有任何到访需求", "nobody ever comes"),
    "NOBODY_SERVES": ("开放的窗口都不能办理该事项：{item}", "no window that opens serves this item: {item}"),
    "TOO_MANY_WINDOWS": (
        "{time} 需要开放 {value} 个窗口，该组只有 {limit} 个",
        "{time}: {value} windows are wanted, the group has {limit}",
    ),
    "SHIFTS_OVERLAP": ("窗口 {window} 的班次重叠：{time}", "shifts at window {window} overlap: {time}"),
    "PAUSE_OUTSIDE": ("休息时段不在班次内：{time}", "the break lies outside its shift: {time}"),
    "BAD_WEEKDAY": ("星期须为 1 到 7：{value}", "weekdays are 1 to 7: {value}"),
}
"""(Chinese, English) of every fault of a scenario."""
