"""Where a hall-day stands: what is stored of it, and what is decided on top of that and not stored yet.

Two states, on purpose. Deciding changes a state before its commit is durable, and nobody may see what could still be
lost. So there is ``ahead``, which is decided on, and ``seen``, which follows the stored commits as a restart would.
Reads get ``seen`` only. It costs a second fold per commit (microseconds) and buys three things: reads are never ahead of
the disk, a failed or refused write makes ``ahead`` anew from a copy of ``seen`` while reads go on, and every commit is
replayed at once by the code that will replay it after a crash.
"""

from dataclasses import dataclass, field

from hall.errors import HallError
from hall.events import Commit
from hall.ids import CommandId
from hall.policy import Plan
from hall.state import HallDay, copy_of
from hall.step import apply
from server.answers import AnswerIndex
from server.ledger.port import (
    GENESIS,
    BrokenChain,
    Ledger,
    LedgerError,
    OtherHistory,
    StorageFailed,
    StreamHead,
    WrittenByNewer,
)
from server.outcomes import OutcomeUnknown
from server.replay import decoded, replayed


@dataclass
class Standing:
    """Both states of one hall-day, the hashes of the rows that they stand at, and its answers."""

    stream: str
    ledger: Ledger
    ahead: HallDay = field(default_factory=HallDay)
    hash: str = GENESIS
    """Of the row that ``ahead`` stands at."""
    seen: HallDay = field(default_factory=HallDay)
    is_stale: bool = True
    """``ahead`` may hold what is not stored, or not what is: nothing is decided before it was read anew."""
    _seen_hash: str = GENESIS
    _is_doubted: bool = True
    """Nothing is read yet, or the program has failed: the state to decide on comes from the log's first row."""
    _plans: dict[str, Plan] = field(default_factory=dict)
    _answers: AnswerIndex = field(default_factory=AnswerIndex)

    async def read_on(self, news: list[Commit]) -> None:
        """Build ``ahead`` from what is durable, or read on; ``seen`` follows what it had not, and ``news`` gets that.

        Even if it ends half-way: what was seen now is not news to the next reading. Raises OtherHistory where the log is
        not that of ``seen`` any more; then nothing of it was taken.
        """
        fresh, previous = self._base() if self.is_stale else (self.ahead, self.hash)
        # Until it is through nothing holds.
        self.is_stale = True
        try:
            try:
                previous = await self._replay(fresh, previous, news)
            except BrokenChain as broken:
                if previous == GENESIS or isinstance(broken, WrittenByNewer):
                    raise
                # It is damaged, or it does not go on from here since it is another one: its first row on will show.
                fresh = HallDay()
                previous = await self._replay(fresh, GENESIS, news)
        except StorageFailed:
            raise
        except (LedgerError, HallError):
            self._is_doubted = True
            raise
        for name, plan in self._plans.items():
            fresh.plans[name] = plan
        self.ahead, self.hash, self.is_stale, self._is_doubted = fresh, previous, False, False

    async def _replay(self, fresh: HallDay, previous: str, news: list[Commit]) -> str:
        """Replay on a state, let ``seen`` follow, and return the hash of the last row."""
        async for commit, row_hash in replayed(self.ledger, self.stream, fresh, plans=self._plans, previous=previous):
            previous = row_hash
            if commit.seq > self.seen.seq:
                self.follow(commit, row_hash)
                news.append(commit)
            elif commit.seq == self.seen.seq and row_hash != self._seen_hash:
                raise OtherHistory(self.stream, commit.seq)
        if fresh.seq < self.seen.seq:
            raise OtherHistory(self.stream, fresh.seq + 1)
        return previous

    async def head(self) -> StreamHead | None:
        """Return where the stored log stands now; raises OtherHistory if that is not after what was seen of it before."""
        known, known_hash = self.seen.seq, self._seen_hash
        head = await self.ledger.head(self.stream)
        version, last = (head.version, head.hash) if head is not None else (0, GENESIS)
        if version < known or (version == known and last != known_hash):
            raise OtherHistory(self.stream, min(version + 1, known))
        return head

    def follow(self, commit: Commit, row_hash: str) -> None:
        """Let reads see a durable commit, and keep its answer."""
        self.seen.plans.update(self._plans)
        apply(self.seen, commit)
        self._seen_hash = row_hash
        self._answers.add(commit)

    def doubt(self) -> None:
        """The program has failed: believe nothing but the log, from its first row on."""
        self.is_stale = self._is_doubted = True

    def knows_plan(self, name: str) -> bool:
        """Say whether commands can name a plan."""
        return name in self._plans

    def teach(self, name: str, plan: Plan) -> None:
        """Make a plan known to both states."""
        self._plans[name] = plan
        self.ahead.plans[name] = plan
        self.seen.plans[name] = plan

    def at_hand(self, command_id: CommandId) -> Commit | None:
        """Return a durable answer if it is one of the newest."""
        return self._answers.at_hand(command_id)

    async def known(self, command_id: CommandId) -> Commit | None:
        """Return a durable answer, however old; raises OutcomeUnknown."""
        at_hand = self._answers.at_hand(command_id)
        if at_hand is not None or not self._answers.must_look_up(command_id):
            return at_hand
        try:
            row = await self.ledger.find(self.stream, command_id)
        except StorageFailed as failure:
            raise OutcomeUnknown(failure.reason) from failure
        return decoded(row) if row is not None else None

    def _base(self) -> tuple[HallDay, str]:
        """Return a state to read on from, and its row's hash: a copy of what is seen costs a fraction of the whole log."""
        if self._is_doubted or not self.seen.is_open:
            return HallDay(), GENESIS
        return copy_of(self.seen), self._seen_hash
