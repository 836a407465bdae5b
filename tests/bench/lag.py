"""The event loop's lag while the bot does its heavy things beside it: a chart, a backup, a reload of the packs, a migration.

    python tests/bench/lag.py [--answers 300000] [--json FILE]

(The lag during each demo is measured by demos_in_a_bot.py.) Ends in a table of target, measured, met.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2]))

from boards import fill, fill_rows
from figures import all_met, drawn

from bot.charts.bars import BarChart, BarValue
from bot.demos.registry import DEMOS
from bot.packs.library import Library
from bot.packs.loading import load_packs
from bot.services.backups import Backups
from bot.services.demo.charts import ChartDrawer
from bot.services.lesson.courses import Courses
from bot.services.lifecycle import Lifecycle
from bot.services.server.servers import Servers
from bot.services.server.zones import Zones
from bot.storage.sqlite.migrations import migrate, migrations
from bot.storage.store import Store
from bot.telemetry import LoopLag
from bot.workers import Workers

PACKS = Path(__file__).parents[2] / "content"
EVERY_SECONDS = 0.002
TARGET_MS = 20.0
OLD_SCHEMA = 3
Work = Callable[[], Awaitable[object]]


class Minutes:
    """A clock that is a minute further each time it is asked: a backup is called after its time."""

    def __init__(self) -> None:
        self.now = time.time_ns() // 1_000_000

    def now_ms(self) -> int:
        """The next minute."""
        self.now += 60_000
        return self.now


async def lag_of(work: Work, times: int) -> dict[str, float]:
    """The loop's lag while the work is done so many times."""
    lag = LoopLag(EVERY_SECONDS)
    lag.start()
    for _ in range(times):
        await work()
        await asyncio.sleep(0.02)
    lag.stop()
    return {
        "p99_ms": lag.milliseconds(0.99),
        "longest_ms": lag.milliseconds(1.0),
        "samples": float(lag.samples),
    }


async def measure(answers: int) -> dict[str, Any]:
    """All figures."""
    chart = BarChart(
        "A chart", "seconds", [BarValue(f"bar {n}", n, n - 0.5, n + 0.5, f"{n} s") for n in range(1, 6)], "here"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "studyhall.db"
        await fill(path, answers)
        store, workers = await Store.open(path), Workers()
        library = Library(load_packs(PACKS, DEMOS))
        life = Lifecycle()
        drawer = ChartDrawer(workers, life)
        backups = Backups(path, Minutes(), life, every_hours=24, keep=(7, 4))
        courses = Courses(library, Servers(store, library, Zones(), life), workers, PACKS)
        try:
            found = {
                "a chart, its process started": await lag_of(lambda: drawer.draw(chart), 10),
                f"a backup of {answers:,} answers": await lag_of(backups.make, 3),
                "a reload of the packs": await lag_of(courses.reload, 5),
            }
        finally:
            await life.close()
            await workers.close()
            await store.close()
        old = Path(folder) / "old.db"
        first = {number: sql for number, sql in migrations().items() if number <= OLD_SCHEMA}
        await asyncio.to_thread(migrate, old, "bench", first)
        await asyncio.to_thread(fill_rows, old, answers)

        async def open_old() -> None:
            await (await Store.open(old)).close()

        found["a migration at the start, a copy kept"] = await lag_of(open_old, 1)
    return found


def table(found: dict[str, Any]) -> bool:
    """Print the figures against their target; says whether all were met."""
    rows = []
    for what, lag in found.items():
        got = f"p99 {lag['p99_ms']:.1f} ms, longest {lag['longest_ms']:.1f} ms of {lag['samples']:.0f} samples"
        rows.append((what, got, f"p99 under {TARGET_MS:g} ms", lag["p99_ms"] < TARGET_MS))
    print(drawn(rows, "event loop lag during"))
    return all_met(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--answers", type=int, default=300_000)
    parser.add_argument("--json", type=Path, help="also write every figure to this file")
    options = parser.parse_args()
    figures = asyncio.run(measure(options.answers))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2), "utf-8")
    sys.exit(0 if table(figures) else 1)
