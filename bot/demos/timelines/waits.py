"""Four waits: one after the other, in four threads, in four tasks."""

import asyncio
import threading
import time
from collections.abc import Sequence

from bot.charts.timeline import State, Timeline, TracedRun
from bot.demos.io_wait import WAIT_SECONDS
from bot.demos.model import Host
from bot.demos.timelines.lanes import first_ns, footer, lanes, mark_unless
from bot.demos.timelines.tracing import Notes, Traced

WAITS = 4


def one_by_one() -> list[Traced]:
    """All waits in this thread."""
    with Notes("main") as notes:
        for number in range(1, WAITS + 1):
            notes.begins(State.WAITING, f"wait {number}")
            time.sleep(WAIT_SECONDS)
            notes.begins()
    return [notes.taken()]


def in_threads() -> list[Traced]:
    """Each wait in a thread of its own."""
    all_notes = [Notes(f"thread {number}") for number in range(1, WAITS + 1)]

    def wait(notes: Notes, number: int) -> None:
        with notes:
            notes.begins(State.WAITING, f"wait {number}")
            time.sleep(WAIT_SECONDS)
            notes.begins()

    workers = [threading.Thread(target=wait, args=(notes, number)) for number, notes in enumerate(all_notes, 1)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return [notes.taken() for notes in all_notes]


def in_tasks() -> list[Traced]:
    """Each wait in a task of one event loop."""
    all_notes = [Notes(f"task {number}") for number in range(1, WAITS + 1)]

    async def wait(notes: Notes, number: int) -> None:
        with notes:
            notes.begins(State.WAITING, f"wait {number}")
            await asyncio.sleep(WAIT_SECONDS)
            notes.begins()

    async def all_waits() -> None:
        await asyncio.gather(*(wait(notes, number) for number, notes in enumerate(all_notes, 1)))

    asyncio.run(all_waits())
    return [notes.taken() for notes in all_notes]


def run() -> tuple[list[Traced], list[Traced], list[Traced]]:
    """What was noted one by one, in threads and in tasks."""
    return one_by_one(), in_threads(), in_tasks()


def traced(host: Host) -> Timeline:
    """Run it, and draw it up."""
    return drawn_up(*run(), host)


def drawn_up(serial: Sequence[Traced], threads: Sequence[Traced], tasks: Sequence[Traced], host: Host) -> Timeline:
    """The timeline of what was noted."""
    parts = [
        TracedRun(title, lanes(found, first_ns(found), gil=host.gil))
        for title, found in (
            ("one after the other", serial),
            (f"in {WAITS} threads", threads),
            (f"in {WAITS} tasks of one event loop", tasks),
        )
    ]
    took = [f"{part.length_ms:.0f} ms" for part in parts]
    says = (
        f"{WAITS} waits of {WAIT_SECONDS * 1000:.0f} ms took {took[0]} one after the other, {took[1]} in threads and "
        f"{took[2]} in tasks."
    )
    one_by_one_ms, *together_ms = (part.length_ms for part in parts)
    clear = max(together_ms) < 0.5 * one_by_one_ms and one_by_one_ms < 1.5 * WAITS * WAIT_SECONDS * 1000
    return Timeline(f"{WAITS} waits, three ways", says, parts, footer(host), mark_unless(clear))
