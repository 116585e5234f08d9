"""How the crowd asks: one command id until the answer is definite, every operation in the history, every wait in Locust's figures."""

import os
import time
from typing import Any, ClassVar, Final

import gevent
from locust.contrib.fasthttp import FastHttpUser, FastResponse
from locust.env import Environment
from locust.runners import WorkerRunner

from loadtests.crowd.notes import HallNotes, Notes
from loadtests.crowd.place import places_of_environment
from loadtests.crowd.replies import Reply, Trouble, meaning
from server.demo.history import Operation, noted

ANSWER_S: Final = 10.0
"""Every command gets its answer within 10 s (law L3); later it is asked for again."""
GIVE_UP_S: Final = 45.0
"""A server that was killed serves again long before; then an operation stays unknown."""
PAUSE_S: Final = 0.25


_NOTES: list[Notes] = []


def notes_of(environment: Environment) -> Notes:
    """Return the notes of this process; opened by the first who asks, after the process was forked."""
    if not _NOTES:
        _NOTES.append(Notes())
        runner = environment.runner
        _NOTES[0].share(runner.worker_index if isinstance(runner, WorkerRunner) else 0)
    return _NOTES[0]


class Person(FastHttpUser):
    """Somebody who asks over HTTP."""

    abstract = True
    host: ClassVar[str | None] = None
    connection_timeout = ANSWER_S
    network_timeout = ANSWER_S

    def __init__(self, *words: Any) -> None:
        """Know the place."""
        self.host = places_of_environment()[0].url
        super().__init__(*words)
        self.notes = notes_of(self.environment)
        self.go_to(self.notes.hall_for(type(self).__name__))
        self.who = f"{type(self).__name__.lower()}-{os.getpid()}-{next(self.notes.numbers)}"

    def go_to(self, hall: HallNotes) -> None:
        """Be in a hall from now on."""
        self.hall, self.place = hall, hall.place
        self.path = f"/api/halls/{self.place.hall}"

    def change(
        self, op: str, path: str, body: dict[str, Any], *, token: str = "", date: str = "", who: str = ""
    ) -> Reply:
        """Do something once, whatever the network does; ``who`` if it is not this person. ``date``: of another day's log."""
        command_id, invoked_ns, attempts = self.notes.command_id(), time.monotonic_ns(), 0
        reply = Reply("unknown")
        try:
            while reply.outcome == "unknown" and time.monotonic_ns() - invoked_ns < GIVE_UP_S * 1e9:
                attempts += 1
                reply = self._once(op, path, {**body, "command_id": command_id}, token)
                if reply.outcome == "unknown":
                    gevent.sleep(PAUSE_S)
        finally:
            # Also where the run ends in the middle: then nobody knows, and the log may have it.
            self.hall.history.write(_operation(reply, command_id, op, who or self.who, invoked_ns, attempts, date))
        return reply

    def ask(self, name: str, path: str, *, token: str = "") -> dict[str, Any]:
        """Read something; empty if it is not to be had."""
        with self.client.get(path, headers=_headers(token), name=name, catch_response=True) as answer:
            return self._judged(name, answer).document

    def _once(self, op: str, path: str, body: dict[str, Any], token: str) -> Reply:
        with self.client.post(path, json=body, headers=_headers(token), name=op, catch_response=True) as answer:
            return self._judged(op, answer)

    def _judged(self, what: str, answer: Any) -> Reply:
        """Say what an answer means; what is not definite is a failure for Locust, and noted."""
        response: FastResponse = answer
        status = response.status_code or 0
        reply = meaning(status, response.content or b"")
        if reply.outcome == "unknown":
            self.hall.write_trouble(Trouble(what, status, reply.code))
            answer.failure(f"no definite answer: {status or response.error}")
        else:
            answer.success()
        return reply


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _operation(
    reply: Reply, command_id: str, op: str, who: str, invoked_ns: int, attempts: int, date: str
) -> Operation:
    found = reply.document
    return Operation(
        id=command_id, op=op, who=who, invoked_ns=invoked_ns, completed_ns=time.monotonic_ns(),
        outcome=reply.outcome, code=reply.code, seq=int(found.get("seq") or 0), attempts=attempts, date=date,
        **noted(found),
    )  # fmt: skip
