"""Several bots, each a process of its own, on one PostgreSQL and one playground with servers on each shard."""

import asyncio
import contextlib
import re
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import engines
from hosting import PATIENCE_SECONDS, Bot

from bot.clock import snowflake_at
from bot.model.shards import shard_of
from bot.playground.server import Playground

LOOK_SECONDS = 0.1
SERVES = re.compile(r"serving (no shard|shard [\d, ]+) of \d+$", re.MULTILINE)


class BotBeside(Bot):
    """One of them, with a log of its own; it counts as started once it is listed."""

    def __init__(self, playground: Playground, folder: Path, number: int, **settings: str) -> None:
        super().__init__(playground, folder / "data", **settings)
        self.number = number
        self._log_path = folder / f"bot-{number}.log"
        self._seen = 0

    async def start(self) -> None:
        self._seen = len(self.log())
        self.process = await self._begin()

    def new_log(self) -> str:
        """What it wrote since it was last started."""
        return self.log()[self._seen :]

    @property
    def serves(self) -> list[int]:
        """The shards that it says it serves."""
        found = SERVES.findall(self.new_log())
        return [int(one) for one in re.findall(r"\d+", found[-1])] if found else []

    def signal(self, how: signal.Signals) -> None:
        """Freeze it, or have it go on."""
        assert self.process
        self.process.send_signal(how)


class Together:
    """So many bots, and servers on each shard; ``channels`` has a channel of a server on each."""

    def __init__(self, playground: Playground, folder: Path, shards: int, servers: int, **settings: str) -> None:
        self.playground = playground
        self.folder = folder
        self.shards = shards
        self.settings = settings
        self.bots: list[BotBeside] = []
        playground.gateway.shards = shards
        playground.gateway.at_once = 16
        self.channels = []
        start_ms = playground.world.now_ms() - 86_400_000
        for number in range(servers):
            guild_id = next(
                one for n in range(10**6) if shard_of(one := snowflake_at(start_ms + n), shards) == number % shards
            )
            start_ms += 1_000
            self.channels.append(playground.world.add_guild(str(guild_id), f"Server {number}"))

    def shard_of(self, channel: Any) -> int:
        """The shard of a channel's server."""
        return shard_of(int(self.playground.world.guild_of(channel)), self.shards)

    async def start(self, bots: int = 1) -> None:
        """Start so many more, and wait until every shard is served by one, each by a fair share."""
        for _ in range(bots):
            bot = BotBeside(self.playground, self.folder, len(self.bots), **self.settings)
            self.bots.append(bot)
            await bot.start()
        await self.until_shared()

    @property
    def running(self) -> list[BotBeside]:
        """Those that run."""
        return [bot for bot in self.bots if bot.process is not None]

    def holders(self) -> dict[int, int]:
        """Which bot says that it serves a shard."""
        return {shard: bot.number for bot in self.running for shard in bot.serves}

    async def until(self, holds: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS) -> Any:
        """Wait for what stands in a log or in the database; nobody tells of it, so it is asked now and then."""
        until = time.monotonic() + seconds
        while not (value := holds()):
            if time.monotonic() > until:
                raise AssertionError(f"waited {seconds:g} s in vain: {what}\n{self.logs()}")
            for bot in self.running:
                if bot.process and bot.process.returncode is not None:
                    raise AssertionError(f"bot {bot.number} has ended\n{self.logs()}")
            await asyncio.sleep(LOOK_SECONDS)
        return value

    async def until_shared(self) -> None:
        """Wait until every shard is served, and by one bot each."""

        def shared() -> bool:
            held = sorted(shard for bot in self.running for shard in bot.serves)
            shares = [len(bot.serves) for bot in self.running]
            return held == list(range(self.shards)) and max(shares) - min(shares) <= 1

        await self.until(shared, "every shard is served by one")

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database holds."""
        return engines.rows(self.folder / "data" / "studyhall.db", sql, *values)

    def logs(self) -> str:
        """What all of them wrote."""
        return "\n".join(f"--- bot {bot.number}\n{bot.log()[-6_000:]}" for bot in self.bots)

    async def stop(self) -> None:
        """Stop those that run, one after the other."""
        for bot in self.running:
            with contextlib.suppress(ProcessLookupError):
                bot.signal(signal.SIGCONT)
            assert await bot.stop() == 0, bot.log()
        for bot in self.bots:
            assert "Traceback" not in bot.log(), bot.log()

    async def kill(self) -> None:
        """End what still runs after a test that failed."""
        for bot in self.running:
            with contextlib.suppress(ProcessLookupError):
                await bot.stop(signal.SIGKILL)


@contextlib.asynccontextmanager
async def together(
    playground: Playground, folder: Path, *, shards: int = 2, servers: int = 2, **settings: str
) -> AsyncIterator[Together]:
    """Bots that are stopped in order at the end."""
    made = Together(playground, folder, shards, servers, **settings)
    try:
        yield made
        await made.stop()
    finally:
        await made.kill()
