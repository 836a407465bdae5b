"""*Play from here*: the playground with a bot that has just the course on the bench."""

import asyncio
from pathlib import Path

from bot.errors import StudyhallError
from bot.facts import said
from bot.playground.play import end_bot, start_bot
from bot.playground.server import Playground
from bot.private import make_private_folder

CONNECT_SECONDS = 60.0


class Playing:
    """At most one playground, whose bot stores what is played in ``data_dir``."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._playground: Playground | None = None
        self._bot: asyncio.subprocess.Process | None = None
        self._one_at_a_time = asyncio.Lock()

    async def open(self, folder: Path) -> str:
        """The address of a playground on that course, with the course as it is now. Raises StudyhallError."""
        async with self._one_at_a_time:
            if self._playground is None:
                self._playground = await Playground().__aenter__()
            await self._end_bot()
            try:
                make_private_folder(self._data_dir)
                self._bot = await start_bot(self._playground, self._data_dir, STUDYHALL_PACKS_DIR=str(folder))
            except OSError as problem:
                raise StudyhallError(said(f"The playground can't be opened ({problem.strerror}).")) from None
            await self._connected(self._bot)
            return self._playground.address

    async def close(self) -> None:
        """End the bot and the playground."""
        await self._end_bot()
        if self._playground:
            await self._playground.__aexit__()
            self._playground = None

    async def _connected(self, bot: asyncio.subprocess.Process) -> None:
        """Wait until the bot is there, or has ended: then its course can't be loaded."""
        assert self._playground is not None
        world, there = self._playground.world, asyncio.Event()

        def hear(*_: object) -> None:
            if world.commands:
                there.set()

        world.listeners.append(hear)
        hear()
        tasks = {asyncio.create_task(there.wait()), asyncio.create_task(bot.wait())}
        try:
            await asyncio.wait(tasks, timeout=CONNECT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            world.listeners.remove(hear)
            for task in tasks:
                task.cancel()
        if bot.returncode is not None:
            self._bot = None
            raise StudyhallError(said("The bot refuses this course. Mend the errors that are listed below, then play."))

    async def _end_bot(self) -> None:
        if self._bot is not None and self._bot.returncode is None:
            await end_bot(self._bot)
        self._bot = None
