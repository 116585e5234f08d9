"""Contact data of visitors (联系方式): kept durably, read by the sender of messages alone, erased on request and by time.

Laws:
- name and phone are in no other file, frame, address or log line; here they are encrypted with AES-GCM under a key made
  from the server's own, and bound to their hall-day and booking: a row moved to another booking cannot be read;
- :meth:`Contacts.keep` returns when the row is on the disk;
- erasing leaves the log as it is: that only has pseudonyms, and still verifies.

ContactsError
├── ContactUnreadable    the row was not written under this server's key, or was altered
└── ContactsBusy         too many writes wait for the disk
"""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

import msgspec
import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hall.ids import Ms
from server.clock import Clock
from server.config.database import DatabaseUnavailable
from server.contacts.store import (
    Change,
    ContactRow,
    ContactStore,
    Subject,
    erasing,
    erasing_old,
    erasing_person,
    keeping,
)
from server.keys import ServerKey
from server.ledger.port import hall_and_date

log = structlog.get_logger(__name__)
_T = TypeVar("_T")

KEEP_DAYS: Final = 30
"""Days after the visit: long enough for a question about a no-show, and no longer."""
NONCE_BYTES: Final = 12
"""The length that AES-GCM is made for (NIST SP 800-38D); drawn by chance for every row."""
TOGETHER: Final = 256
"""Most rows that share one write: in a release minute 15,000 people confirm, and a disk syncs some 100 times a second."""
WAITING_LIMIT: Final = 10_000
"""Most writes that wait for the disk; beyond it :class:`ContactsBusy`."""
LOOK_SECONDS: Final = 2.0
"""How often a node looks for what others keep."""
OVERLAP_MS: Final = 60_000
"""How far back a look reaches: more than the clocks of nodes differ and a write takes."""
SWEEP_SECONDS: Final = 3_600.0
"""How often old rows are looked for."""


class ContactsError(Exception):
    """Root of what this module raises."""


class ContactUnreadable(ContactsError):
    """The row cannot be decrypted; the message is for operators and names no person."""


class ContactsBusy(ContactsError):
    """The disk is behind."""


class Contact(msgspec.Struct, frozen=True):
    """How to reach somebody. Never printed: its text form names nobody."""

    name: str = ""
    phone: str = ""
    language: str = "zh"
    openid: str = ""
    """The WeChat id under which the hall's official account knows the person."""

    def __repr__(self) -> str:
        return "Contact(…)"


class ContactsStatistics(msgspec.Struct, frozen=True):
    """Figures: rows now, and what was done since the start."""

    rows: int
    kept: int
    erased: int
    waiting: int


