"""A workbench on a copy of the example course, and somebody who calls it over HTTP."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from calling import Caller

from bot.demos.registry import DEMOS
from bot.settings import example_pack
from bot.workbench.playing import Playing
from bot.workbench.server import Workbench


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A copy of the example course."""
    example = example_pack()
    assert example
    shutil.copytree(example, tmp_path / "packs" / "bees")
    return tmp_path / "packs" / "bees"


@pytest.fixture
async def bench(course: Path, tmp_path: Path) -> AsyncIterator[Caller]:
    """A workbench on that course."""
    playing = Playing(tmp_path / "data")
    made = Workbench(course, playing, example=example_pack(), demo_ids=DEMOS)
    async with made as running, aiohttp.ClientSession() as session:
        yield Caller(running, session, course)
