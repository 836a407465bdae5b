"""Which own courses a server has: loaded when somebody there first needs them, and forgotten when nobody does."""

import asyncio
import logging

from bot.clock import Clock
from bot.errors import StudyhallError
from bot.exchange.compiling import pack_of
from bot.model.courses import Whole
from bot.model.shards import Holdings
from bot.packs.library import Library
from bot.packs.models import Pack
from bot.services.lifecycle import Lifecycle
from bot.storage.course import courses
from bot.storage.store import Store

IDLE_MS = 30 * 60_000
"""The courses of a server from which nothing came for so long leave memory."""
LOOK_SECONDS = 300.0

_log = logging.getLogger(__name__)


class Shelf:
    """The own courses of the servers that are in use.

    What a server's library holds is asked at once and often, so its courses must be in memory by then. `ready` sees to it:
    it is awaited where an interaction comes in, and where something begins by itself.
    """

    def __init__(self, library: Library, store: Store, clock: Clock, life: Lifecycle) -> None:
        self._library = library
        self._store = store
        self._clock = clock
        self._loaded = set[int]()
        self._used_ms: dict[int, int] = {}
        self._loading: dict[int, asyncio.Lock] = {}
        self._ours = life.ours
        self._sweeping = life.background("own-courses").routine(self._sweep, again_seconds=LOOK_SECONDS, steady=True)

    def start(self) -> None:
        """Begin to forget what nobody uses, and what was deleted a week ago."""
        self._sweeping.wake(LOOK_SECONDS)

    async def ready(self, guild_id: int | None) -> None:
        """Have a server's own courses in memory. Without the database it goes on without them."""
        if guild_id is None:
            return
        self._used_ms[guild_id] = self._clock.now_ms()
        if guild_id not in self._loaded:
            async with self._loading.setdefault(guild_id, asyncio.Lock()):
                if guild_id not in self._loaded:
                    try:
                        await self.load(guild_id)
                    except StudyhallError as problem:
                        _log.warning("the own courses of a server are not read: %s", problem)
            self._loading.pop(guild_id, None)

    async def load(self, guild_id: int) -> None:
        """Read a server's own courses again: one was changed. Raises StorageError."""
        asked = [one for one in await courses.of(self._store, guild_id) if one.asked]
        self._library.put_own(guild_id, [as_pack(await courses.whole(self._store, one)) for one in asked])
        self._loaded.add(guild_id)

    def forget(self, part: Holdings) -> None:
        """Another process answers for these servers from now on, and may change their courses."""
        for guild_id in [one for one in self._loaded if part.has(one)]:
            self._drop(guild_id)

    async def resume(self, part: Holdings) -> None:
        """Have the courses in memory that games and questions of the day in these servers ask about."""
        for guild_id in await courses.in_use(self._store, part):
            await self.ready(guild_id)

    async def _sweep(self) -> float:
        for guild_id in await courses.in_use(self._store, self._ours()):
            self._used_ms[guild_id] = self._clock.now_ms()
        before_ms = self._clock.now_ms() - IDLE_MS
        for guild_id in [one for one in self._loaded if self._used_ms.get(one, 0) < before_ms]:
            self._drop(guild_id)
        return LOOK_SECONDS

    def _drop(self, guild_id: int) -> None:
        self._loaded.discard(guild_id)
        self._library.put_own(guild_id, ())
        self._used_ms.pop(guild_id, None)


def as_pack(whole: Whole, *, live: bool = True) -> Pack:
    """A course as a pack: with the questions that are live, or with the retired ones too."""
    questions = [one.question for one in whole.questions if one.is_live or not live]
    return pack_of(whole.course.pack_id, whole.course.outline, questions, dict(whole.pictures))
