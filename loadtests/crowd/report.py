"""The report of a run: per action p50 and p99, from the key to the screens, errors, the audit; a page with plots, and text."""

import base64
import csv
import html
import io
from pathlib import Path
from typing import Any

import matplotlib.figure

from loadtests.crowd.run import Outcome
from loadtests.crowd.sale import said as release_said
from loadtests.crowd.shapes import SHAPES

Row = dict[str, str]


def write_report(found: Outcome, out: Path) -> Path:
    """Write the page and return where it lies; it needs no network and no script."""
    page = out / "report.html"
    wanted = found.wanted
    title = f"OneWindow: {SHAPES[wanted.shape].says} ({wanted.people} people, {wanted.seconds:.0f} s)"
    crowds = "\n".join(_audit_of_crowd(found))
    body = "".join(
        [f"<h1>{html.escape(title)}</h1>", f"<p>{html.escape(_verdict(found))}</p>", _table(_stats(out)),
         f'<img alt="people and answers over time" src="{_picture(_history(out))}">',
         f"<h2>Compared with the log</h2><pre>{html.escape(_compared(found))}</pre>",
         f"<h2>Audit</h2><pre>{html.escape(crowds)}</pre>",
         f"<details><summary>of every hall-day, in full</summary><pre>{html.escape(found.audit.strip())}</pre></details>"]
    )  # fmt: skip
    page.write_text(f"<!doctype html><html lang=en><meta charset=utf-8><title>{html.escape(title)}</title>"
                    f"<style>{STYLE}</style>{body}</html>\n", encoding="utf-8")  # fmt: skip
    return page


STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#14212b}"
    "table{border-collapse:collapse}td,th{padding:.2rem .8rem;border-bottom:1px solid #cfd8df;text-align:right}"
    "td:first-child,th:first-child{text-align:left}img{max-width:100%}pre{white-space:pre-wrap}"
)


def text_of(found: Outcome, out: Path) -> str:
    """Return the report for a terminal."""
    wanted = found.wanted
    lines = [f"{SHAPES[wanted.shape].says}: {wanted.people} people, {wanted.seconds:.0f} s",
             f"  {'action':28} {'done':>8} {'failed':>7} {'p50 ms':>8} {'p99 ms':>8}"]  # fmt: skip
    lines += [
        f"  {row['Name']:28} {int(row['Request Count']):8,} {int(row['Failure Count']):7,} {row['50%']:>8} {row['99%']:>8}"
        for row in _stats(out)
    ]
    return "\n".join([*lines, _compared(found), *_audit_of_crowd(found), _verdict(found)])


def _audit_of_crowd(found: Outcome) -> list[str]:
    """Return what the audit says of the halls that the crowd was in; a preset has dozens of others."""
    streams = tuple(f"{hall}/" for hall in found.halls)
    return [line for line in found.audit.splitlines() if line.startswith(streams)]


def _verdict(found: Outcome) -> str:
    if found.locust_said:
        return found.locust_said
    findings = [*found.shortcomings, *found.comparison.findings]
    return f"BROKEN: {len(findings)} findings, the first: {findings[0]}" if findings else "every promise kept"


def _compared(found: Outcome) -> str:
    said, shown = found.comparison, found.shown
    return "\n".join(
        [f"  in {', '.join(found.halls)}" + (f", on {found.nodes} nodes" if found.nodes > 1 else ""),
         f"  {said.operations:,} operations: {said.ok:,} done, {said.refused:,} refused, {said.unknown:,} unknown; "
         f"{said.sightings:,} rings seen",
         f"  from the key to a board's ring: p50 {shown.p50_ms:,.0f} ms, p99 {shown.p99_ms:,.0f} ms "
         f"({shown.rings:,} rings of {shown.calls:,} calls on {shown.screens:,} boards; the boards' own work included)",
         *([release_said(found.sale)] if found.sale is not None else []),
         *(f"  BROKEN {finding}" for finding in [*found.shortcomings, *said.findings][:20])]
    )  # fmt: skip


def _stats(out: Path) -> list[Row]:
    rows = _rows(out / "locust_stats.csv")
    return [row for row in rows if row["Name"] != "Aggregated" and int(row["Request Count"])]


def _history(out: Path) -> list[Row]:
    return [row for row in _rows(out / "locust_stats_history.csv") if row["Name"] == "Aggregated"]


def _rows(path: Path) -> list[Row]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _table(rows: list[Row]) -> str:
    head = "<tr><th>action<th>done<th>failed<th>p50 ms<th>p99 ms</tr>"
    return f"<table>{head}{''.join(map(_line, rows))}</table>"


def _line(row: Row) -> str:
    cells = (row["Name"], row["Request Count"], row["Failure Count"], row["50%"], row["99%"])
    return "<tr>" + "".join(f"<td>{html.escape(cell)}" for cell in cells) + "</tr>"


def _picture(rows: list[Row]) -> str:
    figure = matplotlib.figure.Figure(figsize=(10, 6), layout="constrained")
    crowd, answers = figure.subplots(2, 1, sharex=True)
    first = float(rows[0]["Timestamp"]) if rows else 0.0
    at = [float(row["Timestamp"]) - first for row in rows]
    crowd.plot(at, [float(row["User Count"]) for row in rows], color="#0b6e99", label="people")
    crowd.plot(at, [float(row["Requests/s"]) for row in rows], color="#2a9d5c", label="answers a second")
    for name, color in (("50%", "#0b6e99"), ("99%", "#c8553d")):
        answers.plot(at, [_number(row[name]) for row in rows], color=color, label=f"p{name[:-1]} ms")
    answers.set_yscale("symlog", linthresh=1)
    answers.set_xlabel("seconds")
    for part in (crowd, answers):
        part.legend(frameon=False)
        part.grid(alpha=0.3)
    return _inline(figure)


def _number(cell: str) -> float:
    return float("nan") if cell in ("", "N/A") else float(cell)


def _inline(figure: Any) -> str:
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=110)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()
