"""What every test shares: how hard Hypothesis looks, and which event loop runs.

Choose a profile with `pytest --hypothesis-profile=thorough`. A failure prints the
`@reproduce_failure` line that repeats it.
"""

import pytest
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


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Coroutine tests run on asyncio, the loop of the product."""
    return "asyncio"
