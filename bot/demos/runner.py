"""Runs one demo in the process that calls it: variants by turns, several rounds, each reported as it finishes."""

import gc
import time
from collections.abc import Callable

from bot.demos.host import this_host
from bot.demos.model import Measured, Sample, Variant
from bot.demos.registry import DEMOS


def measure(demo_id: str, rounds: int, report: Callable[[tuple[int, int, str]], None] = lambda _: None) -> Measured:
    """Measure every variant once a round, one after the other, so that a change of the machine's pace hits them all.

    ``report`` gets (steps done, steps in all, label of the variant that just finished).
    """
    demo = DEMOS[demo_id]
    samples: dict[str, list[Sample]] = {variant.id: [] for variant in demo.variants}
    steps = rounds * len(demo.variants)
    done = 0
    for _round in range(rounds):
        for variant in demo.variants:
            samples[variant.id].append(_measure(variant))
            done += 1
            report((done, steps, variant.label))
    return Measured(demo_id, this_host(), samples)


def _measure(variant: Variant) -> Sample:
    with variant.prepared() as work:
        gc.collect()
        gc.disable()
        try:
            cpu, wall = time.process_time(), time.perf_counter()
            cpu_elsewhere, counts = work()
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        finally:
            gc.enable()
    return Sample(wall, cpu + cpu_elsewhere, counts)
