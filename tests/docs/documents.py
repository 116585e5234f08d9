"""The documents that newcomers read, and the examples in them."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = tuple(sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]))
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")


def blocks(document: Path, *languages: str) -> list[str]:
    """Return the fenced examples in these languages."""
    found: list[tuple[str, str]] = _BLOCK.findall(document.read_text("utf-8"))
    return [code for language, code in found if language in languages]


def inline(document: Path) -> list[str]:
    """Return what stands between single backquotes in the prose."""
    return _INLINE.findall(_BLOCK.sub("", document.read_text("utf-8")))


def name_of(document: Path) -> str:
    """Return a document's place in the repository, for messages."""
    return document.relative_to(ROOT).as_posix()
