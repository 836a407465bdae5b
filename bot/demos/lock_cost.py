"""What a lock costs around each update, alone and with other threads that want it too."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.charts.bars import BarChart
from bot.demos.model import Demo, DemoVerdict, Measured, Prediction, Variant, Work, bar_chart, inconclusive

UPDATES = 400_000


class GuardedNumber:
    """A number, and the lock that guards it."""

    def __init__(self) -> None:
        self.value = 0
        self.lock = threading.Lock()

    def add(self, times: int) -> None:
        """Add 1 so many times, without the lock."""
        for _ in range(times):
            self.value += 1

    def add_locked(self, times: int) -> None:
        """The same, with the lock taken for each."""
        for _ in range(times):
            with self.lock:
                self.value += 1


def _threads(count: int, add: Callable[[GuardedNumber, int], None]) -> Callable[[], Iterator[Work]]:
    """So many threads that share the updates between them."""

    def prepared() -> Iterator[Work]:
        def work() -> tuple[float, dict[str, int]]:
            counter = GuardedNumber()
            workers = [threading.Thread(target=add, args=(counter, UPDATES // count)) for _ in range(count)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
            return 0.0, {"counted": counter.value}

        yield work

    return prepared


VARIANTS = (
    Variant("plain", "No lock, 1 thread", contextmanager(_threads(1, GuardedNumber.add)), cores_at_least=0.85),
    Variant("locked", "Lock, 1 thread", contextmanager(_threads(1, GuardedNumber.add_locked)), cores_at_least=0.85),
    Variant("two", "Lock, 2 threads", contextmanager(_threads(2, GuardedNumber.add_locked))),
    Variant("four", "Lock, 4 threads", contextmanager(_threads(4, GuardedNumber.add_locked))),
)


def _nanoseconds(measured: Measured, variant_id: str) -> float:
    return measured.wall(variant_id) / UPDATES * 1e9


def judge(measured: Measured) -> DemoVerdict:
    """The lock costs something, but far less than a microsecond; threads that share it are no quicker."""
    plain, locked = _nanoseconds(measured, "plain"), _nanoseconds(measured, "locked")
    two, four = _nanoseconds(measured, "two"), _nanoseconds(measured, "four")
    if any(set(measured.counts(variant.id, "counted")) != {UPDATES} for variant in VARIANTS[1:]):
        return inconclusive("An update was lost under the lock, which must not be: please report it.")
    if not (1.1 * plain < locked < 1_000 and min(two, four) > 0.8 * locked and four < 20_000):
        return inconclusive("The times of the variants contradict each other. Run it again when less is going on.")
    return DemoVerdict(
        "little",
        "A lock costs well under a microsecond",
        [
            f"An update took **{plain:.0f} ns** without the lock and **{locked:.0f} ns** with it, alone: the lock adds "
            f"{locked - plain:.0f} ns. That is no reason to leave it out.",
            f"Shared by two threads an update took {two:.0f} ns, by four {four:.0f} ns: nothing got quicker, as they "
            "wait for the same lock in turn.",
            "So keep what stands inside the lock short, and share less; the price is the waiting, not the lock.",
        ],
    )


def chart(measured: Measured) -> BarChart:
    """Nanoseconds an update."""
    title = f"{UPDATES:,} updates of one counter"
    axis = "nanoseconds for each update (shorter is better)"
    return bar_chart(title, axis, VARIANTS, measured, lambda s: s.wall_seconds / UPDATES * 1e9, " ns")


DEMO = Demo(
    id="lock-cost",
    title="The price of a lock",
    section="locks-and-queues",
    workload=f"{UPDATES:,} updates of one counter, without and with a lock, by one, two and four threads",
    question="What does a lock that nobody else wants add to each update?",
    choices=(
        Prediction("nothing", "Nothing that can be measured"),
        Prediction("little", "Less than a microsecond"),
        Prediction("much", "10 microseconds or more"),
    ),
    variants=VARIANTS,
    bound_seconds=8,
    judge=judge,
    chart=chart,
    shows="A lock is cheap; waiting for it is what costs, and threads behind one lock gain nothing.",
    refutes=("a-lock-somewhere-suffices", "more-threads-always-faster"),
    stands_out=("locked",),
)
