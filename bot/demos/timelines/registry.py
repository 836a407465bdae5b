"""Which demos have a timeline, and the run that draws it."""

from collections.abc import Callable

from bot.charts.timeline import Timeline
from bot.demos.host import this_host
from bot.demos.model import Host
from bot.demos.timelines import lost_update, stopped_loop

TIMELINES: dict[str, Callable[[Host], Timeline]] = {
    "shared-counter": lost_update.traced,
    "blocked-loop": stopped_loop.traced,
}


def trace(demo_id: str) -> Timeline:
    """Run a demo's short traced run in the process that calls it."""
    return TIMELINES[demo_id](this_host())
