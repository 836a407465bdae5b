"""Seasons that end: each is kept, and its first three are posted once.

The end and what is to be posted are stored together; a crash at any moment loses and doubles nothing.
"""

import asyncio
import functools
import logging
from collections.abc import Callable

from bot.clock import DAY_MS, Clock
from bot.model.posts import Kind, Post
from bot.model.seasons import HeldSeason
from bot.model.shards import Holdings, every_server
from bot.quiz.board.ranking import BoardKind, places
from bot.services.board.boards import lines_of
from bot.services.calendar.season_views import SeasonView
from bot.services.channels import ChannelLostError
from bot.services.posts import Posts
from bot.services.sure_time import ALWAYS_SURE, TimeCheck
from bot.storage import boards, posts, servers
from bot.storage.calendar import seasons as storage
from bot.storage.store import Store

LATE_MS = 3 * DAY_MS
"""A result later than this is news to nobody: it is kept, and not posted."""
LAST_PLACE = 3
SHOWN = 10
"""How many may share the first three places before the rest of them is only counted."""

_log = logging.getLogger(__name__)


class Seasons:
    """What becomes of a season when its time is up."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        out: Posts,
        time: TimeCheck = ALWAYS_SURE,
        *,
        ours: Callable[[], Holdings] = every_server,
    ) -> None:
        self._ours = ours
        self._store = store
        self._clock = clock
        self._time = time
        self._out = out
        self._lock = asyncio.Lock()

    async def next_end_ms(self) -> int | None:
        """When the next season ends."""
        return await storage.next_end_ms(self._store, self._ours())

    async def end_due(self) -> bool:
        """End the seasons whose time is up, if the time is sure; of a bot that was away, each that ended meanwhile.

        Says whether any ended.
        """
        ended = False
        while due := await storage.due(self._store, self._clock.now_ms(), self._ours()):
            if not await self._time.is_sure():
                break
            ended = True
            for season in due:
                end = functools.partial(storage.end, season=season, now_ms=self._clock.now_ms())
                await self._store.write(end, *self._ours().fence(season.guild_id))
        return ended

    async def waiting(self) -> bool:
        """Whether a result is still to be posted."""
        return bool(await posts.waiting(self._store, Kind.SEASON, held=self._ours()))

    async def deliver(self) -> None:
        """Post the results that wait; one that fails is tried again with the next look, and keeps back no other."""
        async with self._lock:
            for post in await posts.waiting(self._store, Kind.SEASON, held=self._ours()):
                try:
                    await self._deliver(post)
                except ChannelLostError as lost:
                    _log.info("the result of a season can't be posted in channel %d (%s)", post.channel_id, lost)
                    elsewhere = functools.partial(storage.post_elsewhere, post=post)
                    await self._store.write(elsewhere, *self._ours().fence(post.guild_id))
                except Exception as problem:
                    _log.warning("the result of a season waits for Discord: %s", problem)

    async def _deliver(self, post: Post) -> None:
        message_id = await self._out.earlier(post)
        if message_id is None:
            season = await storage.load(self._store, post.guild_id, post.what.of)
            view = await self.view(season, post.channel_id) if season else None
            if view is None or not view.lines or self._clock.now_ms() - view.season.ends_ms > LATE_MS:
                await self._store.write(lambda tx: posts.drop(tx, post.id), *self._ours().fence(post.guild_id))
                return
            message_id = await self._out.send(post, view)
        shown = message_id
        await self._store.write(lambda tx: posts.posted(tx, post.id, shown), *self._ours().fence(post.guild_id))

    async def view(self, season: HeldSeason, channel_id: int) -> SeasonView:
        """Who stands on the first three places of a season, without those who hide or left."""
        board = boards.ranked(BoardKind.POINTS, season.guild_id, season.key)
        entries = await boards.page(self._store, board, 0, SHOWN)
        lines = await lines_of(self._store, season.guild_id, entries, places([e.value for e in entries], 0, 1))
        first = [line for line in lines if line.place <= LAST_PLACE and line.points > 0]
        sharing = await boards.sharing(self._store, board, entries[-1].value) if len(first) == SHOWN else 0
        on_page = sum(entry.value == entries[-1].value for entry in entries)
        server = await servers.load(self._store, season.guild_id)
        return SeasonView(
            season,
            channel_id,
            first,
            more=max(0, sharing - on_page),
            played=await boards.size(self._store, board),
            zone=server.zone,
            next_ends_ms=server.season.end(season.ends_ms) if server.season else None,
        )
