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
EMPTIED_SECONDS = 0.02
KEPT_SECONDS = 3.0
"""For so long what comes on a shard that another process answers for is kept: it may be ours in a moment."""
OUT_OF_REACH_SECONDS = 2.0
"""After so long a click is told that the database is out of reach; until then a new owner may answer it."""

Admit = Callable[[Any], None]

_log = logging.getLogger(__name__)


class Door:
    """Lets each interaction in once, and as many at a time as can be answered; `done` makes room for the next.

    All shards have one door. What is typed in a command's options is let in at once: its answer is small. A shard can be
    `shut` while another process answers for it.
    """

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._seen: dict[int, None] = {}
        self._waiting: deque[tuple[int, Any, Admit, int]] = deque()
        self._inside: dict[int, tuple[float, int]] = {}
        self._kept: dict[int, dict[int, tuple[float, Any, Admit]]] = {}
        self._last: dict[int, int] = {}
        self._later: asyncio.TimerHandle | None = None
        self.heard_id: Callable[[int], None] | None = None
        """Told the id of each interaction when it arrives."""
        self.holds: Callable[[int], bool] = lambda _shard: True
        """Whether a shard is ours at this moment; after a sleep this is known before anything else is."""
        self.out_of_reach: Callable[[], bool] = lambda: False
        """Whether it is known that nobody could be answered, as the database is out of reach."""

    def shut(self, shard: int) -> int | None:
        """Let nobody in who comes on a shard from now on, but keep them for a moment; returns the last one let in."""
        self._kept.setdefault(shard, {})
        return self._last.get(shard)

    def open(self, shard: int, after: int | None = None) -> None:
        """Let them in again: those who came meanwhile first, unless another process has taken them: up to ``after``."""
        kept = self._kept.pop(shard, {})
        if after in kept:
            ids = list(kept)
            kept = {one: kept[one] for one in ids[ids.index(after) + 1 :]}
        elif after is not None:
            kept = {one: what for one, what in kept.items() if one > after}
        for interaction_id, (_, event, admit) in kept.items():
            self._line_up(interaction_id, event, admit, shard)

    def forget(self, shard: int) -> None:
        """A shard has gone: whoever was kept is another process's."""
        self._kept.pop(shard, None)
        self._last.pop(shard, None)

    async def emptied(self, shard: int, within_seconds: float) -> None:
        """Wait until everybody who was let in on a shard has their answer, but no longer than that."""
        until = time.monotonic() + within_seconds
        while time.monotonic() < until and (  # noqa: ASYNC110  nobody tells
            any(one == shard for _, one in self._inside.values()) or any(one[3] == shard for one in self._waiting)
        ):
            await asyncio.sleep(EMPTIED_SECONDS)

    def take(self, event: Any, admit: Admit, shard: int = 0) -> None:
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
        if not self.holds(shard):
            self.shut(shard)
        kept = self._kept.get(shard)
        if event.get("type") == AUTOCOMPLETE:
            if kept is None:
                admit(event)
        elif kept is None:
            self._line_up(interaction_id, event, admit, shard)
        else:
            now = time.monotonic()
            for old in [one for one, (at, _, _) in kept.items() if at < now - KEPT_SECONDS]:
                del kept[old]
            kept[interaction_id] = (now, event, admit)
            asyncio.get_running_loop().call_later(OUT_OF_REACH_SECONDS, self._tell, interaction_id, shard)

    def _tell(self, interaction_id: int, shard: int) -> None:
        """Nobody has answered for so long: where the database is out of reach, that is told."""
        kept = self._kept.get(shard, {})
        if interaction_id in kept and self.out_of_reach():
            _, event, admit = kept.pop(interaction_id)
            self._line_up(interaction_id, event, admit, shard)

    def _line_up(self, interaction_id: int, event: Any, admit: Admit, shard: int) -> None:
        self._last[shard] = interaction_id
        self._waiting.append((interaction_id, event, admit, shard))
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
        while self._inside and (oldest := next(iter(self._inside.items())))[1][0] + HELD_SECONDS <= now:
            del self._inside[oldest[0]]

    def _let_in(self) -> None:
        now = time.monotonic()
        self._give_up(now)
        while self._waiting:
            if len(self._inside) >= self._at_once:
                self._look_again(next(iter(self._inside.values()))[0] + HELD_SECONDS - now)
                return
            interaction_id, event, admit, shard = self._waiting.popleft()
            self._inside[interaction_id] = (now, shard)
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
