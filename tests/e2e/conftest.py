"""Lets the end-to-end tests hold what was said to Discord's description, and use the small pack.

Which fault is tried where; in each nothing acknowledged is lost, nothing counts twice, and the game goes on or says why not:

| what fails | how | file |
|---|---|---|
| the Gateway | dropped, op 7, op 9, 4000, 4009, no heartbeat answered, events late or twice | `test_gateway_faults` |
| the REST API | 429, 500, 502, 503, cut off after the request took effect | `test_competition_troubles` |
| | cut off before it took effect, answers after 3 s | `test_host_faults` |
| Discord's world | a round's message or channel deleted, a permission taken | `test_competition_troubles` |
| | the server deleted, a player or the host gone | `test_world_faults` |
| | the same for the question of the day and for schedules | `test_world_faults`, `test_by_itself` |
| | the bot removed and added again | `test_gateway_faults` |
| the bot | SIGKILL at random | `test_kill`, `tests/bench/kill.py` |
| | SIGKILL while members press whatever they see | `test_whatever_they_press` |
| | SIGKILL between two steps, with a form open, in a regrade, in a backup | `test_kill_between` |
| | SIGTERM, frozen for 30 s, the clock set back | `test_host_faults` |
| the disk | full, locked by another process | `test_database_troubles` |
| | read-only, broken, cut short, locked at the start, in use by another bot | `test_data_folder_faults` |
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hosting import Bot
from painted import write_bees

from bot.playground.server import Playground


@asynccontextmanager
async def playing(playground: Playground, data_dir: Path, **settings: str) -> AsyncIterator[Bot]:
    running = Bot(playground, data_dir, STUDYHALL_PROGRESS_SECONDS="1", **settings)
    await running.start()
    yield running
    if running.process is not None:
        assert await running.stop() == 0, running.log()
    assert "Traceback" not in running.log(), running.log()


@pytest.fixture
async def calm(playground: Playground, tmp_path: Path) -> AsyncIterator[Bot]:
    """A bot whose competitions run at their usual pace: nothing ends by itself while one looks."""
    async with playing(playground, tmp_path / "data") as running:
        yield running


@pytest.fixture
async def quick(playground: Playground, tmp_path: Path) -> AsyncIterator[Bot]:
    """A bot with short pauses between its rounds, and rounds long enough for their players on a busy machine too."""
    factors = {"STUDYHALL_PACE_FACTOR": "0.3", "STUDYHALL_PAUSE_FACTOR": "0.3"}
    async with playing(playground, tmp_path / "data", **factors) as running:
        yield running


@pytest.fixture
async def hasty(playground: Playground, tmp_path: Path) -> AsyncIterator[Bot]:
    """A bot whose competitions run ten times as fast, where silence is what is tried."""
    async with playing(playground, tmp_path / "data", STUDYHALL_PACE_FACTOR="0.1") as running:
        yield running


@pytest.fixture
async def bees(playground: Playground, tmp_path: Path) -> AsyncIterator[Bot]:
    """A bot with a course of pictures, at the usual pace."""
    packs = write_bees(tmp_path / "packs")
    async with playing(playground, tmp_path / "data", STUDYHALL_PACKS_DIR=str(packs)) as running:
        yield running