class Contacts:
    """All contact data of a data folder; ``start`` and ``stop`` own its thread and its task."""

    def __init__(
        self, place: Path | str, key: ServerKey, clock: Clock, *, keep_days: int = KEEP_DAYS, is_shared: bool = False
    ) -> None:
        """Use a data folder, or a database that other nodes use too; rows go ``keep_days`` after the day of the visit."""
        self._store = ContactStore(place)
        self._is_shared = is_shared
        self._cipher = AESGCM(key.contact_key())
        self._key, self._clock, self._keep_days = key, clock, keep_days
        self._subjects: dict[str, set[str]] = {}
        self._pending: list[tuple[Change, asyncio.Future[list[Subject]]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._sweeper: asyncio.Task[None] | None = None
        self._follower: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="contacts")
        self._counts = {"kept": 0, "erased": 0}

    # ---- life ----

    async def start(self) -> None:
        """Open the file, and begin to look for what is old."""
        for stream, appointment in await self._in_thread(self._store.prepare):
            self._subjects.setdefault(stream, set()).add(appointment)
        self._sweeper = asyncio.create_task(self._sweep(), name="contacts: sweep")
        if self._is_shared:
            self._follower = asyncio.create_task(self._follow(), name="contacts: other nodes")

    async def stop(self) -> None:
        """Finish what waits and close the file."""
        for task in (self._sweeper, self._follower):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        if self._writer is not None:
            await self._writer
        await self._in_thread(self._store.close)
        self._thread.shutdown()

    def statistics(self) -> ContactsStatistics:
        """Return the figures."""
        rows = sum(map(len, self._subjects.values()))
        return ContactsStatistics(rows, **self._counts, waiting=len(self._pending))

    # ---- what others ask ----

    async def keep(
        self,
        stream: str,
        appointment: str,
        person_pseudonym: str,
        *,
        name: str = "",
        phone: str = "",
        language: str = "zh",
        openid: str = "",
    ) -> None:
        """Keep how to reach somebody; durable when it returns. Call it before the booking is confirmed.

        Raises :class:`ContactsBusy` or DatabaseUnavailable. ``appointment`` may be the id of a ticket, whose holder is
        then told when the turn is near.
        """
        row = ContactRow(
            stream=stream,
            appointment=appointment,
            person=person_pseudonym,
            telephone=self._key.pseudonym(phone),
            language="en" if language == "en" else "zh",
            sealed=self._sealed(stream, appointment, (name, phone, openid)),
            made_ms=self._clock.now_ms(),
            keep_until_ms=_days_after(stream, self._keep_days),
        )
        await self._write(keeping(row))
        self._subjects.setdefault(stream, set()).add(appointment)
        self._counts["kept"] += 1

    async def of(self, stream: str, appointment: str) -> Contact | None:
        """Return how to reach somebody: for the sender of messages, and for nobody else.

        Raises :class:`ContactUnreadable` or DatabaseUnavailable.
        """
        if not self.has(stream, appointment) and not self._is_shared:
            return None
        row = await self._in_thread(self._store.of, stream, appointment)
        if row is None:
            return None
        name, phone, openid = self._opened(row)
        return Contact(name, phone, row.language, openid)

    def has(self, stream: str, appointment: str) -> bool:
        """Return whether somebody can be reached, without reading how."""
        return appointment in self._subjects.get(stream, ())

    def known(self, stream: str) -> list[str]:
        """List the bookings and tickets of a hall-day with contact data."""
        return sorted(self._subjects.get(stream, ()))

    async def erase(self, stream: str, appointment: str) -> int:
        """Erase the data of one booking; return how many rows went."""
        return await self._erase(erasing(stream, appointment))

    async def erase_person(self, pseudonym: str) -> int:
        """Erase all data of a person, or of a phone, by the pseudonym; return how many rows went."""
        return await self._erase(erasing_person(pseudonym)) if pseudonym else 0

    async def sweep(self) -> int:
        """Erase what has been kept long enough; return how many rows went."""
        return await self._erase(erasing_old(self._clock.now_ms()))

    # ---- writing ----

    async def _erase(self, change: Change) -> int:
        gone = await self._write(change)
        for stream, appointment in gone:
            self._subjects.get(stream, set()).discard(appointment)
        self._counts["erased"] += len(gone)
        return len(gone)

    async def _write(self, change: Change) -> list[Subject]:
        """Let a change be written with those that wait at the same moment; return when it is on the disk."""
        if len(self._pending) >= WAITING_LIMIT:
            raise ContactsBusy(f"{len(self._pending)} writes wait for the disk")
        done: asyncio.Future[list[Subject]] = asyncio.get_running_loop().create_future()
        self._pending.append((change, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._drain(), name="contacts: write")
        return await asyncio.shield(done)

    async def _drain(self) -> None:
        while self._pending:
            group, self._pending = self._pending[:TOGETHER], self._pending[TOGETHER:]
            try:
                gone = await self._in_thread(self._store.write, [change for change, _ in group])
            except DatabaseUnavailable as error:
                for _, done in group:
                    done.set_exception(error)
                continue
            for (_, done), subjects in zip(group, gone, strict=True):
                done.set_result(subjects)

    async def _sweep(self) -> None:
        while True:
            try:
                gone = await self.sweep()
            except (ContactsError, DatabaseUnavailable) as error:
                log.error("contacts_not_swept", reason=type(error).__name__)
            else:
                if gone:
                    log.info("contacts_swept", rows=gone)
            await asyncio.sleep(SWEEP_SECONDS)

    async def _follow(self) -> None:
        """Hear of what other nodes keep; a look reaches back further than their clocks can differ."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                made = await self._in_thread(self._store.made_since, self._clock.now_ms() - OVERLAP_MS)
            except DatabaseUnavailable as error:
                log.warning("contacts_not_followed", reason=type(error).__name__)
                continue
            for stream, appointment in made:
                self._subjects.setdefault(stream, set()).add(appointment)

    async def _in_thread(self, work: Callable[..., _T], *values: object) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *values)

    # ---- encrypting ----

    def _sealed(self, stream: str, appointment: str, facts: tuple[str, str, str]) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, msgspec.json.encode(facts), _bound_to(stream, appointment))

    def _opened(self, row: ContactRow) -> tuple[str, str, str]:
        nonce, body = row.sealed[:NONCE_BYTES], row.sealed[NONCE_BYTES:]
        try:
            plain = self._cipher.decrypt(nonce, body, _bound_to(row.stream, row.appointment))
        except InvalidTag:
            raise ContactUnreadable(f"contact data in {row.stream} are not of this server's key") from None
        return msgspec.json.decode(plain, type=tuple[str, str, str])


def _bound_to(stream: str, appointment: str) -> bytes:
    return f"{stream}\0{appointment}".encode()


def _days_after(stream: str, days: int) -> Ms:
    """Return the end of the day that lies so many days after a hall-day; a day is added for the zones west of Greenwich."""
    _, day = hall_and_date(stream)
    end = datetime.combine(date.fromisoformat(day) + timedelta(days=days + 2), datetime.min.time(), UTC)
    return int(end.timestamp()) * 1_000
