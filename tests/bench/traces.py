"""What tracing costs: each traced run with its stamps and without, by turns.

    python tests/bench/traces.py [--times 20] [--only NAME]

A demo's timeline comes from a short run of its own, so what is measured bears no stamp at all; this is what the stamps cost
that run: the CPU time that they add, as a share of how long the run takes (the quickest of each, as other work only adds to
it). Ends in a table of target, measured, met.
"""

import argparse
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

sys.path.insert(0, str(Path(__file__).parents[2]))

from figures import Row, all_met, drawn

from bot.charts.timeline import State
from bot.demos import chunk_size, pools, shared_counter
from bot.demos.timelines import circle_of_two, gil_turns, hand_over, lost_update, stopped_loop, trips, waits
from bot.demos.timelines.tracing import Notes, Traced

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
    wall = min(plain.wall for _, plain in pairs)
    share = (with_stamps - without) / wall
    got = f"{share:+.1%}: {(with_stamps - without) * 1000:+.2f} ms of CPU in {wall * 1000:.0f} ms"
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


def main() -> int:
    """Measure and print; 0 when every target was met."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--only", choices=PAIRS)
    options = parser.parse_args()
    rows = [row(name, options.times) for name in ([options.only] if options.only else PAIRS)]
    if not options.only:
        rows.append(call_row(options.times))
    print(drawn(rows, "traced run"))
    return 0 if all_met(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
