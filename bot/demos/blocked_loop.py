"""A heartbeat in an event loop, and what stops it: sleeping or computing in the loop, in a thread, in a process."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from bot.charts.bars import BarChart
from bot.demos import pools
from bot.demos.model import Demo, DemoVerdict, Measured, Prediction, Variant, Work, bar_chart, inconclusive

BEAT_SECONDS = 0.01
BUSY_SECONDS = 0.3


def compute(seconds: float) -> int:
    """Pure Python for so long."""
    end, steps = time.perf_counter() + seconds, 0
    while time.perf_counter() < end:
        steps += 1
    return steps


async def longest_stop(busy: Callable[[], Awaitable[object]]) -> int:
    """Microseconds that the heartbeat stood still at most, beyond its own interval, while ``busy`` ran."""
    worst, done = 0.0, asyncio.Event()

    async def heartbeat() -> None:
        nonlocal worst
        while not done.is_set():
            began = time.perf_counter()
            await asyncio.sleep(BEAT_SECONDS)
            worst = max(worst, time.perf_counter() - began - BEAT_SECONDS)

    beating = asyncio.create_task(heartbeat())
    await asyncio.sleep(5 * BEAT_SECONDS)
    await busy()
    done.set()
    await beating
    return round(worst * 1e6)


def _while(busy: Callable[[], Awaitable[object]]) -> tuple[float, dict[str, int]]:
    return 0.0, {"stop_us": asyncio.run(longest_stop(busy))}


@contextmanager
def sleep_in_loop() -> Iterator[Work]:
    """time.sleep in a coroutine."""

    async def busy() -> None:
        time.sleep(BUSY_SECONDS)  # noqa: ASYNC251 — the mistake that is shown

    yield lambda: _while(busy)


@contextmanager
def compute_in_loop() -> Iterator[Work]:
    """Computing in a coroutine."""

    async def busy() -> None:
        compute(BUSY_SECONDS)

    yield lambda: _while(busy)


@contextmanager
def sleep_in_thread() -> Iterator[Work]:
    """time.sleep in a thread, awaited."""
    yield lambda: _while(lambda: asyncio.to_thread(time.sleep, BUSY_SECONDS))


@contextmanager
def compute_in_thread() -> Iterator[Work]:
    """Computing in a thread, awaited: the GIL is still shared."""
    yield lambda: _while(lambda: asyncio.to_thread(compute, BUSY_SECONDS))


@contextmanager
def compute_in_process() -> Iterator[Work]:
    """Computing in a process, awaited."""

    async def busy(pool: ProcessPoolExecutor) -> None:
        await asyncio.get_running_loop().run_in_executor(pool, compute, BUSY_SECONDS)

    with pools.processes(1) as pool:
        yield lambda: _while(lambda: busy(pool))


VARIANTS = (
    Variant("sleep", "sleep in the loop", sleep_in_loop),
    Variant("compute", "compute in the loop", compute_in_loop, cores_at_least=0.7),
    Variant("sleep-thread", "sleep in a thread", sleep_in_thread),
    Variant("compute-thread", "compute in a thread", compute_in_thread, cores_at_least=0.7),
    Variant("compute-process", "compute in a process", compute_in_process),
)


def _stop_ms(measured: Measured, variant_id: str) -> float:
    return measured.count(variant_id, "stop_us") / 1000


def judge(measured: Measured) -> DemoVerdict:
    """In the loop the heartbeat stops for as long as the call takes; elsewhere it hardly stops at all."""
    in_loop = min(_stop_ms(measured, "sleep"), _stop_ms(measured, "compute"))
    thread, computing = _stop_ms(measured, "sleep-thread"), _stop_ms(measured, "compute-thread")
    process = _stop_ms(measured, "compute-process")
    if not (in_loop > 900 * BUSY_SECONDS * 0.9 and max(thread, computing, process) < 100 and thread < 50):
        return inconclusive("The heartbeat was held up by other work too. Run it again when less is going on.")
    why = ", as both share the GIL and a switch is asked for after 5 ms" if measured.host.gil else ""
    return DemoVerdict(
        "stops",
        f"A blocking call stops everything, for {_stop_ms(measured, 'sleep'):.0f} ms here",
        [
            f"With `time.sleep({BUSY_SECONDS:g})` in a coroutine the heartbeat stood still for "
            f"**{_stop_ms(measured, 'sleep'):.0f} ms**, and computing there stopped it for "
            f"{_stop_ms(measured, 'compute'):.0f} ms. No other task of the loop can run meanwhile.",
            f"The same sleep handed to a thread with `asyncio.to_thread` stopped it for **{thread:.1f} ms**.",
            f"Computing in a thread cost it up to {computing:.1f} ms{why}; in a process of its own {process:.1f} ms.",
        ],
    )


def chart(measured: Measured) -> BarChart:
    """Milliseconds that the heartbeat stood still."""
    title = f"A heartbeat every {BEAT_SECONDS * 1000:.0f} ms beside {BUSY_SECONDS:g} s of other work"
    axis = "milliseconds that the heartbeat stood still (shorter is better)"
    return bar_chart(title, axis, VARIANTS, measured, lambda s: s.counts["stop_us"] / 1000, " ms")


DEMO = Demo(
    id="blocked-loop",
    title="A blocked event loop",
    section="asyncio",
    workload=f"a heartbeat due every {BEAT_SECONDS * 1000:.0f} ms, beside {BUSY_SECONDS:g} s of sleeping or computing",
    question=f"A coroutine calls time.sleep({BUSY_SECONDS:g}). For how long does the heartbeat of another task stop?",
    choices=(
        Prediction("goes-on", "Not at all"),
        Prediction("a-little", "About 10 ms"),
        Prediction("stops", f"About {BUSY_SECONDS * 1000:.0f} ms"),
    ),
    variants=VARIANTS,
    bound_seconds=9,
    judge=judge,
    chart=chart,
    shows="A blocking call in a coroutine stops every task of the loop; handed to a thread or a process it does not.",
    refutes=("time-sleep-is-fine", "to-thread-makes-cpu-parallel", "asyncio-uses-several-cores"),
    stands_out=("sleep", "compute"),
)
