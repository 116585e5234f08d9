"""Locust's people: who they are and what they do. Locust reads this file; the run names the place by the environment."""

import os
import random
import time
from typing import Any, Final

import gevent
import locust.runners
import msgspec
from locust import LoadTestShape, between, constant, task

from loadtests.crowd.asking import Person
from loadtests.crowd.following import Follower
from loadtests.crowd.replies import Reply
from loadtests.crowd.shapes import SHAPES, VARIABLE, Run, crowd_at

CANCELS: Final = 0.1
LOOKS_S: Final = 4.0
"""How long a citizen follows the ticket's page before doing something else."""
SERVES_S: Final = (1.0, 4.0)
"""A clerk's work with a person, compressed."""
FORM_S: Final = (0.2, 1.0)
BRINGS_TWO: Final = 0.2
FREE_S: Final = 1.0
"""How long a window without anybody waits until it looks again."""

MISSING_AFTER: Final = 30
"""Heartbeats, one a second, after which a worker of Locust counts as gone; after 3, as it would be, it is only busy."""

locust.runners.HEARTBEAT_LIVENESS = MISSING_AFTER


class Citizen(Person):
    """Somebody who has a matter."""

    abstract = True

    def on_start(self) -> None:
        """Become somebody."""
        self.chance = random.Random(self.who)
        self.visits = 0

    def wish(self) -> list[dict[str, Any]]:
        """Return what this visit is for."""
        codes = self.chance.sample(self.place.items, 2 if self.chance.random() < BRINGS_TWO else 1)
        return [{"code": code, "quantity": 1} for code in codes]


class Kiosk(Citizen):
    """One visitor after the other at a kiosk."""

    wait_time = between(1, 4)

    @task
    def take(self) -> None:
        """Take a number and read the slip."""
        taken = self.change("take", f"{self.path}/tickets", {"items": self.wish()}, token=self.place.kiosk)
        if taken.is_ok:
            ticket = taken.document["ticket"]
            self.change(
                "print-result", f"{self.path}/tickets/{ticket['id']}/print-result", {"printed": True},
                token=self.place.kiosk,
            )  # fmt: skip


class Phone(Citizen):
    """A visitor who takes the number on the phone, looks at it, and sometimes gives up."""

    wait_time = between(1, 4)

    @task
    def visit(self) -> None:
        """Look at the waits, take a number, follow it."""
        self.ask("waits", f"{self.path}/waits")
        taken = self.change("take", f"{self.path}/tickets", {"items": self.wish(), "channel": "phone"})
        if not taken.is_ok:
            return
        ticket = taken.document["ticket"]
        query = {"view": "ticket", "ticket": ticket["id"], "secret": ticket["secret"]}
        page = Follower(self, query, name="ticket's page")
        page.follow(LOOKS_S)
        page.close()
        if self.chance.random() < CANCELS:
            body = {"secret": ticket["secret"], "reason": "left"}
            self.change("cancel", f"{self.path}/tickets/{ticket['id']}/cancel", body)


