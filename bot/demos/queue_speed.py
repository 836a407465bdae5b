"""How many items a second go through a queue: between threads, between tasks, between processes."""

import asyncio
import multiprocessing
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bot.charts.bars import BarChart
from bot.demos.host import START_METHOD
from bot.demos.model import Demo, DemoVerdict, Measured, Prediction, Variant, Work, bar_chart, inconclusive

ITEMS = 50_000
ITEMS_TO_PROCESSES = 15_000


@contextmanager
def between_threads() -> Iterator[Work]:
    """queue.Queue, one producer and one consumer."""

    def work() -> tuple[float, dict[str, int]]:
        items: queue.Queue[int] = queue.Queue()

        def produce() -> None:
            for item in range(ITEMS):
                items.put(item)

        producer = threading.Thread(target=produce)
        producer.start()
        for _ in range(ITEMS):
            items.get()
        producer.join()
        return 0.0, {"items": ITEMS}

    yield work


@contextmanager
def between_tasks() -> Iterator[Work]:
    """asyncio.Queue with room for a hundred, so that producer and consumer take turns."""

    async def through() -> None:
        items: asyncio.Queue[int] = asyncio.Queue(maxsize=100)

        async def produce() -> None:
            for item in range(ITEMS):
                await items.put(item)

        producer = asyncio.create_task(produce())
        for _ in range(ITEMS):
            await items.get()
        await producer

    def work() -> tuple[float, dict[str, int]]:
        asyncio.run(through())
        return 0.0, {"items": ITEMS}

    yield work


def take_from_queue(items: Any, done: Any) -> None:
    """The consumer of a process queue: says when it is there, and when it has had each round's items."""
    done.send("ready")
    for _ in range(ITEMS_TO_PROCESSES):
        items.get()
    done.send("all")


def take_from_pipe(items: Any, done: Any) -> None:
    """The same for a pipe."""
    done.send("ready")
    for _ in range(ITEMS_TO_PROCESSES):
        items.recv()
    done.send("all")


def _to_a_process(*, through_pipe: bool) -> Callable[[], Iterator[Work]]:
    """One consumer process, warm before the clock starts."""

    def prepared() -> Iterator[Work]:
        context: Any = multiprocessing.get_context(START_METHOD)
        heard, done = context.Pipe(duplex=False)
        if through_pipe:
            theirs, ours = context.Pipe(duplex=False)
            put: Callable[[int], None] = ours.send
            consumer = context.Process(target=take_from_pipe, args=(theirs, done))
        else:
            items = context.Queue()
            put = items.put
            consumer = context.Process(target=take_from_queue, args=(items, done))
        consumer.start()
        heard.recv()

        def work() -> tuple[float, dict[str, int]]:
            for item in range(ITEMS_TO_PROCESSES):
                put(item)
            heard.recv()
            return 0.0, {"items": ITEMS_TO_PROCESSES}

        yield work
        consumer.join()

    return prepared


VARIANTS = (
    Variant("threads", "queue.Queue", between_threads),
    Variant("tasks", "asyncio.Queue", between_tasks),
    Variant("processes", "multiprocessing.Queue", contextmanager(_to_a_process(through_pipe=False))),
    Variant("pipe", "Pipe", contextmanager(_to_a_process(through_pipe=True))),
)


def _rate(measured: Measured, variant_id: str) -> float:
    return measured.count(variant_id, "items") / measured.wall(variant_id)


def judge(measured: Measured) -> DemoVerdict:
    """Between tasks more than twice as many as between processes."""
    threads, tasks = _rate(measured, "threads"), _rate(measured, "tasks")
    processes, pipe = _rate(measured, "processes"), _rate(measured, "pipe")
    if not tasks > 2 * processes:
        return inconclusive("The rates were too close to call this time. Run it again when less is going on.")
    return DemoVerdict(
        "tasks",
        f"Between tasks {tasks / processes:.0f} times as many as between processes",
        [
            f"`asyncio.Queue` carried **{tasks:,.0f} items a second**: one thread, no lock, no copy.",
            f"`multiprocessing.Queue` carried **{processes:,.0f}** and a bare `Pipe` {pipe:,.0f}: every item is pickled, "
            "written, read and unpickled.",
            f"`queue.Queue` between two threads carried {threads:,.0f}: no copies, but a lock for each put and get.",
            "So let queues between processes carry few, large pieces of work.",
        ],
    )


def chart(measured: Measured) -> BarChart:
    """Thousand items a second."""
    title, axis = "Items through a queue", "thousand items a second (longer is better)"
    return bar_chart(title, axis, VARIANTS, measured, lambda s: s.counts["items"] / s.wall_seconds / 1000, "k a second")


DEMO = Demo(
    id="queue-speed",
    title="Queues between threads, tasks, processes",
    section="locks-and-queues",
    workload=f"{ITEMS:,} items between threads and between tasks, {ITEMS_TO_PROCESSES:,} to a process",
    question="asyncio.Queue or multiprocessing.Queue: which carries more items a second?",
    choices=(
        Prediction("tasks", "asyncio.Queue, by far"),
        Prediction("same", "About the same"),
        Prediction("processes", "multiprocessing.Queue, by far"),
    ),
    variants=VARIANTS,
    bound_seconds=8,
    judge=judge,
    chart=chart,
    shows="A queue between processes copies every item; one between threads or tasks passes references.",
    refutes=("queue-copies-or-one-sentinel-stops-all", "processes-always-win"),
)
