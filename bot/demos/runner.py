"""Measures one variant of a demo once, in the process that calls it."""

import gc
import time

from bot.demos.model import Sample
from bot.demos.registry import DEMOS


def measure(demo_id: str, variant_id: str) -> Sample:
    """Prepare the variant, run its timed part with the garbage collector off, and clear up.

    For a process of its own: collecting first takes long where much is loaded.
    """
    return _measure(demo_id, variant_id, collect=True)


def measure_waits(demo_id: str, variant_id: str) -> Sample:
    """The same for a variant that only waits, in a thread of a process that goes on with other things."""
    return _measure(demo_id, variant_id, collect=False)


def _measure(demo_id: str, variant_id: str, *, collect: bool) -> Sample:
    variant = next(one for one in DEMOS[demo_id].variants if one.id == variant_id)
    clock = time.process_time if collect else time.thread_time
    with variant.prepared() as work:
        if collect:
            gc.collect()
            gc.disable()
        try:
            cpu, wall = clock(), time.perf_counter()
            cpu_elsewhere, counts = work()
            wall, cpu = time.perf_counter() - wall, clock() - cpu
        finally:
            if collect:
                gc.enable()
    return Sample(wall, cpu + cpu_elsewhere, counts)
