"""How long a pool takes from nothing to its first result: threads, and processes by each start method."""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from bot.charts.bars import BarChart
from bot.demos import pools
from bot.demos.model import Demo, DemoVerdict, Measured, Prediction, Variant, Work, bar_chart, inconclusive

POOL_SIZE = 2


def first_task(number: int) -> int:
    """The work: hardly any."""
    return number + 1


@contextmanager
def thread_pool() -> Iterator[Work]:
    """A pool of threads."""

    def work() -> tuple[float, dict[str, int]]:
        with ThreadPoolExecutor(POOL_SIZE) as pool:
            list(pool.map(first_task, range(POOL_SIZE)))
        return 0.0, {}

    yield work


def _processes(start_method: str) -> Callable[[], Iterator[Work]]:
    """A pool of processes that are started in this way."""

    def prepared() -> Iterator[Work]:
        context: Any = multiprocessing.get_context(start_method)
        if start_method == "forkserver":  # the server itself is started once a program
            first = context.Process(target=first_task, args=(0,))
            first.start()
            first.join()

        def work() -> tuple[float, dict[str, int]]:
            with ProcessPoolExecutor(POOL_SIZE, mp_context=context) as pool:
                list(pool.map(first_task, range(POOL_SIZE)))
            return 0.0, {}

        yield work

    return prepared


METHODS = pools.start_methods()
VARIANTS = (
    Variant("threads", "threads", thread_pool),
    *(Variant(name, f"processes, {name}", contextmanager(_processes(name))) for name in METHODS),
)


def _ms(measured: Measured, variant_id: str) -> float:
    return measured.wall(variant_id) * 1000


def judge(measured: Measured) -> DemoVerdict:
    """Threads first, spawned processes last, whatever lies between."""
    times = {variant.id: _ms(measured, variant.id) for variant in VARIANTS}
    threads_ms, spawn_ms = times["threads"], times["spawn"]
    between = [times[name] for name in METHODS if name != "spawn"]
    if not (threads_ms * 2 < min([*between, spawn_ms]) and max([*between, 0.0]) < spawn_ms):
        return inconclusive(
            "The order of the start methods was not clear this time. Run it again when less is going on."
        )
    sentences = [
        f"{POOL_SIZE} threads gave their first results after **{threads_ms:.1f} ms**, {POOL_SIZE} spawned processes "
        f"after **{spawn_ms:.0f} ms**: each of them starts a Python of its own and imports what it needs."
    ]
    if "fork" in times and "forkserver" in times:
        sentences.append(
            f"`fork` took {times['fork']:.0f} ms: it copies the parent as it is, locks and all, which is not safe beside "
            f"threads. `forkserver` took {times['forkserver']:.0f} ms: a small server forks instead, so no thread is copied."
        )
    sentences.append("So make a pool once and keep it; a pool for each small job pays this price each time.")
    return DemoVerdict("threads", "Threads are ready long before any process", sentences)


def chart(measured: Measured) -> BarChart:
    """Milliseconds to the first results."""
    title, axis = f"A pool of {POOL_SIZE}, from nothing to its first results", "milliseconds (shorter is better)"
    return bar_chart(title, axis, VARIANTS, measured, lambda s: s.wall_seconds * 1000, " ms")


DEMO = Demo(
    id="pool-start",
    title="Starting a pool",
    section="processes",
    workload=f"a pool of {POOL_SIZE} workers made, given a tiny task each, and closed",
    question="Which pool has its first results soonest, and which last?",
    choices=(
        Prediction("threads", "Threads first, spawn last"),
        Prediction("fork", "Fork first, threads last"),
        Prediction("spawn", "Spawn first, threads last"),
        Prediction("same", "All about the same"),
    ),
    variants=VARIANTS,
    bound_seconds=8,
    judge=judge,
    chart=chart,
    shows="A process costs far more to start than a thread, and the start method decides how much.",
    refutes=("processes-always-win", "child-sees-current-globals"),
)
