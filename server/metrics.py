"""Metrics in the text form of Prometheus, made from the `statistics()` of the parts and from nothing else."""

from collections.abc import Iterator, Mapping

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from server.registry import HallsStatistics

PER_HALL = ("seq", "waiting", "commands", "refusals", "repeats", "writes", "failures", "replays", "crashes", "running")
"""Figures that are told for every hall-day; its stream is the only label."""


def exposition(parts: Mapping[str, msgspec.Struct], halls: HallsStatistics) -> bytes:
    """Return all figures as text; those that are no numbers are left out."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(parts, halls))
    return generate_latest(registry)


class _Figures(Collector):
    """Hands the figures over once."""

    def __init__(self, parts: Mapping[str, msgspec.Struct], halls: HallsStatistics) -> None:
        self._parts = parts
        self._halls = halls

    def collect(self) -> Iterator[Metric]:
        for part, figures in self._parts.items():
            for name, value in msgspec.structs.asdict(figures).items():
                if isinstance(value, int):
                    yield GaugeMetricFamily(f"onewindow_{part}_{name}", f"{part}: {name}", value=value)
        for name in PER_HALL:
            family = GaugeMetricFamily(f"onewindow_hall_{name}", f"hall-day: {name}", labels=["stream"])
            for day in self._halls.days:
                family.add_metric([day.stream], float(getattr(day, name)))
            yield family
        yield GaugeMetricFamily("onewindow_halls_shut", "halls that are not served", value=len(self._halls.shut))
        yield GaugeMetricFamily(
            "onewindow_links_waiting", "linked tickets on their way", value=self._halls.links_waiting
        )
