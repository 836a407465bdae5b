"""A workbench on a copy of the example course, and somebody who calls it over HTTP."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.demos.registry import DEMOS
from bot.settings import example_pack
from bot.workbench.playing import Playing
from bot.workbench.server import Workbench


class Caller:
    """Whoever has the page's address."""

    def __init__(self, workbench: Workbench, session: aiohttp.ClientSession, folder: Path) -> None:
        self.workbench = workbench
        self.session = session
        self.folder = folder

    async def call(self, name: str, **asked: object) -> Any:
        async with self.session.post(f"{self.workbench.address}call/{name}", json=asked) as response:
            return await response.json()

    def events(self) -> Any:
        """What the page follows."""
        return self.session.get(f"{self.workbench.address}events")


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
