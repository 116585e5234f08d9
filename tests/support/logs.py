"""Logs of a hall-day without a server: commands go through the rules, commits come out."""

from collections.abc import Callable, Iterable
from random import Random

import msgspec

from hall import commands as cmd
from hall.errors import Refusal
from hall.events import Commit
from hall.ids import Ms
from hall.policy import Plan, plan_hash
from hall.state import HallDay
from hall.step import step
from tests.support.live import open_day
from tests.support.plans import NINE_MS, small_plan

PLANS: dict[str, Plan] = {plan_hash(small_plan()): small_plan()}
CLERKS = {"W01": "clerk:wang", "W02": "clerk:li", "W03": "clerk:zhao"}


class Recorder:
    """A state and the log that it made."""

    def __init__(self) -> None:
        self.state = HallDay()
        self.state.learn(small_plan())
        self.log: list[Commit] = []
        self.at_ms: Ms = NINE_MS
        self.send(open_day())

    def send(self, command: cmd.AnyCommand) -> tuple[object, ...] | Refusal:
        """Decide a command at this moment and keep its commit, as the runner does."""
        dated = msgspec.structs.replace(command, at_ms=self.at_ms)
        plan = self.state.plan_hash
        result = step(self.state, dated)
        if isinstance(dated, cmd.Tick) and result == ():
            return result
        commit = Commit(
            seq=self.state.seq, command_id=dated.command_id, at_ms=dated.at_ms, actor=dated.actor,
            plan=plan or self.state.plan_hash, request="digest", command=dated,
        )  # fmt: skip
        part = {"refusal": result} if isinstance(result, Refusal) else {"events": result}
        self.log.append(msgspec.structs.replace(commit, **part))
        return result


def random_log(seed: int, length: int) -> list[Commit]:
    """Play random commands, sensible and not, and return the log."""
    random, recorder = Random(seed), Recorder()
    for number in range(length):
        recorder.at_ms += random.choice((0, 1_000, 15_000, 40_000))
        recorder.send(_some_command(random, recorder.state, number))
    return recorder.log


def _some_command(random: Random, state: HallDay, number: int) -> cmd.AnyCommand:
    window = random.choice(list(CLERKS))
    kind = random.choices(list(_MAKERS), weights=[weight for weight, _ in _MAKERS.values()])[0]
    ticket = random.choice(list(state.tickets) or ["nobody"])
    if state.desks[window].ticket is not None and random.random() < 0.5:
        ticket = state.desks[window].ticket.id
    facts = {"command_id": f"command-{number:06d}", "at_ms": 0, "actor": CLERKS[window]}
    if random.random() < 0.1:
        facts["actor"] = random.choice(["guide:sun", "manager:qian", "clerk:wang"])
    return _MAKERS[kind][1](random, number, {"window": window, "ticket": ticket}, facts)


Maker = Callable[[Random, int, dict[str, str], dict[str, object]], cmd.AnyCommand]


def _taking(random: Random, number: int, _at: dict[str, str], facts: dict[str, object]) -> cmd.AnyCommand:
    items = [cmd.WantedItem(random.choice(["id-card", "residence", "invoice"]), random.randint(1, 2))]
    items += [cmd.WantedItem("id-card")] * (random.random() < 0.2 and items[0].code != "id-card")
    klass = random.choice(["ordinary", "ordinary", "elder", "priority"])
    person = random.choice(["", "", f"person-{number % 7}"])
    return cmd.TakeTicket(ticket=f"ticket-{number:06d}", items=tuple(items), klass=klass, person=person, **facts)


def _window(kind: type[cmd.Command], **more: object) -> Maker:
    return lambda _random, _number, at, facts: kind(window=at["window"], **more, **facts)


def _ticket(kind: type[cmd.Command], **more: object) -> Maker:
    return lambda _random, _number, at, facts: kind(ticket=at["ticket"], **more, **facts)


def _both(kind: type[cmd.Command], **more: object) -> Maker:
    return lambda _random, _number, at, facts: kind(window=at["window"], ticket=at["ticket"], **more, **facts)


_MAKERS: dict[str, tuple[int, Maker]] = {
    "take": (22, _taking),
    "open": (6, _window(cmd.OpenWindow)),
    "next": (20, _window(cmd.CallNext)),
    "chosen": (4, _both(cmd.CallChosen, reason="other")),
    "recall": (6, _window(cmd.RecallTicket)),
    "start": (10, _window(cmd.StartService)),
    "finish": (8, _window(cmd.FinishTicket)),
    "finish-next": (6, _window(cmd.FinishTicket, and_next=True)),
    "miss": (8, _window(cmd.MissTicket)),
    "miss-next": (3, _window(cmd.MissTicket, and_next=True)),
    "hold": (4, _window(cmd.HoldTicket, reason="other")),
    "resume": (4, _both(cmd.ResumeTicket)),
    "resume-line": (2, _both(cmd.ResumeTicket, to_line=True)),
    "undo": (6, _window(cmd.UndoLast)),
    "pause": (2, _window(cmd.PauseWindow)),
    "pause-over": (1, _window(cmd.PauseWindow, hand_over=True)),
    "close": (1, _window(cmd.CloseWindow)),
    "close-over": (1, _window(cmd.CloseWindow, hand_over=True)),
    "drain": (1, _window(cmd.DrainWindow)),
    "serve": (1, lambda r, _n, at, f: cmd.ServeAt(
        window=at["window"], serves=cmd.Serves(items=(r.choice(["id-card", "invoice"]),)), **f)),
    "rejoin": (4, _ticket(cmd.RejoinTicket)),
    "delay": (3, _ticket(cmd.DelayTicket, places=2)),
    "cancel": (2, _ticket(cmd.CancelTicket)),
    "abandon": (1, _ticket(cmd.AbandonTicket)),
    "reclass": (2, _ticket(cmd.ReclassTicket, klass="elder", reason="age")),
    "add": (2, _ticket(cmd.AddItems, items=(cmd.WantedItem("residence"),))),
    "split": (2, lambda _r, n, at, f: cmd.SplitTicket(ticket=at["ticket"], child=f"child-{n:06d}", entries=(1,), **f)),
    "merge": (2, lambda r, n, at, f: cmd.MergeTickets(ticket=at["ticket"], merged=f"ticket-{r.randint(0, n):06d}", **f)),
    "transfer": (2, _ticket(cmd.TransferTicket, to_item="invoice", place="front")),
    "transfer-window": (2, _ticket(cmd.TransferTicket, to_window="W02")),
    "refer": (1, lambda _r, n, at, f: cmd.TransferTicket(
        ticket=at["ticket"], to_hall="nanshan", linked=f"linked-{n:06d}", **f)),
    "withdraw": (2, _ticket(cmd.WithdrawCall)),
    "result": (4, _ticket(cmd.SetItemResult, entry=0, result="refused")),
    "rate": (2, _ticket(cmd.RateTicket, entry=0, level="satisfied")),
    "correct": (1, _ticket(cmd.CorrectTicket, reason="typo", state="CANCELLED")),
    "slip": (2, _ticket(cmd.ReportSlip, printed=True)),
    "issuing": (1, lambda r, _n, _at, f: cmd.SetIssuing(issuing=r.random() < 0.8, **f)),
    "tick": (6, lambda _r, n, _at, _f: cmd.Tick(command_id=f"tick-{n:06d}", at_ms=0, actor="timer:")),
}  # fmt: skip


def replaced(log: Iterable[Commit], seq: int, **changes: object) -> list[Commit]:
    """Return the log with some fields of one commit changed."""
    return [msgspec.structs.replace(one, **changes) if one.seq == seq else one for one in log]
