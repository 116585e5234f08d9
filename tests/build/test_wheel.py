"""The wheel installs into an empty environment, and its command starts there."""

import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.support.sources import ROOT, SHIPPED

BUILD_TIMEOUT_S = 110
COMMAND_TIMEOUT_S = 60
DOWNLOAD_TIMEOUT_S = 540


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    _run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], timeout_s=BUILD_TIMEOUT_S)
    return next(folder.glob("onewindow-*.whl"))


def test_the_wheel_holds_the_product_and_nothing_else(wheel: Path):
    """The four packages and their metadata: no tests, no load tests, no sources of pages."""
    names = zipfile.ZipFile(wheel).namelist()

    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(SHIPPED)
    assert not [
        name for name in names if name.startswith("displays/web/") and name.endswith((".ts", ".mjs", "build.py"))
    ]
    assert not [name for name in names if "node_modules" in name or "package" in Path(name).name]


def test_the_wheel_holds_every_page_and_all_that_pages_refer_to(wheel: Path):
    """Pages refer to scripts and styles by relative paths, and each of those is there."""
    archive = zipfile.ZipFile(wheel)
    names = set(archive.namelist())

    pages = [name for name in names if re.fullmatch(r"displays/web/dist/[\w-]+\.html", name)]
    assert len(pages) == len(list((ROOT / "displays/web/src/pages").glob("*.html")))
    for page in pages:
        text = archive.read(page).decode("utf-8")
        local = [found for found in re.findall(r'(?:src|href)="([^"]+)"', text) if found.startswith((".", "/"))]
        assert local
        assert not [found for found in local if f"displays/web/dist/{found.removeprefix('./')}" not in names]


def test_the_command_of_the_installed_wheel_starts(wheel: Path, tmp_path: Path):
    """`onewindow` runs from an environment that has our packages from the wheel alone."""
    home = _environment(tmp_path / "venv")
    _pip(home, "install", "--no-deps", "--no-index", str(wheel), timeout_s=COMMAND_TIMEOUT_S)
    # The third parties are lent by this environment; lent by path, its editable install stays outside.
    (_site_packages(home) / "lent.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")

    answer = _run([str(home / "bin" / "onewindow"), "version"], cwd=tmp_path, timeout_s=COMMAND_TIMEOUT_S)
    where = _run(
        [str(home / "bin" / "python"), "-c", "import server; print(server.__file__)"],
        cwd=tmp_path,
        timeout_s=COMMAND_TIMEOUT_S,
    )

    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", answer.strip())
    assert Path(where.strip()).is_relative_to(home)


@pytest.mark.slow
@pytest.mark.timeout(600)  # downloads and installs every dependency
def test_the_wheel_brings_all_that_it_needs(wheel: Path, tmp_path: Path):
    """Installed with pip and no extras, at the locked versions, the command starts and the hall imports."""
    home = _environment(tmp_path / "venv")
    pins = re.findall(
        r"^([\w.-]+==[^\s\\]+(?: ;[^\\\n]+)?)", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE
    )
    constraints = tmp_path / "constraints.txt"
    constraints.write_text("\n".join(pins), encoding="utf-8")

    _pip(home, "install", "--constraint", str(constraints), str(wheel), timeout_s=DOWNLOAD_TIMEOUT_S)
    _pip(home, "check", timeout_s=COMMAND_TIMEOUT_S)
    answer = _run([str(home / "bin" / "onewindow"), "--help"], cwd=tmp_path, timeout_s=COMMAND_TIMEOUT_S)
    _run([str(home / "bin" / "python"), "-c", _IMPORT_ALL], cwd=tmp_path, timeout_s=COMMAND_TIMEOUT_S)

    assert "OneWindow" in answer


# The optional parts name their extra when they are started without it; the hall has none.
_IMPORT_ALL = """
import hall, importlib, pkgutil
for found in pkgutil.walk_packages(hall.__path__, "hall."):
    importlib.import_module(found.name)
"""


def _environment(home: Path) -> Path:
    venv.create(home, with_pip=False, symlinks=True)
    return home


def _site_packages(home: Path) -> Path:
    return Path(sysconfig.get_path("purelib", "venv", vars={"base": str(home), "platbase": str(home)}))


def _pip(home: Path, *words: str, timeout_s: int) -> None:
    """Run this environment's pip on another environment, which then needs none of its own."""
    _run(
        [sys.executable, "-m", "pip", "--quiet", "--python", str(home / "bin" / "python"), *words], timeout_s=timeout_s
    )


def _run(command: list[str], *, timeout_s: int, cwd: Path = ROOT) -> str:
    clean = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run(
        command,
        cwd=cwd,
        env=clean,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=timeout_s,
        check=False,
    )
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout
