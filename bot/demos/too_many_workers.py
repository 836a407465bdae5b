"""The same CPU-bound chunks on two cores, by one, two and many worker processes."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from bot.charts.bars import BarChart
from bot.demos import pools
from bot.demos.model import (
    Demo,
    DemoVerdict,
    Measured,
    Prediction,
    Variant,
    Work,
    inconclusive,
    not_to_be_shown,
    time_chart,
)

CHUNKS = 16
STEPS = 1_500_000
CORES = 2
MANY = 12


def sum_of_squares(steps: int) -> int:
    """The work of one chunk: pure Python, nothing to wait for."""
    total = 0
    for n in range(steps):
        total += n * n
    return total


def on_two_cores() -> None:
    """Keep this process and those that it starts to two cores, where the system can (Linux)."""
    if hasattr(os, "sched_setaffinity"):
        with suppress(OSError):
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])


def _workers(count: int) -> Callable[[], Iterator[Work]]:
    """All chunks in a pool of so many processes, which are there before the clock starts."""

    def prepared() -> Iterator[Work]:
        on_two_cores()
        with pools.processes(count) as pool:

            def work() -> tuple[float, dict[str, int]]:
                return sum(pool.map(pools.with_cpu_seconds, [(sum_of_squares, STEPS)] * CHUNKS)), {}

            yield work

    return prepared


VARIANTS = (
    Variant("1", "1 process", contextmanager(_workers(1)), cores_at_least=0.85),
    Variant("2", "2 processes", contextmanager(_workers(2)), cores_at_least=1.4),
    Variant("4", "4 processes", contextmanager(_workers(4)), cores_at_least=1.2),
    Variant("many", f"{MANY} processes", contextmanager(_workers(MANY)), cores_at_least=1.0),
)


def judge(measured: Measured) -> DemoVerdict:
    """Two beat one; many are at best as good as two."""
    one, two, many = measured.wall("1"), measured.wall("2"), measured.wall("many")
    if not hasattr(os, "sched_setaffinity") and measured.host.cores > CORES:
        return not_to_be_shown(
            "The demo is about two cores; Linux can keep it to them, and on more it shows something else."
        )
    if not (two < 0.85 * one and 0.8 * two < many < 3 * two):
        return inconclusive("The times of the variants contradict each other. Run it again when less is going on.")
    slower = many > 1.25 * two
    compared = f"{many / two:.1f} times as long as with two" if slower else "about as long as with two"
    return DemoVerdict(
        "slower" if slower else "same",
        "The gain ends at the number of cores",
        [
            f"Two processes did the work of one in **{two:.2f} s** instead of {one:.2f} s: there are two cores to use.",
            f"{MANY} processes took **{many:.2f} s**, {compared}. They share the same two cores, and each of them has to be "
            "started and kept in memory.",
            "So make a pool for computing as large as the machine has cores, not as large as the work has pieces.",
        ],
    )


def chart(measured: Measured) -> BarChart:
    """Seconds by number of workers."""
    return time_chart(f"{CHUNKS} pieces of computing on two cores", VARIANTS, measured, cores=True)


DEMO = Demo(
    id="too-many-workers",
    title="More workers than cores",
    section="io-and-cpu-bound",
    workload=f"{CHUNKS} sums of {STEPS:,} squares on two cores, by 1, 2, 4 and {MANY} worker processes",
    question=f"On two cores, what do {MANY} worker processes do against 2?",
    choices=(
        Prediction("faster", "Several times faster"),
        Prediction("same", "About as fast"),
        Prediction("slower", "Clearly slower"),
    ),
    variants=VARIANTS,
    bound_seconds=20,
    judge=judge,
    chart=chart,
    shows="For computing, the gain ends at the number of cores; more workers only cost memory and start-up.",
    refutes=("more-threads-always-faster", "cores-divide-everything"),
    cores_needed=1.5,
    stands_out=("many",),
)
