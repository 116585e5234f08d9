"""Where things stand in a TOML file: the line of every table and key, for messages that name it.

The standard parser tells values and not their places. This index reads only what it needs: headers, keys at the beginning of
a line, keys of inline tables on one line; what it does not find it attributes to the line of the nearest thing around it.
"""

import re
from collections.abc import Iterator

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_INLINE = re.compile(r"""[{,]\s*([A-Za-z0-9_-]+|"[^"]*"|'[^']*')\s*=""")
_QUOTED = re.compile(r""""(?:[^"\\]|\\.)*"|'[^']*'""")


class Lines:
    """The lines of one file."""

    def __init__(self, text: str) -> None:
        """Read the whole file once."""
        self._lines: dict[Path, int] = {(): 1}
        for number, path in _places(text):
            self._lines.setdefault(path, number)

    def of(self, *path: str | int) -> int:
        """Return the line of a table, key or element; of what is nearest around it where that is not known."""
        while path not in self._lines:
            path = path[:-1]
        return self._lines[path]


def _places(text: str) -> Iterator[tuple[int, Path]]:
    table: Path = ()
    counts: dict[Path, int] = {}
    key: Path = ()
    depth = 0
    element = 0
    for number, line in enumerate(text.splitlines(), 1):
        if depth:
            # Inside an array of several lines: each line that begins an element is one.
            if line.strip() and line.strip()[0] not in "]#":
                yield number, (*key, element)
                yield from ((number, (*key, element, _plain(name))) for name in _INLINE.findall(line))
                element += 1
            depth += _opened(line)
            continue
        header = _HEADER.match(line)
        if header is not None:
            table = _names(header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            yield number, table
            continue
        found = _KEY.match(line)
        if found is not None:
            key, element = (*table, *_names(found[1])), 0
            yield from ((number, key[:size]) for size in range(len(table) + 1, len(key) + 1))
            yield from ((number, (*key, _plain(name))) for name in _INLINE.findall(line))
            depth = _opened(line[found.end() :])


def _opened(line: str) -> int:
    bare = _QUOTED.sub("", line).partition("#")[0]
    return bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")


def _names(dotted: str) -> Path:
    return tuple(_plain(part) for part in re.findall(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""", dotted))


def _plain(name: str) -> str:
    return name.strip("\"'")
