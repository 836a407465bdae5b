"""Two threads and two locks: in opposite order each waits for what the other holds, in one order both get through."""

import threading
import time
from collections.abc import Sequence

from bot.charts.timeline import Moment, State, Timeline, TracedRun
from bot.demos.model import Host
from bot.demos.timelines.lanes import first_ns, footer, lanes, mark_unless, ms_since
from bot.demos.timelines.tracing import Doing, Notes, Traced

GIVE_UP_SECONDS = 0.1
USE_SECONDS = 0.025
"""How long both locks are used once a thread has them."""

Locks = dict[str, threading.Lock]


def take(notes: Notes, locks: Locks, order: str, meet: threading.Barrier | None) -> None:
    """Take both locks in that order; with a barrier each holds its first before either asks for its second."""
    first, second = order[0], order[1]
    with notes:
        notes.begins(State.LOCK, f"wants {first}")
        with locks[first], notes.holding(first):
            notes.begins()
            if meet:
                meet.wait()
            notes.begins(State.LOCK, f"wants {second}")
            got = locks[second].acquire(timeout=GIVE_UP_SECONDS)
            notes.begins()
            if got:
                with notes.holding(second):
                    notes.begins(State.WAITING, "uses both")
                    time.sleep(USE_SECONDS)
                    notes.begins()
                locks[second].release()
            if meet:
                meet.wait()


def run_with(orders: Sequence[str], *, meet: bool) -> list[Traced]:
    """Two threads, each with its order."""
    locks = {"A": threading.Lock(), "B": threading.Lock()}
    barrier = threading.Barrier(2) if meet else None
    notes = [Notes("thread 1"), Notes("thread 2")]
    workers = [
        threading.Thread(target=take, args=(one, locks, order, barrier))
        for one, order in zip(notes, orders, strict=True)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return [one.taken() for one in notes]


def run() -> tuple[list[Traced], list[Traced]]:
    """What was noted in opposite order, and in one order."""
    return run_with(("AB", "BA"), meet=True), run_with(("AB", "AB"), meet=False)


def traced(host: Host) -> Timeline:
    """Run it, and draw it up."""
    return drawn_up(*run(), host)


def drawn_up(opposite: Sequence[Traced], ordered: Sequence[Traced], host: Host) -> Timeline:
    """The timeline of what was noted."""
    begin_ns = first_ns(opposite)
    moments = []
    waits = [_wait_for_second(one) for one in opposite]
    circle = all(
        _held(other, wait.label[-1], wait.at_ns) for other, wait in zip(reversed(opposite), waits, strict=True)
    )
    if circle:
        both_ns = max(wait.at_ns for wait in waits)
        moments = [Moment(ms_since(begin_ns, both_ns), "each waits for the lock that the other one holds")]
    got = [sum(len(one.held) == 2 for one in run) for run in (opposite, ordered)]
    if circle and not got[0]:
        given_up_ns = min(_after(one, wait) for one, wait in zip(opposite, waits, strict=True))
        moments.append(Moment(ms_since(begin_ns, given_up_ns), "here they give up; real code would wait for ever"))
    says = f"In opposite order {got[0]} of 2 threads got both locks, with one order for both {got[1]} of 2."
    return Timeline(
        "Two threads that need two locks",
        says,
        [
            TracedRun("A then B, and B then A", lanes(opposite, begin_ns, gil=host.gil), moments),
            TracedRun("both A then B", lanes(ordered, first_ns(ordered), gil=host.gil)),
        ],
        footer(host),
        mark_unless(circle and got == [0, 2]),
    )


def _wait_for_second(one: Traced) -> Doing:
    """Where a thread begins to wait for its second lock."""
    return [doing for doing in one.doings if doing.state is State.LOCK][-1]


def _after(one: Traced, doing: Doing) -> int:
    """When a thread does something else."""
    return next(later.at_ns for later in one.doings if later.at_ns > doing.at_ns)


def _held(one: Traced, lock: str, at_ns: int) -> bool:
    """Whether a thread held a lock at that moment."""
    return any(held.lock == lock and held.begin_ns <= at_ns <= held.end_ns for held in one.held)
