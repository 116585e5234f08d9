"""A key or a signal that stops a command of the twin: one way for all of them, however busy the libraries are that they run.

Laws:
- from a command's first step to its last, Ctrl-C and SIGTERM end it with one sentence and status 1;
- nothing else is said after a stop, whatever libraries leave undone then;
- a process that it starts never hears Ctrl-C, from its first instruction on: the command ends it;
- what is said of files is true: until the work is done none was written, but the progress file.
"""

import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

AGAIN_S: Final = 0.5
"""An interrupt that is raised inside a library's callback is swallowed there; it is raised again until it has its effect."""
KINDS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)
HERE: Final = "simulation.stops"
"""Where a command's context keeps its Stop."""


class Told(click.ClickException):
    """Why a command ended, in the simulation's own words; a stop does not change them."""


class Stop:
    """Whether somebody has asked to stop."""

    def __init__(self) -> None:
        """Nobody has."""
        self.is_asked = False
        self.is_past = False
        """The work is done; what follows shows and writes it."""
        self._is_patient = True
        """While libraries load: an interrupt inside an import is swallowed there, and told by the interpreter."""

    def ask(self, _number: int, _frame: object) -> None:
        """Interrupt what runs, and again in a moment; raises KeyboardInterrupt unless it may wait."""
        was_asked, self.is_asked = self.is_asked, True
        _hush()
        if self._is_patient and not was_asked:
            return
        signal.setitimer(signal.ITIMER_REAL, AGAIN_S)
        raise KeyboardInterrupt

    def begin(self) -> None:
        """Interrupt from now on, and at once if somebody has asked; raises KeyboardInterrupt."""
        self._is_patient = False
        if self.is_asked:
            raise KeyboardInterrupt

    @contextmanager
    def patient(self) -> Iterator[None]:
        """Only note the first wish inside, for work that looks at ``is_asked``; who cannot wait for it asks again."""
        self._is_patient = True
        try:
            yield
        finally:
            self._is_patient = False

    def rest(self) -> None:
        """Interrupt no more: it has had its effect, or there is nothing left to stop."""
        if self.is_asked:
            _hush()
        for kind in KINDS:
            signal.signal(kind, self._ignore)
        signal.setitimer(signal.ITIMER_REAL, 0)

    def go_on(self) -> None:
        """Listen again, now that the work is done."""
        self.is_past = True
        for kind in KINDS:
            signal.signal(kind, self.ask)

    def _ignore(self, _number: int, _frame: object) -> None:
        self.is_asked = True


class TwinCommand(click.Command):
    """A command that can be stopped from its first step on, while its libraries still load."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a stop becomes one sentence, whatever else fails by it."""
        with stoppable() as stop:
            ctx.meta[HERE] = stop
            try:
                found = super().invoke(ctx)
            except Told:
                raise
            except (Exception, KeyboardInterrupt):
                # Whatever fails after a stop failed by it: a worker may have been missed by its pool first.
                if not stop.is_asked:
                    raise
                stop.rest()
                raise Told(_stopped(stop, ctx.params.get("progress_file"))) from None
            return found


def stop_of_command() -> Stop:
    """Return the Stop of the command that runs."""
    stop = click.get_current_context().meta[HERE]
    assert isinstance(stop, Stop)
    return stop


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Hear Ctrl-C and SIGTERM inside the block; they interrupt between :meth:`Stop.begin` and :meth:`Stop.rest`.

    For the main thread.
    """
    stop = Stop()
    before = {kind: signal.signal(kind, stop.ask) for kind in KINDS}
    try:
        yield stop
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for kind, handler in before.items():
            signal.signal(kind, handler)


@contextmanager
def born_deaf() -> Iterator[None]:
    """Let processes that start inside never hear Ctrl-C: they inherit that it is held back.

    A key that is pressed meanwhile reaches the command itself when the block ends. Workers that are replaced later are
    started by a thread of the pool, which begins inside and inherits the same.
    """
    from multiprocessing import resource_tracker as own

    from joblib.externals.loky.backend import resource_tracker as lokys

    # Both watchers of shared resources let the key in again when they start, so they start before.
    own.ensure_running()
    lokys.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _hush() -> None:
    """Let libraries say nothing more, to the process's end: what a stop leaves undone in them is meant to be."""
    warnings.simplefilter("ignore")
    threading.excepthook = _say_nothing
    sys.unraisablehook = _say_nothing


def _say_nothing(_about: object) -> None:
    """Stand where the interpreter would print what a thread or a finaliser failed by."""


def _stopped(stop: Stop, kept: Path | None) -> str:
    if kept is not None and kept.exists():
        return (
            f"已停止：完成的部分保存在 {kept.name}，用同一命令可继续\n"
            f"Stopped: what is finished is kept in {kept.name}; the same command goes on from there [STOPPED]"
        )
    if stop.is_past:
        return (
            "已停止：结果已算出，但可能没有全部写入文件\n"
            "Stopped: the result was ready, but perhaps not all files were written [STOPPED]"
        )
    return "已停止：没有结果，未写入任何文件\nStopped: there is no result, and no file was written [STOPPED]"
