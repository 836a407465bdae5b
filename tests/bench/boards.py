"""Boards and answers in a large database: the top ten, one's own place, boards that are reckoned, and what an answer costs.

    python tests/bench/boards.py [--millions 1] [--json FILE]

Builds a file of so many million answers, half of them in one server (a player for about 50 answers), with totals as the bot
keeps them, and some members who hide or left; asks the board as `/leaderboard` does, for random members; writes answers as
the bot does, to this file and, by turns, to an empty one. In a file of its own it reckons the boards of streaks and of
improvement for a server of 1,000 members. Ends in a table of target, measured, met. Ten million answers take some gigabytes
of disk for a while.
"""

import argparse
import asyncio
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

from bot.model.answers import StoredAnswer
from bot.quiz.question.asking import chose

sys.path.insert(0, str(Path(__file__).parents[2]))

import aiosqlite
from figures import all_met, drawn

from bot.quiz.board.ranking import BoardKind
from bot.quiz.practice.spacing import Card
from bot.services.board.boards import Boards, Wanted
from bot.storage import answers, boards
from bot.storage.store import Store

LARGEST, OTHERS = 1, 500
ANSWERS_A_PLAYER = 50
ASKED = 400
WRITTEN = 300
ABSENT = 100
"""One member in so many hides, and one has left."""
ACTIVE, ACTIVE_GUILD, ACTIVE_ANSWERS = 1_000, 9_999, 200
"""A server whose members all answered over two months, for the boards that are reckoned."""
NOW_MS = 1_790_000_000_000
CHUNK = 250_000
LOOK_AT_MOST = 3.0
"""Times the bare query, which knows nobody who hides or left; for the 99th percentiles."""
RECKONED_AT_MOST = 8.0
"""Times reading the same answers bare: such a board is reckoned from two months of them, and kept for ten minutes."""
BARE = (
    "SELECT member_id, points FROM total WHERE guild_id = 1 AND period = 'all' AND section = ''"
    " ORDER BY points DESC, last_ms, member_id LIMIT 10",
    "SELECT points FROM total WHERE guild_id = 1 AND period = 'all' AND section = '' AND member_id = ?",
    "SELECT count(*) FROM total WHERE guild_id = 1 AND period = 'all' AND section = '' AND points >"
    " (SELECT points FROM total WHERE guild_id = 1 AND period = 'all' AND section = '' AND member_id = ?)",
)
"""The yardstick: the same question to the same file through aiosqlite alone."""

FILL = """
WITH RECURSIVE n(i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO answer (member_id, guild_id, pack_id, section_id, question_id, question_hash, family, mode, run_id, position,
    chosen, correct, points, answered_ms)
SELECT 1000 + abs((i / 2) * 2654435761 % :players), CASE WHEN i % 2 THEN 1 ELSE 2 + i / 2 % 500 END,
    'python-concurrency', 'threads', 'q' || i % 200, '0123456789abcdef', 'family', 'practice', i, 0, i % 4,
    i % 3 = 0, 10 * (i % 3 = 0), 1700000000000 + i
FROM n
"""
TOTALS = """
INSERT INTO total (guild_id, period, section, member_id, points, answers, correct, last_ms)
SELECT guild_id, 'all', '', member_id, sum(points), count(*), sum(correct), max(answered_ms) FROM answer GROUP BY 1, 4
"""
ABSENCES = (
    "INSERT INTO member_setting (member_id, hidden) SELECT member_id, 1 FROM total WHERE member_id % :n = 1"
    " GROUP BY member_id",
    "INSERT INTO membership SELECT guild_id, member_id, 0, 1 FROM total WHERE member_id % :n = 2",
)
ACTIVE_FILL = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
INSERT INTO answer (member_id, guild_id, pack_id, section_id, question_id, question_hash, family, mode, run_id, position,
    chosen, correct, points, answered_ms)
SELECT 9000000 + i % :members, :guild, 'python-concurrency', 'threads', 'q' || (i / :members), '0123456789abcdef', 'family',
    'practice', i, 0, 0, (i * 7919) % 3 > 0, 10, :now - (i / :members) * 5184000000 / 200
