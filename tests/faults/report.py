"""One table for every proof: what was acknowledged, lost, doubled, out of order, and how long it took to serve again."""

import os
from collections.abc import Sequence
from typing import Final

import msgspec

HEADS: Final = ("part", "acknowledged", "lost", "doubled", "wrong order", "recovery p50 / p95", "verdict")
FINDINGS_SHOWN: Final = 20


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One line. ``skipped`` says why nothing ran; ``shows_weakness`` marks a setting that is expected to lose."""

    name: str
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    wrong_order: int = 0
    recovery_s: tuple[float, ...] = ()
    findings: tuple[str, ...] = ()
    """Other broken laws, in words."""
    notes: tuple[str, ...] = ()
    skipped: str = ""
    shows_weakness: bool = False

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing was found."""
        return not (self.lost or self.doubled or self.wrong_order or self.findings)

    @property
    def holds(self) -> bool:
        """Tell whether the part came out as it must: clean, or a weakness that was seen."""
        if self.skipped:
            return True
        return not self.is_clean if self.shows_weakness else self.is_clean

    @property
    def verdict(self) -> str:
        """Say in a word how it came out."""
        if self.skipped:
            return f"skipped: {self.skipped}"
        if self.shows_weakness:
            return "ran: the loss is seen" if self.holds else "ran: BROKEN, the loss was not seen"
        return "ran: laws held" if self.holds else "ran: BROKEN"


def share(values: Sequence[float], permille: int) -> float:
    """Return the value below which so many thousandths lie; 0 for none."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, len(ranked) * permille // 1_000)] if ranked else 0.0


def is_crowded() -> str:
    """Say why figures in seconds prove nothing here and now; empty on a machine that has time for the proof."""
    busy, cores = os.getloadavg()[0], os.cpu_count() or 1
    return f"{busy:.1f} processes want the {cores} cores already" if busy > cores else ""


def text_of(title: str, parts: Sequence[Part]) -> str:
    """Return the table with its findings and notes."""
    rows = [HEADS, *(_row(part) for part in parts)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS) - 1)]
    lines = [title]
    for row in rows:
        cells = [
            row[0].ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:], strict=True)),
        ]
        lines.append(f"  {'  '.join(cells)}  {row[-1]}")
    for part in parts:
        lines += [f"  {part.name}: {note}" for note in part.notes]
        lines += [f"  BROKEN {part.name}: {finding}" for finding in part.findings[:FINDINGS_SHOWN]]
    return "\n".join(lines)


def status_of(parts: Sequence[Part]) -> int:
    """Return the exit status: 0 if every part that ran came out as it must."""
    return 0 if all(part.holds for part in parts) else 1


def _row(part: Part) -> tuple[str, ...]:
    if part.skipped:
        return (part.name, "–", "–", "–", "–", "–", part.verdict)
    recovery = "–"
    if part.recovery_s:
        recovery = f"{share(part.recovery_s, 500):.2f} / {share(part.recovery_s, 950):.2f} s"
    counts = (part.acknowledged, part.lost, part.doubled, part.wrong_order)
    return (part.name, *(f"{count:,}" for count in counts), recovery, part.verdict)
