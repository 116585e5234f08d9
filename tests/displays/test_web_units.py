"""The page modules' own tests, which node runs: feed, rings, search, taking a number."""

import importlib.util
import subprocess
from types import ModuleType

import pytest

from tests.support.sources import ROOT

WEB = ROOT / "displays" / "web"
TESTS_TIMEOUT_S = 240
"""They take seconds; a shared machine may be slow, a hang is not waited for."""


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    """The build hook knows where node is."""
    spec = importlib.util.spec_from_file_location("web_build", WEB / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_modules_of_the_pages_pass_their_tests(builder: ModuleType):
    builder.install(WEB)
    node, _ = builder._node()

    ran = subprocess.run(
        [*node, "--test", *sorted(str(path) for path in (WEB / "test").glob("*.test.mjs"))],
        cwd=WEB,
        capture_output=True,
        timeout=TESTS_TIMEOUT_S,
        check=False,
        encoding="utf-8",
    )

    assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr[-5_000:]
