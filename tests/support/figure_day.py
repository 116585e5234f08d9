"""A recorded day whose figures are asked at the end: commands in short words."""

from collections.abc import Callable

from hall import commands as cmd
from hall import figures as fg
from hall.errors import Refusal
from hall.figures import Figures, figures_of
from hall.ids import MINUTE_MS, Ms
from tests.support.logs import CLERKS, PLANS, Recorder

MINUTE = MINUTE_MS


class Day(Recorder):
    """A recorder with short words, whose figures are asked at the end."""

    def do(
        self, kind: Callable[..., cmd.AnyCommand], *, after: Ms = 0, actor: str = "manager:qian", **fields: object
    ) -> None:
        self.at_ms += after
        made = kind(command_id=f"figures-{len(self.log):06}", at_ms=0, actor=actor, **fields)
        answer = self.send(made)
        assert not isinstance(answer, Refusal), answer.en

    def at(self, kind: Callable[..., cmd.AnyCommand], window: str = "W01", *, after: Ms = 0, **fields: object) -> None:
        self.do(kind, after=after, actor=CLERKS[window], window=window, **fields)

    def take(self, name: str, *items: tuple[str, int], after: Ms = 0, **fields: object) -> str:
        ticket = f"ticket-{name}"
        wanted = tuple(cmd.WantedItem(code, quantity) for code, quantity in items or (("id-card", 1),))
        self.do(cmd.TakeTicket, after=after, actor="device:kiosk-1", ticket=ticket, items=wanted, **fields)
        return ticket

    def serve(self, window: str = "W01", *, walk: Ms = 0, service: Ms = 5 * MINUTE) -> None:
        self.at(cmd.StartService, window, after=walk)
        self.at(cmd.FinishTicket, window, after=service)

    def figures(self) -> Figures:
        return figures_of(self.log, PLANS.values())

    def report(self) -> dict[str, object]:
        return self.figures().report(rebuilt_ms=1)

    def visit(self, ticket: str) -> fg.Visit:
        return next(one for one in self.figures().visits() if one.ticket == ticket)


def day(*windows: str) -> Day:
    made = Day()
    for window in windows:
        made.at(cmd.OpenWindow, window)
    return made
