"""Parts of views that are made once and shared: by the views of one moment, and by all moments until they change.

A hall's boards, consoles and strips repeat each other: the same calls, the same windows, the same people. Rendering each
view from nothing costs more than deciding a command. So who renders many views keeps a :class:`Parts` per hall-day; who
renders one needs none.

Laws:
1. A view is the same with and without kept parts, but for its nulls (:func:`hall.patch.compact`).
2. A part that has not changed is the same object as before, so a patch passes it over without a look.
3. A mark says everything that a part is made of; ``index`` in it stands for the plan and what windows serve.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar, cast

from hall.patch import Compact, compact
from hall.state import HallDay

PARTS_LIMIT = 20_000
"""Two for each ticket of a very busy day; when there are more, all are made anew."""

Made = Mapping[str, object]
_T = TypeVar("_T")


class Fresh:
    """Keeps nothing: every part is made where it is asked for."""

    def once(self, state: HallDay, name: object, make: Callable[[], _T]) -> _T:
        """Return a part that follows from the state alone."""
        return make()

    def kept(self, kind: str, key: object, *, mark: tuple[object, ...], make: Callable[[], Made]) -> Made:
        """Return a part that follows from what ``mark`` names."""
        return make()


class Parts(Fresh):
    """Keeps what was made: until the next commit (``once``), or until its mark changes (``kept``)."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._at: tuple[str, int] = ("", -1)
        self._once: dict[object, object] = {}
        self._kept: dict[tuple[str, object], tuple[tuple[object, ...], Compact]] = {}

    def once(self, state: HallDay, name: object, make: Callable[[], _T]) -> _T:
        """Return a part that follows from the state alone."""
        at = (state.date, state.seq)
        if at != self._at:
            self._at = at
            self._once.clear()
        found = self._once.get(name)
        if found is None:
            found = self._once[name] = make()
        return cast(_T, found)

    def kept(self, kind: str, key: object, *, mark: tuple[object, ...], make: Callable[[], Made]) -> Made:
        """Return a part that follows from what ``mark`` names."""
        found = self._kept.get((kind, key))
        if found is None or found[0] != mark:
            if len(self._kept) >= PARTS_LIMIT:
                self._kept.clear()
            found = self._kept[kind, key] = (mark, Compact(compact(make())))
        return found[1]


FRESH = Fresh()
"""For who renders a single view."""