FROM n
"""


class Still:
    """A clock that stands."""

    def now_ms(self) -> int:
        return NOW_MS


async def fill(path: Path, count: int) -> int:
    """A database with so many answers; returns the number of players of the largest server."""
    await (await Store.open(path)).close()
    players = await asyncio.to_thread(fill_rows, path, count)
    await asyncio.to_thread(fill_absences, path)
    return players


def fill_absences(path: Path) -> None:
    """Let some members hide and some have left."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for sql in ABSENCES:
            database.execute(sql, {"n": ABSENT})
        database.execute("ANALYZE")


def fill_rows(path: Path, count: int) -> int:
    """The answers and totals, for a file whose tables are there already, those of an earlier schema too."""
    players = max(1, count // 2 // ANSWERS_A_PLAYER)
    sql = FILL.replace(":players", str(players))

    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA synchronous = OFF")
        for first in range(1, count + 1, CHUNK):
            database.execute(sql, (first, min(count, first + CHUNK - 1)))
        database.execute(TOTALS)
        database.execute("ANALYZE")
        [(in_largest,)] = database.execute("SELECT count(*) FROM total WHERE guild_id = 1")
        return int(in_largest)


async def fill_active(path: Path) -> None:
    """A database with one server, all of whose members answered for two months."""
    await (await Store.open(path)).close()

    def rows() -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            active = {"count": ACTIVE * ACTIVE_ANSWERS, "members": ACTIVE, "guild": ACTIVE_GUILD, "now": NOW_MS}
            database.execute(ACTIVE_FILL, active)
            database.execute(TOTALS)
            seen = "INSERT INTO member SELECT guild_id, member_id, 'Somebody', ?, NULL FROM total"
            database.execute(seen, (NOW_MS,))
            database.execute("ANALYZE")

    await asyncio.to_thread(rows)


async def ask(store: Store, path: Path, players: int) -> tuple[list[float], list[float]]:
    """Seconds of each look at the largest server's board, the top ten and one's own place; and by turns of the bare query."""
    chance, board = Random(3), boards.ranked(BoardKind.POINTS, LARGEST, "all")
    took: list[float] = []
    bare: list[float] = []
    async with aiosqlite.connect(path) as database:
        for _ in range(ASKED):
            member_id = 1000 + chance.randrange(players)
            took.append(await look(store, board, member_id, players))
            began = time.perf_counter()
            for sql in BARE:
                await database.execute_fetchall(sql, (member_id,) * sql.count("?"))
            bare.append(time.perf_counter() - began)
    return took, bare


async def look(store: Store, board: boards.Ranked, member_id: int, players: int) -> float:
    """Seconds of one look."""
    began = time.perf_counter()
    top = await boards.page(store, board, 0, 10)
    own = await boards.of_member(store, board, member_id)
    if own:
        await boards.place(store, board, own.value)
    took = time.perf_counter() - began
    assert len(top) == 10 or players < 10
    return took


async def ask_whole(store: Store, players: int) -> list[float]:
    """Seconds of each board of the largest server with all that `/leaderboard` shows, its size and the names too."""
    chance, shown, took = Random(4), Boards(store, Still()), []
    for _ in range(ASKED):
        member_id = 1000 + chance.randrange(players)
        began = time.perf_counter()
        await shown.find(LARGEST, member_id, Wanted())
        took.append(time.perf_counter() - began)
    return took


async def read_bare(path: Path) -> float:
    """Seconds that aiosqlite alone takes for the answers that a reckoned board is made of."""
    async with aiosqlite.connect(path) as database:
        began = time.perf_counter()
        await database.execute_fetchall("SELECT member_id, question_id, correct, answered_ms FROM answer")
        return time.perf_counter() - began


async def reckon(store: Store) -> dict[str, tuple[float, float, int]]:
    """For each reckoned board: seconds of the first look, of the next (it is kept), and its members."""
    found = {}
    for kind in (BoardKind.STREAK, BoardKind.IMPROVED):
        shown = Boards(store, Still())
        began = time.perf_counter()
        board = await shown.find(ACTIVE_GUILD, 1, Wanted(kind))
        first = time.perf_counter() - began
        began = time.perf_counter()
        await shown.find(ACTIVE_GUILD, 1, Wanted(kind))
        found[kind.value] = first, time.perf_counter() - began, board.members
    return found


async def write(store: Store, number: int) -> float:
    """Seconds of one answer, from the call to its commit."""
    answer = StoredAnswer(
        member_id=5_000_000 + number,
        guild_id=LARGEST,
        pack_id="python-concurrency",
        section_id="threads",
        question_id=f"q{number % 200}",
        question_hash="0123456789abcdef",
        family="family",
        mode="practice",
        run_id=10**12 + number,
        position=0,
        given=chose(1),
        correct=True,
        points=10,
        answered_ms=1_790_000_000_000 + number,
    )
    card = Card(2.0, 5.0, 1_790_000_000_000, 1_790_100_000_000)
    began = time.perf_counter()
    await store.write(lambda tx: answers.record(tx, answer, card, ("all", "2026-W47", "2026-11")))
    return time.perf_counter() - began


def p99(values: list[float]) -> float:
    """The 99th percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]


async def measure(millions: float) -> dict[str, Any]:
    """All figures."""
    count = round(millions * 1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        large_path, empty_path = Path(folder) / "large.db", Path(folder) / "empty.db"
        players = await fill(large_path, count)
        built = time.monotonic() - began
        await fill_active(Path(folder) / "active.db")
        large, empty = await Store.open(large_path), await Store.open(empty_path)
        active = await Store.open(Path(folder) / "active.db")
        try:
            looks, bare = await ask(large, large_path, players)
            whole = await ask_whole(large, players)
            read_seconds = statistics.median([await read_bare(Path(folder) / "active.db") for _ in range(5)])
            reckoned = await reckon(active)
            for number in range(20):  # both warm
                await write(large, number)
                await write(empty, number)
            pairs = [(await write(large, n), await write(empty, n)) for n in range(100, 100 + WRITTEN)]
        finally:
            await large.close()
            await empty.close()
            await active.close()
        size = large_path.stat().st_size
    return {
        "answers": count,
        "players_of_largest": players,
        "built_seconds": built,
        "bytes": size,
        "look_p50_ms": statistics.median(looks) * 1000,
        "look_p99_ms": p99(looks) * 1000,
        "bare_p50_ms": statistics.median(bare) * 1000,
        "bare_p99_ms": p99(bare) * 1000,
        "whole_p50_ms": statistics.median(whole) * 1000,
        "whole_p99_ms": p99(whole) * 1000,
        "reckoned": reckoned,
        "read_ms": read_seconds * 1000,
        "write_large_ms": statistics.median(large for large, _ in pairs) * 1000,
        "write_empty_ms": statistics.median(empty for _, empty in pairs) * 1000,
        "write_ratio": statistics.median(large / empty for large, empty in pairs),
    }


def table(found: dict[str, Any]) -> bool:
    """Print the figures against their targets; says whether all were met."""
    bare_ms = found["bare_p99_ms"]
    rows = [
        (
            f"top ten and own place, {found['answers']:,} answers, {found['players_of_largest']:,} players in the server",
            f"p50 {found['look_p50_ms']:.2f} ms, p99 {found['look_p99_ms']:.2f} ms; the bare query p99 {bare_ms:.2f} ms: "
            f"{found['look_p99_ms'] / bare_ms:.2f} times",
            f"p99 at most {LOOK_AT_MOST:g} times",
            found["look_p99_ms"] <= LOOK_AT_MOST * bare_ms,
        ),
        (
            "the whole board: size, names, own place",
            f"p50 {found['whole_p50_ms']:.2f} ms, p99 {found['whole_p99_ms']:.2f} ms",
            "for the record",
            True,
        ),
        *(
            (
                f"{kind}, {ACTIVE:,} members of {ACTIVE_ANSWERS} answers, {members:,} on it",
                f"first {first * 1000:.0f} ms, then {again * 1000:.1f} ms; reading them bare {found['read_ms']:.0f} ms",
                f"first at most {RECKONED_AT_MOST:g} times",
                first * 1000 <= RECKONED_AT_MOST * found["read_ms"],
            )
            for kind, (first, again, members) in found["reckoned"].items()
        ),
        (
            "one more answer, beside an empty database by turns",
            f"{found['write_large_ms']:.2f} ms, empty {found['write_empty_ms']:.2f} ms: {found['write_ratio']:.2f} times",
            "the same (at most 1.5 times)",
            found["write_ratio"] <= 1.5,
        ),
    ]
    print(f"{found['bytes'] / 1e6:,.0f} MB, built in {found['built_seconds']:.0f} s\n")
    print(drawn(rows))
    return all_met(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--millions", type=float, default=1.0)
    parser.add_argument("--json", type=Path, help="also write every figure to this file")
    options = parser.parse_args()
    figures = asyncio.run(measure(options.millions))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2), "utf-8")
    sys.exit(0 if table(figures) else 1)
