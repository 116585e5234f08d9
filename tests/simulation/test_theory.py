"""The formulas give the reference values, to the last digit that these state."""

import math

import pytest

from simulation import theory


@pytest.mark.parametrize(
    ("use", "wait_share", "wait_min"), [(0.8, 0.065389, 0.05541), (0.9, 0.328184, 0.55624), (0.95, 0.601878, 2.04027)]
)
def test_a_pool_of_59_waits_as_erlang_says(use: float, wait_share: float, wait_min: float) -> None:
    load = 59 * use

    assert theory.erlang_c(59, load) == pytest.approx(wait_share, abs=5e-7)
    assert theory.mean_wait(59, load, service=10) == pytest.approx(wait_min, abs=5e-6)


def test_few_wait_beyond_a_quarter_of_an_hour_at_95_percent() -> None:
    assert theory.wait_beyond(59, 59 * 0.95, service=10, limit=15) == pytest.approx(0.007207, abs=5e-7)


def test_a_known_level_of_service_is_reproduced() -> None:
    load = 360 * 4 / 30

    assert load == 48
    assert theory.erlang_c(55, load) == pytest.approx(0.2387, abs=5e-5)
    assert theory.mean_wait(55, load, service=240) == pytest.approx(8.18, abs=5e-3)
    assert load / 55 == pytest.approx(0.8727, abs=5e-5)
    assert 1 - theory.wait_beyond(55, load, service=240, limit=15) == pytest.approx(0.8459, abs=5e-5)


def test_sizing_keeps_level_use_and_shrinkage() -> None:
    servers, people = theory.servers_for(10, service=180, limit=20, share=0.8, use=0.85, shrinkage=0.3)

    assert (servers, people) == (14, 20)
    assert 1 - theory.wait_beyond(14, 10, service=180, limit=20) == pytest.approx(0.88835, abs=5e-6)
    assert theory.erlang_c(14, 10) == pytest.approx(0.17413, abs=5e-6)


def test_impatience_shortens_the_wait() -> None:
    found = theory.erlang_a(50, 48, service=1, patience=2)

    assert found.abandon_share == pytest.approx(0.0309, abs=5e-5)
    assert found.mean_wait * 60 == pytest.approx(3.71, abs=5e-3)
    assert found.use == pytest.approx(0.930, abs=5e-4)
    assert theory.mean_wait(50, 48, service=60) == pytest.approx(20.8, abs=0.05)
    assert theory.wait_percentile(50, 48, service=60, share=0.9) == pytest.approx(58.1, abs=0.05)


def test_without_impatience_both_formulas_agree() -> None:
    patient = theory.erlang_a(50, 40, service=1, patience=1e9)

    assert patient.wait_share == pytest.approx(theory.erlang_c(50, 40), rel=1e-6)
    assert patient.mean_wait == pytest.approx(theory.mean_wait(50, 40, service=1), rel=1e-6)


def test_a_priority_class_passes_the_others() -> None:
    high, low = theory.priority_waits(59, (59 * 0.09, 59 * 0.81), service=10)

    assert high == pytest.approx(0.061126, abs=5e-7)
    assert low == pytest.approx(0.611258, abs=5e-7)


def test_the_offered_load_follows_a_wave_late() -> None:
    def rate(at: float) -> float:
        return 100 + 20 * math.sin(at)

    loads = [
        theory.offered_load(rate, theory.exponential_service(1), at=float(hour), reach=30, steps=20_000)
        for hour in range(7)
    ]

    assert loads == pytest.approx([100 + 10 * (math.sin(hour) - math.cos(hour)) for hour in range(7)], abs=1e-3)
    assert [theory.servers_at_load(load, busy_share=0.1) for load in loads] == [103, 117, 128, 126, 113, 101, 101]
    assert [theory.servers_at_load(load, busy_share=0.5) for load in loads] == [91, 104, 114, 112, 100, 88, 88]


def test_under_a_constant_rate_only_the_mean_service_counts() -> None:
    def rate(_at: float) -> float:
        return 3.0

    assert theory.offered_load(rate, theory.lognormal_service(12, 0.8), at=0, reach=600) == pytest.approx(36, rel=1e-3)


@pytest.mark.parametrize(
    ("pools", "windows", "load", "apart", "together", "fewer"),
    # The reference rounds the loads to 56.77 and 54.07; so close to 59 windows the third decimal counts.
    [(46, 2, 56.766, 6.15, 3.07, 59), (23, 4, 54.07, 1.65, 0.82, 59)],
)
def test_pooling_saves_a_third_of_the_windows_and_half_the_wait(
    pools: int, windows: int, load: float, apart: float, together: float, fewer: int
) -> None:
    assert theory.mean_wait(windows, load / pools, service=10) == pytest.approx(apart, abs=5e-3)
    assert theory.mean_wait(fewer, load, service=10) == pytest.approx(together, abs=5e-3)


def test_pooling_short_and_long_visits_can_hurt() -> None:
    short, long = (theory.mean_wait(1, 0.83, service=service) for service in (1, 10))
    share = 10 / 11
    mean = share * 1 + (1 - share) * 10
    cv = math.sqrt(2 * (share * 1 + (1 - share) * 100) / mean**2 - 1)

    assert short == pytest.approx(4.88, abs=5e-3)
    assert long == pytest.approx(48.8, abs=0.05)
    assert share * short + (1 - share) * long == pytest.approx(8.88, abs=0.01)
    assert theory.general_wait(2, 1.66, service=mean, cv=cv) == pytest.approx(12.2, abs=0.05)


def test_square_root_staffing_is_within_one_of_erlang() -> None:
    for load in (10.0, 48.0, 400.0):
        exact = next(servers for servers in range(int(load), 1_000) if theory.erlang_c(servers, load) <= 0.2)
        assert abs(theory.square_root_staffing(load, wait_share=0.2) - exact) <= 1


def test_slots_that_stand_alone_get_what_erlang_gives() -> None:
    assert theory.sipp((100 / 30, 10 / 30), service=3, limit=1 / 3, share=0.8) == (14, 3)


def test_servers_that_cannot_keep_up_let_everybody_wait_for_ever() -> None:
    assert theory.erlang_c(5, 5.0) == 1.0
    assert theory.mean_wait(5, 6.0, service=1) == math.inf
    assert theory.wait_beyond(5, 6.0, service=1, limit=100) == 1.0
    assert theory.wait_percentile(5, 6.0, service=1, share=0.9) == math.inf
