"""Fixtures for tests that run the bot as its own process against the playground's server."""

from collections.abc import AsyncIterator

import pytest
from hosting import Bot

from bot.playground.server import Playground


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    """A playground of its own for each test, on a free port."""
    async with Playground() as running:
        yield running


@pytest.fixture
async def bot(playground: Playground, tmp_path) -> AsyncIterator[Bot]:
    """The bot as its own process, connected; it must end cleanly when it is told to."""
    running = Bot(playground, tmp_path / "data")
    await running.start()
    yield running
    if running.process is not None:
        assert await running.stop() == 0, running.log()
