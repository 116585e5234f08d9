"""What somebody should look at now: long waits, lines that nobody serves, windows without a clerk, screens that are off.

Pure: the state of a hall, the moment, and which clerks' pages are connected. Texts name what is to be done where they can:
the item waited for and the windows that serve it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from hall.catalog import Item, Text
from hall.ids import MINUTE_MS, Ms
from hall.opening import Session, session_at
from hall.state import Bits, Desk, HallDay, Line, Ticket, items_to_do, waiting_lines
from server.degraded import BUS_LOST, LEDGER_FAILS, RATES_ALONE

Json = dict[str, Any]
Waiting = list[tuple[Line, list[Ticket]]]
OPEN_STATES: Final = ("IDLE", "CALLING", "SERVING")
WINDOWS_NAMED: Final = 4
"""More are told by their number."""

HALL_STOPPED: Final = "HALL_STOPPED"

_OF_NODE: Final[Mapping[str, tuple[str, tuple[str, str]]]] = {
    LEDGER_FAILS: (
        "alarm",
        ("数据无法写入：取号、叫号等操作暂不成功，屏幕保持最后的真实状态",
         "Nothing can be stored: numbers and calls are refused for now, screens keep what is true"),
    ),
    BUS_LOST: (
        "warn",
        ("节点间通知（Redis）中断：其他节点办理的变化最多晚两秒显示",
         "Nodes cannot tell each other of news (Redis is lost): what others do shows up to two seconds late"),
    ),
    RATES_ALONE: (
        "warn",
        ("访问频率由各节点单独计数：全部节点合计的上限暂时放宽",
         "Each node counts rates alone: over all nodes together more is let through for now"),
    ),
}  # fmt: skip


def stopped_alarms(state: HallDay) -> Iterator[Json]:
    """Say that the day takes nothing any more, since its last row."""
    text = (
        "本大厅已停止受理：屏幕保持最后的真实状态，请运维人员查看 /health 的原因并重新启动（多节点须全部重新启动）",
        "This hall takes nothing any more: screens keep what was true. Let the operator look at /health for the reason; "
        "the server (of several nodes: all) must be started again",
    )
    yield _alarm(HALL_STOPPED, "alarm", text, since_ms=state.at_ms)


def alarms_of(state: HallDay, *, now_ms: Ms, linked: frozenset[str]) -> Iterator[Json]:
    """Say what somebody should look at, the gravest first where there are many."""
    lines: Waiting = list(waiting_lines(state))
    yield from _long_waits(state, lines, now_ms)
    yield from _unserved(state, lines)
    yield from _without_clerk(state, now_ms)
    for desk in state.desks.values():
        yield from _of_desk(state, desk, lines, now_ms=now_ms, is_linked=desk.code in linked)
    for ticket in state.held.values():
        if ticket.hold_due_ms is not None and ticket.hold_due_ms < now_ms:
            text = (f"{ticket.number} 挂起已到约定时间", f"{ticket.number} is held past its agreed time")
            yield _alarm("HOLD_OVERDUE", "warn", text, ticket=ticket.id, since_ms=ticket.hold_due_ms)


def screen_alarms(screens: Sequence[Json]) -> Iterator[Json]:
    """Say which of the screens in use are off."""
    for screen in screens:
        if not screen["online"]:
            text = (f"屏幕「{screen['name']}」离线", f"Screen {screen['name']} is offline")
            yield _alarm("SCREEN_OFFLINE", "warn", text, since_ms=screen["last_seen_ms"])


def node_alarms(since: Mapping[str, Ms]) -> Iterator[Json]:
    """Say what of the server works less well now, and what that means for the hall."""
    for code, since_ms in since.items():
        level, text = _OF_NODE[code]
        yield _alarm(code, level, text, since_ms=since_ms)


# ---- people ----


def _long_waits(state: HallDay, lines: Waiting, now_ms: Ms) -> Iterator[Json]:
    warnings = state.plan.policy.warnings
    heads = sorted(((people[0], line) for line, people in lines), key=lambda one: one[0].waiting_since_ms)
    for ticket, line in heads:
        waited = now_ms - ticket.waiting_since_ms
        if waited < warnings.wait_warn_ms:
            continue
        item = _item_of(state, ticket).name
        minutes, (zh, en) = waited // MINUTE_MS, _windows(_own_desks(state, line))
        text = (
            f"{ticket.number} 已等候 {minutes} 分钟（{item.zh}，可办：{zh}）",
            f"{ticket.number} has waited {minutes} min ({item.en or item.zh}; served at {en})",
        )
        level = "alarm" if waited >= warnings.wait_alarm_ms else "warn"
        yield _alarm("LONG_WAIT", level, text, ticket=ticket.id, since_ms=ticket.waiting_since_ms)


def _unserved(state: HallDay, lines: Waiting) -> Iterator[Json]:
    for line, people in lines:
        if any(desk.state in OPEN_STATES for desk in _own_desks(state, line)):
            continue
        ticket = people[0]
        item = _item_of(state, ticket).name
        zh, en = (f" 等 {len(people)} 人", f" and {len(people) - 1} more") if len(people) > 1 else (" ", "")
        text = (
            f"{ticket.number}{zh}无窗口办理（{item.zh}）",
            f"No open window for {ticket.number}{en} ({item.en or item.zh})",
        )
        yield _alarm("NOBODY_SERVES", "alarm", text, ticket=ticket.id, since_ms=ticket.waiting_since_ms)


def _own_desks(state: HallDay, line: Line) -> list[Desk]:
    return [desk for desk in state.desks.values() if desk.bit & line.primary]


def _item_of(state: HallDay, ticket: Ticket) -> Item:
    return state.index.items[items_to_do(ticket)[0]]


# ---- windows ----


def _without_clerk(state: HallDay, now_ms: Ms) -> Iterator[Json]:
    """Say what nobody can serve although numbers are given out, from some minutes after the opening on."""
    session = session_at(state.sessions, now_ms)
    # Shortly before closing windows may close with the issuing of numbers.
    if session is None or now_ms >= state.issue_until_ms or state.is_ended or not state.issuing:
        return
    late = state.plan.policy.warnings.no_clerk_ms
    absent = [desk for desk in state.desks.values() if not desk.clerk]
    if len(absent) == len(state.desks):
        since = _since(absent, session)
        if now_ms - since >= late:
            text = ("大厅已开放，所有窗口均无人", "The hall is open, and nobody is at any window")
            yield _alarm("NO_CLERK", "alarm", text, since_ms=since)
        return
    for theme, items, windows in _lacking(state):
        desks = [desk for desk in absent if desk.bit & windows]
        since = _since(desks, session)
        if now_ms - since >= late:
            (zh, en), (what_zh, what_en) = _windows(desks), _items(items)
            text = (
                f"{theme.zh}：{zh}无人，{what_zh}无法办理",
                f"{theme.en or theme.zh}: nobody at {en}; {what_en} cannot be served",
            )
            only = {"window": desks[0].code} if len(desks) == 1 else {}
            yield _alarm("NO_CLERK", "warn", text, since_ms=since, **only)


def _lacking(state: HallDay) -> Iterator[tuple[Text, list[Item], Bits]]:
    """Yield each theme with its items that have no clerk now, and the windows whose clerks could serve them."""
    present = sum(desk.bit for desk in state.desks.values() if desk.clerk)
    found: dict[str, tuple[list[Item], Bits]] = {}
    for code, (own, helping) in state.index.signatures.items():
        able = own | helping
        if able and not able & present and code not in state.stopped_items:
            item = state.index.items[code]
            items, windows = found.get(item.theme, ([], 0))
            items.append(item)
            found[item.theme] = (items, windows | able)
    for theme in state.plan.catalog.themes:
        if theme.code in found:
            yield theme.name, *found[theme.code]


def _since(desks: Iterable[Desk], session: Session) -> Ms:
    """Return since when nobody is at any of these windows, at the earliest since the opening."""
    return max([session.open_ms, *(desk.since_ms for desk in desks)])


def _of_desk(state: HallDay, desk: Desk, lines: Waiting, *, now_ms: Ms, is_linked: bool) -> Iterator[Json]:
    warnings = state.plan.policy.warnings
    away_ms = now_ms - desk.since_ms
    if desk.state == "CALLING" and not is_linked and away_ms >= warnings.no_clerk_ms:
        text = (f"{desk.label} 号窗口叫号后无人操作", f"Window {desk.label} called and its clerk is gone")
        yield _alarm("CLERK_GONE", "alarm", text, window=desk.code, since_ms=desk.since_ms)
    if desk.state not in ("IDLE", "PAUSED") or desk.asking or away_ms < warnings.idle_others_wait_ms:
        return
    waiting = sum(len(people) for line, people in lines if line.primary & desk.bit)
    if waiting:
        people = "1 person waits" if waiting == 1 else f"{waiting} people wait"
        zh, en = ("空闲", "idle") if desk.state == "IDLE" else ("暂停", "paused")
        text = (
            f"{desk.label} 号窗口{zh}，有 {waiting} 人等候其可办事项",
            f"Window {desk.label} is {en} while {people} for what it serves",
        )
        yield _alarm("IDLE_WINDOW", "warn", text, window=desk.code, since_ms=desk.since_ms)


# ---- words ----


def _windows(desks: Sequence[Desk]) -> tuple[str, str]:
    """Name some windows in both languages, or count many."""
    if not desks:
        return "无窗口", "no window"
    if len(desks) > WINDOWS_NAMED:
        return f"{len(desks)} 个窗口", f"{len(desks)} windows"
    labels = [desk.label for desk in desks]
    return f"{'、'.join(labels)} 号窗口", f"{'window' if len(labels) == 1 else 'windows'} {', '.join(labels)}"


def _items(items: Sequence[Item]) -> tuple[str, str]:
    """Name one item in both languages, or count several."""
    if len(items) > 1:
        return f"{len(items)} 个事项", f"{len(items)} items"
    name = items[0].name
    return name.zh, name.en or name.zh


def _alarm(code: str, level: str, text: tuple[str, str], **facts: object) -> Json:
    return {"code": code, "level": level, "zh": text[0], "en": text[1], **facts}
