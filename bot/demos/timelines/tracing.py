"""What traced threads, tasks and processes note of themselves while they run: cheap stamps, read afterwards.

A stamp is a clock reading kept in a list. In a loop that computes, `Notes.lap` costs about a quarter of a microsecond and is
called every 50 microseconds or so; only where a lap took far too long does it look at what else the system knows.
"""

import contextlib
import ctypes
import functools
import os
import threading
import time
from collections.abc import Iterator
from typing import Any, NamedTuple, Self

from bot.charts.timeline import State

GAP_NS = 400_000
"""From so long a lap on, something kept the thread from running, or it would have come round long before."""
LATE_NS = 2_000_000
"""So late a task may run and be in time: the loop's own timer is that coarse."""


class Doing(NamedTuple):
    """From here on a lane is in this state; None: it has ended."""

    at_ns: int
    state: State | None
    label: str = ""


class Gap(NamedTuple):
    """A lap that took too long.

    ``off_ns`` of it the thread was not on a core; ``queued_ns`` it stood in the system's queue for one (None where the system
    doesn't tell).
    """

    begin_ns: int
    end_ns: int
    off_ns: int
    queued_ns: int | None


class HeldLock(NamedTuple):
    """A lock that was held."""

    begin_ns: int
    end_ns: int
    lock: str


class Traced(NamedTuple):
    """What one lane noted: a plain value that a process can send to another.

    Clocks of one machine's processes agree: `time.perf_counter` is system-wide
    (https://docs.python.org/3/library/time.html#time.perf_counter).
    """

    name: str
    process: int
    thread: int
    doings: list[Doing]
    gaps: list[Gap]
    held: list[HeldLock]


class Notes:
    """The notes of one thread or task: `with notes:` in the thread that it runs in, where it begins and ends."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._doings: list[Doing] = []
        self._gaps: list[Gap] = []
        self._held: list[HeldLock] = []
        self._thread = 0
        self._queue: _Queue | None = None
        self._last_ns = self._seen_ns = self._seen_cpu_ns = 0
        self._seen_queued_ns: int | None = None

    def __enter__(self) -> Self:
        self._thread, self._queue = threading.get_ident(), _Queue()
        self.begins()
        return self

    def __exit__(self, *problem: object) -> None:
        self._does(Doing(time.perf_counter_ns(), None))
        assert self._queue is not None
        self._queue.close()

    def begins(self, state: State | None = State.RUNNING, label: str = "") -> None:
        """From now on this lane is in that state; None: it has ended, whatever follows."""
        self._does(Doing(time.perf_counter_ns(), state, label))

    def was_due(self, at_ns: int, label: str = "") -> None:
        """It should have run at that moment, and does only now; what is hardly late is not noted."""
        if time.perf_counter_ns() - at_ns > LATE_NS:
            self._does(Doing(at_ns, State.NOT_RUNNING, label))
        self.begins()

    def lap(self) -> None:
        """Still running: to be called so often that a call which comes late tells of a gap."""
        now_ns = time.perf_counter_ns()
        if now_ns - self._last_ns > GAP_NS:
            self._gap(now_ns)
        self._last_ns = now_ns

    @contextlib.contextmanager
    def holding(self, lock: str) -> Iterator[None]:
        """Note that the lock is held."""
        began_ns = time.perf_counter_ns()
        try:
            yield
        finally:
            self._held.append(HeldLock(began_ns, time.perf_counter_ns(), lock))

    def taken(self) -> Traced:
        """What was noted."""
        return Traced(self._name, os.getpid(), self._thread, self._doings, self._gaps, self._held)

    def _does(self, doing: Doing) -> None:
        if (
            self._doings
            and self._doings[-1].state in (State.RUNNING, State.FREE)
            and doing.at_ns - self._last_ns > GAP_NS
        ):
            self._gap(doing.at_ns)
        self._doings.append(doing)
        self._look(doing.at_ns)

    def _gap(self, now_ns: int) -> None:
        """Note a gap; the laps since the last look were short, so whatever was lost since then was lost in this one."""
        assert self._queue is not None
        wall_ns, cpu_ns = now_ns - self._seen_ns, time.thread_time_ns() - self._seen_cpu_ns
        before, queued = self._seen_queued_ns, self._queue.waited_ns()
        in_queue = None if before is None or queued is None else queued - before
        off_ns = min(max(0, wall_ns - cpu_ns), now_ns - self._last_ns)
        self._gaps.append(Gap(self._last_ns, now_ns, off_ns, in_queue))
        self._look(now_ns)

    def _look(self, now_ns: int) -> None:
        assert self._queue is not None
        self._last_ns = self._seen_ns = now_ns
        self._seen_cpu_ns = time.thread_time_ns()
        self._seen_queued_ns = self._queue.waited_ns()


class _Queue:
    """How long the calling thread has stood in the system's queue for a core; Linux tells.

    It is the second number of schedstat (https://docs.kernel.org/scheduler/sched-stats.html), read by a call that keeps the
    GIL: `os.read` lets go of it, and would hand the turn that is traced to the next thread.
    """

    def __init__(self) -> None:
        self._file = -1
        self._buffer = ctypes.create_string_buffer(96)
        with contextlib.suppress(OSError, AttributeError, TypeError):
            self._read = _pread()
            self._file = os.open("/proc/thread-self/schedstat", os.O_RDONLY)

    def waited_ns(self) -> int | None:
        """Nanoseconds so far; None where the system doesn't tell."""
        if self._file < 0 or self._read(self._file, self._buffer, 95, 0) <= 0:
            return None
        return int(self._buffer.value.split()[1])

    def close(self) -> None:
        """Read it no more."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


@functools.cache
def _pread() -> Any:
    """The system's `pread`, called with the GIL held. Raises OSError, AttributeError or TypeError where there is none."""
    read = ctypes.PyDLL(None).pread
    read.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_longlong)
    read.restype = ctypes.c_ssize_t
    return read
