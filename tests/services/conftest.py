"""What the services' tests share: a real database, and a clock that is moved by hand."""

import pytest
from engines import open_store
from small_course import HandClock


@pytest.fixture
async def store(tmp_path):
    opened = await open_store(tmp_path / "a.db")
    yield opened
    await opened.close()


@pytest.fixture
def clock():
    return HandClock()
