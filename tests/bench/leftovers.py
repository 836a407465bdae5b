"""What a bot has open between two looks, and what was left over: tasks, threads, files, processes, memory. Linux only."""

import asyncio
import os
import re
from pathlib import Path
from typing import NamedTuple

from hosting import Member, text

POOL = "blocking calls"
"""asyncio's pool of threads: it makes one more whenever all are busy, up to a bound, and keeps them. That is no leak."""
POOL_AT_MOST = min(32, (os.cpu_count() or 1) + 4)  # https://docs.python.org/3/library/concurrent.futures.html
REST_SECONDS = 120.0
LASTING = 2
"""Connections to the playground that stay: the gateway, and the question how its clock is shifted."""
ESTABLISHED = "01"


class State(NamedTuple):
    """What a process holds. ``pool`` of the ``threads`` belong to asyncio's pool; ``kib`` is its share of memory."""

    tasks: int
    threads: int
    pool: int
    files: frozenset[str]
    processes: int
    kib: int


async def look(member: Member, pid: int) -> State:
    """The bot as it is once it has closed the connections that it kept for a next request."""
    shown = text(await member.command("demo", name="inside"))
    [tasks] = re.findall(r"\*\*(\d+) tasks", shown)
    [threads, kinds] = re.findall(r"\*\*(\d+) threads\*\* · (.*)", shown)[0]
    await _rest(member, pid)
    pool = re.search(rf"{POOL}(?: (\d+))?", kinds)
    return State(
        int(tasks),
        int(threads),
        int(pool[1] or 1) if pool else 0,
        _files(pid),
        len(children(pid)),
        _kib(pid),
    )


async def _rest(member: Member, pid: int) -> None:
    """Wait until only the lasting connections are left: aiohttp closes those unused for 15 s, looking every 15 s."""
    port = member.playground.port
    for _ in range(round(REST_SECONDS)):
        if _connections(pid, port) <= LASTING:
            return
        await asyncio.sleep(1)


def _connections(pid: int, port: int) -> int:
    """How many connections a process holds to a port of this machine."""
    own = {match[1] for one in _files(pid) if (match := re.fullmatch(r"socket:\[(\d+)\]", one))}
    rows = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text("ascii").splitlines()[1:]]
    return sum(
        state == ESTABLISHED and int(remote.split(":")[1], 16) == port and inode in own
        for _, _, remote, state, _, _, _, _, _, inode, *_ in rows
    )


def _kib(pid: int) -> int:
    return int(re.search(r"Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text("ascii"))[1])


def _files(pid: int) -> frozenset[str]:
    """What a process has open.

    A file counts once: SQLite keeps the descriptors of connections that were closed beside another, for the next one
    (closing them would drop the other's locks: https://sqlite.org/howtocorrupt.html).
    """
    descriptors = Path(f"/proc/{pid}/fd").iterdir()
    return frozenset(os.readlink(one) for one in descriptors if one.is_symlink())  # noqa: PTH115 — sockets have no path


def children(pid: int) -> list[int]:
    """The processes that a process started, theirs too."""
    try:
        own = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
    except OSError:
        return []
    return own + [grandchild for child in own for grandchild in children(child)]


def left_over(first: State, last: State) -> tuple[str, bool]:
    """What the last look has more than the first, each named, and whether all of it is explained."""
    new = {
        "tasks": last.tasks - first.tasks,
        "threads": (last.threads - last.pool) - (first.threads - first.pool),
        "files": len(last.files) - len(first.files),
        "processes": last.processes - first.processes,
    }
    words = [f"{count:+} {name}" for name, count in new.items()]
    if new["files"] > 0:
        kinds = sorted({re.sub(r"\d+", "…", one) for one in last.files - first.files})
        words.append(f"new: {', '.join(kinds)}")
    if last.pool != first.pool:
        words.append(f"asyncio's pool has {last.pool} threads, of at most {POOL_AT_MOST}, after {first.pool}")
    return ", ".join(words), last.pool <= POOL_AT_MOST and all(count <= 0 for count in new.values())
