"""Where demos are measured: variants by turns, each where it belongs, disturbed rounds once more."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from bot.charts.timeline import Timeline
from bot.demos import runner
from bot.demos.host import this_host
from bot.demos.model import Demo, Measured, Sample, Variant
from bot.demos.timelines.registry import TIMELINES, trace
from bot.errors import WorkerError, WorkerTimedOut
from bot.facts import Code, fact
from bot.workers import Limits, Worker, Workers

NICE = 5
UNTIL_CLEAR = 4
"""So many times the usual rounds, at most, where chance decides what a round shows."""
TRACE_SECONDS = 10
"""So long a traced run may take; it needs less than one."""

Progress = Callable[[tuple[int, int, str]], None]
"""Gets (steps done, steps in all, label of the variant that just finished)."""

_log = logging.getLogger(__name__)


class Lab:
    """Measures one demo at a time.

    What only waits runs in a thread of this process; everything else in a process of its own, which is ended with all that
    it started after ``wall_seconds``. ``rounds`` is how often each variant is measured.
    """

    def __init__(self, workers: Workers, *, wall_seconds: float, rounds: int) -> None:
        self._workers = workers
        self._wall_seconds = wall_seconds
        self._rounds = rounds

    async def measure(self, demo: Demo, progress: Progress = lambda _: None) -> Measured:
        """Measure every variant once a round, one after the other, so that a change of the machine's pace hits them all.

        A round in which others took the cores away is repeated, as often as there are rounds and while there is time. A
        host that is only slow is left with fewer rounds, and not called busy. While what the demo is about has not shown
        itself, rounds are added, up to `UNTIL_CLEAR` times as many.
        Raises WorkerTimedOut or WorkerDied when it could not be brought to its end.
        """
        bench = _Bench(self._workers, self._wall_seconds, demo.memory_mib)
        good: list[dict[str, Sample]] = []
        disturbed: list[dict[str, Sample]] = []
        try:
            while self._wants_another(demo, good) and len(disturbed) < self._rounds and bench.has_time_for_another:
                done = (len(good) + len(disturbed)) * len(demo.variants)
                steps = (max(self._rounds, len(good) + 1) + len(disturbed)) * len(demo.variants)
                samples = {}
                bench.begin_round()
                for variant in demo.variants:
                    samples[variant.id] = await bench.measure(demo, variant)
                    done += 1
                    progress((done, steps, variant.label))
                (good if _undisturbed(demo, samples) else disturbed).append(samples)
        finally:
            await bench.close()
        enough = len(good) >= min(2, self._rounds) or not disturbed
        kept = good if enough else good + disturbed
        return _measured(demo, kept, busy=not enough)

    async def trace(self, demo: Demo, mark: str = "") -> Timeline | None:
        """What the demo's threads, tasks and processes did when, in a short run of its own that disturbs no measurement.

        It bears the chart's ``mark``, or one of its own where it was disturbed. None for a demo without a timeline, and where
        it could not be traced.
        """
        if demo.id not in TIMELINES:
            return None
        limits = Limits(cpu_seconds=TRACE_SECONDS, memory_mib=demo.memory_mib, nice=NICE)
        worker = await self._workers.start("studyhall-demo", limits)
        try:
            timeline = await worker.call(trace, demo.id, wall_seconds=TRACE_SECONDS)
            return replace(timeline, mark=mark or timeline.mark)
        except WorkerError as problem:
            _log.warning("demo %s was not traced: %s", demo.id, problem)
            return None
        finally:
            await worker.close()

    def _wants_another(self, demo: Demo, rounds: list[dict[str, Sample]]) -> bool:
        if len(rounds) < self._rounds:
            return True
        return len(rounds) < UNTIL_CLEAR * self._rounds and not demo.clear(_measured(demo, rounds))


def _measured(demo: Demo, rounds: list[dict[str, Sample]], *, busy: bool = False) -> Measured:
    by_variant = {variant.id: [samples[variant.id] for samples in rounds] for variant in demo.variants}
    return Measured(demo.id, this_host(), by_variant, busy)


def _undisturbed(demo: Demo, samples: dict[str, Sample]) -> bool:
    return all(samples[variant.id].cores_used >= variant.cores_at_least for variant in demo.variants)


class _Bench:
    """The thread and the process of one measurement, and its clock."""

    def __init__(self, workers: Workers, wall_seconds: float, memory_mib: int) -> None:
        self._workers = workers
        self._limits = Limits(cpu_seconds=int(wall_seconds) + 5, memory_mib=memory_mib, nice=NICE)
        self._wall_seconds = wall_seconds
        self._loop = asyncio.get_running_loop()
        self._end = self._loop.time() + wall_seconds
        self._round_began = self._longest_round = 0.0
        self._worker: Worker | None = None
        self._thread: ThreadPoolExecutor | None = None

    def begin_round(self) -> None:
        """Note when a round begins."""
        self._round_began = self._loop.time()

    @property
    def has_time_for_another(self) -> bool:
        """Whether another round of the longest kind so far would end in time."""
        if self._round_began:
            self._longest_round = max(self._longest_round, self._loop.time() - self._round_began)
        return self._loop.time() + 1.2 * self._longest_round < self._end

    async def measure(self, demo: Demo, variant: Variant) -> Sample:
        """One variant, once."""
        left = self._end - self._loop.time()
        if left <= 0:
            raise WorkerTimedOut(fact(Code.DEMO_STOPPED, seconds=self._wall_seconds))
        if variant.waits:
            return await self._in_thread(demo, variant, left)
        if self._worker is None:
            self._worker = await self._workers.start("studyhall-demo", self._limits)
        try:
            return await self._worker.call(runner.measure, demo.id, variant.id, wall_seconds=left)
        except WorkerTimedOut:
            raise WorkerTimedOut(fact(Code.DEMO_STOPPED, seconds=self._wall_seconds)) from None

    async def _in_thread(self, demo: Demo, variant: Variant, seconds: float) -> Sample:
        self._thread = self._thread or ThreadPoolExecutor(1, thread_name_prefix="demo-waits")
        call = self._loop.run_in_executor(self._thread, runner.measure_waits, demo.id, variant.id)
        try:
            return await asyncio.wait_for(call, seconds)
        except TimeoutError:
            raise WorkerTimedOut(fact(Code.DEMO_STOPPED, seconds=self._wall_seconds)) from None

    async def close(self) -> None:
        """End the process and let the thread go."""
        if self._thread:
            self._thread.shutdown(wait=False)  # its waits are bounded; nothing waits for them
        if self._worker:
            await self._worker.close()
