"""What the manager is warned of: true alarms come, and whoever does not wait yet raises none."""

import msgspec

from hall import commands as cmd
from hall.catalog import Serves
from hall.feed import waiting_counts
from hall.feed_staff import queues_view
from hall.ids import MINUTE_MS, Ms
from server.alarms import Json, alarms_of, screen_alarms
from tests.support.booked_hall import BookedHall, slot
from tests.support.halls import HOUR_MS, OPEN_MS, Hall, plan


def alarms(hall: Hall, now_ms: Ms | None = None, *, gone: str = "") -> list[Json]:
    """Return the alarms of a moment; every clerk's page is open but that of the window ``gone``."""
    linked = frozenset(hall.state.desks) - {gone}
    return list(alarms_of(hall.state, now_ms=hall.now if now_ms is None else now_ms, linked=linked))


def codes(hall: Hall, now_ms: Ms) -> list[str]:
    """Return the codes of the alarms of a moment."""
    return [one["code"] for one in alarms(hall, now_ms)]


def said(hall: Hall, code: str, now_ms: Ms | None = None, **facts: str) -> list[tuple[str, str, str]]:
    """Return level, zh and en of the alarms of a code."""
    return [(one["level"], one["zh"], one["en"]) for one in alarms(hall, now_ms, **facts) if one["code"] == code]


def test_who_came_before_the_slot_neither_waits_long_nor_lacks_a_window() -> None:
    """Here half an hour early, beside a window that could serve at once: nobody has to look."""
    hall = BookedHall()
    name = hall.book("p1", slot=2)
    hall.to(1)
    hall.open("1")

    hall.check_in(name)

    assert codes(hall, slot(2) - 1) == []
    assert waiting_counts(hall.state)["total"] == 0
    assert {one["waiting"] for one in queues_view(hall.state).values()} == {0}
    hall.to(2)
    assert waiting_counts(hall.state)["total"] == 1
    assert codes(hall, slot(2) + 5 * MINUTE_MS) == ["IDLE_WINDOW"]
    assert codes(hall, slot(2) + 20 * MINUTE_MS) == ["LONG_WAIT", "IDLE_WINDOW"]


def test_a_long_wait_says_for_what_and_which_windows_serve_it() -> None:
    hall = Hall()
    hall.take("A2")

    warned, alarmed = (said(hall, "LONG_WAIT", hall.now + minutes * MINUTE_MS) for minutes in (20, 30))

    zh, en = (
        "A001 已等候 {} 分钟（居住证，可办：一、二、四 号窗口）",
        "A001 has waited {} min (Residence permit; served at windows 一, 二, 四)",
    )
    assert warned == [("warn", zh.format(20), en.format(20))]
    assert alarmed == [("alarm", zh.format(30), en.format(30))]
    assert said(hall, "LONG_WAIT", hall.now + 20 * MINUTE_MS - 1) == []


def test_a_long_wait_for_what_no_window_serves_any_more_says_so() -> None:
    hall = Hall(open="1")
    hall.take("C")
    hall.serve("1", Serves(items=("A",)))

    [(level, zh, en)] = said(hall, "LONG_WAIT", hall.now + 45 * MINUTE_MS)

    assert level == "alarm"
    assert (zh, en) == (
        "C001 已等候 45 分钟（过户，可办：无窗口）", "C001 has waited 45 min (House transfer; served at no window)",
    )  # fmt: skip


def test_a_line_that_no_open_window_serves_is_said_with_how_many_stand_in_it() -> None:
    hall = BookedHall()
    hall.to(1)
    hall.arrive("walk-in-01", "A")
    assert said(hall, "NOBODY_SERVES") == [
        ("alarm", "A001 无窗口办理（身份证）", "No open window for A001 (Identity card)")
    ]
    hall.arrive("walk-in-02", "A")

    assert said(hall, "NOBODY_SERVES") == [
        ("alarm", "A001 等 2 人无窗口办理（身份证）", "No open window for A001 and 1 more (Identity card)")
    ]
    hall.open("1")
    hall.at("1", cmd.CallNext)
    assert said(hall, "NOBODY_SERVES") == []


def test_windows_without_a_clerk_are_said_some_minutes_after_the_opening_by_what_nobody_can_serve() -> None:
    hall = Hall()
    late = OPEN_MS + 5 * MINUTE_MS
    assert codes(hall, late - 1) == codes(hall, OPEN_MS - 1) == []
    assert said(hall, "NO_CLERK", late) == [
        ("alarm", "大厅已开放，所有窗口均无人", "The hall is open, and nobody is at any window")
    ]

    hall.open("2")

    assert said(hall, "NO_CLERK", late) == [
        (
            "warn",
            "税务：一、三 号窗口无人，2 个事项无法办理",
            "Tax: nobody at windows 一, 三; 2 items cannot be served",
        ),
        ("warn", "房产：一 号窗口无人，过户无法办理", "房产: nobody at window 一; House transfer cannot be served"),
    ]
    assert [one.get("window") for one in alarms(hall, late)] == [None, "1"]
    hall.open("1")
    assert codes(hall, late) == []
    hall.pause("1", reason="break")
    assert said(hall, "NO_CLERK", late + HOUR_MS) == []


