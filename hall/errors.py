"""Refusals and errors.

HallError
├── BrokenLog        a log that no hall can have written (first bad row named)
├── UnknownEvent     an event of a later version: read only, decide nothing
└── InvalidPlan      a plan that contradicts itself (every fault listed)

A refusal is a normal answer to a command: a stable code, the facts, and one sentence in each language.
It changes nothing. An error is a bug or a damaged file.
"""

import re
from typing import Final, final

import msgspec

from hall.booking_refusals import APPOINTMENT_NAMES, BOOKING_REFUSALS, UNTIL_IT_BEGINS

Fact = str | int


class HallError(Exception):
    """Root of everything that the rules can raise."""


class BrokenLog(HallError):
    """The log contradicts the rules; ``seq`` names the first bad commit."""

    def __init__(self, seq: int, law: str, reason: str) -> None:
        """Remember where, which law and why."""
        super().__init__(f"seq {seq}: {law}: {reason}")
        self.seq = seq
        self.law = law
        self.reason = reason


class UnknownEvent(HallError):
    """The log holds an event that this version does not know."""


class InvalidPlan(HallError):
    """The plan of a hall contradicts itself; ``faults`` lists every contradiction."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        """Remember all faults."""
        super().__init__("; ".join(faults))
        self.faults = faults


@final
class Refusal(msgspec.Struct, frozen=True, gc=False, tag="refusal"):
    """A command that the rules of the hall do not allow now."""

    code: str
    facts: dict[str, Fact] = {}

    @property
    def zh(self) -> str:
        """The sentence for people, in Chinese."""
        return _sentence(self, 0)

    @property
    def en(self) -> str:
        """The sentence for people, in English."""
        return _sentence(self, 1)


def refuse(code: str, **facts: Fact) -> Refusal:
    """Make a refusal; the code must stand in the table below."""
    assert code in REFUSALS, code
    return Refusal(code, facts)


def _sentence(refusal: Refusal, language: int) -> str:
    facts = _Facts(refusal.facts)
    state = facts.get("state")
    if isinstance(state, str) and state in STATE_NAMES:
        facts["state"] = STATE_NAMES[state][language]
    booking_state = facts.get("booking_state")
    if isinstance(booking_state, str) and booking_state in APPOINTMENT_NAMES:
        facts["booking_state"] = APPOINTMENT_NAMES[booking_state][language]
    facts["item"] = facts.get(("item_zh", "item_en")[language]) or facts["item"]
    words = DATED.get(refusal.code) if "since" in facts else None
    if facts.get("minutes") == 0:
        words = UNTIL_IT_BEGINS.get(refusal.code)
    if language == 0:
        facts["faults"] = _FAULT.sub(lambda found: "".join(map(_in_chinese, found.groups())), str(facts["faults"]))
    return (words or REFUSALS[refusal.code])[language].format_map(facts)


def _in_chinese(part: str) -> str:
    return FAULT_NAMES.get(part, f" {part} ")


FAULT_NAMES: Final = {
    "window": "窗口", "item": "事项", "area": "区域", "class": "人群类别", "group": "预约组", "is in use": "正在使用",
    "is waited for": "有人等候", "waits": "有人等候", "is booked": "已有预约",
}  # fmt: skip
"""The words of what stands against another plan (:func:`hall.decide.change_plan`)."""

_FAULT: Final = re.compile(r"\b(window|item|area|class|group) (\S+) (is in use|is waited for|waits|is booked)\b")


class _Facts(dict[str, Fact]):
    """A missing fact prints as a dash, so that a sentence never fails."""

    def __missing__(self, key: str) -> str:
        return "–"


STATE_NAMES: dict[str, tuple[str, str]] = {
    "WAITING": ("等候", "waiting"),
    "CALLED": ("叫号中", "being called"),
    "SERVING": ("办理中", "being served"),
    "HELD": ("挂起", "on hold"),
    "MISSED": ("过号", "missed"),
    "DONE": ("办结", "done"),
    "CANCELLED": ("退号", "cancelled"),
    "ABANDONED": ("弃号", "abandoned"),
    "EXPIRED": ("日终作废", "expired at the end of the day"),
}
"""Names of a ticket's states for people."""


