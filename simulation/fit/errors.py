"""What can keep a fit from being made, each with a stable code and a sentence in both languages.

FitError
├── NoLogs             no file or ledger was named, or none holds a day of this hall and time
├── LogMissing         there is no such file
├── LogEmpty           the file holds no row of a day
├── LogUnreadable      a line is no row of a log
├── LogBroken          rows contradict the rules, or the log's own heading
├── LedgerUnreadable   no reader of stored ledgers is installed, or it could not read this one
├── OtherHall          a log belongs to another hall
├── DayTwice           two logs hold the same day
├── NobodyCame         on no day anybody took a number
├── TooFewDays         no weekday has two days
└── NothingServed      no visit was finished
"""

from simulation.errors import Language, SimulationError


class FitError(SimulationError):
    """Root of all that keeps a fit from being made; facts are attributes."""

    code = "FIT_FAILED"

    def __init__(self, **facts: str | int) -> None:
        vars(self).update(facts)
        super().__init__(self.text("en"))

    def text(self, language: Language) -> str:
        """Return the sentence for people."""
        return TEXTS[self.code][language == "en"].format_map(vars(self))


class NoLogs(FitError):
    """Nothing to learn from was found."""

    code = "NO_LOGS"


class LogMissing(FitError):
    """There is no such file."""

    code = "LOG_MISSING"


class LogEmpty(FitError):
    """The file holds no row of a day."""

    code = "LOG_EMPTY"


class LogUnreadable(FitError):
    """A line is no row of a log."""

    code = "LOG_UNREADABLE"


class LogBroken(FitError):
    """Rows contradict the rules, or the log's own heading."""

    code = "LOG_BROKEN"


class LedgerUnreadable(FitError):
    """A ledger cannot be read."""

    code = "LEDGER_UNREADABLE"


class OtherHall(FitError):
    """A log belongs to another hall."""

    code = "OTHER_HALL"


class DayTwice(FitError):
    """Two logs hold the same day."""

    code = "DAY_TWICE"


class NobodyCame(FitError):
    """On no day anybody took a number."""

    code = "NOBODY_CAME"


class TooFewDays(FitError):
    """No weekday has two days, so that nothing is known of how days differ."""

    code = "TOO_FEW_DAYS"


class NothingServed(FitError):
    """No visit was finished, so that nothing is known of service times."""

    code = "NOTHING_SERVED"


TEXTS: dict[str, tuple[str, str]] = {
    "FIT_FAILED": ("拟合未能完成", "The fit could not be made"),
    "NO_LOGS": (
        "没有可用的日志：{where} 中没有符合条件的营业日",
        "There is nothing to learn from: {where} holds no day of this hall and time",
    ),
    "LOG_MISSING": ("没有这个文件：{file}", "There is no file {file}"),
    "LOG_EMPTY": ("{file} 是空的，没有任何营业日记录", "{file} is empty: it holds no row of a day"),
    "LOG_UNREADABLE": ("{file}:{line}: 这一行不是日志记录（{why}）", "{file}:{line}: this is no row of a log ({why})"),
    "LOG_BROKEN": (
        "{file}：日志不连贯，第 {row} 行起不可信（{why}）；请先核对来源",
        "{file}: the log is broken at row {row} ({why}); find out where it comes from first",
    ),
    "LEDGER_UNREADABLE": ("无法读取 {file} 中的账本：{why}", "The ledger in {file} cannot be read: {why}"),
    "OTHER_HALL": (
        "{file} 是另一个大厅（{hall}）的日志，其余日志属于 {wanted}；可用 --hall 选定一个大厅",
        "{file} is of another hall ({hall}), the others are of {wanted}; choose one by --hall",
    ),
    "DAY_TWICE": ("{date} 出现了两次：{file}", "{date} is there twice: {file}"),
    "NOBODY_CAME": ("{days} 天里没有任何人取号", "On {days} days nobody took a number"),
    "TOO_FEW_DAYS": (
        "只有 {days} 天，同一个星期几至少需要两天，才能知道各天之间的差别",
        "{days} days are too few: how days differ shows from two days of one weekday on",
    ),
    "NOTHING_SERVED": (
        "日志中没有办结的单事项业务，无法得知办理时长",
        "The log has no finished visit with a single item, so nothing is known of service times",
    ),
}
"""(Chinese, English) of every error."""
