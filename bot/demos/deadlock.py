"""Two threads, two locks: taken in opposite order both wait for ever; in one order both finish."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.charts.bars import BarChart
from bot.demos.model import Demo, DemoVerdict, Measured, Prediction, Variant, Work, bar_chart, inconclusive

GIVE_UP_SECONDS = 0.4
"""Real code would wait for ever; here each thread gives up, so that you need not."""


class Pair:
    """Two threads that both hold their first lock before either asks for its second."""

    def __init__(self) -> None:
        self.both_hold_one = threading.Barrier(2)
        self.both_have_tried = threading.Barrier(2)
        self.finished: list[bool] = []

    def take(self, first: threading.Lock, second: threading.Lock) -> None:
        """Take the first, wait until the other holds its first too, then try the second."""
        with first:
            self.both_hold_one.wait()
            got = second.acquire(timeout=GIVE_UP_SECONDS)
            self.both_have_tried.wait()  # nobody lets go before both have tried
            if got:
                second.release()
            self.finished.append(got)

    def take_in_order(self, first: threading.Lock, second: threading.Lock) -> None:
        """Take both, one after the other; whoever comes second waits at the first lock, holding nothing."""
        with first:
            got = second.acquire(timeout=GIVE_UP_SECONDS)
            if got:
                second.release()
            self.finished.append(got)


def _run(target: Callable[[threading.Lock, threading.Lock], None], *, opposite: bool) -> None:
    a, b = threading.Lock(), threading.Lock()
    orders = [(a, b), (b, a) if opposite else (a, b)]
    workers = [threading.Thread(target=target, args=order) for order in orders]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


@contextmanager
def opposite_order() -> Iterator[Work]:
    """One takes A then B, the other B then A."""

    def work() -> tuple[float, dict[str, int]]:
        pair = Pair()
        _run(pair.take, opposite=True)
        return 0.0, {"finished": sum(pair.finished)}

    yield work


@contextmanager
def one_order() -> Iterator[Work]:
    """Both take A then B."""

    def work() -> tuple[float, dict[str, int]]:
        pair = Pair()
        _run(pair.take_in_order, opposite=False)
        return 0.0, {"finished": sum(pair.finished)}

    yield work


VARIANTS = (
    Variant("opposite", "A then B / B then A", opposite_order, waits=True),
    Variant("ordered", "both A then B", one_order, waits=True),
)


def judge(measured: Measured) -> DemoVerdict:
    """Neither finishes in opposite order, in no round; both do in one order, in every round."""
    opposite, ordered = (measured.counts(variant.id, "finished") for variant in VARIANTS)
    if set(opposite) != {0} or set(ordered) != {2} or measured.wall("opposite") < GIVE_UP_SECONDS:
        return inconclusive("The two threads did not meet as planned. Run it again when less is going on.")
    return DemoVerdict(
        "neither",
        "In opposite order neither thread gets both locks",
        [
            f"In opposite order **0 of 2** threads finished: each held what the other wanted. They gave up after "
            f"{GIVE_UP_SECONDS:g} s here; without a timeout they would stand still for ever.",
            f"With one order for both, **2 of 2** finished, after {measured.wall('ordered') * 1000:.1f} ms: whoever came "
            "second waited without holding anything that the first one needs.",
            "Two threads and two locks are enough. It happened in every round, because both were made to hold one lock "
            "first; in a real program it waits for an unlucky moment.",
        ],
    )


def chart(measured: Measured) -> BarChart:
    """Threads that finished."""
    title, axis = "Two threads that need two locks", "threads that got both locks (2 would be right)"
    return bar_chart(title, axis, VARIANTS, measured, lambda s: s.counts["finished"], " of 2")


DEMO = Demo(
    id="deadlock",
    title="A deadlock of two",
    section="common-mistakes",
    workload="two threads that each take two locks, in opposite order and in one order",
    question="One thread takes lock A then B, the other B then A, and both hold their first. How many get both?",
    choices=(Prediction("both", "Both"), Prediction("one", "One of them"), Prediction("neither", "Neither")),
    variants=VARIANTS,
    bound_seconds=4,
    judge=judge,
    chart=chart,
    shows="Two threads and two locks in opposite order stand still; one order for all prevents it.",
    refutes=("deadlock-needs-bad-luck", "races-are-pure-chance"),
    stands_out=("opposite",),
)
