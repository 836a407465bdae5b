"""What PostgreSQL costs beside SQLite: a burst of clicks, the storage layer alone, and moving a database.

    python tests/bench/postgres.py burst [--members 1000] [--turns 3]
    python tests/bench/postgres.py storage [--clicks 40000] [--turns 3]
    python tests/bench/postgres.py move [--answers 1000000]

The server is a private one on a socket, with fsync on; *2.5 ms away* is the same behind a relay. Everything by turns; medians
are printed, and the ratio to SQLite in the same run counts, not the time.
"""

import argparse
import asyncio
import contextlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from random import Random

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / "e2e"), str(TESTS / "services"), str(TESTS / "bench")]

import engines  # noqa: E402
from burst import burst, hall  # noqa: E402
from evening import Channel  # noqa: E402
from figures import drawn  # noqa: E402
from hosting import Bot  # noqa: E402
from small_course import QUESTIONS  # noqa: E402

from bot.model.games import Click  # noqa: E402
from bot.quiz.question.asking import FilePlace, Given, ShownPlace, chose  # noqa: E402
from bot.services.practice.recording import AskedOfMany, record_choices  # noqa: E402
from bot.storage import competitions  # noqa: E402
from bot.storage.locks import of_game, of_members  # noqa: E402
from bot.storage.store import Store  # noqa: E402

AWAY_MS = 2.5
GAMES, PLAYERS = 20, 1_000
DURABLE = ("max_connections=100", "listen_addresses=")
NOON = 1_795_348_800_000


@contextlib.contextmanager
def relayed(address: str) -> Iterator[str]:
    """The same server further away."""
    there = Path(address.partition("host=")[2])
    with tempfile.TemporaryDirectory() as ours:
        program = [sys.executable, str(TESTS / "bench" / "relay.py"), str(there), ours, str(AWAY_MS)]
        with subprocess.Popen(program, stdout=subprocess.PIPE) as relay:
            try:
                assert relay.stdout
                assert relay.stdout.readline() == b"ready\n"
                yield f"{address.partition('host=')[0]}host={ours}"
            finally:
                relay.terminate()


@contextlib.contextmanager
def places() -> Iterator[dict[str, str]]:
    """The databases to compare, by what they are called: an address with ``{name}``, nothing for SQLite."""
    with engines.cluster(DURABLE) as address, relayed(address) as far:
        yield {"SQLite": "", "PostgreSQL": address, f"PostgreSQL {AWAY_MS:g} ms away": far}


def table(head: str, lines: list[tuple[str, str, str, bool]]) -> str:
    """The figures against their targets."""
    machine = f"{platform.platform()}, Python {platform.python_version()}"
    return f"{machine}; {head}\n\n{drawn(lines)}\n"


async def one_burst(url: str, count: int) -> tuple[float, float, int, int]:
    """A burst on a bot with that database: p99 and longest in ms, not acknowledged, rows that are not acknowledged."""
    with tempfile.TemporaryDirectory() as folder, engines.on(url) as at:
        async with hall(count) as (playground, members):
            bot = Bot(playground, Path(folder) / "data", STUDYHALL_PROGRESS_SECONDS="2")
            await bot.start()
            assert bot.process is not None
            host, *others = members
            await host.steer(await host.command("compete", pace="calm"), "Start")
            asked = await Channel(playground).open(0)
            turn = await burst("studyhall", bot.process.pid, playground, others, asked, 0)
            await bot.stop()
            [(rows,)] = at.rows(bot.database, "SELECT count(*) FROM competition_answer")
        await at.close()
    return turn.p99_ms, turn.longest_ms, turn.failed, rows - turn.acknowledged


async def bursts(count: int, turns: int) -> str:
    """A burst on each, by turns."""
    found: dict[str, list[tuple[float, float, int, int]]] = {}
    with places() as all_:
        for _ in range(turns):
            for name, url in all_.items():
                found.setdefault(name, []).append(await one_burst(url, count))
    lines = []
    for name, of in found.items():
        p99, longest = statistics.median(one[0] for one in of), max(one[1] for one in of)
        lost, unequal = sum(one[2] for one in of), sum(one[3] != 0 for one in of)
        lines.append(
            (
                name,
                f"p99 {p99:.0f} ms, longest {longest:.0f} ms, {lost} not acknowledged, rows unequal in {unequal} turns",
                "all within 3 s",
                longest < 3_000 and not lost and not unequal,
            )
        )
    return table(f"{count} clicks in a second, medians of {turns} turns", lines)


