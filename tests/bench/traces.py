"""Timelines: what tracing costs, and whether one ever claims what its own lanes contradict.

    python tests/bench/traces.py [--times 20] [--busy] [--only NAME]

A demo's timeline comes from a short run of its own, so what is measured bears no stamp at all. *Cost* is what the stamps cost
that run, with them and without by turns: the CPU time that they add, as a share of how long the run takes (the quickest of
each, as other work only adds to it). *Claims* traces each demo so many times, with every core kept busy by ``--busy`` (which
measures no cost). Ends in a table of target, measured, met.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

sys.path.insert(0, str(Path(__file__).parents[2]))

from figures import Row, all_met, drawn

from bot.charts.timeline import State, Timeline, TracedRun
from bot.demos import chunk_size, pools, shared_counter
from bot.demos.registry import DEMOS
from bot.demos.timelines import circle_of_two, gil_turns, hand_over, lost_update, stopped_loop, trips, waits
from bot.demos.timelines.registry import TIMELINES
from bot.demos.timelines.tracing import Notes, Traced
from bot.services.demo.lab import Lab
from bot.workers import Workers

MOST = 0.05
CALLS = 200


class Silent(Notes):
    """Notes nothing; as quick to call as can be."""

    def __enter__(self) -> "Silent":
        return self

    def __exit__(self, *problem: object) -> None:
        pass

    def begins(self, state: State | None = State.RUNNING, label: str = "") -> None:
        pass

    def was_due(self, at_ns: int, label: str = "") -> None:
        pass

    def lap(self) -> None:
        pass

    @contextmanager
    def holding(self, lock: str) -> Iterator[None]:
        yield

    def taken(self) -> Traced:
        return Traced("", 0, 0, [], [], [])


class Cost(NamedTuple):
    """CPU and wall seconds of a run."""

    cpu: float
    wall: float


def cost(run: Callable[[], Any]) -> Cost:
    """What a run takes."""
    cpu, wall = time.process_time(), time.perf_counter()
    run()
    return Cost(time.process_time() - cpu, time.perf_counter() - wall)


def silently(module: Any, run: Callable[[], Any]) -> Callable[[], Any]:
    """The same without a stamp."""

    def silent() -> None:
        with mock.patch.object(module, "Notes", Silent):
            run()

    return silent


def the_demos_own_loop() -> None:
    """As many updates in two threads, by the loop that the demo measures."""
    with mock.patch.object(shared_counter, "UPDATES", lost_update.UPDATES):
        counter = shared_counter.Counter()
        workers = [threading.Thread(target=shared_counter.add_by_call, args=(counter,)) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()


def python() -> None:
    """Two threads of pure Python."""
    gil_turns.in_two_threads(gil_turns.pure_python)


def c_code() -> None:
    """Two threads in zlib."""
    gil_turns.in_two_threads(gil_turns.compress)


PAIRS: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "lost update": (lost_update.run, silently(lost_update, lost_update.run)),
    "lost update, beside the demo's own loop": (lost_update.run, the_demos_own_loop),
    "turns of the GIL, Python": (python, silently(gil_turns, python)),
    "turns of the GIL, zlib": (c_code, silently(gil_turns, c_code)),
    "blocked loop": (stopped_loop.run, silently(stopped_loop, stopped_loop.run)),
    "waits": (waits.run, silently(waits, waits.run)),
    "deadlock": (circle_of_two.run, silently(circle_of_two, circle_of_two.run)),
    "hand-over": (hand_over.run, silently(hand_over, hand_over.run)),
}
"""Each with its stamps, and without."""
TOLD = "lost update, beside the demo's own loop"
"""No stamps: there it compares each number that it reads with the one it wrote, which is how it knows what was lost."""


def row(name: str, times: int) -> Row:
    """The cost of one."""
    traced, plain = PAIRS[name]
    pairs = [(cost(traced), cost(plain)) for _ in range(times)]
    with_stamps, without = (min(one.cpu for one in of) for of in zip(*pairs, strict=True))
    long = max(min(plain.wall for _, plain in pairs), without)  # two threads at once use more CPU time than passes
    share = (with_stamps - without) / long
    got = f"{share:+.1%}: {(with_stamps - without) * 1000:+.2f} ms of CPU in {long * 1000:.0f} ms"
    return name, got, "told" if name == TOLD else f"at most {MOST:.0%}", name == TOLD or share <= MOST


def call_row(times: int) -> Row:
    """A tiny call in another process: what its stamps add there, beside the trip that the picture is about."""

    def each(call: Callable[[int], Any]) -> float:
        return min(cost(lambda: [call(number) for number in range(1_000)]).cpu for _ in range(times)) / 1_000

    with pools.processes(2) as pool:
        list(pool.map(chunk_size.tiny, range(CALLS)))
        trip = min(cost(lambda: list(pool.map(chunk_size.tiny, range(CALLS)))).wall for _ in range(times)) / CALLS
    added = each(trips.noted) - each(chunk_size.tiny)
    got = f"{added / trip:+.1%}: {added * 1e6:+.1f} µs a call whose trip takes {trip * 1e6:.0f} µs"
    return "tiny calls, one at a time", got, f"at most {MOST:.0%}", added / trip <= MOST


def lies(timeline: Timeline) -> list[str]:
    """What a timeline says that its own lanes contradict."""
    found = [f"waiting for the GIL: {said}" for part in timeline.parts for said in _alone(part)]
    says = [one.says for part in timeline.parts for one in part.moments]
    if any("both read" in one for one in says) and "updates were lost" not in timeline.says:
        found.append("both read the same number, and nothing was lost")
    if any("each waits for the lock" in one for one in says) and "0 of 2 threads" not in timeline.says:
        found.append("each waits for the other, and one got both")
    return found


def _alone(part: TracedRun) -> list[str]:
    """The waits for the GIL through which no other lane ran."""
    found = []
    for lane in part.lanes:
        ran = [span for other in part.lanes if other is not lane for span in other.spans if span.state is State.RUNNING]
        for wait in (span for span in lane.spans if span.state is State.GIL):
            overlaps = (min(wait.end_ms, span.end_ms) - max(wait.begin_ms, span.begin_ms) for span in ran)
            if sum(max(0.0, overlap) for overlap in overlaps) < 0.85 * wait.length_ms:
                found.append(f"{lane.name} at {wait.begin_ms:.1f} ms")
    return found


async def claims(names: list[str], times: int, *, busy: bool) -> list[Row]:
    """What each timeline claims, so many times."""
    found: dict[str, Counter[str]] = {name: Counter() for name in names}
    workers = Workers()
    try:
        lab = Lab(workers, wall_seconds=30, rounds=1)
        for _ in range(times):
            for name in names:
                timeline = await lab.trace(DEMOS[name])
                clear = timeline is not None and not timeline.mark
                false = lies(timeline) if timeline and clear else []
                found[name]["; ".join(false) or ("clear" if clear else "none")] += 1
    finally:
        await workers.close()
    rows = []
    for name, told in found.items():
        false = times - told["clear"] - told["none"]
        got = f"{false} false, clear in {told['clear']} of {times}"
        rows.append((f"claims of {name}{', cores busy' if busy else ''}", got, "none false", not false))
    return rows


def main() -> int:
    """Measure and print; 0 when every target was met."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--busy", action="store_true")
    parser.add_argument("--only", choices=TIMELINES)
    options = parser.parse_args()
    rows = []
    if not options.busy and not options.only:
        rows = [*(row(name, options.times) for name in PAIRS), call_row(options.times)]
    hogs = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"])
        for _ in range((os.cpu_count() or 1) * options.busy)
    ]
    try:
        names = [options.only] if options.only else list(TIMELINES)
        rows += asyncio.run(claims(names, options.times, busy=options.busy))
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()
    print(drawn(rows, "timelines"))
    return 0 if all_met(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
