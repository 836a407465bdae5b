"""What it costs to send data to a worker process and back, and to a thread."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager

from bot.charts.bars import BarChart
from bot.demos import pools
from bot.demos.model import Demo, DemoVerdict, Measured, Prediction, Variant, Work, bar_chart, inconclusive

TRIPS = 4
MEGABYTE = 1_000_000


def send_back(data: object) -> object:
    """The work: none. Only the way there and back counts."""
    return data


def _trips(
    pool_of: Callable[[], AbstractContextManager[Executor]], make: Callable[[], object]
) -> Callable[[], Iterator[Work]]:
    """Some trips of the same data to a worker and back."""

    def prepared() -> Iterator[Work]:
        data = make()
        with pool_of() as pool:
            pool.submit(send_back, None).result()

            def work() -> tuple[float, dict[str, int]]:
                same = 0
                for _ in range(TRIPS):
                    same += pool.submit(send_back, data).result() is data
                return 0.0, {"same_object": same}

            yield work

    return prepared


def _process() -> AbstractContextManager[Executor]:
    return pools.processes(1)


def _thread() -> AbstractContextManager[Executor]:
    return pools.threads(1)


VARIANTS = (
    Variant("small", "10 bytes", contextmanager(_trips(_process, lambda: b"0123456789"))),
    Variant("one", "1 MB of bytes", contextmanager(_trips(_process, lambda: bytes(MEGABYTE)))),
    Variant("ten", "10 MB of bytes", contextmanager(_trips(_process, lambda: bytes(10 * MEGABYTE)))),
    Variant("list", "500,000 ints", contextmanager(_trips(_process, lambda: list(range(1000, 501_000))))),
    Variant("thread", "10 MB to a thread", contextmanager(_trips(_thread, lambda: bytes(10 * MEGABYTE)))),
)


def _ms(measured: Measured, variant_id: str) -> float:
    return measured.wall(variant_id) / TRIPS * 1000


def judge(measured: Measured) -> DemoVerdict:
    """The cost grows with the data for a process, and a thread gets the very object."""
    small, one, ten = _ms(measured, "small"), _ms(measured, "one"), _ms(measured, "ten")
    ints, thread = _ms(measured, "list"), _ms(measured, "thread")
    copies = [measured.counts(variant.id, "same_object") for variant in VARIANTS[:-1]]
    if any(map(any, copies)) or set(measured.counts("thread", "same_object")) != {TRIPS}:
        return inconclusive("A copy was no copy, which must not be: please report it.")
    if not (small < one < ten and ten >= 10 * small and ints > 4 * small and thread < ten / 4):
        return inconclusive("The times of the variants contradict each other. Run it again when less is going on.")
    return DemoVerdict(
        "grows",
        "Every byte to a process and back is copied",
        [
            f"10 bytes to a worker process and back took **{small:.2f} ms**, 1 MB {one:.1f} ms and 10 MB **{ten:.0f} ms**: "
            "the data is pickled, sent through a pipe and unpickled, twice.",
            f"A list of 500,000 ints took {ints:.0f} ms: many small objects cost more than one block of bytes.",
            f"The thread got the very same object in {thread:.2f} ms, whatever its size: threads share memory.",
            "So send a process little data and much work: a file's name instead of its content.",
        ],
    )


def chart(measured: Measured) -> BarChart:
    """Milliseconds a trip."""
    title, axis = "Data to a worker and back", "milliseconds for one trip (shorter is better)"
    return bar_chart(title, axis, VARIANTS, measured, lambda s: s.wall_seconds / TRIPS * 1000, " ms")


DEMO = Demo(
    id="pickle-cost",
    title="The way to a process and back",
    section="processes",
    workload="data sent to a worker and back: 10 bytes, 1 MB, 10 MB, a list of 500,000 ints; and 10 MB to a thread",
    question="10 MB to a worker process and back: how long, against 10 bytes?",
    choices=(
        Prediction("same", "About the same"),
        Prediction("double", "Two to five times as long"),
        Prediction("grows", "Ten times as long, or more"),
    ),
    variants=VARIANTS,
    bound_seconds=10,
    judge=judge,
    chart=chart,
    shows="Arguments and results travel to a process as pickled copies; a thread gets the object itself.",
    refutes=("processes-share-globals", "processes-always-win"),
    stands_out=("ten",),
)
