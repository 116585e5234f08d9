"""The pages are built when their sources change, only then, and for Chrome 69."""

import importlib.util
import re
import shutil
from pathlib import Path
from types import ModuleType

import pytest

from displays.web import DIST
from tests.support.sources import ROOT

WEB = ROOT / "displays" / "web"

# What our own code is likely to reach for, with the Chrome that brought it. The syntax is
# esbuild's business; a missing method would only show on the old box on the wall.
NEWER_THAN_CHROME_69 = {
    r"\.replaceAll\(": 85,
    r"\.matchAll\(": 73,
    r"Object\.fromEntries\(": 73,
    r"Object\.hasOwn\(": 93,
    r"Promise\.(?:allSettled|any)\(": 76,
    r"\bstructuredClone\(": 98,
    r"\bqueueMicrotask\(": 71,
    r"\bnew WeakRef\(": 84,
    r"\bglobalThis\b": 71,
    r"crypto\.randomUUID\(": 92,
    r"AbortSignal\.timeout\(": 103,
    r"\bIntl\.(?:RelativeTimeFormat|ListFormat|DisplayNames)\b": 71,
}


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    """The build hook, loaded by its path as hatchling loads it."""
    spec = importlib.util.spec_from_file_location("web_build", WEB / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """A copy of the sources, with the npm packages that are installed already."""
    copy = tmp_path / "web"
    shutil.copytree(WEB, copy, ignore=shutil.ignore_patterns("node_modules", "dist*", "generated", ".build.lock"))
    (copy / "node_modules").symlink_to(WEB / "node_modules")
    return copy


def test_a_second_build_does_nothing_and_a_changed_source_builds_again(builder: ModuleType, web: Path):
    """Content decides: a touched file is no change, a changed one is."""
    page = web / "src" / "pages" / "index.html"

    assert builder.build(web)
    page.touch()
    assert not builder.build(web)
    page.write_text(page.read_text("utf-8").replace("</title>", " 2</title>"), encoding="utf-8")
    assert builder.build(web)

    assert " 2</title>" in (web / "dist" / "index.html").read_text("utf-8")


def test_a_build_that_fails_says_why_and_leaves_the_last_pages(builder: ModuleType, web: Path):
    """A half-made dist/ is never served."""
    builder.build(web)
    before = sorted(path.name for path in (web / "dist").rglob("*"))
    (web / "src" / "pages" / "broken.ts").write_text("export const x: = 1;", encoding="utf-8")

    with pytest.raises(SystemExit, match=r"broken\.ts"):
        builder.build(web)

    assert sorted(path.name for path in (web / "dist").rglob("*")) == before


def test_a_generator_runs_before_the_bundles(builder: ModuleType, web: Path):
    """tools/generate-*.mjs writes modules into src/generated/, which pages import."""
    (web / "tools" / "generate-sample.mjs").write_text(
        'import { writeFile } from "node:fs/promises";\n'
        "export default async ({ generated }) => "
        'writeFile(`${generated}/sample.ts`, `export const word = "made-by-the-generator";`);\n',
        encoding="utf-8",
    )
    entry = web / "src" / "pages" / "index.ts"
    entry.write_text('import { word } from "../generated/sample";\ndocument.title = word;\n', encoding="utf-8")

    builder.build(web)

    scripts = "".join(path.read_text("utf-8") for path in (web / "dist" / "assets").glob("index-*.js"))
    assert "made-by-the-generator" in scripts


def test_node_is_asked_for_only_where_it_is_missing(builder: ModuleType, monkeypatch: pytest.MonkeyPatch):
    """Installing with pip is enough: the hook names the package that brings Node."""
    monkeypatch.setenv("PATH", "/nowhere")
    assert builder.node_requirements() == [builder.NODE_WHEEL]


def test_our_own_sources_use_nothing_newer_than_chrome_69():
    """Neither our sources nor, for the name Lit needs, what is made of them."""
    sources = [path for path in (WEB / "src").rglob("*.ts") if "generated" not in path.parts]
    faults = [
        f"{path.relative_to(ROOT)}: {pattern} came with Chrome {since}"
        for path in sources
        for pattern, since in NEWER_THAN_CHROME_69.items()
        if re.search(pattern, path.read_text("utf-8"))
    ]

    assert not faults, "\n".join(faults)
    assert not [script for script in DIST.rglob("*.js") if re.search(r"\bglobalThis\b", script.read_text("utf-8"))]
