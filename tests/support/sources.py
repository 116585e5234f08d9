"""The repository's own files, as the tests of the house read them."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("hall", "server", "displays", "simulation")
PACKAGES = (*SHIPPED, "loadtests", "tests")

# What tools leave behind, for a source tree that came without its history.
_MADE = {".venv", ".build", ".git", "node_modules", "dist", "generated", "__pycache__"}


def repository_files() -> list[Path]:
    """List what is, or is about to be, under version control; relative to the root."""
    if not (ROOT / ".git").exists():
        found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
        return sorted(path for path in found if not _MADE.intersection(path.parts))
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        encoding="utf-8",
        timeout=30,
    )
    names = sorted({Path(name) for name in listed.stdout.split("\0") if name})
    return [name for name in names if (ROOT / name).is_file()]


def python_files(*packages: str) -> list[Path]:
    """List the Python sources of these packages, relative to the root."""
    return [path for path in repository_files() if path.suffix == ".py" and path.parts[0] in packages]


def parsed(path: Path) -> ast.Module:
    """Parse one source file, given relative to the root."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))


def imported_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of every absolute import, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.lineno, node.module
