"""Starts the small bot that takes files, for tests of what the playground and its page do with them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hosting import Bot

from bot.playground.server import Playground

PROGRAM = str(Path(__file__).with_name("filing_bot.py"))


@asynccontextmanager
async def filing(playground: Playground, folder: Path) -> AsyncIterator[Bot]:
    """The bot of `filing_bot.py`, running and connected to a playground."""
    running = Bot(playground, folder / "data")
    running.program = (PROGRAM,)
    await running.start()
    yield running
    await running.stop()
    assert "Traceback" not in running.log(), running.log()
