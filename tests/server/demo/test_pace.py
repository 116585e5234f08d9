"""The hall's clock as its clients estimate it."""

from server.demo.pace import Pace


class Real:
    """A monotonic clock turned by hand."""

    def __init__(self) -> None:
        self.s = 0.0

    def __call__(self) -> float:
        return self.s


def told(at_ms: int, speed: float = 60) -> tuple[Pace, Real]:
    real = Real()
    pace = Pace(real)
    pace.hear(at_ms, speed)
    return pace, real


def test_time_runs_on_at_the_told_speed():
    pace, real = told(1_000_000)

    real.s += 2

    assert pace.now_ms() == 1_000_000 + 120_000


def test_a_moment_that_comes_late_does_not_set_the_clock_back():
    """Frames wait in busy queues: half a second at 60 × is half a minute."""
    pace, real = told(1_000_000)
    real.s += 1

    pace.hear(1_000_000 + 30_000)

    assert pace.now_ms() == 1_060_000


def test_a_restarted_server_sets_the_clock_back():
    """While the server was down the hall's time stood still."""
    pace, real = told(1_000_000)
    real.s += 5

    pace.hear(1_010_000)

    assert pace.now_ms() == 1_010_000


def test_a_clock_that_slows_down_does_not_leave_the_estimate_ahead():
    """The early morning passes at an hour a second; clerks whose clocks stayed ahead of the hall's would be refused all day."""
    pace, real = told(1_000_000, speed=3_600)
    real.s += 0.1

    pace.hear(1_300_000, 120)
    real.s += 1

    assert pace.now_ms() == 1_300_000 + 120_000


def test_a_length_takes_as_many_real_seconds_as_the_speed_says():
    pace, _ = told(0)

    assert pace.real_s(60_000) == 1.0
    assert pace.real_s(-5) == 0.0
