"""Which demos have a timeline, and the run that draws it."""

import time
from collections.abc import Callable

from bot.charts.timeline import Timeline
from bot.demos.host import this_host
from bot.demos.model import Host
from bot.demos.timelines import (
    circle_of_two,
    first_tasks,
    gil_turns,
    hand_over,
    lost_update,
    stopped_loop,
    trips,
    waits,
)

AGAIN_SECONDS = 1.0
"""So long a run is repeated that was disturbed."""

TIMELINES: dict[str, Callable[[Host], Timeline]] = {
    "io-wait": waits.traced,
    "gil-release": gil_turns.traced,
    "pool-start": first_tasks.traced,
    "chunk-size": trips.traced,
    "blocked-loop": stopped_loop.traced,
    "shared-counter": lost_update.traced,
    "handing-over": hand_over.traced,
    "deadlock": circle_of_two.traced,
}


def trace(demo_id: str) -> Timeline:
    """Run a demo's short traced run in the process that calls it; one that other work disturbed is repeated for a while."""
    began = time.monotonic()
    while True:
        timeline = TIMELINES[demo_id](this_host())
        if not timeline.mark or time.monotonic() - began > AGAIN_SECONDS:
            return timeline
