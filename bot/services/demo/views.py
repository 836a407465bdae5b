"""A demo as it is shown, at every stage of its life."""

from dataclasses import dataclass, field

from bot.charts.bars import BarChart
from bot.charts.timeline import Timeline
from bot.demos.model import Demo, DemoVerdict
from bot.demos.reference import Reference
from bot.facts import Fact
from bot.model.demos import DemoRun


@dataclass(frozen=True)
class DemoResult:
    """What was measured, what it shows, and its picture (None when it could not be drawn).

    ``reference`` is what a quiet machine measured, for when these numbers claim nothing; ``timeline`` is what a traced run
    beside them showed.
    """

    verdict: DemoVerdict
    chart: BarChart
    picture: bytes | None = None
    predicted_right: list[str] = field(default_factory=list)
    predicted: int = 0
    reference: Reference | None = None
    timeline: Timeline | None = None
    timeline_picture: bytes | None = None


@dataclass(frozen=True)
class DemoView:
    """The run, and what its stage adds: votes, place in the queue, progress, result or what went wrong."""

    run: DemoRun
    demo: Demo
    starts_ms: int
    votes: dict[str, int] = field(default_factory=dict)
    ahead: int = 0
    progress: tuple[int, int, str] | None = None
    result: DemoResult | None = None
    problem: Fact | None = None
