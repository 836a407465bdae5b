"""What a demo is: variants of a fixed workload, a question to predict, and how to read what was measured."""

import statistics
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from bot.charts.bars import BarChart, BarValue, number

Counts = dict[str, int]
Work = Callable[[], tuple[float, Counts]]
"""The timed part of a variant. Returns CPU seconds used in *other* processes, and what was counted."""


@dataclass(frozen=True)
class Variant:
    """One way to do the workload; ``prepared`` makes and warms what it needs outside the timed part.

    A round in which it got fewer cores than ``cores_at_least`` was disturbed by others, and is repeated. One that ``waits``
    computes next to nothing and starts no process: it may run in a thread of the bot itself.
    """

    id: str
    label: str
    prepared: Callable[[], AbstractContextManager[Work]]
    cores_at_least: float = 0.0
    waits: bool = False


@dataclass(frozen=True)
class Prediction:
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
    contained: bool = True
    """Whether the system can end a demo's processes as one group, and bound what they use."""


@dataclass(frozen=True)
class Measured:
    """All samples by variant, round by round; ``busy`` when others used the machine in round after round."""

    demo_id: str
    host: Host
    samples: Mapping[str, list[Sample]]
    busy: bool = False

    def wall(self, variant_id: str) -> float:
        """Median wall seconds of a variant."""
        return statistics.median(sample.wall_seconds for sample in self.samples[variant_id])

    def cores(self, variant_id: str) -> float:
        """Median cores used by a variant."""
        return statistics.median(sample.cores_used for sample in self.samples[variant_id])

    def counts(self, variant_id: str, name: str) -> list[int]:
        """What a variant counted under that name, round by round."""
        return [sample.counts[name] for sample in self.samples[variant_id]]

    def count(self, variant_id: str, name: str) -> float:
        """The median of what it counted."""
        return statistics.median(self.counts(variant_id, name))


@dataclass(frozen=True)
class DemoVerdict:
    """What the numbers show; ``right_choice`` is None when they are too noisy to claim anything."""

    right_choice: str | None
    headline: str
    sentences: list[str]


@dataclass(frozen=True)
class Demo:
    """A demo's entry in the registry.

    ``bound_seconds`` is how long it takes at most on a quiet two-core machine; ``judge`` reads the numbers, ``chart`` draws
    them up. ``shows`` says in a line what is to be seen, ``refutes`` names the misconceptions that it refutes. Below
    ``cores_needed`` it has nothing to show. ``clear`` tells whether the rounds so far show it; where chance decides that,
    there are more of them until they do. ``stands_out`` are the variants that the chart is about, its winner or its culprit;
    without any it is the one that was right to predict. ``memory_mib`` is how much address space its process may reserve.
    """

    id: str
    title: str
    section: str
    workload: str
    question: str
    choices: tuple[Prediction, ...]
    variants: tuple[Variant, ...]
    bound_seconds: float
    judge: Callable[[Measured], DemoVerdict]
    chart: Callable[[Measured], BarChart]
    shows: str = ""
    refutes: tuple[str, ...] = ()
    cores_needed: float = 1.0
    memory_mib: int = 4096
    clear: Callable[[Measured], bool] = lambda _measured: True
    stands_out: tuple[str, ...] = ()

    def read(self, measured: Measured) -> DemoVerdict:
        """What the numbers show; nothing is claimed from a host that was busy, or has too few cores."""
        if measured.host.cores < self.cores_needed:
            return DemoVerdict(
                None,
                f"This host has only {measured.host.cores:g} cores to give",
                [f"The demo needs {self.cores_needed:g} to show its point, so these numbers claim nothing."],
            )
        return inconclusive(_STARVED) if measured.busy else self.judge(measured)

    def drawn(self, measured: Measured) -> BarChart:
        """The chart of the numbers; it carries a mark where they claim nothing."""
        verdict, chart = self.read(measured), self.chart(measured)
        if not verdict.right_choice:
            return replace(chart, mark=f"Rejected: {verdict.headline}")
        about = self.stands_out or (verdict.right_choice,)
        bars = [
            replace(bar, stands_out=variant.id in about) for bar, variant in zip(chart.bars, self.variants, strict=True)
        ]
        return replace(chart, bars=bars)

    def label(self, choice_id: str) -> str:
        """A choice in words."""
        return next(choice.label for choice in self.choices if choice.id == choice_id)


_STARVED = "Other work kept taking the cores away, in round after round. Run it again when less is going on."


def inconclusive(reason: str) -> DemoVerdict:
    """The verdict on numbers that claim nothing."""
    return DemoVerdict(None, "The host was busy, so these numbers claim nothing", [reason])


def not_to_be_shown(reason: str) -> DemoVerdict:
    """The verdict where the system lacks what the demo is about."""
    return DemoVerdict(None, "This system can't show it, so these numbers claim nothing", [reason])


def footer(measured: Measured, of_rounds: str = "median") -> str:
    """Python, build, GIL, cores, start method, rounds and which of them a bar shows, in one line."""
    host = measured.host
    rounds = max(map(len, measured.samples.values()))
    gil = "GIL on" if host.gil else "GIL off"
    bounds = "" if host.contained else "no process groups on this system · "
    return (
        f"Python {host.python} ({host.build}, {gil}) · {host.cores:g} cores · {host.start_method} · {bounds}"
        f"{of_rounds} of {rounds} round{'s' * (rounds > 1)}"
    )


def bar_chart(
    title: str,
    axis: str,
    variants: tuple[Variant, ...],
    measured: Measured,
    value: Callable[[Sample], float],
    unit: str,
) -> BarChart:
    """The median of ``value`` for each variant, with the spread of its rounds; ``unit`` stands behind it (`` s``)."""
    bars = []
    for variant in variants:
        values = [value(sample) for sample in measured.samples[variant.id]]
        median = statistics.median(values)
        bars.append(BarValue(variant.label, median, min(values), max(values), number(median) + unit))
    return BarChart(title, axis, bars, footer(measured))


def time_chart(title: str, variants: tuple[Variant, ...], measured: Measured, *, cores: bool = False) -> BarChart:
    """Wall seconds by variant; with ``cores`` also the cores that each kept busy."""
    axis = "seconds (shorter is better)"
    chart = bar_chart(title, axis, variants, measured, lambda s: s.wall_seconds, " s")
    if not cores:
        return chart
    bars = [
        replace(bar, shown=f"{bar.shown} · {number(round(measured.cores(variant.id), 1))} cores")
        for bar, variant in zip(chart.bars, variants, strict=True)
    ]
    return replace(chart, bars=bars)
