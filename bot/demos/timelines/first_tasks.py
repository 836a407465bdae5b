"""A pool from nothing to its first tasks: threads, and processes by each start method."""

import contextlib
import multiprocessing
import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any, NamedTuple

from bot.charts.timeline import State, Timeline, TracedRun
from bot.demos import pools
from bot.demos.model import Host
from bot.demos.pool_start import POOL_SIZE
from bot.demos.timelines.lanes import first_ns, footer, lanes, mark_unless
from bot.demos.timelines.tracing import Doing, Notes, Traced

TASK_SECONDS = 0.005
"""So long a task takes, so that the other worker gets the other one."""


class Task(NamedTuple):
    """A task as its worker saw it."""

    process: int
    thread: int
    begin_ns: int
    end_ns: int


class Started(NamedTuple):
    """A pool's run: how it was started, what the main thread noted, when it asked for the pool, and the tasks."""

    how: str
    main: Traced
    asked_ns: int
    tasks: list[Task]


def task(_number: int) -> Task:
    """The work, with its stamps."""
    begin_ns = time.perf_counter_ns()
    time.sleep(TASK_SECONDS)
    return Task(os.getpid(), threading.get_ident(), begin_ns, time.perf_counter_ns())


def start(how: str) -> Started:
    """Make a pool in that way, give each worker a task, close it."""
    context: Any = multiprocessing.get_context(how) if how != "threads" else None
    if how == "forkserver":  # the server itself is started once a program
        first = context.Process(target=time.sleep, args=(0,))
        first.start()
        first.join()
    with Notes("main") as notes, contextlib.ExitStack() as closing:
        asked_ns = time.perf_counter_ns()
        pool: Executor = (
            ProcessPoolExecutor(POOL_SIZE, mp_context=context) if context else ThreadPoolExecutor(POOL_SIZE)
        )
        closing.enter_context(pool)
        results = pool.map(task, range(POOL_SIZE))
        notes.begins(State.WAITING, "results")
        tasks = list(results)
        notes.begins(None)
    return Started(how, notes.taken(), asked_ns, tasks)


def run() -> list[Started]:
    """Every way of this system."""
    return [start(how) for how in ("threads", *pools.start_methods())]


def traced(host: Host) -> Timeline:
    """Run it, and draw it up."""
    return drawn_up(run(), host)


def drawn_up(started: Sequence[Started], host: Host) -> Timeline:
    """The timeline of what was noted."""
    parts = []
    firsts = {pool.how: (min(one.begin_ns for one in pool.tasks) - pool.asked_ns) / 1e6 for pool in started}
    for pool in started:
        found = [pool.main, *_workers(pool)]
        words = "threads" if pool.how == "threads" else f"processes, {pool.how}"
        parts.append(TracedRun(words, lanes(found, first_ns(found), gil=host.gil)))
    told = ", ".join(f"{ms:.{int(ms < 10)}f} ms ({how})" for how, ms in firsts.items())
    processes = [ms for how, ms in firsts.items() if how != "threads"]
    clear = 2 * firsts["threads"] < min(processes) and firsts["spawn"] == max(processes)
    title = f"A pool of {POOL_SIZE}: until its first tasks"
    return Timeline(title, f"The first task began after {told}.", parts, footer(host), mark_unless(clear))


def _workers(pool: Started) -> list[Traced]:
    """A lane for each worker that got a task."""
    by_worker: dict[tuple[int, int], list[Task]] = {}
    for one in sorted(pool.tasks, key=lambda one: one.begin_ns):
        by_worker.setdefault((one.process, one.thread), []).append(one)
    found = []
    for number, ((process, thread), tasks) in enumerate(by_worker.items(), 1):
        doings = [Doing(pool.asked_ns, State.STARTING)]
        for one in tasks:
            doings += [Doing(one.begin_ns, State.WAITING), Doing(one.end_ns, None)]
        found.append(Traced(f"worker {number}", process, thread, doings, [], []))
    return found
