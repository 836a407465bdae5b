"""Charts from a worker process of their own, kept warm while it is wanted."""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from bot.charts import history, podium, timeline
from bot.charts.bars import BarChart, draw, warm_up
from bot.charts.history import History
from bot.charts.podium import Podium
from bot.charts.timeline import Timeline
from bot.errors import WorkerError
from bot.services.lifecycle import Lifecycle
from bot.workers import Limits, Worker, Workers

DRAW_SECONDS = 20.0
IDLE_SECONDS = 120.0

_log = logging.getLogger(__name__)


class ChartDrawer:
    """Draws one chart at a time; its process ends when nobody has wanted one for a while."""

    def __init__(self, workers: Workers, life: Lifecycle) -> None:
        self._workers = workers
        self._worker: Worker | None = None
        self._starting = asyncio.Lock()
        self._background = life.background("charts", last=self._end)

    async def warm_up(self) -> None:
        """Have the plotting library loaded before it is needed; a failure shows at the drawing."""
        with contextlib.suppress(WorkerError):
            await (await self._ready()).call(warm_up, wall_seconds=DRAW_SECONDS)

    async def draw(self, chart: BarChart | Podium | History | Timeline) -> bytes | None:
        """The chart as a PNG, or None when it could not be drawn, even by a fresh process."""
        drawn_by: dict[type, Callable[..., bytes]] = {
            Podium: podium.draw,
            History: history.draw,
            Timeline: timeline.draw,
        }
        function = drawn_by.get(type(chart), draw)
        for _attempt in range(2):
            try:
                return await (await self._ready()).call(function, chart, wall_seconds=DRAW_SECONDS)
            except WorkerError as problem:
                _log.warning("a chart was not drawn: %s", problem)
        return None

    async def _ready(self) -> Worker:
        async with self._starting:
            if self._worker is None or not self._worker.alive:
                if self._worker:
                    await self._worker.close()
                self._worker = await self._workers.start("studyhall-charts", Limits(memory_mib=4096, nice=5))
            self._background.later("idle", IDLE_SECONDS, self._end, "charts-idle")
            return self._worker

    async def _end(self) -> None:
        self._background.forget("idle")
        worker, self._worker = self._worker, None
        if worker:
            await worker.close()
