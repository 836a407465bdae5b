"""Pools made and warmed outside the timed part of a demo."""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager

from bot.demos.host import START_METHOD


@contextmanager
def threads(count: int) -> Iterator[ThreadPoolExecutor]:
    """A thread pool whose threads are there already."""
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(time.sleep, [0.01] * count))
        yield pool


@contextmanager
def processes(count: int, start_method: str = START_METHOD) -> Iterator[ProcessPoolExecutor]:
    """A process pool whose workers are there already."""
    with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context(start_method)) as pool:
        list(pool.map(time.sleep, [0.1] * count))
        yield pool


def start_methods() -> list[str]:
    """The start methods that this system has, the quickest first."""
    return [name for name in ("fork", "forkserver", "spawn") if name in multiprocessing.get_all_start_methods()]


def with_cpu_seconds(call: tuple[Callable[[int], object], int]) -> float:
    """Call a function of one number in a pool's worker; returns the CPU seconds that it took there."""
    function, argument = call
    before = time.process_time()
    function(argument)
    return time.process_time() - before
