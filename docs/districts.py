"""Makes the reports of `docs/districts.md` again: runs their commands, keeps the figures, draws, and fills the tables in.

`python docs/districts.py` runs all, `python docs/districts.py baoan nanshan` some; `--fill` runs nothing and fills in what is kept.

Beside the figures stands a digest of a day of the same scenarios: where today's twin lives through it otherwise, by other
rules or other chance, the figures are old. How a command goes on from there, as with shifts or merged windows, is not in it.
"""

import hashlib
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from hall.catalog import Text
from simulation.cli import setting_of
from simulation.differences import Difference
from simulation.report.content import Report, Table, said, shown
from simulation.report.days import comparison_report, report_of_days
from simulation.report.pictures import drawn
from simulation.sizing.hours import Longer
from simulation.sizing.hours_report import report_of as report_of_hours
from simulation.sizing.merge import Merged
from simulation.sizing.merge_report import report_of as report_of_merge
from simulation.summary import Summary
from simulation.twin import Twin

DOCS = Path(__file__).parent
KEPT = DOCS / "districts"
DIGESTS = KEPT / "digests.json"
DOCUMENT = DOCS / "districts.md"
BLOCK = re.compile(r"(<!-- table (?P<name>[\w-]+) (?P<number>\d+) -->\n).*?(<!-- end -->)", re.DOTALL)

COMMANDS = {
    "longgang-published": "merge longgang --before 92/23 --after plan --online business=0.9..0.95 --days 30",
    "longgang-half": "merge longgang --before 92/23 --after 59 --visits 1900 --online business=0.9 --service 0.9..1.4 --days 30",
    "baoan": "hours docs/districts/baoan-office.toml --lunch --evening 20:00 --saturday 09:00-18:00 --sunday 09:00-18:00"
    " --moved 430..870 --induced 430..870 --search-days 60 --weeks 40",
    "futian": "simulate futian --days 10",
    "futian-street": "simulate docs/districts/futian-street.toml --days 40",
    "futian-station": "simulate docs/districts/futian-station.toml --days 40",
    "futian-graduates": "compare docs/districts/futian-graduates-unbooked.toml futian-graduates --days 10",
    "yuancheng": "hours docs/districts/yuancheng-pause.toml --lunch --moved 10%..20% --induced 0%..5% --search-days 20 --weeks 8",
    "nanshan": "compare docs/districts/nanshan-apart.toml nanshan --days 12",
}
"""What the document says one should run, without `onewindow`; the name is that of the kept figures."""
DIGEST_SEED = 1
DIGEST_LETTERS = 16


def main(words: list[str]) -> None:
    """Run what is wanted, then draw and fill in."""
    wanted = [] if "--fill" in words else words or list(COMMANDS)
    for name in wanted:
        run(name)
    for name in COMMANDS:
        draw(name)
    DOCUMENT.write_text(filled(DOCUMENT.read_text("utf-8")), "utf-8")


def run(name: str) -> None:
    """Run a command and keep its figures, with the digest of what they rest on."""
    program = Path(sys.executable).parent / "onewindow"
    words = [str(program), *COMMANDS[name].split(), "--json", str(KEPT / f"{name}.json")]
    subprocess.run(words, check=True, cwd=DOCS.parent)
    known = kept_digests() | {name: digest(name)}
    DIGESTS.write_bytes(msgspec.json.format(msgspec.json.encode(dict(sorted(known.items())))) + b"\n")


def kept_digests() -> dict[str, str]:
    """Return the digests with which the figures were kept, by name."""
    return msgspec.json.decode(DIGESTS.read_bytes(), type=dict[str, str]) if DIGESTS.exists() else {}


def digest(name: str) -> str:
    """Return the digest of a command and of a day of its scenarios as the twin lives through it today."""
    words = COMMANDS[name].split()
    found = hashlib.sha256(COMMANDS[name].encode())
    for word in words[1 : next(at for at, one in enumerate(words) if one.startswith("--"))]:
        scenario = str(DOCS.parent / word) if word.endswith(".toml") else word
        day, waits = Twin(setting_of(scenario, seed=DIGEST_SEED, days=1)).run(0)
        facts = (day.slot_taken, day.slot_called, day.slot_wait_ms, day.slot_kept, day.busy_ms, day.last_out_min)
        found.update(msgspec.json.encode([facts, waits.counts.nonzero()[1].tolist()]))
    return found.hexdigest()[:DIGEST_LETTERS]


def draw(name: str) -> None:
    """Draw the pictures of a report that the document shows, named by their number."""
    text = DOCUMENT.read_text("utf-8")
    for number, picture in enumerate(report(name).pictures):
        path = DOCS / "images" / f"districts-{name}-{number}.png"
        if f"(images/{path.name})" in text:
            path.write_bytes(drawn(picture, language="en", kind="png")[0])


def filled(text: str) -> str:
    """Return the document with the tables that the kept figures give."""

    def table(found: re.Match[str]) -> str:
        shown_table = markdown(report(found["name"]).tables[int(found["number"])])
        return f"{found[1]}{shown_table}\n{found[4]}"

    return BLOCK.sub(table, text)


def report(name: str) -> Report:
    """Return the report that the kept figures make."""
    figures = _with_nan(msgspec.json.decode((KEPT / f"{name}.json").read_bytes()))
    return _READERS[COMMANDS[name].partition(" ")[0]](figures)


def markdown(table: Table) -> str:
    """Return a table in English, as these documents write them."""
    head = [said(one, "en") for one in table.head]
    rows = [[shown(cell, table.digits, "en") for cell in row] for row in table.rows]
    lines = ["| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows]]
    return "\n".join([*lines, *(["", said(table.note, "en")] if table.note.zh else [])])


def _with_nan(value: Any) -> Any:
    """Put back what JSON has no word for: an interval of too little is no number."""
    if isinstance(value, list):
        return [_with_nan(one) for one in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"value", "low", "high", "blocks"}:
        return {key: float("nan") if one is None else one for key, one in value.items()}
    return {key: _with_nan(one) for key, one in value.items()}


def _merged(figures: Any) -> Report:
    return report_of_merge(msgspec.convert(figures, Merged), version="")


def _longer(figures: Any) -> Report:
    return report_of_hours(msgspec.convert(figures, Longer), version="")


def _days(figures: Any) -> Report:
    return report_of_days(msgspec.convert(figures, Summary), name=Text(""), version="")


def _compared(figures: Any) -> Report:
    found = [
        msgspec.structs.replace(one, name=Path(one.name).stem) for one in msgspec.convert(figures, list[Difference])
    ]
    return comparison_report(found)


_READERS: dict[str, Callable[[Any], Report]] = {
    "merge": _merged,
    "hours": _longer,
    "simulate": _days,
    "compare": _compared,
}

if __name__ == "__main__":
    main(sys.argv[1:])
