"""Why was this one called? The stored rule and candidates, in a sentence that a person understands."""

from hall import feed
from hall.catalog import Text
from hall.feed import Json
from hall.ids import MINUTE_MS
from hall.state import HallDay, Ticket

RULES: dict[str, Text] = {
    "order": Text("按次序：在本窗口可办的号中排在最前", "In order: first of those whom this window serves"),
    "help_idle": Text("本窗口无人等候，协助其他队列", "Helping another line: nobody waited for this window"),
    "help_waited": Text("其他队列等候过久，协助办理", "Helping a line whose first person waited too long"),
    "chosen": Text("工作人员选呼（例外）", "Chosen by staff: an exception to the order"),
    "resumed": Text("挂起后回呼", "A held visitor taken back"),
}
GAVE_WAY = Text("本号过号或延后过，让出了原来的位置", "This number missed its call or let others pass")
SENT_ON = Text("本号转移过，按转移时定的位置排队", "This number was transferred, to the place that was given then")


def why_view(state: HallDay, ticket: Ticket) -> Json | None:
    """Say why a called ticket was called, in a sentence, with those it was compared with."""
    call = ticket.call
    if call is None:
        return None
    known = [state.tickets[one] for one in call.candidates]
    return {
        "rule": call.rule,
        "reason": call.reason or None,
        **feed.text_view(reason_of(state, ticket, call.rule)),
        "candidates": [{"ticket": one.id, "number": one.number} for one in known],
    }


def reason_of(state: HallDay, ticket: Ticket, rule: str) -> Text:
    """Return the rule of a call in words; who came first in the order by a lane or a credit is told by which."""
    klass = state.class_of(ticket.klass)
    if rule != "order" or klass is None:
        return RULES[rule]
    zh, en = klass.name.zh, klass.name.en or klass.name.zh
    if ticket.lane < max(one.lane for one in state.index.classes.values()):
        return Text(f"{zh}：先于其他号叫号", f"{en}: called before the others")
    minutes = (ticket.arrived_ms - ticket.due_ms) // MINUTE_MS
    if klass.credit_ms and minutes > 0:
        return Text(
            f"{zh}：按早到 {minutes} 分钟排队，轮到此号", f"{en}: counts as {minutes} min earlier, and is first by that"
        )
    return RULES[rule]


def passed_by(state: HallDay, mine: Ticket, other: Ticket, rule: str) -> Text:
    """Return why a ticket that came later was called first, in words for whoever was passed."""
    if rule == "order" and (mine.rejoins or mine.delays):
        return GAVE_WAY
    reason = reason_of(state, other, rule)
    return SENT_ON if mine.hops and reason is RULES["order"] else reason
