"""Tiny calls in two processes: one at a time each is a trip of its own, in chunks many share one."""

import os
import time
from collections.abc import Sequence
from typing import NamedTuple

from bot.charts.timeline import State, Timeline, TracedRun
from bot.demos import pools
from bot.demos.chunk_size import tiny
from bot.demos.model import Host
from bot.demos.timelines.lanes import first_ns, footer, lanes, mark_unless
from bot.demos.timelines.tracing import GAP_NS, Doing, Gap, Notes, Traced

CALLS = 24
CHUNK = 12


class Call(NamedTuple):
    """A call as its worker saw it."""

    process: int
    begin_ns: int
    end_ns: int
    cpu_ns: int


class Mapped(NamedTuple):
    """All calls in chunks of a size, and what the main thread noted."""

    chunk: int
    main: Traced
    calls: list[Call]


def noted(number: int) -> Call:
    """The tiny call, with its stamps."""
    cpu_ns, begin_ns = time.thread_time_ns(), time.perf_counter_ns()
    tiny(number)
    return Call(os.getpid(), begin_ns, time.perf_counter_ns(), time.thread_time_ns() - cpu_ns)


def run() -> list[Mapped]:
    """One at a time, then in chunks, in processes that are there already."""
    found = []
    with pools.processes(2) as pool:
        list(pool.map(noted, range(CALLS)))  # the module is imported there at the first call
        for chunk in (1, CHUNK):
            with Notes("main") as notes:
                results = pool.map(noted, range(CALLS), chunksize=chunk)
                notes.begins(State.WAITING)
                calls = list(results)
                notes.begins()
            found.append(Mapped(chunk, notes.taken(), calls))
    return found


def traced(host: Host) -> Timeline:
    """Run it, and draw it up."""
    return drawn_up(run(), host)


def drawn_up(mapped: Sequence[Mapped], host: Host) -> Timeline:
    """The timeline of what was noted."""
    parts = []
    for one in mapped:
        found = [one.main, *_workers(one)]
        words = "one call at a time" if one.chunk == 1 else f"{one.chunk} calls at a time"
        parts.append(TracedRun(words, lanes(found, first_ns(found), gil=host.gil)))
    singly, in_chunks = (part.length_ms for part in parts)
    working_ms = sum(call.cpu_ns for call in mapped[0].calls) / 1e6
    says = (
        f"{CALLS} calls took {singly:.1f} ms one at a time and {in_chunks:.1f} ms in chunks of {CHUNK}. "
        f"Their own work took {working_ms:.2f} ms."
    )
    return Timeline("Tiny calls in two processes", says, parts, footer(host), mark_unless(singly > 2 * in_chunks))


def _workers(mapped: Mapped) -> list[Traced]:
    """A lane for each worker; before and between its calls they are on their way."""
    by_worker: dict[int, list[Call]] = {}
    for one in sorted(mapped.calls, key=lambda one: one.begin_ns):
        by_worker.setdefault(one.process, []).append(one)
    found = []
    for number, (process, calls) in enumerate(by_worker.items(), 1):
        doings = [Doing(mapped.main.doings[0].at_ns, State.PASSING)]
        for one in calls:
            doings += [Doing(one.begin_ns, State.RUNNING), Doing(one.end_ns, State.PASSING)]
        gaps = [
            Gap(one.begin_ns, one.end_ns, one.end_ns - one.begin_ns - one.cpu_ns, None)
            for one in calls
            if one.end_ns - one.begin_ns > GAP_NS
        ]
        doings.append(Doing(calls[-1].end_ns, None))
        found.append(Traced(f"worker {number}", process, process, doings, gaps, []))
    return found
