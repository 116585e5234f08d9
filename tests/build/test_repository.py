"""The repository holds what we wrote: no addresses of package hosts, no copies of what they hold."""

import importlib
import json
import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.support.sources import PACKAGES, ROOT, SHIPPED, imported_names, parsed, python_files, repository_files

# Written as patterns, so that this file does not hold what it forbids.
PACKAGE_HOSTS = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|npmmirror\.com|yarnpkg\.com|deb\.debian\.org|"
    r"(?:pypi|npm|mirrors?)\.[\w.-]+\.(?:edu\.cn|com|cn)|--(?:extra-)?index-url|--find[-]links",
    re.IGNORECASE,
)
LOCKS_WITH_ADDRESSES = {"uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "yarn.lock", "pnpm-lock.yaml"}


def test_no_file_names_a_package_host():
    """Where packages come from is the installer's configuration, not ours."""
    faults = [
        f"{path}:{number}: {line.strip()[:100]}"
        for path in repository_files()
        for number, line in enumerate((ROOT / path).read_text("utf-8", "replace").splitlines(), 1)
        if PACKAGE_HOSTS.search(line)
    ]

    assert not faults, "\n".join(faults)


def test_the_locks_pin_versions_and_hashes_but_no_addresses():
    """Each pinned package has a hash to check it by, and no `resolved` or `@` address."""
    python_lock = (ROOT / "requirements.lock").read_text("utf-8")
    web_lock = json.loads((ROOT / "displays/web/package-lock.json").read_text("utf-8"))

    pins = [block for block in re.split(r"\n(?=\S)", python_lock) if not block.startswith("#")]
    assert all(re.match(r"[\w.\[\]-]+==\S+", pin) and "--hash=sha256:" in pin for pin in pins)
    assert "://" not in python_lock
    bare = {name for name, facts in web_lock["packages"].items() if name and "integrity" not in facts}
    assert not bare
    assert not [name for name, facts in web_lock["packages"].items() if "resolved" in facts]


def test_no_lock_file_of_another_tool_is_kept():
    """Those locks hold addresses."""
    assert not [path for path in repository_files() if path.name in LOCKS_WITH_ADDRESSES]


def test_every_declared_dependency_is_in_the_lock():
    """`make lock` was run after the last change of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    pinned = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE))

    assert _declared(project) <= {_normal(name) for name in pinned}


def test_every_import_of_the_product_is_a_declared_dependency():
    """What the wheel imports, installing the wheel (and its extras) brings."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    declared = _declared({"project": project["project"]})
    providers = packages_distributions()

    faults = [
        f"{path}:{line}: {name}"
        for path in python_files(*SHIPPED)
        if path != Path("displays/web/build.py")  # runs where hatchling builds, and is not in the wheel
        for line, name in imported_names(parsed(path))
        if (top := name.partition(".")[0]) not in PACKAGES
        and (owners := providers.get(top))
        and not declared.intersection(map(_normal, owners))
        and top not in {"pydantic", "pydantic_core", "sqlalchemy", "starlette"}  # FastAPI's and SQLModel's own base
    ]

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_is_the_one_of_this_repository(package: str):
    """Neither a tests folder nor an installed stranger of the same name stands in for ours."""
    module = importlib.import_module(package)

    assert module.__file__ is not None
    assert Path(module.__file__).resolve() == ROOT / package / "__init__.py"


def _declared(project: dict) -> set[str]:
    wanted = list(project["project"]["dependencies"])
    wanted += [name for group in project["project"]["optional-dependencies"].values() for name in group]
    wanted += [name for group in project.get("dependency-groups", {}).values() for name in group]
    return {_normal(re.match(r"[\w.-]+", one).group()) for one in wanted}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
