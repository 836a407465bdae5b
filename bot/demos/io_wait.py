"""Waiting one by one, in threads, in processes and in asyncio: the same shape as I/O-bound work."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bot.charts.bars import BarChart
from bot.demos import pools
from bot.demos.model import Demo, DemoVerdict, Measured, Prediction, Variant, Work, inconclusive, time_chart

WAITS = 20
WAIT_SECONDS = 0.05


@contextmanager
def one_by_one() -> Iterator[Work]:
    """One wait after the other."""

    def work() -> tuple[float, dict[str, int]]:
        for _ in range(WAITS):
            time.sleep(WAIT_SECONDS)
        return 0.0, {}

    yield work


@contextmanager
def in_threads() -> Iterator[Work]:
    """Each wait in a thread of its own."""
    with pools.threads(WAITS) as pool:

        def work() -> tuple[float, dict[str, int]]:
            list(pool.map(time.sleep, [WAIT_SECONDS] * WAITS))
            return 0.0, {}

        yield work


@contextmanager
def in_few_threads() -> Iterator[Work]:
    """The waits in five threads, so four in a row in each."""
    with pools.threads(5) as pool:

        def work() -> tuple[float, dict[str, int]]:
            list(pool.map(time.sleep, [WAIT_SECONDS] * WAITS))
            return 0.0, {}

        yield work


@contextmanager
def in_processes() -> Iterator[Work]:
    """The waits in two worker processes."""
    with pools.processes(2) as pool:

        def work() -> tuple[float, dict[str, int]]:
            list(pool.map(time.sleep, [WAIT_SECONDS] * WAITS))
            return 0.0, {}

        yield work


@contextmanager
def in_asyncio() -> Iterator[Work]:
    """Each wait in a task of one event loop."""

    async def all_waits() -> None:
        await asyncio.gather(*(asyncio.sleep(WAIT_SECONDS) for _ in range(WAITS)))

    def work() -> tuple[float, dict[str, int]]:
        asyncio.run(all_waits())
        return 0.0, {}

    yield work


VARIANTS = (
    Variant("serial", "One by one", one_by_one, waits=True),
    Variant("few-threads", "5 threads", in_few_threads, waits=True),
    Variant("threads", "20 threads", in_threads, waits=True),
    Variant("asyncio", "asyncio", in_asyncio, waits=True),
    Variant("processes", "2 processes", in_processes),
)


def judge(measured: Measured) -> DemoVerdict:
    """Holds the order: threads and asyncio level at about one wait, far ahead of two processes, and those of one by one."""
    serial, processes = measured.wall("serial"), measured.wall("processes")
    threads, asyncio_ = measured.wall("threads"), measured.wall("asyncio")
    few = measured.wall("few-threads")
    slower, faster = max(threads, asyncio_), min(threads, asyncio_)
    in_order = slower < 0.8 * few < 0.64 * processes and processes < 0.8 * serial
    if not (in_order and slower < 1.5 * faster and slower < 2 * WAIT_SECONDS):
        return inconclusive("Waits that should overlap were held up by other work. Run it again when it is quieter.")
    return DemoVerdict(
        "overlap",
        "Waiting overlaps: threads and asyncio both win",
        [
            f"One by one, {WAITS} waits of {WAIT_SECONDS:g} s add up to **{serial:.2f} s**. In {WAITS} threads they took "
            f"**{threads:.2f} s** and in asyncio **{asyncio_:.2f} s**, about as long as a single wait.",
            f"Five threads took {few:.2f} s: each did four waits in a row. Two processes took {processes:.2f} s: what counts "
            "is how many waits are under way at once, and two workers hold two.",
            f"One by one used {measured.cores('serial'):.2f} of a core: while a program waits, the CPU is free, and the "
            "GIL is let go.",
        ],
    )


def chart(measured: Measured) -> BarChart:
    """Seconds by variant."""
    return time_chart(f"{WAITS} waits of {WAIT_SECONDS:g} s, five ways", VARIANTS, measured)


DEMO = Demo(
    id="io-wait",
    title="I/O-bound waiting",
    section="io-and-cpu-bound",
    workload=f"{WAITS} waits of {WAIT_SECONDS:g} s each, like {WAITS} slow web requests",
    question="Which way finishes first?",
    choices=(
        Prediction("overlap", "Threads and asyncio, level"),
        Prediction("threads", "Threads, clearly"),
        Prediction("asyncio", "asyncio, clearly"),
        Prediction("processes", "2 processes"),
        Prediction("same", "All about the same"),
    ),
    variants=VARIANTS,
    bound_seconds=8,
    judge=judge,
    chart=chart,
    shows="Waits overlap in threads and in tasks; how many are under way at once decides.",
    refutes=("gil-makes-threads-useless", "asyncio-is-faster-than-threads", "waiting-keeps-the-cpu-busy"),
    stands_out=("threads", "asyncio"),
)
