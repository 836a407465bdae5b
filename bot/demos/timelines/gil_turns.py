"""Two threads at once: pure Python takes turns with the GIL, C code that lets go of it runs at the same instant."""

import threading
import zlib
from collections.abc import Callable, Sequence

from bot.charts.timeline import Moment, State, Timeline, TimelineLane, TracedRun
from bot.demos.gil_release import TEXT
from bot.demos.model import Host
from bot.demos.timelines.lanes import COMPUTING, first_ns, footer, lanes, mark_unless
from bot.demos.timelines.tracing import Notes, Traced

LAPS, STEPS_IN_A_LAP = 500, 1_000
PIECES = 20
PIECE = TEXT[:400_000]
"""For each thread about 25 ms of work, in Python and in zlib."""


def pure_python(notes: Notes) -> None:
    """Bytecode, which needs the GIL."""
    with notes:
        total = 0
        for _ in range(LAPS):
            notes.lap()
            for n in range(STEPS_IN_A_LAP):
                total += n * n


def compress(notes: Notes) -> None:
    """C code that lets go of the GIL while it works."""
    with notes:
        notes.begins(State.FREE)
        for _ in range(PIECES):
            zlib.compress(PIECE, 6)
            notes.lap()


def in_two_threads(function: Callable[[Notes], None]) -> list[Traced]:
    """The same work in two threads at once."""
    notes = [Notes("thread 1"), Notes("thread 2")]
    workers = [threading.Thread(target=function, args=(one,)) for one in notes]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return [one.taken() for one in notes]


def run() -> tuple[list[Traced], list[Traced]]:
    """What was noted in Python, and in zlib."""
    return in_two_threads(pure_python), in_two_threads(compress)


def traced(host: Host) -> Timeline:
    """Run it, and draw it up."""
    return drawn_up(*run(), host)


def drawn_up(python: Sequence[Traced], c_code: Sequence[Traced], host: Host) -> Timeline:
    """The timeline of what was noted."""
    in_python = lanes(python, first_ns(python), gil=host.gil)
    in_c = lanes(c_code, first_ns(c_code), gil=host.gil)
    waits = [(span, lane) for lane in in_python for span in lane.spans if span.state is State.GIL]
    moments = []
    if waits:
        span, lane = min(waits, key=lambda one: one[0].end_ms)
        words = f"{lane.name} gets the GIL, after {span.length_ms:.1f} ms without it"
        moments = [Moment(span.end_ms, words)]
    parts = [TracedRun("pure Python", in_python, moments), TracedRun("zlib.compress", in_c)]
    times = [f"{at_once_ms(part.lanes):.0f} of {part.length_ms:.0f} ms" for part in parts]
    by_turns, at_once = (at_once_ms(part.lanes) / part.length_ms for part in parts)
    clear = at_once > 0.5 and (by_turns < 0.1 if host.gil else by_turns > 0.5)
    says = f"Pure Python: both threads ran at the same instant for {times[0]}. In zlib: for {times[1]}."
    return Timeline("Two threads and the GIL", says, parts, footer(host), mark_unless(clear))


def at_once_ms(found: Sequence[TimelineLane]) -> float:
    """For how long two lanes computed at the same instant."""
    first, second = ([span for span in lane.spans if span.state in COMPUTING] for lane in found)
    return sum(
        max(0.0, min(here.end_ms, there.end_ms) - max(here.begin_ms, there.begin_ms))
        for here in first
        for there in second
    )
