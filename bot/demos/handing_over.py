"""Items from one thread to another: through a list with a condition of one's own, and through the library's queues."""

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.charts.bars import BarChart
from bot.demos.model import Demo, DemoVerdict, Measured, Prediction, Variant, Work, bar_chart, inconclusive

ITEMS = 60_000


class OwnQueue:
    """What one writes without the library: a list of items and a condition that tells of new ones."""

    def __init__(self) -> None:
        self.items: deque[int] = deque()
        self.changed = threading.Condition()

    def put(self, item: int) -> None:
        """Add an item and wake the consumer."""
        with self.changed:
            self.items.append(item)
            self.changed.notify()

    def get(self) -> int:
        """Wait for an item; the loop is needed, as a wake-up is no promise."""
        with self.changed:
            while not self.items:
                self.changed.wait()
            return self.items.popleft()


def _hand_over(
    make: Callable[[], OwnQueue | queue.Queue[int] | queue.SimpleQueue[int]],
) -> Callable[[], Iterator[Work]]:
    """One producer, one consumer, and whatever stands between them."""

    def prepared() -> Iterator[Work]:
        def work() -> tuple[float, dict[str, int]]:
            between = make()
            received = 0

            def produce() -> None:
                for item in range(ITEMS):
                    between.put(item)

            producer = threading.Thread(target=produce)
            producer.start()
            for expected in range(ITEMS):
                received += between.get() == expected
            producer.join()
            return 0.0, {"in_order": received}

        yield work

    return prepared


VARIANTS = (
    Variant("own", "Own list + Condition", contextmanager(_hand_over(OwnQueue))),
    Variant("queue", "queue.Queue", contextmanager(_hand_over(queue.Queue))),
    Variant("simple", "queue.SimpleQueue", contextmanager(_hand_over(queue.SimpleQueue))),
)


def _rate(measured: Measured, variant_id: str) -> float:
    return ITEMS / measured.wall(variant_id)


def judge(measured: Measured) -> DemoVerdict:
    """Every item arrives, in order; the simple queue is far ahead; even the slowest is quick enough."""
    own, full, simple = (_rate(measured, variant.id) for variant in VARIANTS)
    if any(set(measured.counts(variant.id, "in_order")) != {ITEMS} for variant in VARIANTS):
        return inconclusive("An item came out of order, which must not be: please report it.")
    if not (simple > 1.5 * max(own, full) and min(own, full) > 5_000):
        return inconclusive("The rates were too close to call this time. Run it again when less is going on.")
    return DemoVerdict(
        "simple",
        "SimpleQueue is far ahead, and all are quick enough",
        [
            f"`queue.SimpleQueue` handed over **{simple:,.0f} items a second**, `queue.Queue` **{full:,.0f}** and the list "
            f"with a condition of its own {own:,.0f}.",
            "Each item arrived once and in order, without a lock in sight of the code that uses the queue.",
            "`Queue` gives more for its price: a bound (`maxsize`), `task_done`, `join`. `SimpleQueue` only puts and gets.",
        ],
    )


def chart(measured: Measured) -> BarChart:
    """Items a second."""
    title = f"{ITEMS:,} items from one thread to another"
    axis = "thousand items a second (longer is better)"
    return bar_chart(title, axis, VARIANTS, measured, lambda s: ITEMS / s.wall_seconds / 1000, "k a second")


DEMO = Demo(
    id="handing-over",
    title="Handing items over",
    section="locks-and-queues",
    workload=f"{ITEMS:,} items from one thread to another, in three ways",
    question="Which way hands over the most items a second?",
    choices=(
        Prediction("own", "Own list + Condition"),
        Prediction("queue", "queue.Queue"),
        Prediction("simple", "queue.SimpleQueue"),
        Prediction("same", "All about the same"),
    ),
    variants=VARIANTS,
    bound_seconds=8,
    judge=judge,
    chart=chart,
    shows="A queue hands over many thousand items a second, in order, and leaves no lock to forget.",
    refutes=("queue-copies-or-one-sentinel-stops-all", "a-lock-somewhere-suffices"),
)
