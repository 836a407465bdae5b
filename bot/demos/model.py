"""What a demo is: variants of a fixed workload, a question to predict, and how to read what was measured."""

import statistics
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from bot.charts.bars import BarChart, BarValue

Counts = dict[str, int]
Work = Callable[[], tuple[float, Counts]]
"""The timed part of a variant. Returns CPU seconds used in *other* processes, and what was counted."""


@dataclass(frozen=True)
class Variant:
    """One way to do the workload; ``prepared`` makes and warms what it needs outside the timed part."""

    id: str
    label: str
    prepared: Callable[[], AbstractContextManager[Work]]


@dataclass(frozen=True)
class Choice:
    """An answer that members can predict."""

    id: str
    label: str


@dataclass(frozen=True)
class Sample:
    """One variant in one round: wall seconds, CPU seconds of all processes together, and counts."""

    wall_seconds: float
    cpu_seconds: float
    counts: Counts = field(default_factory=dict)

    @property
    def cores_used(self) -> float:
        """CPU seconds for each second of wall time: the plainest sign of work done at the same instant."""
        return self.cpu_seconds / self.wall_seconds if self.wall_seconds else 0.0


@dataclass(frozen=True)
class Host:
    """Where it was measured."""

    python: str
    build: str
    gil: bool
    cores: float
    start_method: str


@dataclass(frozen=True)
class Measured:
    """All samples by variant, round by round."""

    demo_id: str
    host: Host
    samples: Mapping[str, list[Sample]]

    def wall(self, variant_id: str) -> float:
        """Median wall seconds of a variant."""
        return statistics.median(sample.wall_seconds for sample in self.samples[variant_id])

    def cores(self, variant_id: str) -> float:
        """Median cores used by a variant."""
        return statistics.median(sample.cores_used for sample in self.samples[variant_id])


@dataclass(frozen=True)
class Verdict:
    """What the numbers show; ``right_choice`` is None when they are too noisy to claim anything."""

    right_choice: str | None
    headline: str
    sentences: list[str]


@dataclass(frozen=True)
class Demo:
    """A demo's entry in the registry.

    ``bound_seconds`` is how long it takes at most on a quiet two-core machine; ``judge`` reads the numbers and ``chart``
    draws them up; ``code`` is the module whose source *Try it yourself* shows.
    """

    id: str
    title: str
    section: str
    workload: str
    question: str
    choices: tuple[Choice, ...]
    variants: tuple[Variant, ...]
    bound_seconds: float
    judge: Callable[[Measured], Verdict]
    chart: Callable[[Measured], BarChart]

    def label(self, choice_id: str) -> str:
        """A choice in words."""
        return next(choice.label for choice in self.choices if choice.id == choice_id)


def footer(measured: Measured) -> str:
    """Python, build, GIL, cores, start method and rounds, in one line."""
    host = measured.host
    rounds = max(map(len, measured.samples.values()))
    gil = "GIL on" if host.gil else "GIL off"
    return (
        f"Python {host.python} ({host.build}, {gil}) · {host.cores:g} cores · {host.start_method} · "
        f"median of {rounds} round{'s' * (rounds > 1)}, whiskers: fastest to slowest"
    )


def bar_chart(
    title: str,
    axis: str,
    variants: tuple[Variant, ...],
    measured: Measured,
    value: Callable[[Sample], float],
    unit: str,
) -> BarChart:
    """The median of ``value`` for each variant, with the spread of its rounds; ``unit`` formats it (``{:.2f} s``)."""
    bars = []
    for variant in variants:
        values = [value(sample) for sample in measured.samples[variant.id]]
        median = statistics.median(values)
        bars.append(BarValue(variant.label, median, min(values), max(values), unit.format(median)))
    return BarChart(title, axis, bars, footer(measured))


def time_chart(title: str, variants: tuple[Variant, ...], measured: Measured) -> BarChart:
    """Wall seconds by variant."""
    return bar_chart(title, "seconds (shorter is better)", variants, measured, lambda s: s.wall_seconds, "{:.2f} s")
