"""The one door: every interaction comes in here once, before discord.py has read it, and waits for its turn.

Discord may send an event again (a resumed connection replays what it believes was lost); an interaction that has been here
is dropped, so that a command is not run twice. Of a rush so many are let in at a time, in the order in which they came:
let in all at once, each would be answered when all are, and nobody within Discord's three seconds.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from bot.clock import snowflake_ms

MOST_KEPT = 20_000
"""How many ids are remembered: several times what arrived in the worst two seconds that were measured."""
AT_ONCE = 200
"""How many are served at a time: enough to keep a core busy while Discord takes 0.1 s for each answer."""
HELD_SECONDS = 5.0
"""What was let in and is not answered after so long holds back nobody any more."""
AUTOCOMPLETE = 4

Admit = Callable[[Any], None]

_log = logging.getLogger(__name__)


class Door:
    """Lets each interaction in once, and as many at a time as can be answered; `done` makes room for the next.

    All shards have one door. What is typed in a command's options is let in at once: its answer is small.
    """

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._seen: dict[int, None] = {}
        self._waiting: deque[tuple[int, Any, Admit]] = deque()
        self._inside: dict[int, float] = {}
        self._later: asyncio.TimerHandle | None = None
        self.heard_id: Callable[[int], None] | None = None
        """Told the id of each interaction when it arrives."""

    def take(self, event: Any, admit: Admit) -> None:
        """Let a raw event in when it is its turn, unless its id was here before; ``admit`` is what reads it."""
        interaction_id = int(event["id"])
        if interaction_id in self._seen:
            _log.info("interaction %d came twice; the second one is dropped", interaction_id)
            return
        if len(self._seen) >= MOST_KEPT:
            del self._seen[next(iter(self._seen))]
        self._seen[interaction_id] = None
        if self.heard_id:
            self.heard_id(interaction_id)
        if event.get("type") == AUTOCOMPLETE:
            admit(event)
            return
        self._waiting.append((interaction_id, event, admit))
        self._let_in()

    def done(self, interaction_id: int) -> None:
        """It has its answer, or will get none: the next one may come in."""
        if self._inside.pop(interaction_id, None) is not None:
            self._let_in()

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._waiting)

    @property
    def oldest_ms(self) -> int | None:
        """When the oldest interaction was made that is here and has no answer yet; None where there is none."""
        self._give_up(time.monotonic())
        here = [next(iter(self._inside), None), self._waiting[0][0] if self._waiting else None]
        return min((snowflake_ms(one) for one in here if one is not None), default=None)

    def _give_up(self, now: float) -> None:
        """Wait no longer for what should have been answered long ago."""
        while self._inside and (oldest := next(iter(self._inside.items())))[1] + HELD_SECONDS <= now:
            del self._inside[oldest[0]]

    def _let_in(self) -> None:
        now = time.monotonic()
        self._give_up(now)
        while self._waiting:
            if len(self._inside) >= self._at_once:
                self._look_again(next(iter(self._inside.values())) + HELD_SECONDS - now)
                return
            interaction_id, event, admit = self._waiting.popleft()
            self._inside[interaction_id] = now
            try:
                admit(event)
            except Exception:
                self._inside.pop(interaction_id, None)
                _log.exception("interaction %d can't be read", interaction_id)

    def _look_again(self, seconds: float) -> None:
        if self._later is None:
            self._later = asyncio.get_running_loop().call_later(seconds, self._looked)

    def _looked(self) -> None:
        self._later = None
        self._let_in()
