"""A heartbeat beside a blocking call: in the event loop it stops every task, in a thread none."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from bot.charts.timeline import Moment, Span, State, Timeline, TracedRun
from bot.demos.blocked_loop import BEAT_SECONDS
from bot.demos.model import Host
from bot.demos.timelines.lanes import first_ns, footer, lanes, mark_unless, ms_since
from bot.demos.timelines.tracing import LATE_NS, Notes, Traced

BUSY_SECONDS = 0.1
BEATS_BEFORE = 4

Busy = Callable[[Notes, Notes], Awaitable[None]]


async def _beside(busy: Busy) -> list[Traced]:
    """A heartbeat and the other task, with a thread that it may use."""
    beat, other, thread = Notes("heartbeat"), Notes("other task"), Notes("thread")
    done = asyncio.Event()

    async def heartbeat() -> None:
        with beat:
            while not done.is_set():
                due_ns = time.perf_counter_ns() + round(BEAT_SECONDS * 1e9)
                beat.begins(State.WAITING)
                await asyncio.sleep(BEAT_SECONDS)
                beat.was_due(due_ns)

    beating = asyncio.create_task(heartbeat())
    with other:
        other.begins(State.WAITING)
        await asyncio.sleep(BEATS_BEFORE * BEAT_SECONDS)
        other.begins()
        await busy(other, thread)
        other.begins(State.WAITING)
        await asyncio.sleep(BEATS_BEFORE * BEAT_SECONDS)
        done.set()
        await beating
    return [one for notes in (beat, other, thread) if (one := notes.taken()).doings]


async def sleep_in_loop(task: Notes, _thread: Notes) -> None:
    """time.sleep in a coroutine."""
    task.begins(State.WAITING, "time.sleep")
    time.sleep(BUSY_SECONDS)  # noqa: ASYNC251 — the mistake that is shown


async def sleep_in_thread(task: Notes, thread: Notes) -> None:
    """time.sleep in a thread, awaited."""

    def sleep() -> None:
        with thread:
            thread.begins(State.WAITING, "time.sleep")
            time.sleep(BUSY_SECONDS)

    task.begins(State.WAITING, "await")
    await asyncio.to_thread(sleep)


def traced(host: Host) -> Timeline:
    """Run it, and draw it up."""
    return drawn_up(*run(), host)


def run() -> tuple[list[Traced], list[Traced]]:
    """What was noted in the loop, and with a thread."""
    return asyncio.run(_beside(sleep_in_loop)), asyncio.run(_beside(sleep_in_thread))


def drawn_up(in_loop: Sequence[Traced], in_thread: Sequence[Traced], host: Host) -> Timeline:
    """The timeline of what was noted."""
    loop, thread = (
        _part(title, one, host)
        for title, one in (
            (f"time.sleep({BUSY_SECONDS:g}) in a coroutine", in_loop),
            ("the same sleep in a thread, awaited", in_thread),
        )
    )
    says = (
        f"time.sleep in the loop made the heartbeat up to {_latest(loop):.0f} ms late, the same sleep in a thread "
        f"{_told(_latest(thread))}."
    )
    clear = _latest(loop) > 900 * BUSY_SECONDS and _latest(thread) < 300 * BUSY_SECONDS
    return Timeline("A heartbeat beside a blocking call", says, [loop, thread], footer(host), mark_unless(clear))


def _part(title: str, traced: Sequence[Traced], host: Host) -> TracedRun:
    begin_ns = first_ns(traced)
    part = TracedRun(title, lanes(traced, begin_ns, gil=host.gil))
    [slept] = [doing for doing in traced[1].doings if doing.label]
    late = max(_lates(part), key=lambda span: span.length_ms, default=None)
    says = "the sleep begins, and the heartbeat goes on"
    if late and late.length_ms > BUSY_SECONDS * 500:
        says = "the sleep begins in the loop’s own thread: no task runs until it is over"
    return part._replace(moments=[Moment(ms_since(begin_ns, slept.at_ns), says)])


def _told(late_ms: float) -> str:
    return f"{late_ms:.0f} ms" if late_ms else f"less than {LATE_NS // 1_000_000} ms"


def _lates(part: TracedRun) -> list[Span]:
    return [span for span in part.lanes[0].spans if span.state is State.NOT_RUNNING]


def _latest(part: TracedRun) -> float:
    """By how many milliseconds the heartbeat came late at most."""
    return max((span.length_ms for span in _lates(part)), default=0.0)
