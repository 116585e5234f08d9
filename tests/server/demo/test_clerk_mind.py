"""What a simulated clerk decides from the console and from who stands at the window."""

import random

from server.demo.clerk_mind import Act, Mind, Room, Shift, Trade
from server.demo.views import ClerkView, DeskView, EntryView, Reasons, ServesView, ShortTicket, TicketView, WaitingView

NINE_MS = 9 * 3_600_000
MINUTE_MS = 60_000
ME = "clerk:clerk05"
SHIFT = Shift(NINE_MS, NINE_MS + 8 * 3_600_000, ((NINE_MS + 3 * 3_600_000, NINE_MS + 4 * 3_600_000, "lunch"),))
TRADE = Trade({"id-card": 600_000, "licence": 600_000}, {"id-card": "general", "licence": "business"}, (), "2026-11-30")
HERE = Room(here="ticket-1")


def mind() -> Mind:
    return Mind(ME, SHIFT, TRADE, random.Random(4))


def console(state: str, ticket: TicketView | None = None, *, clerk: str = ME, **more: object) -> ClerkView:
    desk = DeskView(
        "W05", state=state, clerk=clerk if state != "CLOSED" else "", serves=ServesView(themes=("general",))
    )
    return ClerkView(desk, ticket=ticket, **more)


def called(*items: str, state: str = "CALLED") -> TicketView:
    entries = tuple(EntryView(number, code) for number, code in enumerate(items or ("id-card",)))
    return TicketView("ticket-1", "A001", state, entries)


def acts_until_gone(one: Mind, view: ClerkView, at_ms: int) -> list[Act]:
    """Let the clerk serve until an act takes the ticket away."""
    acts: list[Act] = []
    for _ in range(200):
        what = one.decide(view, HERE, at_ms)
        if isinstance(what, Act):
            acts.append(what)
            if what.op.startswith(("finish", "transfer", "hold")):
                break
        else:
            at_ms = max(what, at_ms + 1)
    return acts


def test_a_clerk_signs_in_when_the_shift_begins():
    assert mind().decide(console("CLOSED"), Room(), NINE_MS - 1) == NINE_MS
    assert mind().decide(console("CLOSED"), Room(), NINE_MS) == Act("open")


def test_a_window_where_somebody_else_sits_is_left_to_them():
    what = mind().decide(console("IDLE", clerk="clerk:visitor"), Room(), NINE_MS)

    assert not isinstance(what, Act)


def test_an_idle_clerk_calls_the_next_and_then_waits_while_asking():
    view = console("IDLE")
    asking = ClerkView(DeskView("W05", state="IDLE", clerk=ME, asking=True))

    assert mind().decide(view, Room(), NINE_MS) == Act("call-next")
    assert not isinstance(mind().decide(asking, Room(), NINE_MS), Act)


def test_service_starts_when_the_person_stands_there_and_not_before():
    view = console("CALLING", called(), recall_at_ms=NINE_MS + 20_000, recalls_left=2, miss_calls_left=1)

    assert mind().decide(view, Room(), NINE_MS) > NINE_MS  # type: ignore[operator]
    assert mind().decide(view, HERE, NINE_MS) == Act("start")


def test_a_real_visitor_is_taken_to_be_there_after_a_usual_walk():
    one, view = mind(), console("CALLING", called(), recall_at_ms=NINE_MS + 20_000, recalls_left=2)
    stranger = Room(is_stranger=True)

    arrives = one.decide(view, stranger, NINE_MS)

    assert isinstance(arrives, int)
    assert one.decide(view, stranger, arrives) == Act("start")


def test_nobody_comes_the_clerk_recalls_and_then_reports_the_miss():
    one = mind()
    first = console("CALLING", called(), recall_at_ms=NINE_MS + 20_000, recalls_left=2, miss_calls_left=1)
    last = console("CALLING", called(), recall_at_ms=NINE_MS + 90_000, miss_at_ms=NINE_MS + 30_000)

    assert one.decide(first, Room(), NINE_MS + 5 * MINUTE_MS) == Act("recall")
    assert one.decide(last, Room(), NINE_MS + 9 * MINUTE_MS) == Act("miss-and-next")


def test_what_the_window_does_not_serve_is_sent_on_after_its_own_items():
    for seed in range(20):
        one = Mind(ME, SHIFT, TRADE, random.Random(seed))
        acts = acts_until_gone(one, console("SERVING", called("id-card", "licence", state="SERVING")), NINE_MS)
        if acts[-1].op == "transfer" and acts[-1].body.get("to_item") == "licence":
            assert acts[0].op == "item-result"
            assert acts[0].body["entry"] == 0
            return
    raise AssertionError("no visit was sent on")


def test_a_break_begins_after_the_visit_and_ends_in_time():
    lunch_ms = SHIFT.breaks[0][0]

    assert mind().decide(console("IDLE"), Room(), lunch_ms) == Act("pause", {"reason": "lunch"})
    assert mind().decide(console("PAUSED"), Room(), lunch_ms) == SHIFT.breaks[0][1]
    assert mind().decide(console("PAUSED"), Room(), SHIFT.breaks[0][1]) == Act("open")


def test_who_waits_at_closing_is_served_before_the_clerk_goes_home():
    close_ms = SHIFT.end_ms

    assert mind().decide(console("IDLE", waiting=WaitingView(3, 3)), Room(), close_ms) == Act("call-next")
    assert mind().decide(console("IDLE"), Room(), close_ms) == Act("close")


def test_somebody_who_stands_beside_the_window_after_a_miss_is_called_with_a_reason():
    view = console("IDLE", missed=(ShortTicket("ticket-9"),), reasons=Reasons(chosen=("returning",)))

    what = mind().decide(view, Room(returned="ticket-9"), NINE_MS)

    assert what == Act("call", {"ticket": "ticket-9", "reason": "returning"})


def test_a_clerk_who_is_refused_again_and_again_stands_aside():
    """Somebody real works there with the same account."""
    one = mind()
    for second in range(3):
        one.took(Act("start"), is_ok=False, at_ms=NINE_MS + second)

    what = one.decide(console("IDLE"), Room(), NINE_MS + MINUTE_MS)

    assert isinstance(what, int)
    assert what >= NINE_MS + 10 * MINUTE_MS
