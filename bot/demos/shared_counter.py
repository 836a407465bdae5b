"""A counter shared by threads: updates get lost without a lock, and none with one."""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.charts.bars import BarChart, BarValue, number
from bot.demos.model import Demo, DemoVerdict, Measured, Prediction, Variant, Work, footer

THREADS = 4
UPDATES = 300_000
EXPECTED = THREADS * UPDATES


class Counter:
    """A number that several threads add to."""

    def __init__(self) -> None:
        self.value = 0
        self.lock = threading.Lock()


def one() -> int:
    """What is added; the call is a place where Python may switch threads between the read and the write."""
    return 1


def add_by_call(counter: Counter) -> None:
    """Read, call, write: another thread can get in between."""
    for _ in range(UPDATES):
        counter.value += one()


def add_plainly(counter: Counter) -> None:
    """The control: looks safe on a build with a GIL, though the language promises nothing."""
    for _ in range(UPDATES):
        counter.value += 1


def add_locked(counter: Counter) -> None:
    """Read, call and write under one lock."""
    for _ in range(UPDATES):
        with counter.lock:
            counter.value += one()


def _race(add: Callable[[Counter], None]) -> Callable[[], Iterator[Work]]:
    """Threads that add to one counter, in the way that is given."""

    def prepared() -> Iterator[Work]:
        def work() -> tuple[float, dict[str, int]]:
            counter = Counter()
            workers = [threading.Thread(target=add, args=(counter,)) for _ in range(THREADS)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
            return 0.0, {"lost": EXPECTED - counter.value}

        yield work

    return prepared


@contextmanager
def through_a_queue() -> Iterator[Work]:
    """The threads hand over what is to be added; one owner adds it, so nothing is shared but the queue."""

    def work() -> tuple[float, dict[str, int]]:
        updates: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        counter = Counter()

        def hand_over() -> None:
            for _ in range(UPDATES):
                updates.put(one())
            updates.put(None)

        def own() -> None:
            working = THREADS
            while working:
                update = updates.get()
                if update is None:
                    working -= 1
                else:
                    counter.value += update

        threads = [threading.Thread(target=own), *(threading.Thread(target=hand_over) for _ in range(THREADS))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return 0.0, {"lost": EXPECTED - counter.value}

    yield work


VARIANTS = (
    Variant("call", "n += one()", contextmanager(_race(add_by_call))),
    Variant("plain", "n += 1", contextmanager(_race(add_plainly))),
    Variant("locked", "with a lock", contextmanager(_race(add_locked))),
    Variant("queue", "by a queue", through_a_queue),
)


def judge(measured: Measured) -> DemoVerdict:
    """A race need not show in every round; it must show in one, and never under the lock."""
    by_call, plain, locked, queued = (measured.counts(variant.id, "lost") for variant in VARIANTS)
    if any(locked) or any(queued):
        return DemoVerdict(
            None,
            "The count was wrong even with a lock, so these numbers claim nothing",
            ["That can't come from a race. Run it again; if it stays so, report it."],
        )
    if not any(by_call):
        return DemoVerdict(
            None,
            f"No update was lost in {_rounds(len(by_call))}, which proves nothing",
            ["A race shows only when threads are switched at the wrong moment. Run it again."],
        )
    sentences = [
        f"Without a lock updates were lost in **{_of_rounds(by_call)}**, at worst **{_worst(by_call)}**: two threads read "
        "the same value, and the later write wipes out the earlier one.",
    ]
    if any(plain):
        sentences.append(
            f"The plain `n += 1` lost some in {_of_rounds(plain)} as well, at worst {_worst(plain)}: it was never atomic."
        )
    else:
        sentences.append(
            "The plain `n += 1` lost none here. That is an accident of how this interpreter switches threads, not a "
            "promise: on a free-threaded build it loses updates too."
        )
    sentences.append(
        f"With the lock none was lost, at a price: {measured.wall('locked'):.2f} s instead of {measured.wall('call'):.2f} s. "
        f"Handed to one owner through a queue, none was lost either, in {measured.wall('queue'):.2f} s."
    )
    return DemoVerdict("less", "Updates get lost without a lock", sentences)


def shows_itself(measured: Measured) -> bool:
    """Whether an update was lost without a lock in one of the rounds."""
    return any(measured.counts("call", "lost"))


def _rounds(count: int) -> str:
    return f"{count} round{'s' * (count != 1)}"


def _of_rounds(lost: list[int]) -> str:
    return f"{sum(map(bool, lost))} of {_rounds(len(lost))}"


def _worst(lost: list[int]) -> str:
    percent = 100 * max(lost) / EXPECTED
    return f"{max(lost):,} of {EXPECTED:,} ({f'{percent:.0f}' if percent >= 1 else f'{percent:.2g}'}%)"


def chart(measured: Measured) -> BarChart:
    """Share of updates lost by variant, in the round that lost most: what the verdict speaks of."""
    bars = []
    for variant in VARIANTS:
        lost = measured.counts(variant.id, "lost")
        shares = [100 * one / EXPECTED for one in lost]
        shown = f"{number(round(max(shares), 1))} % lost" if any(lost) else "none lost"
        bars.append(BarValue(variant.label, max(shares), min(shares), max(shares), shown))
    title, axis = f"{THREADS} threads add to one counter", "updates lost in the worst round (none would be right)"
    return BarChart(title, axis, bars, footer(measured, "worst"), "worst")


DEMO = Demo(
    id="shared-counter",
    title="A counter shared by threads",
    section="locks-and-queues",
    workload=f"{THREADS} threads add 1 to the same counter {UPDATES:,} times each",
    question="Without a lock, using n += one(): what does the counter hold at the end?",
    choices=(
        Prediction("exact", f"Exactly {EXPECTED:,}"),
        Prediction("less", "Less"),
        Prediction("more", "More"),
    ),
    variants=VARIANTS,
    bound_seconds=6,
    judge=judge,
    chart=chart,
    clear=shows_itself,
    shows="Updates of shared data get lost without a lock, and none with a lock or an owner behind a queue.",
    refutes=("increment-is-atomic", "gil-makes-code-safe", "green-tests-prove-it"),
    stands_out=("call",),
)
