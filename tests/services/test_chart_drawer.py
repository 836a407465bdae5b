"""The process that draws: kept warm, replaced when it died, ended when idle."""

import asyncio
import os
import signal

import pytest
import pytest_asyncio
from lives import end, lives

from bot.charts.bars import BarChart, BarValue
from bot.services.demo import charts as module
from bot.services.demo.charts import ChartDrawer
from bot.workers import Workers

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("once")]

CHART = BarChart("Tea", "cups", [BarValue("green", 2.0, 1.5, 2.5, "2.00 cups")], "made by hand")
PNG = b"\x89PNG\r\n\x1a\n"


@pytest_asyncio.fixture(loop_scope="module")
async def workers():
    made = Workers()
    yield made
    await made.close()


async def test_one_process_draws_all_and_a_dead_one_is_replaced(workers):
    drawer = lives(ChartDrawer, workers)
    await drawer.warm_up()
    [first] = workers.pids
    assert (await drawer.draw(CHART)).startswith(PNG)
    assert workers.pids == [first]
    os.kill(first, signal.SIGKILL)
    assert (await drawer.draw(CHART)).startswith(PNG)
    [second] = workers.pids
    assert second != first
    await end(drawer)
    assert workers.pids == []
    await end(drawer)


async def test_a_chart_that_cannot_be_drawn_is_none_and_no_error(workers):
    drawer = lives(ChartDrawer, workers)
    assert await drawer.draw("not a chart") is None
    await end(drawer)


async def test_the_process_ends_when_nobody_wants_it(workers, monkeypatch):
    monkeypatch.setattr(module, "IDLE_SECONDS", 0)
    drawer = lives(ChartDrawer, workers)
    await drawer.warm_up()
    async with asyncio.timeout(20):
        while workers.pids:  # noqa: ASYNC110  nothing tells of it
            await asyncio.sleep(0)
    await end(drawer)
