"""Fixtures of the tests that drive the real bot."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hall import Hall, open_hall
from simcord import Env

# Settling polls every 50 ms by default; a millisecond is enough and makes these tests many times faster.
Env._settle_internal.__kwdefaults__["idle"] = 0.001


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    """The bot with the small course, in a server with one channel."""
    async with open_hall(tmp_path / "data") as opened:
        yield opened
