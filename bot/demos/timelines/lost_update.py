"""Two threads add to one counter, and both read the same number: the moment in which an update gets lost."""

import threading
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.charts.timeline import Moment, Timeline, TracedRun
from bot.demos.model import Host
from bot.demos.shared_counter import Counter, one
from bot.demos.timelines.lanes import first_ns, footer, lanes, ms_since
from bot.demos.timelines.tracing import Notes, Traced

LAPS, UPDATES_IN_A_LAP = 450, 500
UPDATES = LAPS * UPDATES_IN_A_LAP
"""For each thread: a few turns of the GIL, 5 ms each."""
TRIES = 5
"""Chance decides whether one turn ends between a read and its write."""


class Climb(NamedTuple):
    """A thread counts on from what it had written itself: it reads every number from ``first`` to before ``end``."""

    at_ns: int
    first: int
    end: int


class Meeting(NamedTuple):
    """Both threads read ``value`` before either of them wrote: ``second`` at that moment, ``first`` before."""

    at_ns: int
    value: int
    first: int
    second: int


def add_and_note(counter: Counter, notes: Notes, climbs: list[Climb]) -> None:
    """Read, call, write, as in the demo; and note whenever the number is not the one that this thread wrote last."""
    mine, first, began_ns = -1, 0, 0
    with notes:
        for _ in range(LAPS):
            notes.lap()
            for _ in range(UPDATES_IN_A_LAP):
                value = counter.value
                if value != mine:
                    if mine >= 0:
                        climbs.append(Climb(began_ns, first, mine))
                    first, began_ns = value, time.perf_counter_ns()
                counter.value = mine = value + one()
    climbs.append(Climb(began_ns, first, mine))


def meetings(climbs: Sequence[Sequence[Climb]]) -> Iterator[Meeting]:
    """Where a thread began with a number that the other one had read and not yet counted on from, in the order of time.

    Certain, not guessed: a thread reads every number of its climb, so one that is in a climb of both was read by both, and
    both wrote the same number after it.
    """
    found = []
    for first, second in ((0, 1), (1, 0)):
        for later in climbs[second]:
            ahead = [one for one in climbs[first] if one.at_ns < later.at_ns]
            if ahead and ahead[-1].first <= later.first < ahead[-1].end:
                found.append(Meeting(later.at_ns, later.first, first, second))
    yield from sorted(found)


def traced(host: Host) -> Timeline:
    """Run it until an update is lost, or a few times."""
    for _ in range(TRIES):
        timeline = drawn_up(*run(), host)
        if timeline.parts[0].moments:
            break
    return timeline


def run() -> tuple[list[Traced], list[list[Climb]], int]:
    """What both threads noted, and the number at the end."""
    counter = Counter()
    notes = [Notes("thread 1"), Notes("thread 2")]
    climbs: list[list[Climb]] = [[], []]
    workers = [threading.Thread(target=add_and_note, args=(counter, *of)) for of in zip(notes, climbs, strict=True)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return [one.taken() for one in notes], climbs, counter.value


def drawn_up(traced: Sequence[Traced], climbs: Sequence[Sequence[Climb]], at_the_end: int, host: Host) -> Timeline:
    """The timeline of what was noted."""
    begin_ns = first_ns(traced)
    lost = 2 * UPDATES - at_the_end
    moments = []
    if meeting := next(meetings(climbs), None):
        moments.append(Moment(ms_since(begin_ns, meeting.at_ns), f"here both read {meeting.value:,}"))
        ahead = traced[meeting.first]
        if back := [gap.end_ns for gap in ahead.gaps if gap.begin_ns <= meeting.at_ns <= gap.end_ns]:
            words = f"{ahead.name} writes {meeting.value + 1:,}: what {traced[meeting.second].name} has added by then is lost"
            moments.append(Moment(ms_since(begin_ns, back[0]), words))
    says = f"{lost:,} of {2 * UPDATES:,} updates were lost." if lost else "No update was lost in this short run."
    part = TracedRun("n += one(), without a lock", lanes(traced, begin_ns, gil=host.gil), moments)
    return Timeline("Two threads add to one counter", says, [part], footer(host))
