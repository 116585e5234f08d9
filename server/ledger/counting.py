"""What a writer counts for :class:`LedgerStatistics`."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.ledger.port import Batch, LedgerError


@dataclass
class Figures:
    """Sums since the start."""

    rows: int = 0
    appends: int = 0
    transactions: int = 0
    conflicts: int = 0
    failures: int = 0
    largest_group: int = 0

    def count(self, appends: Sequence[tuple[Batch, ...]], faults: Sequence[LedgerError | None]) -> list[Batch]:
        """Count a transaction whose appends came to these conflicts, and return the batches that it stored."""
        stored = [append for append, fault in zip(appends, faults, strict=True) if fault is None]
        batches = [batch for append in stored for batch in append]
        self.transactions += 1
        self.appends += len(stored)
        self.rows += sum([len(batch.rows) for batch in batches])
        self.conflicts += len(appends) - len(stored)
        self.largest_group = max(self.largest_group, len(appends))
        return batches
