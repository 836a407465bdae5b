"""When a shard may identify itself with Discord's Gateway.

https://discord.com/developers/docs/events/gateway#rate-limiting and #session-start-limit-object
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple, Protocol, TypeVar

from bot.errors import StorageError

T = TypeVar("T")

GAP_SECONDS = 5.0
"""From one IDENTIFY of a bucket to the next."""
DAY_SECONDS = 86_400.0
ASK_SECONDS = 0.5
"""How often other processes are asked whether it is our turn, while there is one."""
FEW_STARTS = 100
"""So few sessions left for the day are worth a warning: when none is left, Discord resets the token."""

_log = logging.getLogger(__name__)


class Starts(NamedTuple):
    """What Discord says of starting sessions: how many shards it advises, and how many starts are left until when."""

    shards: int
    total: int
    left: int
    reset_seconds: float
    at_once: int
    """How many shards may identify at a time (``max_concurrency``)."""


def starts_of(answer: Any) -> Starts:
    """Read the answer to ``GET /gateway/bot``."""
    limit = answer["session_start_limit"]
    return Starts(
        shards=max(1, int(answer["shards"])),
        total=int(limit["total"]),
        left=int(limit["remaining"]),
        reset_seconds=int(limit["reset_after"]) / 1000,
        at_once=max(1, int(limit.get("max_concurrency", 1))),
    )


class Turns(Protocol):
    """When shards may identify themselves."""

    @property
    def left(self) -> int | None:
        """How many starts are left for the day; None where that is not known."""
        ...

    async def starts(self) -> Starts:
        """What Discord said last."""
        ...

    def turn(self, shard: int) -> AbstractAsyncContextManager[None]:
        """Wait until this shard may identify; it has its turn until the block is left."""
        ...

    def ready(self, shard: int) -> None:
        """Discord has answered the shard."""
        ...


class SharedTurns(Protocol):
    """What all processes know of it together. Everything raises StorageError while the database does not answer."""

    async def turn(self, me: int, bucket: int) -> float:
        """Ask for the turn of a bucket: 0 where one has it now, else in how many seconds to ask again."""
        ...

    async def keep_turn(self, me: int, bucket: int) -> None:
        """Have it for some more seconds, or let the next one begin so much later."""
        ...

    async def start(self) -> int | None:
        """Use one of the day's sessions: how many are left then; None where Discord is to be asked."""
        ...

    async def note_starts(self, left: int, reset_seconds: float) -> None:
        """Note what Discord says of them."""
        ...


class IdentifyingTogether:
    """The same over all processes: of a bucket one identifies at a time, whoever it is, and the day's starts are counted
    for all. ``me`` is the number of this process; ``ask`` asks Discord."""

    def __init__(self, ask: Callable[[], Awaitable[Starts]], shared: SharedTurns, me: Callable[[], int]) -> None:
        self._ask = ask
        self._shared = shared
        self._me = me
        self._starts: Starts | None = None
        self._is_new = False
        self._lines: dict[int, asyncio.Lock] = {}
        self.left: int | None = None
        self._noting: set[asyncio.Task[None]] = set()

    async def starts(self) -> Starts:
        """What Discord said last."""
        if self._starts is None:
            self._starts, self._is_new = await self._ask(), True
            self.left = self._starts.left
        return self._starts

    @contextlib.asynccontextmanager
    async def turn(self, shard: int) -> AsyncIterator[None]:
        """Wait until this shard may identify; it has its turn until the block is left."""
        bucket = shard % (await self.starts()).at_once
        async with self._lines.setdefault(bucket, asyncio.Lock()):  # of ours, the first who came
            while (seconds := await self._patiently(lambda: self._shared.turn(self._me(), bucket))) > 0:  # noqa: ASYNC110
                await asyncio.sleep(min(seconds, ASK_SECONDS))
            keeping = asyncio.create_task(self._keep(bucket), name="identify-turn")
            try:
                await self._count(shard)
                yield
            finally:
                keeping.cancel()
                self._note(bucket)

    def ready(self, shard: int) -> None:
        """Discord has answered the shard: it may have taken the IDENTIFY as late as now, and counts from there."""
        if self._starts is not None:
            self._note(shard % self._starts.at_once)

    def _note(self, bucket: int) -> None:
        task = asyncio.create_task(self._kept(bucket), name="identify-gap")
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)

    async def _kept(self, bucket: int) -> None:
        with contextlib.suppress(StorageError):
            await self._shared.keep_turn(self._me(), bucket)

    async def _keep(self, bucket: int) -> None:
        while True:
            await asyncio.sleep(ASK_SECONDS)
            await self._kept(bucket)

    async def _count(self, shard: int) -> None:
        while (left := await self._patiently(self._shared.start)) is None:
            found = self._starts if self._is_new and self._starts else await self._ask()
            self._starts, self._is_new = found, False
            reset_seconds = found.reset_seconds or DAY_SECONDS
            await self._patiently(lambda: self._shared.note_starts(found.left, reset_seconds))  # noqa: B023
            if found.left <= 0:
                _log.error(
                    "no session is left to be started today; shard %d waits for %.0f s, as Discord says",
                    *(shard, reset_seconds),
                )
                await asyncio.sleep(max(1.0, reset_seconds))
        self.left = left

    async def _patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                return await ask()
            except StorageError:
                await asyncio.sleep(ASK_SECONDS)


