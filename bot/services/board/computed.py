"""Boards that are computed from answers and kept for some minutes: days in a row, and who improved most."""

import asyncio
from collections.abc import Sequence
from datetime import tzinfo
from typing import NamedTuple
from weakref import WeakValueDictionary

from bot.clock import DAY_MS, Clock
from bot.model.boards import Entry, Improved, InARow
from bot.quiz.board.improvement import WINDOW_DAYS, Improvement, improvement
from bot.quiz.board.ranking import BoardKind
from bot.quiz.board.streaks import streak
from bot.quiz.calendar.schedule import local_day
from bot.storage import activity, boards, members, servers
from bot.storage.store import Store

KEPT_MS = 600_000
"""For so long a computed board is shown before it is recomputed."""
MOST_MEMBERS = 2_000
"""Those who were seen last; more would take the database too long."""
AT_ONCE = 25
"""Members whose answers are read together: a few milliseconds for the database."""
ALIVE_DAYS = 4
"""Who was not seen for so many days has no streak, whatever the time zone: one missed day is forgiven."""
MOST_KEPT = 200
"""Servers whose boards are remembered."""


class _Kept(NamedTuple):
    at_ms: int
    zone: tzinfo
    entries: Sequence[Entry]


class Computed:
    """Everybody on such a board of a server, shown or not, the highest value first."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._kept: dict[tuple[int, BoardKind], _Kept] = {}
        self._locks: WeakValueDictionary[tuple[int, BoardKind], asyncio.Lock] = WeakValueDictionary()

    async def entries(self, guild_id: int, kind: BoardKind) -> Sequence[Entry]:
        """The board as it was computed within the last minutes. Of members deleted since then nothing is in it."""
        async with self._locks.setdefault((guild_id, kind), asyncio.Lock()):
            now_ms, zone = self._clock.now_ms(), (await servers.load(self._store, guild_id)).zone
            kept = self._kept.get((guild_id, kind))
            if kept is None or kept.zone != zone or not 0 <= now_ms - kept.at_ms < KEPT_MS:
                compute = self._streaks if kind is BoardKind.STREAK else self._improved
                entries = sorted(await compute(guild_id, now_ms, zone), key=_order)
                kept = self._kept[guild_id, kind] = _Kept(now_ms, zone, entries)
                while len(self._kept) > MOST_KEPT:
                    del self._kept[min(self._kept, key=lambda key: self._kept[key].at_ms)]
        there = await boards.stored(self._store, guild_id, [one.of.member_id for one in kept.entries])
        return [one for one in kept.entries if one.of.member_id in there]

    async def _seen(self, guild_id: int, since_ms: int) -> list[list[int]]:
        seen = await members.seen_since(self._store, guild_id, since_ms, MOST_MEMBERS)
        return [seen[first : first + AT_ONCE] for first in range(0, len(seen), AT_ONCE)]

    async def _streaks(self, guild_id: int, now_ms: int, zone: tzinfo) -> list[Entry]:
        found: list[Entry] = []
        today = local_day(now_ms, zone)
        for some in await self._seen(guild_id, now_ms - ALIVE_DAYS * DAY_MS):
            answered = await activity.moments(self._store, guild_id, some)
            for member_id, moments in answered.items():
                # The milliseconds within a quarter don't matter, but a moment of the future would.
                own = streak({local_day(min(at_ms, now_ms), zone) for at_ms in moments}, today)
                if own.days:
                    found.append(Entry(own.days, InARow(member_id, own)))
        return found

    async def _improved(self, guild_id: int, now_ms: int, zone: tzinfo) -> list[Entry]:
        found: list[Entry] = []
        since_ms = now_ms - WINDOW_DAYS * DAY_MS
        for some in await self._seen(guild_id, since_ms):
            tried = await activity.first_answers(self._store, guild_id, some, since_ms - WINDOW_DAYS * DAY_MS, since_ms)
            for member_id, (before, now) in tried.items():
                if one := improvement(before, now):
                    found.append(Entry(one.sure, Improved(member_id, one)))
        return found


def _order(entry: Entry) -> tuple[float, float, int]:
    """The highest value first; among equals those with more behind it."""
    behind: Improvement | None = entry.of.improvement if isinstance(entry.of, Improved) else None
    return -entry.value, -behind.now.answers if behind else 0, entry.of.member_id
