"""The memory of idle worker processes, by the way in which they were started."""

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from bot.charts.bars import BarChart
from bot.demos import pools
from bot.demos.model import (
    Demo,
    DemoVerdict,
    Measured,
    Prediction,
    Variant,
    Work,
    bar_chart,
    inconclusive,
    not_to_be_shown,
)

HOW_MANY = 3


def idle(ready: Any, leave: Any) -> None:
    """A worker with nothing to do."""
    ready.release()
    leave.wait()


def own_memory(pid: int) -> int:
    """Bytes of a process with shared pages divided among those that share them (Linux's Pss); 0 where nobody tells."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
        return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) * 1024
    return 0


def _idle_workers(start_method: str) -> Callable[[], Iterator[Work]]:
    """Workers that were started in this way, and that wait."""

    def prepared() -> Iterator[Work]:
        context: Any = multiprocessing.get_context(start_method)
        ready, leave = context.Semaphore(0), context.Event()
        workers = [context.Process(target=idle, args=(ready, leave)) for _ in range(HOW_MANY)]
        for worker in workers:
            worker.start()
        for _ in workers:
            ready.acquire()

        def work() -> tuple[float, dict[str, int]]:
            return 0.0, {"bytes_each": sum(own_memory(worker.pid or 0) for worker in workers) // HOW_MANY}

        yield work
        leave.set()
        for worker in workers:
            worker.join()

    return prepared


METHODS = pools.start_methods()
VARIANTS = tuple(Variant(name, name, contextmanager(_idle_workers(name))) for name in METHODS)


def judge(measured: Measured) -> DemoVerdict:
    """Forked workers share pages with their parent, spawned ones don't."""
    megabytes = {name: measured.count(name, "bytes_each") / 1e6 for name in METHODS}
    if "fork" not in megabytes or not all(megabytes.values()):
        return not_to_be_shown("Linux tells how much memory a process has for itself, and can fork.")
    if not megabytes["fork"] < 0.9 * megabytes["spawn"]:
        return inconclusive("The sizes were too close to call this time. Run it again.")
    return DemoVerdict(
        "fork",
        "Forked workers share memory with their parent",
        [
            f"An idle worker that was forked needed **{megabytes['fork']:.1f} MB** of its own, one that was spawned "
            f"**{megabytes['spawn']:.1f} MB**, one from the fork server {megabytes['forkserver']:.1f} MB.",
            "A forked process uses its parent's pages until one of the two writes to them. A spawned one starts empty and "
            "loads a Python and its modules again.",
            "Either way it is megabytes, where a thread needs kilobytes: count your workers before you multiply them.",
        ],
    )


def chart(measured: Measured) -> BarChart:
    """Megabytes a worker."""
    title = f"{HOW_MANY} idle worker processes"
    axis = "megabytes for each, shared pages divided (shorter is better)"
    return bar_chart(title, axis, VARIANTS, measured, lambda s: s.counts["bytes_each"] / 1e6, " MB")


DEMO = Demo(
    id="process-memory",
    title="The memory of a process",
    section="processes",
    workload=f"{HOW_MANY} idle worker processes for each start method",
    question="Which start method gives workers that need the least memory of their own?",
    choices=(
        Prediction("fork", "fork"),
        Prediction("spawn", "spawn"),
        Prediction("same", "All need the same"),
    ),
    variants=VARIANTS,
    bound_seconds=8,
    judge=judge,
    chart=chart,
    shows="A worker process needs megabytes; a forked one shares some of them with its parent.",
    refutes=("processes-share-globals", "processes-always-win"),
)
