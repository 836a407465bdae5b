"""What the services' tests share: a real database, and a clock that is moved by hand."""

import pytest
from small_course import HandClock

from bot.storage.store import Store


@pytest.fixture
async def store(tmp_path):
    opened = await Store.open(tmp_path / "a.db")
    yield opened
    await opened.close()


@pytest.fixture
def clock():
    return HandClock()
