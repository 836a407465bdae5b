"""What the services' tests share: a real database, and a clock that is moved by hand."""

import pytest
from opened_store import opened
from small_course import HandClock


@pytest.fixture
async def store(tmp_path):
    async with opened(tmp_path / "a.db") as made:
        yield made


@pytest.fixture
def clock():
    return HandClock()