def test_who_leaves_a_window_is_missed_after_the_same_minutes() -> None:
    hall = Hall(open="1 2")
    hall.wait(3600)
    hall.close("1")

    assert said(hall, "NO_CLERK", hall.now + 5 * MINUTE_MS - 1) == []
    assert len(said(hall, "NO_CLERK", hall.now + 5 * MINUTE_MS)) == 2
    hall.open("3")
    assert [zh for _, zh, _ in said(hall, "NO_CLERK", hall.now + 5 * MINUTE_MS)] == [
        "房产：一 号窗口无人，过户无法办理"
    ]


def test_nobody_misses_a_clerk_for_what_is_not_given_out() -> None:
    """Stopped items, a hall that gives out nothing, a break, the time before closing, a day that ended."""
    hall = Hall(open="2 3")
    late = OPEN_MS + 2 * HOUR_MS
    assert len(said(hall, "NO_CLERK", late)) == 1
    hall.issue(False, "C")
    assert codes(hall, late) == []

    hall = Hall()
    hall.change_sessions((0, 3), (5, 9))
    assert [bool(said(hall, "NO_CLERK", OPEN_MS + at * HOUR_MS)) for at in (2, 4, 6, 9)] == [True, False, True, False]
    assert said(hall, "NO_CLERK", OPEN_MS + 5 * HOUR_MS + 4 * MINUTE_MS) == []
    hall.issue(False)
    assert codes(hall, late) == []

    hall = Hall()
    hall.end_day()
    assert codes(hall, late) == []


def test_many_windows_without_a_clerk_are_counted() -> None:
    everything, general, *others = plan().catalog.windows
    more = [msgspec.structs.replace(general, code=f"G{number}") for number in range(6)]
    hall = Hall(windows=(everything, *more, *others), open="3")

    assert said(hall, "NO_CLERK", OPEN_MS + 5 * MINUTE_MS)[0] == (
        "warn", "综合：8 个窗口无人，2 个事项无法办理", "General: nobody at 8 windows; 2 items cannot be served",
    )  # fmt: skip


def test_an_idle_window_is_said_only_if_somebody_waits_whom_it_may_call() -> None:
    hall = Hall(open="1 2 3")
    hall.call("1")
    hall.take("B")
    at = hall.now + 3 * MINUTE_MS
    assert said(hall, "IDLE_WINDOW", at) == []

    hall.take("B")
    hall.take("A")

    assert said(hall, "IDLE_WINDOW", at) == [
        ("warn", "二 号窗口空闲，有 1 人等候其可办事项", "Window 二 is idle while 1 person waits for what it serves"),
        ("warn", "三 号窗口空闲，有 1 人等候其可办事项", "Window 三 is idle while 1 person waits for what it serves"),
    ]
    hall.pause("3", reason="break")
    assert [en for _, _, en in said(hall, "IDLE_WINDOW", at)][
        1
    ] == "Window 三 is paused while 1 person waits for what it serves"
    assert said(hall, "IDLE_WINDOW", at - 1) == []


def test_a_call_whose_clerk_is_gone_and_a_hold_that_lasts_too_long_are_said() -> None:
    hall = Hall(open="1 2 3")
    hall.take("A")
    hall.call("1")
    late = hall.now + 5 * MINUTE_MS
    assert codes(hall, late) == []
    assert said(hall, "CLERK_GONE", late, gone="1") == [
        ("alarm", "一 号窗口叫号后无人操作", "Window 一 called and its clerk is gone")
    ]

    hall.start("1")
    hall.hold("1", due_ms=hall.now + 10 * MINUTE_MS)

    assert codes(hall, hall.now + 10 * MINUTE_MS) == []
    assert said(hall, "HOLD_OVERDUE", hall.now + 10 * MINUTE_MS + 1) == [
        ("warn", "A001 挂起已到约定时间", "A001 is held past its agreed time")
    ]


def test_screens_that_are_off_are_named() -> None:
    screens = [{"name": "东", "online": True, "last_seen_ms": 5}, {"name": "西", "online": False, "last_seen_ms": 4}]
    assert list(screen_alarms(screens)) == [
        {"code": "SCREEN_OFFLINE", "level": "warn", "zh": "屏幕「西」离线", "en": "Screen 西 is offline", "since_ms": 4}
    ]
