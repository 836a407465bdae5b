"""What servers' own courses cost: a start with very many of them beside one without, and the first interaction of a server.

    python tests/bench/own_courses.py [--servers 1000] [--questions 500] [--runs 5]

A start is the program's, up to registered commands, against the playground; both kinds by turns. Loading is what the first
interaction of a server waits for once: its courses read from the database and made into a pack.
"""

import argparse
import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path
from random import Random

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS.parent), str(TESTS)]

from hosting import Bot  # noqa: E402

from bot.clock import DiscordClock, WallClock  # noqa: E402
from bot.exchange.compiling import Outline, compiled  # noqa: E402
from bot.exchange.typed_form import Typed, read_typed  # noqa: E402
from bot.model.courses import OwnQuestion  # noqa: E402
from bot.packs.library import Library  # noqa: E402
from bot.playground.server import Playground  # noqa: E402
from bot.services.course.shelf import Shelf  # noqa: E402
from bot.services.lifecycle import Lifecycle  # noqa: E402
from bot.storage.course import courses  # noqa: E402
from bot.storage.store import Store, Transaction  # noqa: E402

LARGE = 5_000
OUTLINE = Outline("Sums")


def question():
    """One question of four options with a reason each."""
    typed = Typed("How much is it, all in all?", "* one\ntwo\nthree\nfour", "It is.\nNo.\nNo.\nNo.", section="General")
    return compiled(OUTLINE, [read_typed(typed, "q1")]).questions[0]


async def filled(path: Path, servers: int, questions: int) -> None:
    """A database with so many servers, each with a course of so many questions; and one with a large one."""
    store, one = await Store.open(path), question()
    sizes = {1_000 + n: questions for n in range(servers)} | {999: LARGE}
    for guild_id, size in sizes.items():

        async def job(tx: Transaction, guild_id: int = guild_id, size: int = size) -> None:
            number = await courses.create(tx, guild_id, OUTLINE, 1)
            asked = [one.model_copy(update={"id": f"q{n}", "family": f"q{n}"}) for n in range(size)]
            stored = [
                OwnQuestion(number, each, is_live=True, version=1, typed=None, member_id=None, changed_ms=1)
                for each in asked
            ]
            await courses.publish(tx, number, stored)

        await store.write(job)
    await store.close()


async def started(folder: Path) -> float:
    """How long the bot takes from its start to registered commands, in seconds."""
    async with Playground() as playground:
        bot = Bot(playground, folder)
        began = time.perf_counter()
        await bot.start()
        took = time.perf_counter() - began
        await bot.stop()
    return took


async def loading(path: Path, guild_id: int) -> float:
    """How long the first interaction of a server waits for its courses, in seconds."""
    store, clock = await Store.open(path), DiscordClock(WallClock())
    shelf = Shelf(Library([]), store, clock, Lifecycle(steady=False))
    began = time.perf_counter()
    await shelf.ready(guild_id)
    took = time.perf_counter() - began
    await store.close()
    return took


async def main() -> None:
    """Fill, measure by turns, print medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--servers", type=int, default=1_000)
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        many, none = Path(place) / "many", Path(place) / "none"
        many.mkdir()
        none.mkdir()
        await filled(many / "studyhall.db", options.servers, options.questions)
        await filled(none / "studyhall.db", 0, 0)
        with sqlite3.connect(many / "studyhall.db") as database:
            size = database.execute(
                "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
            ).fetchone()[0]
        times: dict[Path, list[float]] = {many: [], none: []}
        for _ in range(options.runs):
            for folder in Random().sample([many, none], 2):
                times[folder].append(await started(folder))
        with_them, without = (statistics.median(times[one]) for one in (many, none))
        usual = statistics.median([await loading(many / "studyhall.db", 1_000) for _ in range(options.runs)])
        large = statistics.median([await loading(many / "studyhall.db", 999) for _ in range(options.runs)])
    print(
        f"{options.servers:,} servers with {options.questions:,} questions each: a database of {size / 2**20:,.0f} MiB"
    )
    print(f"start: {with_them:.2f} s with them, {without:.2f} s without; ratio {with_them / without:.2f}")
    print(
        f"first interaction of a server: {usual * 1000:.0f} ms for {options.questions:,}, {large * 1000:.0f} ms for {LARGE:,}"
    )


if __name__ == "__main__":
    asyncio.run(main())