@contextlib.asynccontextmanager
async def filled(url: str) -> AsyncIterator[Store]:
    """A store with games that are asking."""
    with tempfile.TemporaryDirectory() as folder, engines.on(url) as at:
        store = await at.open(Path(folder) / "a.db")
        for game in range(1, GAMES + 1):
            await store.write(
                lambda tx, n=game: tx.run(
                    "INSERT INTO competition (id, guild_id, channel_id, pack_id, phase, round, setup, head, created_ms)"
                    " VALUES (?, 1, ?, 'p', 'asking', 0, '{}', '{}', 1)",
                    (n, n),
                )
            )
        yield store
        await store.close()
        await at.close()


def click(number: int) -> Click:
    game, member = number % GAMES + 1, number // GAMES + 1
    return Click(game, 0, member, ShownPlace(number % 4), number, 5, 1.0, 0, NOON, chose(number % 4))


async def clicks_a_second(url: str, count: int) -> float:
    """Clicks that queue up behind each other, in the bot's own statement."""
    async with filled(url) as store:
        began = time.perf_counter()
        for start in range(0, count, 2_000):
            many = [click(number) for number in range(start, min(count, start + 2_000))]
            stored = await asyncio.gather(
                *(store.write_together(competitions.answer_all, one, of_game(one.competition_id)) for one in many)
            )
            assert all(one.new for one in stored)
        return count / (time.perf_counter() - began)


async def settled_a_second(url: str, rounds: int = 8) -> float:
    """Answers of rounds of a thousand, with points, cards and totals; four games at a time."""
    question, chance = QUESTIONS[0], Random(7)
    async with filled(url) as store:

        async def settle(game: int, number: int) -> None:
            ids = [game * 10_000 + member for member in range(PLAYERS)]
            given = {member: Given((FilePlace(chance.randrange(4)),)) for member in ids}
            asked = AskedOfMany(1, "p", competitions.MODE, game, number, FilePlace(0), 90)

            async def job(tx) -> None:
                await tx.lock(of_members(ids))
                await record_choices(tx, asked, question, given, NOON + number, ["all", "2026-11", "2026-W48"], {})

            await store.write(job, of_game(game))

        began = time.perf_counter()
        for number in range(rounds // 4):
            await asyncio.gather(*(settle(game, number) for game in range(1, 5)))
        return rounds * PLAYERS / (time.perf_counter() - began)


async def storage(clicks: int, turns: int) -> str:
    """The storage layer alone, by turns."""
    found: dict[str, list[tuple[float, float]]] = {}
    with places() as all_:
        for _ in range(turns):
            for name, url in all_.items():
                found.setdefault(name, []).append((await clicks_a_second(url, clicks), await settled_a_second(url)))
    lines = []
    for name, of in found.items():
        for place, (what, least) in enumerate([("clicks", 20_000), ("settled answers", 4_000)]):
            reached = statistics.median(one[place] for one in of)
            target = "printed" if "away" in name else f"at least {least:,}"
            lines.append(
                (f"{name}: {what} a second", f"{reached:,.0f}", target, target == "printed" or reached >= least)
            )
    return table(f"medians of {turns} turns", lines)


async def moved(answers: int) -> str:
    """A database with so many answers, there and back."""
    from bot.storage.postgres import moving

    with tempfile.TemporaryDirectory() as folder, places() as all_, engines.on(all_["PostgreSQL"]) as at:
        file = Path(folder) / "studyhall.db"
        store = await Store.open(file)
        await store.write(
            lambda tx: tx.run(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO answer"
                " (member_id, guild_id, pack_id, section_id, question_id, question_hash, family, mode, run_id, position,"
                " chosen, correct, points, answered_ms) SELECT i % 5000, 1, 'p', 's', 'q' || i % 200, 'hash', 'f' || i % 100,"
                " 'practice', i, 0, i % 4, i % 2, 10, i FROM n",
                (answers,),
            )
        )
        await store.close()
        await at.empty(Path("target"))
        there = await moving.to_postgres(file, at.address(Path("target")))
        back = await moving.to_sqlite(at.address(Path("target")), Path(folder) / "back.db")
        await at.close()
    assert there.tables == back.tables
    return table(
        f"{there.rows:,} rows",
        [
            ("SQLite to PostgreSQL", f"{there.seconds:.1f} s", "under 60 s", there.seconds < 60),
            ("and back", f"{back.seconds:.1f} s", "under 60 s", back.seconds < 60),
        ],
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["burst", "storage", "move"])
    parser.add_argument("--members", type=int, default=1000)
    parser.add_argument("--clicks", type=int, default=GAMES * 2_000)
    parser.add_argument("--answers", type=int, default=1_000_000)
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    if options.what == "burst":
        shown = asyncio.run(bursts(options.members, options.turns))
    elif options.what == "storage":
        shown = asyncio.run(storage(options.clicks, options.turns))
    else:
        shown = asyncio.run(moved(options.answers))
    print(shown)
    sys.exit(1 if "| NO |" in shown else 0)
