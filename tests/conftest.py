"""What every test shares: how hard Hypothesis looks, and which event loop runs.

Choose a profile with `pytest --hypothesis-profile=thorough`. A failure prints the
`@reproduce_failure` line that repeats it.
"""

import pytest
import structlog
from hypothesis import HealthCheck, settings

# The machines that run this are shared and slow at times: a deadline per example would
# report their mood. The time-out of the whole test stays.
settings.register_profile("quick", max_examples=100, deadline=None, print_blob=True)
settings.register_profile(
    "thorough",
    parent=settings.get_profile("quick"),
    max_examples=2_000,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("quick")

# Where rich is installed, structlog draws a traceback with all local values: half a minute for those of a hall.
structlog.configure(
    processors=[
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if isinstance(one, structlog.dev.ConsoleRenderer)
        else one
        for one in structlog.get_config()["processors"]
    ]
)


def pytest_configure(config: pytest.Config) -> None:
    """Let the process that prints name failures at once; with several, the others only run tests."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_FailuresAtOnce(config), "failures-at-once")


class _FailuresAtOnce:
    """The whole suite takes a quarter of an hour: nobody waits for its end to know what failed."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and reporter is not None:
            crash = getattr(report.longrepr, "reprcrash", None)
            reason = str(getattr(crash, "message", "")).partition("\n")[0]
            reporter.write(f"\nFAILED {report.nodeid} ({report.when}) {reason}\n")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Coroutine tests run on asyncio, the loop of the product."""
    return "asyncio"
