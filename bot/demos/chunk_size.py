"""Thousands of tiny calls in a process pool: sent one by one, in chunks, and not sent at all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.charts.bars import BarChart
from bot.demos import pools
from bot.demos.model import Demo, DemoVerdict, Measured, Prediction, Variant, Work, bar_chart, inconclusive

CALLS = 4_000


def tiny(number: int) -> int:
    """The work: far less than the way to it."""
    return number * number


@contextmanager
def inline() -> Iterator[Work]:
    """A plain loop."""

    def work() -> tuple[float, dict[str, int]]:
        return 0.0, {"sum": sum(map(tiny, range(CALLS)))}

    yield work


def _chunks(size: int) -> Callable[[], Iterator[Work]]:
    """Two processes that get so many calls at a time."""

    def prepared() -> Iterator[Work]:
        with pools.processes(2) as pool:

            def work() -> tuple[float, dict[str, int]]:
                return 0.0, {"sum": sum(pool.map(tiny, range(CALLS), chunksize=size))}

            yield work

    return prepared


VARIANTS = (
    Variant("inline", "a plain loop", inline),
    Variant("1", "chunks of 1", contextmanager(_chunks(1))),
    Variant("10", "chunks of 10", contextmanager(_chunks(10))),
    Variant("100", "chunks of 100", contextmanager(_chunks(100))),
    Variant("1000", "chunks of 1,000", contextmanager(_chunks(1_000))),
)


def judge(measured: Measured) -> DemoVerdict:
    """One by one is by far the slowest, chunks help, the plain loop wins."""
    times = {variant.id: measured.wall(variant.id) * 1000 for variant in VARIANTS}
    if len({count for variant in VARIANTS for count in measured.counts(variant.id, "sum")}) != 1:
        return inconclusive("The variants gave different sums, which must not be: please report it.")
    in_order = times["1"] > 1.5 * times["10"] and times["1"] > 5 * times["100"] and times["10"] > times["1000"]
    if not (in_order and times["inline"] * 1.5 < min(times["100"], times["1000"])):
        return inconclusive("The times of the variants contradict each other. Run it again when less is going on.")
    return DemoVerdict(
        "inline",
        f"The plain loop wins, {times['1'] / times['inline']:,.0f} times over chunks of 1",
        [
            f"Sent one at a time to two processes, {CALLS:,} tiny calls took **{times['1']:.0f} ms**: each call is pickled, "
            "sent, answered and unpickled.",
            f"In chunks of 100 they took {times['100']:.1f} ms, a hundred calls to a trip (`map(..., chunksize=100)`).",
            f"The plain loop took **{times['inline']:.2f} ms**. A call is worth sending when its work takes much longer than "
            "its trip: milliseconds, not microseconds.",
        ],
    )


def chart(measured: Measured) -> BarChart:
    """Milliseconds for all calls."""
    title, axis = f"{CALLS:,} tiny calls", "milliseconds for all of them (shorter is better)"
    return bar_chart(title, axis, VARIANTS, measured, lambda s: s.wall_seconds * 1000, " ms")


DEMO = Demo(
    id="chunk-size",
    title="Tiny calls in a process pool",
    section="processes",
    workload=f"{CALLS:,} calls that take a fraction of a microsecond each: in a loop, and in two processes",
    question=f"{CALLS:,} tiny calls: which way is done first?",
    choices=(
        Prediction("inline", "A plain loop"),
        Prediction("1", "2 processes, one call at a time"),
        Prediction("1000", "2 processes, 1,000 at a time"),
        Prediction("same", "All about the same"),
    ),
    variants=VARIANTS,
    bound_seconds=10,
    judge=judge,
    chart=chart,
    shows="Processes lose when the way to them takes longer than the work; chunks share the way.",
    refutes=("processes-always-win", "more-threads-always-faster"),
)
