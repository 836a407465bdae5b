"""How the tests are run, and fixtures for those that run the bot as its own process against the playground's server."""

import os
import sys
from collections.abc import AsyncIterator

import pytest
from hosting import Bot

from bot.playground.server import Playground

# Where no bytecode may be written, each bot that a test starts would compile the whole house again: a second of CPU.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

WORKERS_A_CORE = 3
"""Tests of whole bots mostly wait, so each core carries more than one of them."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """How many processes share the tests: none for single files, so that a debugger and ``print`` work there."""
    if any(".py" in chosen for chosen in config.args):
        return 0
    return WORKERS_A_CORE * (os.cpu_count() or 1)


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
