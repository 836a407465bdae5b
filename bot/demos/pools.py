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
def processes(count: int) -> Iterator[ProcessPoolExecutor]:
    """A process pool whose workers are there already."""
    with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context(START_METHOD)) as pool:
        list(pool.map(time.sleep, [0.1] * count))
        yield pool


def with_cpu_seconds(call: tuple[Callable[[int], object], int]) -> float:
    """Call a function of one number in a pool's worker; returns the CPU seconds that it took there."""
    function, argument = call
    before = time.process_time()
    function(argument)
    return time.process_time() - before
