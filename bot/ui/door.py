"""The one door: every interaction comes in here once, before discord.py has read it.

Discord may send an event again (a resumed connection replays what it believes was lost); an interaction that has been here
is dropped, so that a command is not run twice.
"""

import logging
from collections.abc import Callable
from typing import Any

MOST_KEPT = 20_000
"""How many ids are remembered: ten times what arrived in the worst two seconds that were measured."""

_log = logging.getLogger(__name__)


class Door:
    """Lets each interaction in once. ``admit`` is what reads the raw event."""

    def __init__(self, admit: Callable[[Any], None]) -> None:
        self._admit = admit
        self._seen: dict[str, None] = {}

    def take(self, event: Any) -> None:
        """Let a raw event in, unless its id was here before."""
        interaction_id = str(event["id"])
        if interaction_id in self._seen:
            _log.info("interaction %s came twice; the second one is dropped", interaction_id)
            return
        if len(self._seen) >= MOST_KEPT:
            del self._seen[next(iter(self._seen))]
        self._seen[interaction_id] = None
        self._admit(event)
