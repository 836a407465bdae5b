"""From what threads, tasks and processes noted to lanes: what may be said of a gap, and what not. Pure."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from bot.charts.timeline import HoldSpan, Span, State, TimelineLane
from bot.demos.model import Host
from bot.demos.timelines.tracing import Gap, Traced

NS_IN_MS = 1e6
DOUBT = 0.1
"""The share of a gap that may have had another cause, and it still is called waiting for the GIL."""

COMPUTING = (State.RUNNING, State.FREE)
"""In these a lane laps, so that a gap shows."""

DISTURBED = "Rejected: other work disturbed this run"

Stretch = tuple[int, int]
"""From one nanosecond to another."""


def lanes(traced: Sequence[Traced], begin_ns: int, *, gil: bool) -> list[TimelineLane]:
    """A lane for each of them, in their order; time counts from ``begin_ns``.

    A gap in what ran is *not running*, unless `is_gil_wait` allows to say more.
    """
    ran = [_ran(one) for one in traced]
    found = []
    for one in traced:
        others = [
            stretch
            for other, stretches in zip(traced, ran, strict=True)
            if other.process == one.process and other.thread != one.thread
            for stretch in stretches
        ]
        found.append(_lane(one, others, begin_ns, gil=gil))
    return found


def is_gil_wait(gap: Gap, others_ran: Iterable[Stretch], *, gil: bool) -> bool:
    """Whether a gap may be called *waiting for the GIL*.

    Only where there is one, other threads of the same interpreter ran Python through all of the gap (so this one could not),
    and the system was not the cause: it says that it hardly kept the thread in its queue. What it doesn't say is not assumed.
    """
    length_ns = gap.end_ns - gap.begin_ns
    if not gil or gap.queued_ns is None or gap.queued_ns > DOUBT * length_ns:
        return False
    return _covered(gap, others_ran) >= (1 - DOUBT) * length_ns


def mark_unless(clear: bool) -> str:
    """The mark of a run: none where it shows what it is about, else that other work was in its way."""
    return "" if clear else DISTURBED


def first_ns(traced: Iterable[Traced]) -> int:
    """When the first of them began."""
    return min(one.doings[0].at_ns for one in traced if one.doings)


def ms_since(begin_ns: int, at_ns: int) -> float:
    """A moment in milliseconds of its run."""
    return (at_ns - begin_ns) / NS_IN_MS


def footer(host: Host) -> str:
    """Where it was traced, and how."""
    gil = "GIL on" if host.gil else "GIL off"
    return f"Python {host.python} ({host.build}, {gil}) · {host.cores:g} cores · one short run, beside the measurement"


def spent_ms(lane: TimelineLane, *states: State) -> float:
    """How long a lane was in these states."""
    return sum(span.length_ms for span in lane.spans if span.state in states)


def _lost(one: Traced) -> list[Gap]:
    """Its gaps in which it was off the core for the better part; in the others it computed for long without a lap."""
    return [gap for gap in one.gaps if 2 * gap.off_ns > gap.end_ns - gap.begin_ns]


def _ran(one: Traced) -> list[Stretch]:
    """When it ran Python."""
    return [
        piece
        for here, following in pairwise(one.doings)
        if here.state is State.RUNNING
        for piece in _without(here.at_ns, following.at_ns, _lost(one))
    ]


def _without(begin_ns: int, end_ns: int, gaps: Iterable[Gap]) -> list[Stretch]:
    """The pieces of a stretch that lie in no gap."""
    pieces = []
    for gap in sorted(gaps):
        if gap.end_ns <= begin_ns or gap.begin_ns >= end_ns:
            continue
        if gap.begin_ns > begin_ns:
            pieces.append((begin_ns, gap.begin_ns))
        begin_ns = gap.end_ns
    if begin_ns < end_ns:
        pieces.append((begin_ns, end_ns))
    return pieces


def _covered(gap: Gap, stretches: Iterable[Stretch]) -> int:
    """How much of a gap lies in any of the stretches."""
    covered, reached = 0, gap.begin_ns
    for begin_ns, end_ns in sorted(stretches):
        begin_ns, end_ns = max(begin_ns, reached), min(end_ns, gap.end_ns)
        if begin_ns < end_ns:
            covered += end_ns - begin_ns
            reached = end_ns
    return covered


def _lane(one: Traced, others: Sequence[Stretch], begin_ns: int, *, gil: bool) -> TimelineLane:
    spans: list[tuple[int, int, State, str]] = []
    for here, following in pairwise(one.doings):
        if here.state is None:
            continue
        if here.state not in COMPUTING:
            spans.append((here.at_ns, following.at_ns, here.state, here.label))
            continue
        gaps = [gap for gap in _lost(one) if here.at_ns <= gap.begin_ns and gap.end_ns <= following.at_ns]
        spans += [(*piece, here.state, here.label) for piece in _without(here.at_ns, following.at_ns, gaps)]
        for gap in gaps:
            python = here.state is State.RUNNING
            waited = python and is_gil_wait(gap, others, gil=gil)
            spans.append((gap.begin_ns, gap.end_ns, State.GIL if waited else State.NOT_RUNNING, ""))
    return TimelineLane(
        one.name,
        [
            Span(ms_since(begin_ns, began), ms_since(begin_ns, ended), state, label)
            for began, ended, state, label in sorted(spans)
        ],
        [HoldSpan(ms_since(begin_ns, held.begin_ns), ms_since(begin_ns, held.end_ns), held.lock) for held in one.held],
    )
