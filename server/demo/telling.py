"""What the demo says on the terminal: a live line where there is one, plain lines where not, and the tables at the end."""

import asyncio
import time
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table

from hall.ids import Ms
from server.audit import AuditReport, audit_stream
from server.demo.compare import Comparison
from server.demo.dayfigures import Report, figures_of_day
from server.demo.dayfile import DemoDay, Progress
from server.ledger.sqlite import SqliteLedger

PLAIN_LINE_S: Final = 5.0
"""Between progress lines where the output is no terminal."""
ZONE: Final = ZoneInfo("Asia/Shanghai")
"""All presets are of halls in this zone."""
FINDINGS_SHOWN: Final = 20


class Teller:
    """Speaks to whoever started the demo."""

    def __init__(self, console: Console | None = None) -> None:
        """Speak on standard output."""
        self._console = console or Console(highlight=False)
        self._status: Status | None = None
        self._told_s = 0.0

    def begin(self, day: DemoDay, folder: Path, *, goes_on: bool) -> None:
        """Say where to look, who to be, and how long it takes."""
        close_ms = day.until_ms or day.close_ms
        minutes = (close_ms - day.start_ms) / 60_000 / day.speed
        verb = "continues" if goes_on else "begins"
        self._say(f"[bold]OneWindow 一窗通[/]  {day.hall}, {day.date}: the day {verb}.")
        self._say(f"  {day.base}/          pages, and GET /api/demo")
        self._say("  accounts: clerk01, clerk02, …, guide1, manager, network, auditor, admin   password: onewindow")
        self._say(f"  {day.speed:g} × real time: about {minutes:.0f} min until closing   seed {day.seed}")
        self._say(f"  data: {escape(str(folder))}")

    def progress(self, now: Progress, day: DemoDay) -> None:
        """Show how far the day is."""
        text = (
            f"{_clock(now.at_ms)}  taken {now.taken}  waiting {now.waiting}  at windows {now.serving}  done {now.done}  "
            f"booked {now.booked} (here {now.checked_in}, not come {now.no_shows})  "
            f"open windows {now.windows_open}  longest wait {now.longest_wait_ms // 60_000} min  "
            f"commands {now.commands} (again {now.retries})  findings {now.findings}"
        )
        if self._console.is_terminal:
            if self._status is None:
                self._status = self._console.status(text, spinner="line")
                self._status.start()
            self._status.update(text)
        elif time.monotonic() - self._told_s >= PLAIN_LINE_S:
            self._told_s = time.monotonic()
            self._say(text)

    def restarted(self, times: int) -> None:
        """Say that the server had to be started again."""
        self._say(f"  the server went away and was started again ({times})")

    def stopped(self) -> None:
        """Say that the day is not over."""
        self._end_status()
        self._say("Stopped. The same command goes on with this day.")

    def fail(self, why: str) -> None:
        """Say why nothing can be played."""
        self._end_status()
        self._say(f"[red]{escape(why)}[/]")

    def keeps_serving(self, day: DemoDay) -> None:
        """Say that the pages stay."""
        self._say(f"Still serving {day.base}/ (Ctrl-C ends it).")

    async def audited(self, ledger_file: Path, day: DemoDay) -> tuple[AuditReport, Report]:
        """Audit a day and work its figures out from its log, in a thread so that the children are heard meanwhile."""
        self._end_status()
        return await asyncio.to_thread(lambda: asyncio.run(_audit_and_figures(ledger_file, day.stream)))

    def conclude(
        self,
        audit: AuditReport,
        figures: Report,
        comparison: Comparison,
        findings: tuple[str, ...],
        *,
        restarts: int,
    ) -> None:
        """Print figures, audit and comparison."""
        self._console.print(_totals_table(figures))
        self._console.print(_themes_table(figures))
        if "booked" in figures:
            self._console.print(_booked_table(figures["booked"]))
        self._say(escape(audit.text()))
        self._say(
            f"Clients: {comparison.operations} operations ({comparison.ok} done, {comparison.refused} refused, "
            f"{comparison.unknown} unknown), {comparison.sightings} rings; by visitors {comparison.by_others} commits; "
            f"server started again {restarts} times"
        )
        for finding in findings[:FINDINGS_SHOWN]:
            self._say(f"  [red]{escape(finding)}[/]")
        verdict = "ran, nothing found" if not findings else f"{len(findings)} findings"
        self._say(f"Compared with the log (S1, S2, S3, S6, S7, S8, S12): {verdict}")

    def _say(self, text: str) -> None:
        self._console.print(text, soft_wrap=True)

    def _end_status(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None


async def _audit_and_figures(ledger_file: Path, stream: str) -> tuple[AuditReport, Report]:
    ledger = SqliteLedger.open_for_reading(ledger_file)
    try:
        return await audit_stream(ledger, stream), await figures_of_day(ledger, stream)
    finally:
        await ledger.close()


def _totals_table(figures: Report) -> Table:
    totals = figures["totals"]
    table = Table(title="The day", title_justify="left")
    for name in ("tickets", "done", "missed calls", "abandoned", "cancelled", "expired", "rated", "promise kept"):
        table.add_column(name, justify="right")
    counts = [totals[name] for name in ("taken", "done", "missed", "abandoned", "cancelled", "expired")]
    kept = totals["promise_kept_pct"]
    table.add_row(
        *map(str, counts), str(sum(totals["rated"].values())), "–" if kept is None else f"{kept:.0f} %"
    )  # fmt: skip
    return table


def _themes_table(figures: Report) -> Table:
    table = Table(title="Waits until the first call, in minutes", title_justify="left")
    for name in ("theme", "tickets", "P50", "P80", "P90", "longest"):
        table.add_column(name, justify="left" if name == "theme" else "right")
    for name, waits in [*figures["by_theme"].items(), ("all", figures["wait"])]:
        spread = (waits["p50_ms"], waits["p80_ms"], waits["p90_ms"], waits["max_ms"])
        table.add_row(name, str(waits["n"]), *(_minutes(one) for one in spread))
    return table


def _booked_table(booked: Report) -> Table:
    """The day's bookings, and how far both guarantees were kept."""
    table = Table(title="Booked visits", title_justify="left")
    for name in (
        "made",
        "came",
        "early",
        "in grace",
        "late",
        "stayed away",
        "cancelled",
        "on time",
        "walk-ins passed",
    ):
        table.add_column(name, justify="right")
    on_time, goal, passed = booked["on_time"], booked["goal"], booked["walk_ins_passed"]
    punctual = [booked[name] for name in ("early", "in_grace", "late")]
    # Who came and then missed the call is a no-show too, but did not stay away.
    away = booked["no_show"] - (sum(punctual) - booked["checked_in"])
    counts = [booked["made"], sum(punctual), *punctual, away, booked["cancelled"]]
    share = "–" if on_time["pct"] is None else f"{on_time['pct']:.0f} % (goal {goal['on_time_pct']} %)"
    most = f"{passed['n']}, at most {passed['most']} times (bound {passed['bound']})"
    table.add_row(*map(str, counts), share, most)
    return table


def _minutes(length_ms: Ms | None) -> str:
    return "–" if length_ms is None else f"{length_ms / 60_000:.1f}"


def _clock(at_ms: Ms) -> str:
    return datetime.fromtimestamp(at_ms / 1000, ZONE).strftime("%H:%M") if at_ms else "--:--"