class Booker(Citizen):
    """People who book tomorrow's places, one after the other."""

    wait_time = between(0.5, 2)

    @task
    def book(self) -> None:
        """Look at the places, hold one, fill the form, confirm; one of ten gives it back.

        Where they are released at a moment, everybody waits for it, and whoever finds nothing free asks all the same.
        """
        until_s = self.place.release_ms / 1_000 - time.time()
        if until_s > 0:
            gevent.sleep(min(until_s, FREE_S))
            return
        if not self.notes.may_book():
            gevent.sleep(FREE_S)
            return
        day = self.place.tomorrow
        item = self.chance.choice(self.place.booked_items)
        found = self.ask("slots", f"{self.path}/slots?item={item}&from={day}&to={day}")
        slots = [slot for one in found.get("days", ()) for slot in one["slots"]]
        free = [slot["start_ms"] for slot in slots if slot.get("fits")]
        if not free and self.place.release_ms:
            free = [slot["start_ms"] for slot in slots]
        if not free:
            return
        self.visits += 1
        who = f"{self.who}-{self.visits}"
        person = {"person": f"id-{who}", "phone": f"138{self.chance.randrange(10**8):08}", "device": f"browser-{who}"}
        wish = {"date": day, "items": [{"code": item}], "slot_ms": self.chance.choice(free), **person}
        held = self.change("book.hold", f"{self.path}/appointments", wish, date=day, who=who)
        if not held.is_ok:
            return
        gevent.sleep(self.chance.uniform(*FORM_S))
        path = f"{self.path}/appointments/{held.document['appointment']['id']}"
        form = {**person, "secret": held.document["secret"]}
        booked = self.change("book.confirm", f"{path}/confirm", form, date=day, who=who)
        if booked.is_ok and self.chance.random() < CANCELS:
            self.change("book.cancel", f"{path}/cancel", {"secret": held.document["secret"]}, date=day, who=who)


class Clerk(Citizen):
    """A clerk at a window, from opening to closing it."""

    wait_time = constant(0)

    def on_start(self) -> None:
        """Sit down at a window of one's own, if one is left."""
        super().on_start()
        self.seat = self.hall.seat()
        if self.seat is not None:
            self._press("open")

    def on_stop(self) -> None:
        """Let go of the window; whoever is there is served to the end first."""
        if self.seat is not None:
            self._press("finish")
            self._press("close")
            self.hall.leave(self.seat)

    @task
    def serve(self) -> None:
        """Call the next, serve, finish."""
        if self.seat is None:
            gevent.sleep(FREE_S)
            return
        called = self._press("finish-and-next" if self._is_serving else "call-next")
        # A window that asks is given the next visitor without a key: then there is somebody to serve already.
        self._is_serving = called.outcome == "refused" or bool(called.document.get("ticket"))
        if not self._is_serving:
            gevent.sleep(FREE_S)
            return
        self._press("start")
        gevent.sleep(self.chance.uniform(*SERVES_S))

    _is_serving = False

    def _press(self, op: str) -> Reply:
        assert self.seat is not None
        return self.change(op, f"{self.path}/windows/{self.seat.window}/{op}", {}, token=self.seat.token)


class Screen(Citizen):
    """A board in the hall: follows for ever, confirms what it has shown, is measured from the key to the ring."""

    wait_time = constant(0)

    def on_start(self) -> None:
        """Be put up."""
        super().on_start()
        self.board = Follower(self, {"view": "board"}, name="board", token=self.place.screen, is_screen=True)

    def on_stop(self) -> None:
        """Be taken down."""
        self.board.close()

    @task
    def watch(self) -> None:
        """Follow the hall's board; the connection stays from one look to the next."""
        self.board.follow(FREE_S)


class Manager(Citizen):
    """A manager who looks at the halls, one after the other."""

    fixed_count = 1
    wait_time = between(2, 5)

    @task
    def look(self) -> None:
        """Look at the state and at the figures of today."""
        self.go_to(self.notes.hall_for("look"))
        self.ask("state", f"{self.path}/state")
        self.ask("figures", f"{self.path}/figures?date={self.place.today}", token=self.place.manager)


RUN: Final = msgspec.json.decode(os.environ[VARIABLE], type=Run)
Kiosk.weight, Phone.weight, Booker.weight, Clerk.weight, Screen.weight = SHAPES[RUN.shape].weights


class Curve(LoadTestShape):
    """The curve that the run has chosen."""

    def tick(self) -> tuple[int, float] | None:
        """Return how many there are to be, and how many may come in a second; None ends the run."""
        share = self.get_run_time() / RUN.seconds
        if share >= 1:
            return None
        count = max(1, round(RUN.people * crowd_at(SHAPES[RUN.shape].steps, share)))
        return count, max(1.0, RUN.people / 4)
