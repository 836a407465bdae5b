"""Studyhall itself as a specimen of its lesson: tasks, threads, processes, queues and the event loop's pace, live."""

import asyncio
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from bot.demos.host import this_host
from bot.demos.model import Host
from bot.telemetry import Pulse
from bot.workers import Workers

_NUMBERED = re.compile(r"[-_ ]?\d+$")
_THREADS = {
    "MainThread": "the event loop",
    "_connection_worker_thread": "database",
    "keep-alive-handler": "gateway heartbeat",
    "_monitor": "log",
    "asyncio": "blocking calls",
    "worker-pipe": "pipes to workers",
    "demo-waits": "a waiting demo",
}


class Inside(NamedTuple):
    """The bot at one moment. Counts are by kind; ``queues`` tell how many things wait where; times in milliseconds."""

    tasks: dict[str, int]
    threads: dict[str, int]
    processes: list[str]
    queues: dict[str, int]
    lag_p50_ms: float
    lag_p99_ms: float
    acknowledged: int
    acknowledged_p50_ms: float
    acknowledged_p99_ms: float
    host: Host


class Specimen:
    """Looks inside the running bot; ``queues`` ask each queue for its length."""

    def __init__(self, workers: Workers, pulse: Pulse, queues: Mapping[str, Callable[[], int]]) -> None:
        self._workers = workers
        self._pulse = pulse
        self._queues = dict(queues)

    def look(self) -> Inside:
        """What is going on now."""
        return Inside(
            tasks=_by_kind(_task_kind(task) for task in asyncio.all_tasks()),
            threads=_by_kind(_thread_kind(thread.name) for thread in threading.enumerate()),
            processes=self._workers.names,
            queues={name: length() for name, length in self._queues.items()},
            lag_p50_ms=self._pulse.lag.milliseconds(0.5),
            lag_p99_ms=self._pulse.lag.milliseconds(0.99),
            acknowledged=self._pulse.acknowledgements.count,
            acknowledged_p50_ms=self._pulse.acknowledgements.milliseconds(0.5),
            acknowledged_p99_ms=self._pulse.acknowledgements.milliseconds(0.99),
            host=this_host(),
        )


def _task_kind(task: "asyncio.Task[object]") -> str:
    name = task.get_name()
    if re.fullmatch(r"Task-\d+", name):  # nobody named it: its coroutine tells more
        return getattr(task.get_coro(), "__qualname__", name).split(".")[-1].strip("_").replace("_", " ")
    return _NUMBERED.sub("", name.removeprefix("discord.py: "))


def _thread_kind(name: str) -> str:
    unnamed = re.fullmatch(r"Thread-\d+ \((.+)\)", name)  # called after what it runs
    kind = unnamed[1] if unnamed else _NUMBERED.sub("", name.split(":")[0])
    return _THREADS.get(kind, kind)


def _by_kind(kinds: Iterable[str]) -> dict[str, int]:
    return dict(Counter(kinds).most_common())
