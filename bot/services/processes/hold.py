"""The leases that this process has, by a clock of its own that also counts while the machine sleeps."""

import contextlib
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

from bot.model.processes import LEASE_SECONDS
from bot.model.shards import Holdings

MARGIN_SECONDS = 0.5
"""So much before the database lets others take a lease it counts as gone here."""


def boot_seconds() -> float:
    """Seconds that go on while the machine sleeps, where the system has such a clock."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def machine() -> str:
    """What this machine is known by, whatever container we are in: the id of its start, or its name."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return platform.node()


def body() -> str:
    """What others on this machine tell the death of this process by: machine, namespace, number, time of its start."""
    with contextlib.suppress(OSError):
        return f"{machine()} {_NAMESPACE.readlink()} {os.getpid()} {_started(os.getpid())}"
    return ""


def is_dead(of: str) -> bool:
    """Whether a process is known to be dead; of one on another machine, or in another container, nothing is known."""
    mine, theirs = body().split(), of.split()
    if len(mine) != 4 or len(theirs) != 4 or mine[:2] != theirs[:2]:
        return False
    try:
        os.kill(int(theirs[2]), 0)
        return _started(int(theirs[2])) != theirs[3]
    except ProcessLookupError:
        return True
    except OSError:  # it is there, and we may not look at it
        return False


def _started(pid: int) -> str:
    """When a process began, in ticks since the machine's start (proc_pid_stat(5)); nothing for one that only waits to be
    taken off the system's list."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]


_NAMESPACE = Path("/proc/self/ns/pid")


class Hold:
    """Whose servers this process answers for now. Without a renewal it ends by itself, before anybody else may begin."""

    def __init__(self, now: Callable[[], float] = boot_seconds) -> None:
        self._now = now
        self._until = 0.0
        self._held = self._nothing = Holdings(1, {})

    def now(self) -> Holdings:
        """The servers that are ours at this moment."""
        return self._held if self._now() < self._until else self._nothing

    @property
    def left_seconds(self) -> float:
        """For how long the leases are ours without another renewal."""
        return max(0.0, self._until - self._now())

    def renewed(self, asked: float) -> None:
        """The database has renewed the leases, for which it was asked then."""
        self._until = asked + LEASE_SECONDS - MARGIN_SECONDS

    def asking(self) -> float:
        """The moment before the database is asked."""
        return self._now()

    def add(self, shards: int, shard: int, fence: int) -> Holdings:
        """Answer for a shard, of so many; returns that part."""
        self._change(shards, {**self._held.fences, shard: fence})
        return Holdings(shards, {shard: fence})

    def remove(self, shard: int) -> Holdings:
        """Answer for a shard no more; returns that part."""
        part = Holdings(self._held.shards, {shard: self._held.fences.get(shard)})
        self._change(self._held.shards, {one: fence for one, fence in self._held.fences.items() if one != shard})
        return part

    def _change(self, shards: int, fences: dict[int, int | None]) -> None:
        self._held, self._nothing = Holdings(shards, fences), Holdings(shards, {})