REFUSALS: dict[str, tuple[str, str]] = {
    # the day
    "DAY_NOT_OPEN": ("今日业务尚未开始", "The business day has not been opened yet"),
    "DAY_ALREADY_OPEN": ("今日业务已经开始", "The business day is already open"),
    "DAY_ENDED": ("今日业务已结束", "The business day has ended"),
    "CALENDAR_UNPUBLISHED": (
        "{year} 年的节假日安排尚未公布，暂不能办理",
        "The holidays of {year} are not published yet",
    ),
    "HALL_CLOSED": (
        "大厅现在不取号，请在下次开放时再来",
        "The hall is closed now; come back at the next opening",
    ),
    "ISSUING_STOPPED": ("已停止取号", "No more numbers are given out for now"),
    "ITEM_STOPPED": (
        "{item} 已停止取号，不能加到号票上",
        "Numbers for {item} are stopped for now; it cannot be added to a ticket",
    ),
    "PLAN_UNKNOWN": ("没有这份设置：{plan}", "These settings are not known here: {plan}"),
    "PLAN_UNCHANGED": ("设置没有变化", "The settings are unchanged"),
    "PLAN_INVALID": ("设置有误：{faults}", "The settings contradict themselves: {faults}"),
    "SESSIONS_INVALID": ("开放时段有误", "The opening times are not valid"),
    # taking a number
    "UNKNOWN_ITEM": ("没有这个事项：{item}", "There is no such item: {item}"),
    "UNKNOWN_CLASS": ("没有这种人群类别：{class}", "There is no such class of visitors: {class}"),
    "NO_ITEMS": ("请至少选择一个事项", "Choose at least one item"),
    "TOO_MANY_ITEMS": ("一张号票最多 {limit} 个事项", "A ticket takes at most {limit} items"),
    "BAD_QUANTITY": ("数量须在 1 到 {limit} 之间", "The quantity must be between 1 and {limit}"),
    "NOBODY_SERVES": ("大厅没有窗口办理该事项：{item}", "No window of this hall serves this item: {item}"),
    "NOBODY_SERVES_THERE": (
        "区域 {area} 没有窗口办理该事项：{item}",
        "No window of area {area} serves this item: {item}",
    ),
    "QUOTA_FULL": (
        "{item} 本时段的号已取完，请下一时段或改日再来",
        "All numbers for {item} in this half-day are taken; come back in the next one or on another day",
    ),
    "ALREADY_WAITING": ("您已有该事项的号 {number}", "You already hold number {number} for this item"),
    "REMOTE_NOT_ALLOWED": (
        "本大厅不开放远程取号，请到现场取号",
        "This hall gives no numbers remotely; take one on site",
    ),
    "TICKET_EXISTS": ("号票编号重复", "A ticket with this id exists already"),
    # tickets
    "UNKNOWN_TICKET": ("没有这张号票", "There is no such ticket"),
    "WRONG_STATE": (
        "号票 {number} 现在是「{state}」，不能这样操作",
        "Ticket {number} is {state}; this cannot be done now",
    ),
    "TICKET_ELSEWHERE": ("号票 {number} 不在本窗口", "Ticket {number} is not at this window"),
    "REJOIN_NOT_ALLOWED": ("过号后不能重排，请重新取号", "A missed number cannot rejoin here; take a new one"),
    "REJOIN_LIMIT": ("已重排 {limit} 次，请重新取号", "Rejoined {limit} times already; take a new number"),
    "DELAY_LIMIT": ("已延后 {limit} 次，不能再延后", "Already let others pass {limit} times"),
    "BAD_PLACES": ("让号个数须在 1 到 {limit} 之间", "You can let between 1 and {limit} people pass"),
    "UNKNOWN_ENTRY": ("号票上没有第 {index} 个事项", "The ticket has no item number {index}"),
    "ITEMS_OPEN": ("还有事项没有结果：{item}", "These items have no result yet: {item}"),
    "NOTHING_OPEN": (
        "号票 {number} 的事项都已有结果",
        "Every item of ticket {number} has its result already",
    ),
    "BAD_RESULT": ("事项结果有误", "This is not a valid item result"),
    "DUE_DATE_NEEDED": ("容缺受理须填写补交期限", "Materials owed need a due date"),
    "NOTHING_TO_SPLIT": ("拆分须留下并分出至少一个事项", "A split must leave and take at least one item"),
    "SAME_TICKET": ("不能与自身合并", "A ticket cannot be merged with itself"),
    "REASON_NEEDED": ("请选择原因", "A reason is needed"),
    "UNKNOWN_REASON": ("没有这个原因：{reason}", "There is no such reason: {reason}"),
    "NOT_RATABLE": ("该事项现在不能评价", "This item cannot be rated now"),
    "ALREADY_RATED": ("该事项已评价", "This item has been rated already"),
    "NOT_FINAL": ("号票 {number} 尚未结束，不能更正", "Ticket {number} is not final; nothing to correct"),
    "NO_CHANGE": ("没有变化", "Nothing would change"),
    # windows
    "UNKNOWN_WINDOW": ("没有这个窗口：{window}", "There is no such window: {window}"),
    "UNKNOWN_AREA": ("没有这个区域：{area}", "There is no such area: {area}"),
    "WINDOW_TAKEN": ("窗口 {window} 已有人登录", "Another clerk is signed in at window {window}"),
    "CLERK_ELSEWHERE": ("您已在窗口 {window} 登录", "You are signed in at window {window}"),
    "NOT_SIGNED_IN": ("您没有在窗口 {window} 登录", "You are not signed in at window {window}"),
    "WINDOW_CLOSED": ("窗口 {window} 未开放", "Window {window} is closed"),
    "WINDOW_OPEN": ("窗口 {window} 已开放", "Window {window} is open already"),
    "WINDOW_PAUSED": ("窗口 {window} 已暂停", "Window {window} is paused"),
    "WINDOW_DRAINING": ("窗口 {window} 已停止叫号", "Window {window} has stopped calling"),
    "WINDOW_BUSY": ("窗口 {window} 还有号票 {number}", "Window {window} still has ticket {number}"),
    "NO_TICKET": ("窗口 {window} 当前没有号票", "Window {window} has no ticket now"),
    "CANNOT_SERVE": ("窗口 {window} 不能办理这些事项", "Window {window} cannot serve these items"),
    "RECALL_TOO_SOON": ("请在 {wait_s} 秒后再重呼", "Recall again in {wait_s} seconds"),
    "RECALL_LIMIT": ("已呼叫 {limit} 次", "Called {limit} times already"),
    "MISS_TOO_SOON": (
        "呼叫满 {calls} 次且满 {seconds} 秒后才能过号",
        "A miss needs {calls} calls and {seconds} seconds",
    ),
    "HOLD_LIMIT": ("每个窗口最多挂起 {limit} 个", "A window holds at most {limit} tickets"),
    "NOTHING_TO_UNDO": ("没有可撤销的操作", "There is nothing to undo"),
    "NOT_UNDOABLE": (
        "上一步不能撤销；能撤销的是呼叫、开始、过号、挂起、办结、暂停和停止叫号",
        "The last step cannot be undone; calls, starts, misses, holds, finishes, pauses and drains can",
    ),
    "UNDO_TOO_LATE": ("已超过 {seconds} 秒，不能撤销", "More than {seconds} seconds ago; it cannot be undone"),
    "UNDO_TOUCHED": ("之后已有别的操作，不能撤销", "Something happened since; it cannot be undone"),
    "ITEM_NOT_OPEN": ("号票 {number} 上没有待办的「{item}」", "Ticket {number} has no open item {item}"),
    "BAD_TRANSFER": (
        "请选择转到的事项、窗口、区域或大厅之一",
        "Choose one of item, window, area or hall to transfer to",
    ),
    "NOTHING_SERVED": ("窗口至少要办理一个事项", "A window must serve at least one item"),
    **BOOKING_REFUSALS,
}
"""Code → the sentence for people, in Chinese and English."""

DATED: dict[str, tuple[str, str]] = {
    "QUOTA_FULL": (
        "{item} 本时段的号已取完，{since} 起再放号",
        "All numbers for {item} in this half-day are taken; more are given out from {since}",
    ),
}
"""The sentence where the facts say ``since`` when it is otherwise."""
