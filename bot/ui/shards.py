"""The bot's connections to Discord, one client a shard over the same services.

https://discord.com/developers/docs/events/gateway#sharding
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

import aiohttp
import discord
from discord.backoff import ExponentialBackoff

from bot.services.server.health import Gateway
from bot.ui.client import StudyhallClient
from bot.ui.door import Door
from bot.ui.gateway import Identifying

TIMESTAMP_BITS = 22

_log = logging.getLogger(__name__)


def shard_of(guild_id: int | None, shards: int) -> int:
    """Which shard hears of a server; what belongs to none arrives on the first."""
    return 0 if guild_id is None else (guild_id >> TIMESTAMP_BITS) % shards


class Shards:
    """Connects as many shards as are wanted, or as Discord advises, and knows whose server is whose.

    The first one is there from the beginning: it logs in, and speaks for the bot where no server is concerned. ``equip``
    makes another one able to serve what the first one serves.
    """

    def __init__(self, wanted: int | None = None) -> None:
        self.door = Door()
        self.first = StudyhallClient(self.door)
        self.identifying = Identifying(self.first.ask_starts)
        self.first.identifying = self.identifying
        self.equip: Callable[[StudyhallClient], None] | None = None
        self.before_closing: Callable[[], Awaitable[None]] | None = None
        self._wanted = wanted
        self._clients = [self.first]
        self._refused: dict[int, Exception] = {}

    def of(self, guild_id: int | None) -> StudyhallClient:
        """The client that hears of a server; the first one in its place until it has logged in, as it knows no server yet."""
        one = self._clients[shard_of(guild_id, len(self._clients))]
        return one if one.user else self.first

    async def connect(self, token: str) -> None:
        """Stay connected until `close`; the first one has logged in.

        A shard that Discord refuses for good is left out, and told by `state`. Raises why when none is left.
        """
        if self._wanted != 1:
            starts = await self.identifying.starts()
            self._grow(self._wanted or starts.shards)
        connecting = [
            asyncio.create_task(self._stay(one, token), name=f"shard {one.shard_id}") for one in self._clients
        ]
        try:
            await asyncio.gather(*connecting)
        finally:
            for task in connecting:
                task.cancel()
            await asyncio.gather(*connecting, return_exceptions=True)
        if len(self._refused) == len(self._clients):
            raise self._refused[min(self._refused)]

    def _grow(self, shards: int) -> None:
        self.first.serve(0, shards)
        for number in range(1, shards):
            one = StudyhallClient(self.door, number, shards)
            one.identifying, one.heard_date = self.identifying, self.first.heard_date
            if self.equip:
                self.equip(one)
            self._clients.append(one)

    async def _stay(self, one: StudyhallClient, token: str) -> None:
        try:
            if one is not self.first:
                await self._log_in(one, token)
            await one.connect()
        except (discord.ConnectionClosed, discord.PrivilegedIntentsRequired, discord.LoginFailure) as refused:
            self._refused[one.shard_id or 0] = refused
            if len(self._clients) > 1:
                _log.error("shard %s is refused for good: %s", one.shard_id, refused)
        except Exception as problem:
            if len(self._clients) == 1:
                raise
            self._refused[one.shard_id or 0] = problem
            _log.exception("shard %s has ended; the others go on", one.shard_id)

    async def _log_in(self, one: StudyhallClient, token: str) -> None:
        """The first one could, so that whatever fails here fails for a while only."""
        backoff = ExponentialBackoff()
        while True:
            try:
                await one.login(token)
                return
            except discord.LoginFailure:
                raise
            except (aiohttp.ClientError, OSError, discord.HTTPException, discord.RateLimited) as problem:
                seconds = backoff.delay()
                _log.warning("shard %s can't log in (%s); again in %.1f s", one.shard_id, problem, seconds)
                await asyncio.sleep(seconds)

    async def close(self) -> None:
        """Let what was asked be answered, then close every connection."""
        if self.before_closing and not self.first.is_closed():
            await self.before_closing()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*(one.close() for one in self._clients))

    def state(self) -> Gateway:
        """Every shard's connection as it stands."""
        return Gateway(
            tuple(one.connection() for one in self._clients),
            {number: str(why) for number, why in self._refused.items()},
            self.identifying.left,
        )