class Identifying:
    """Gives each shard its turn: one of a bucket in `GAP_SECONDS`, and none once the starts of the day are used up.

    A bucket is ``shard % max_concurrency``. ``ask`` asks Discord; it is asked again when the limits are believed to be reset.
    """

    def __init__(self, ask: Callable[[], Awaitable[Starts]], *, gap_seconds: float = GAP_SECONDS) -> None:
        self._ask = ask
        self._gap_seconds = gap_seconds
        self._starts: Starts | None = None
        self._used = 0
        self._reset_at = 0.0
        self._asking = asyncio.Lock()
        self._buckets: dict[int, asyncio.Lock] = {}
        self._free_at: dict[int, float] = {}

    async def starts(self) -> Starts:
        """What Discord said last; asks it where it never was, or where that is no longer true."""
        loop = asyncio.get_running_loop()
        async with self._asking:
            if self._starts is None or loop.time() >= self._reset_at:
                self._starts = await self._ask()
                self._used = 0
                self._reset_at = loop.time() + (self._starts.reset_seconds or DAY_SECONDS)
            return self._starts

    @property
    def left(self) -> int | None:
        """How many starts are left for the day, by what was used here since; None where Discord was not asked yet."""
        return None if self._starts is None else max(0, self._starts.left - self._used)

    @contextlib.asynccontextmanager
    async def turn(self, shard: int) -> AsyncIterator[None]:
        """Wait until this shard may identify; it has its turn until the block is left."""
        loop = asyncio.get_running_loop()
        bucket = shard % (await self.starts()).at_once
        async with self._buckets.setdefault(bucket, asyncio.Lock()):
            while (seconds := self._free_at.get(bucket, 0.0) - loop.time()) > 0:  # noqa: ASYNC110 (which may grow meanwhile)
                await asyncio.sleep(seconds)
            if (await self.starts()).left <= self._used:
                self._starts = None  # a turn that came to no IDENTIFY was counted, too: Discord knows better
                while (await self.starts()).left <= 0:
                    await self._wait_for_another_day(shard)
            self._used += 1
            try:
                yield
            finally:
                self._not_before(bucket)

    def ready(self, shard: int) -> None:
        """Discord has answered the shard: it may have taken the IDENTIFY as late as now, and counts from there."""
        if self._starts is not None:
            self._not_before(shard % self._starts.at_once)

    def _not_before(self, bucket: int) -> None:
        self._free_at[bucket] = asyncio.get_running_loop().time() + self._gap_seconds

    async def _wait_for_another_day(self, shard: int) -> None:
        seconds = max(1.0, self._reset_at - asyncio.get_running_loop().time())
        _log.error("no session is left to be started today; shard %d waits for %.0f s, as Discord says", shard, seconds)
        await asyncio.sleep(seconds)
        self._starts = None
