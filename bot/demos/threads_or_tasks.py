"""What one waiting thread costs, and one waiting task: time to start it, and memory."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.charts.bars import BarChart
from bot.demos.model import Demo, DemoVerdict, Measured, Prediction, Variant, Work, bar_chart, inconclusive

THREADS = 200
TASKS = 10_000
ROLLUP = Path("/proc/self/smaps_rollup")


def resident_bytes() -> int:
    """Memory of this process that is really there, on Linux; 0 elsewhere."""
    if not ROLLUP.exists():
        return 0
    line = next(line for line in ROLLUP.read_text("ascii").splitlines() if line.startswith("Rss:"))
    return int(line.split()[1]) * 1024


def _cost(began: float, before: int, count: int) -> dict[str, int]:
    seconds = time.perf_counter() - began
    return {"ns_each": round(seconds / count * 1e9), "bytes_each": max(0, resident_bytes() - before) // count}


@contextmanager
def idle_threads() -> Iterator[Work]:
    """Threads that wait for an event."""

    def work() -> tuple[float, dict[str, int]]:
        go = threading.Event()
        waiting = [threading.Thread(target=go.wait) for _ in range(THREADS)]
        before, began = resident_bytes(), time.perf_counter()
        for thread in waiting:
            thread.start()
        cost = _cost(began, before, THREADS)
        go.set()
        for thread in waiting:
            thread.join()
        return 0.0, cost

    yield work


@contextmanager
def idle_tasks() -> Iterator[Work]:
    """Tasks that wait for an event."""

    async def all_tasks() -> dict[str, int]:
        go = asyncio.Event()
        before, began = resident_bytes(), time.perf_counter()
        waiting = [asyncio.create_task(go.wait()) for _ in range(TASKS)]
        await asyncio.sleep(0)  # each runs up to its wait
        cost = _cost(began, before, TASKS)
        go.set()
        await asyncio.gather(*waiting)
        return cost

    yield lambda: (0.0, asyncio.run(all_tasks()))


VARIANTS = (
    Variant("threads", f"{THREADS} threads", idle_threads),
    Variant("tasks", f"{TASKS:,} tasks", idle_tasks),
)


def judge(measured: Measured) -> DemoVerdict:
    """A task must be at least five times as cheap to start; memory is told where the system tells it."""
    thread_us, task_us = (measured.count(variant.id, "ns_each") / 1000 for variant in VARIANTS)
    # What a round frees, the next one uses again: the first use is what it costs.
    thread_kb, task_kb = (max(measured.counts(variant.id, "bytes_each")) / 1000 for variant in VARIANTS)
    if not thread_us > 5 * task_us:
        return inconclusive("The difference was too small to claim this time. Run it again when less is going on.")
    sentences = [
        f"A thread took **{thread_us:.0f} µs** to start, a task **{task_us:.1f} µs**: {thread_us / task_us:.0f} times less.",
    ]
    if thread_kb > 2 * task_kb > 0:
        sentences.append(
            f"A waiting thread needed **{thread_kb:.0f} kB** of memory, a waiting task **{task_kb:.1f} kB**. (The megabytes "
            "that are often quoted for a thread's stack are reserved, not used.)"
        )
    sentences.append(
        "Both wait equally well: for some dozens of waits threads are fine; for many thousands at once, tasks are what "
        "fits into memory."
    )
    return DemoVerdict("tasks", "A waiting task costs a fraction of a waiting thread", sentences)


def chart(measured: Measured) -> BarChart:
    """Microseconds to start one."""
    title, axis = "One more thing that waits", "microseconds to start one (shorter is better)"
    return bar_chart(title, axis, VARIANTS, measured, lambda s: s.counts["ns_each"] / 1000, " µs")


DEMO = Demo(
    id="threads-or-tasks",
    title="Threads or tasks",
    section="asyncio",
    workload=f"{THREADS} threads and {TASKS:,} tasks started, all of them waiting",
    question="What does one more task that waits cost, against one more thread?",
    choices=(
        Prediction("tasks", "A fifth of it, or less"),
        Prediction("same", "About the same"),
        Prediction("threads", "More: a thread is cheaper"),
    ),
    variants=VARIANTS,
    bound_seconds=6,
    judge=judge,
    chart=chart,
    shows="A task costs far less time and memory than a thread; both wait equally well.",
    refutes=("asyncio-is-faster-than-threads", "more-threads-always-faster"),
    # Each thread reserves 8 MiB for its stack and, up to eight for a core, 64 MiB for what it allocates (glibc's arenas).
    memory_mib=16_384,
)
