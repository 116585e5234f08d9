"""Open live feeds, by the token that opened them: a feed ends with the session or device that it belongs to."""

from collections.abc import Callable
from typing import Final

import msgspec

from server.accounts.authorise import Caller

End = Callable[[], None]

WITHOUT_TOKEN: Final = ""
"""Feeds of citizens, and of boards that are open to all: nothing that could end them."""


class OpenFeed(msgspec.Struct, frozen=True, eq=False):
    """One connection: the hash of its token, who it was let in as, and how to end it."""

    token: str
    caller: Caller
    end: End


class OpenFeeds:
    """Counts nothing and limits nothing; the edge does. It only knows whom to end."""

    def __init__(self) -> None:
        self._open: dict[str, dict[OpenFeed, None]] = {}

    def opened(self, token: str, caller: Caller, end: End) -> OpenFeed:
        """Remember a feed until :meth:`closed`."""
        feed = OpenFeed(token, caller, end)
        if token != WITHOUT_TOKEN:
            self._open.setdefault(token, {})[feed] = None
        return feed

    def closed(self, feed: OpenFeed) -> None:
        """Forget a feed that has ended."""
        others = self._open.get(feed.token)
        if others is not None:
            others.pop(feed, None)
            if not others:
                del self._open[feed.token]

    def tokens(self) -> list[str]:
        """Return the hashes of all tokens with an open feed."""
        return list(self._open)

    def end_token(self, token: str) -> None:
        """End the feeds of one token."""
        for feed in list(self._open.get(token, ())):
            feed.end()

    def end_caller(self, name: str, *, but: str = WITHOUT_TOKEN) -> None:
        """End the feeds of an account or a device, whichever token opened them ``but`` this one."""
        for feed in self._all():
            if feed.caller.name == name and feed.token != but:
                feed.end()

    def end_unless(self, tokens: list[str], live: dict[str, Caller]) -> None:
        """End the feeds of those of these tokens that no longer stand for the caller who was let in."""
        for token in tokens:
            for feed in list(self._open.get(token, ())):
                if live.get(token) != feed.caller:
                    feed.end()

    def _all(self) -> list[OpenFeed]:
        return [feed for feeds in self._open.values() for feed in feeds]
