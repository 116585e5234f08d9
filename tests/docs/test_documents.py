"""What the documents refer to is there, and the map of the modules is complete."""

import re
from pathlib import Path

import pytest

from tests.docs.documents import DOCUMENTS, ROOT, inline, name_of

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
PATH = re.compile(r"^(?:hall|server|displays|tests|docs|simulation|loadtests)/[\w./-]+$")
PICTURE_BYTES = 250 * 1024
"""Clones stay small, and a page with three pictures loads on a slow line."""


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_link_leads_somewhere(document: Path):
    """Links and pictures are relative, and their files are in the repository."""
    links = [link for link in LINK.findall(document.read_text("utf-8")) if "://" not in link]

    assert not [link for link in links if not (document.parent / link).exists()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_path_in_the_prose_exists(document: Path):
    paths = [text for text in inline(document) if PATH.match(text)]

    assert not [path for path in paths if not (ROOT / path).exists()]


def test_pictures_stay_small():
    pictures = sorted((ROOT / "docs/images").glob("*"))

    assert pictures
    assert not [picture.name for picture in pictures if picture.stat().st_size > PICTURE_BYTES]


def test_the_readmes_in_two_languages_have_the_same_parts():
    """The Chinese one is the English one's sister: the same sections, pictures, links and examples."""
    english, chinese = (parts_of(ROOT / name) for name in ("README.md", "README.zh-CN.md"))

    assert english == chinese


@pytest.mark.parametrize("package", ["hall", "server"])
def test_the_map_names_every_module(package: str):
    """A module that the design does not place is a module that nobody finds."""
    design = (ROOT / "docs/design.md").read_text("utf-8").partition("## One command")[0]
    words = set(re.findall(r"[a-z_]+", design))
    modules = {path.stem for path in (ROOT / package).glob("*.py")} - {"__init__"}
    folders = {path.name for path in (ROOT / package).iterdir() if (path / "__init__.py").is_file()}

    assert (modules | folders) <= words, sorted((modules | folders) - words)


def parts_of(document: Path) -> dict[str, int | set[str]]:
    text = document.read_text("utf-8")
    links = {link.replace("README.zh-CN.md", "README.md") for link in LINK.findall(text)}
    rows = sum(line.startswith("|") for line in text.splitlines())
    steps = len(re.findall(r"^(?:\d+\.|-) ", text, re.MULTILINE))
    return {
        "sections": text.count("\n## "),
        "links": links,
        "rows": rows,
        "steps": steps,
        "blocks": text.count("\n```"),
    }
