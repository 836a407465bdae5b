"""The bot's connections to Discord, one client a shard over the same services."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

import aiohttp
import discord
from discord.backoff import ExponentialBackoff

from bot.errors import LeaseLostError
from bot.model.shards import Holdings, every_server, shard_of
from bot.services.server.health import Gateway
from bot.ui.client import StudyhallClient
from bot.ui.door import Door
from bot.ui.gateway import Identifying, Turns

_log = logging.getLogger(__name__)


class Shards:
    """Connects as many shards as are wanted, or as Discord advises, and knows whose server is whose.

    The first client is there from the beginning: it logs in, and speaks for the bot where no server is concerned. ``equip``
    makes another one able to serve what the first one serves. Where shards are ``shared`` with other processes the first
    one has none, and each is begun and ended as its lease comes and goes (`services/processes/leases.py`).
    """

    def __init__(
        self, wanted: int | None = None, *, shared: bool = False, ours: Callable[[], Holdings] = every_server
    ) -> None:
        self.door = Door()
        self.first = StudyhallClient(self.door)
        self.identifying: Turns = Identifying(self.first.ask_starts)
        self.first.identifying = self.identifying
        self.equip: Callable[[StudyhallClient], None] | None = None
        self.before_closing: Callable[[], Awaitable[None]] | None = None
        self.changed: Callable[[], None] = lambda: None
        """Called when a shard hears."""
        self._wanted = wanted
        self._shared = shared
        self._ours = ours
        if shared:
            self.door.holds = lambda shard: shard in ours().fences
        self._shards = 1
        self._clients: dict[int, StudyhallClient] = {} if shared else {0: self.first}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._token = ""
        self._refused: dict[int, Exception] = {}
        self._over = asyncio.Event()

    def of(self, guild_id: int | None) -> StudyhallClient:
        """The client that hears of a server; the first one in its place until it has logged in, as it knows no server yet."""
        one = self._clients.get(shard_of(guild_id, self._shards))
        return one if one and one.user else self.first

    def refuse_others(self, guild_id: int | None) -> None:
        """To be asked right before something is sent about a server.

        Raises LeaseLostError where another process answers for it now.
        """
        if not self._ours().has(guild_id):
            raise LeaseLostError

    async def connect(self, token: str) -> None:
        """Stay connected until `close`; the first one has logged in.

        A shard that Discord refuses for good is left out, and told by `state`. Raises why when none is left; where shards
        are shared, why one is refused.
        """
        if self._shared:
            await self._over.wait()
            if self._refused:
                raise self._refused[min(self._refused)]
            return
        if self._wanted != 1:
            starts = await self.identifying.starts()
            self._grow(self._wanted or starts.shards)
        connecting = [
            asyncio.create_task(self._stay(one, token), name=f"shard {one.shard_id}") for one in self._clients.values()
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
        self._shards = shards
        self.first.serve(0, shards)
        for number in range(1, shards):
            self._clients[number] = self._another(number, shards)

    def _another(self, number: int, shards: int) -> StudyhallClient:
        one = StudyhallClient(self.door, number, shards)
        one.identifying, one.heard_date, one.pace = self.identifying, self.first.heard_date, self.first.pace
        one.may_speak = lambda guild_id: self._ours().has(guild_id)
        if self.equip:
            self.equip(one)
        return one

    # One at a time

    def may_begin(self, token: str) -> None:
        """The first client has logged in: others can."""
        self._token = token

    @property
    def waiting(self) -> int:
        """How many wait for their turn to connect."""
        return sum(one.waits for one in self._clients.values())

    def begin(self, shard: int, shards: int) -> None:
        """Connect a shard, of so many, and let nobody in yet; nothing where that is done already."""
        if shard in self._clients or not self._token:
            return
        self._shards = shards
        self.door.shut(shard)
        one = self._clients[shard] = self._another(shard, shards)
        one.changed = self.changed
        self._tasks[shard] = asyncio.create_task(self._stay(one, self._token), name=f"shard {shard}")

    def hears(self, shard: int) -> bool:
        """Whether it is connected."""
        one = self._clients.get(shard)
        return one is not None and one.hears

    def serve(self, shard: int, after: int | None) -> None:
        """Let everybody in, who came meanwhile too; ``after`` is the last interaction that another process has taken."""
        self.door.open(shard, after)

    async def shut(self, shard: int, within_seconds: float) -> int | None:
        """Let nobody in any more, and wait so long until all have their answers; returns the last who was let in."""
        last = self.door.shut(shard)
        await self.door.emptied(shard, within_seconds)
        return last

    async def end(self, shard: int) -> None:
        """Disconnect a shard."""
        one, task = self._clients.pop(shard, None), self._tasks.pop(shard, None)
        self.door.forget(shard)
        if task:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if one:
            await one.close()

    async def _stay(self, one: StudyhallClient, token: str) -> None:
        try:
            if one is not self.first:
                await self._log_in(one, token)
            await one.connect()
        except (discord.ConnectionClosed, discord.PrivilegedIntentsRequired, discord.LoginFailure) as refused:
            self._refused[one.shard_id or 0] = refused
            if len(self._clients) > 1 or self._shared:
                _log.error("shard %s is refused for good: %s", one.shard_id, refused)
            if self._shared:
                self._over.set()
        except Exception as problem:
            if len(self._clients) == 1 and not self._shared:
                raise
            self._refused[one.shard_id or 0] = problem
            _log.exception("shard %s has ended; the others go on", one.shard_id)
            if self._shared:
                self._over.set()

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
        self._over.set()
        clients = {self.first, *self._clients.values()}
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*(one.close() for one in clients))
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def state(self) -> Gateway:
        """Every shard's connection as it stands."""
        return Gateway(
            tuple(one.connection() for _, one in sorted(self._clients.items())),
            {number: str(why) for number, why in self._refused.items()},
            self.identifying.left,
        )
