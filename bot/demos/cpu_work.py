"""CPU-bound work one by one, in threads, in processes and in asyncio."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bot.charts.bars import BarChart
from bot.demos import pools
from bot.demos.model import Demo, DemoVerdict, Measured, Prediction, Variant, Work, inconclusive, time_chart

PIECES = 4
STEPS = 5_000_000
CLEARLY = 0.95
"""What wins takes at most this share of the next one's time."""


def sum_of_squares(steps: int) -> int:
    """The work: pure Python, nothing to wait for."""
    total = 0
    for n in range(steps):
        total += n * n
    return total


@contextmanager
def one_by_one() -> Iterator[Work]:
    """One piece after the other."""

    def work() -> tuple[float, dict[str, int]]:
        for _ in range(PIECES):
            sum_of_squares(STEPS)
        return 0.0, {}

    yield work


@contextmanager
def in_threads() -> Iterator[Work]:
    """Each piece in a thread of its own."""
    with pools.threads(PIECES) as pool:

        def work() -> tuple[float, dict[str, int]]:
            list(pool.map(sum_of_squares, [STEPS] * PIECES))
            return 0.0, {}

        yield work


@contextmanager
def in_processes() -> Iterator[Work]:
    """The pieces in two worker processes."""
    with pools.processes(2) as pool:

        def work() -> tuple[float, dict[str, int]]:
            return sum(pool.map(pools.with_cpu_seconds, [(sum_of_squares, STEPS)] * PIECES)), {}

        yield work


@contextmanager
def in_asyncio() -> Iterator[Work]:
    """Each piece in a task of one event loop."""

    async def piece() -> None:
        sum_of_squares(STEPS)

    async def all_pieces() -> None:
        await asyncio.gather(*(piece() for _ in range(PIECES)))

    def work() -> tuple[float, dict[str, int]]:
        asyncio.run(all_pieces())
        return 0.0, {}

    yield work


VARIANTS = (
    Variant("serial", "One by one", one_by_one, cores_at_least=0.9),
    Variant("threads", "4 threads", in_threads),
    Variant("asyncio", "asyncio", in_asyncio),
    Variant("processes", "2 processes", in_processes, cores_at_least=1.4),
)


def judge(measured: Measured) -> DemoVerdict:
    """Claims a winner only when the host was quiet enough to give one."""
    serial, threads = measured.wall("serial"), measured.wall("threads")
    asyncio_, processes = measured.wall("asyncio"), measured.wall("processes")
    quiet = measured.cores("serial") >= 0.9 and measured.cores("processes") >= 1.4 and processes < 0.85 * serial
    as_expected = asyncio_ > 0.8 * serial and (threads > 0.7 * serial) == measured.host.gil
    second = min(threads, asyncio_, serial) if measured.host.gil else max(threads, processes)
    first = processes if measured.host.gil else min(threads, processes)
    if not (quiet and as_expected and first < CLEARLY * second):
        return inconclusive(
            f"The serial run got {measured.cores('serial'):.2f} of a core (a quiet host gives 1.00) and the two "
            f"processes {measured.cores('processes'):.2f} (about 1.9). Run it again when less is going on."
        )
    sentences = [
        f"Two processes kept **{measured.cores('processes'):.1f} cores** busy and finished in **{processes:.2f} s** "
        f"instead of {serial:.2f} s: {serial / processes:.1f} times as fast.",
    ]
    if measured.host.gil:
        sentences.append(
            f"Four threads used **{measured.cores('threads'):.1f} core** and took {threads:.2f} s. The GIL lets one thread "
            "at a time run Python bytecode, so for CPU-bound work they only take turns."
        )
    else:
        sentences.append(
            f"Four threads used **{measured.cores('threads'):.1f} cores** and took {threads:.2f} s: this is a "
            "free-threaded build with the GIL off, so threads run Python at the same instant too."
        )
    sentences.append(
        f"asyncio took {asyncio_:.2f} s: its tasks share one thread, and a task that never waits never lets another in."
    )
    fastest = "processes" if processes <= threads else "threads"
    names = {"processes": "Processes win: they run at the same instant", "threads": "Threads win on this build"}
    return DemoVerdict(fastest, names[fastest], sentences)


def chart(measured: Measured) -> BarChart:
    """Seconds by variant."""
    return time_chart("The same CPU-bound work, four ways", VARIANTS, measured, cores=True)


DEMO = Demo(
    id="cpu-work",
    title="CPU-bound work",
    section="io-and-cpu-bound",
    workload=f"{PIECES} sums of {STEPS:,} squares each, in pure Python",
    question="Which way finishes first?",
    choices=(
        Prediction("serial", "One by one"),
        Prediction("threads", "4 threads"),
        Prediction("asyncio", "asyncio"),
        Prediction("processes", "2 processes"),
        Prediction("same", "All about the same"),
    ),
    variants=VARIANTS,
    bound_seconds=12,
    judge=judge,
    chart=chart,
    shows="Only processes run Python at the same instant; threads and tasks take turns.",
    refutes=("more-threads-always-faster", "asyncio-uses-several-cores", "cores-divide-everything"),
    cores_needed=1.5,
)
