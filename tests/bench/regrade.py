"""One question graded anew in a large database, beside a competition that is on: what it holds up, and whether it is right.

    python tests/bench/regrade.py [--millions 1] [--members 200] [--json FILE]

Builds a file of so many million answers (every member has answered all 200 questions of the course; half of the members in
the playground's server) and a finished competition; starts the bot on it, lets members of the playground click on the
rounds of a competition, about 100 a second, and changes the key of the finished one's first question. Afterwards the file
is held against one in which all that the decision touches was thrown away and built from nothing. Linux. Ends in a table.
"""

import argparse
import asyncio
import contextlib
import json
import os
import platform
import re
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any

from bot.model.games import Setup
from bot.quiz.competition.events import Join, Tick
from bot.quiz.competition.state import Rules
from bot.services.competition.openings import Opening

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS.parent), str(TESTS), *(str(TESTS / part) for part in ("e2e", "bench", "services"))]

from burst import quantile  # noqa: E402
from evening import Channel, custom_ids  # noqa: E402
from figures import drawn  # noqa: E402
from hosting import Bot, Member, until  # noqa: E402
from test_games_and_members import Board, DiscordHandClock  # noqa: E402

from bot.demos.registry import DEMOS  # noqa: E402
from bot.packs.library import Library  # noqa: E402
from bot.packs.loading import load_packs  # noqa: E402
from bot.packs.models import Question  # noqa: E402
from bot.playground.server import Playground  # noqa: E402
from bot.quiz.question.regrading import replayed  # noqa: E402
from bot.services.competition.games import Competitions  # noqa: E402
from bot.services.lifecycle import Lifecycle  # noqa: E402
from bot.services.posts import Posts  # noqa: E402
from bot.services.practice.practising import Learner  # noqa: E402
from bot.services.question import repair  # noqa: E402
from bot.storage import answers  # noqa: E402
from bot.storage.question import rulings  # noqa: E402
from bot.storage.store import Store, Transaction  # noqa: E402

PACK = "python-concurrency"
PIECE_MS, ACKNOWLEDGED_MS = 20.0, 250.0
CLICKS_A_SECOND = 100
LONGEST_SECONDS = 240
FIRST_MEMBER = 10**6
ELSEWHERE = 77
ANSWERED_FROM = 1_795_000_000_000
"""Wednesday, 18 November 2026; all of the answers are of the same week and month."""
FILL = """
INSERT INTO answer (member_id, guild_id, pack_id, section_id, question_id, question_hash, family, mode, run_id, position,
    chosen, correct, points, answered_ms)
SELECT :first + m.value, CASE WHEN m.value % 2 THEN :guild ELSE :elsewhere END, :pack, q.section, q.id, q.hash, q.family,
    'practice', m.value, q.place, c.chosen, c.chosen = q.key, 10 * (c.chosen = q.key), :from + 1000 * q.place + m.value
FROM generate AS m CROSS JOIN question AS q CROSS JOIN (SELECT 0 AS chosen UNION ALL SELECT 1 UNION ALL SELECT 2) AS c
WHERE c.chosen = (m.value * 7 + q.place * 3 + m.value * q.place) % 3
"""


async def play_one(path: Path, library: Library, guild_id: int, channel_id: int, players: int) -> Question:
    """A finished competition of so many players; returns its first question."""
    store, clock = await Store.open(path), DiscordHandClock(ANSWERED_FROM - 3_600_000)
    channel = Board(clock)
    life = Lifecycle()
    games = Competitions(lambda _guild_id: library, store, clock, Random(3), Posts(clock, channel), life)  # type: ignore[arg-type]
    try:
        host, chance = Learner(FIRST_MEMBER - 1, guild_id, "Host"), Random(4)
        rules = Rules(rounds=3, pace_ms=20_000, reveal_ms=1_000, lobby_ms=60_000)
        game = (await games.open(Opening(guild_id, channel_id, host, rules, Setup((), None, "standard")))).game.id
        for n in range(players):
            await games.act(game, Join(FIRST_MEMBER - 2 - n), Learner(FIRST_MEMBER - 2 - n, guild_id, f"Player {n}"))
        await games.start(game, host, manager=False)
        live = games._live[game]
        question = live.game.questions[0]
        for number in range(3):
            while live.message_id("round", number) is None:
                await store.rows("SELECT 1")
            for n in range(players):
                who = Learner(FIRST_MEMBER - 2 - n, guild_id, f"Player {n}")
                stamp_ms = clock.now_ms() + chance.randrange(500, 19_000)
                await games.answer(game, number, chance.randrange(3), who, stamp_ms, channel.rounds[number])
            for _ in range(2):
                clock.now = max(clock.now, live.game.state.wake_ms or 0)
                await games.act(game, Tick(), host)
        return question
    finally:
        await life.close()
        await store.close()


def fill(path: Path, library: Library, guild_id: int, count: int) -> int:
    """So many answers, each member's first to every question, with the totals as the bot keeps them; returns the members."""
    questions = library.pack(PACK).questions
    members = count // len(questions)
    values = {
        **{"first": FIRST_MEMBER, "guild": guild_id, "elsewhere": ELSEWHERE},
        **{"pack": PACK, "from": ANSWERED_FROM},
    }
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("CREATE TEMP TABLE question (place, id, hash, family, section, key)")
        database.executemany(
            "INSERT INTO temp.question VALUES (?, ?, ?, ?, ?, ?)",
            [(n, q.id, q.content_hash, q.family, q.section, q.key) for n, q in enumerate(questions)],
        )
        database.execute("CREATE TEMP TABLE generate (value)")
        for first in range(0, members, 500):
            database.execute("DELETE FROM temp.generate")
            numbers = [(n,) for n in range(first, min(members, first + 500))]
            database.executemany("INSERT INTO temp.generate VALUES (?)", numbers)
            database.execute("BEGIN")
            database.execute(FILL, values)
            database.execute("COMMIT")
        database.execute("DELETE FROM total")
        database.execute("ANALYZE")
    return members


async def complete(path: Path, family: str) -> None:
    """The totals of what is in the file, and everybody's cards of a family."""
    store = await Store.open(path)

    async def put_cards(tx: Transaction) -> None:
        rows = await tx.rows("SELECT DISTINCT member_id FROM answer WHERE family = ?", (family,))
        histories = await answers.family_histories(tx, [(member_id, family) for (member_id,) in rows], PACK)
        await answers.put_cards(tx, PACK, {key: replayed(history, {}, None)[1] for key, history in histories.items()})

    try:
        await repair.repair_totals(store)
        await store.write(put_cards)
    finally:
        await store.close()


class Clicks:
    """Members who click on whatever round is open, and how long they wait."""

    def __init__(self, playground: Playground, members: list[Member]) -> None:
        self.playground = playground
        self.members = members
        self.waits: list[float] = []
        self.failed = 0
        self.measuring = False
        self._chance = Random(11)

    async def go_on(self) -> None:
        """About so many clicks a second, until cancelled; most are an answer's second click, which is stored no more."""
        channel = Channel(self.playground)
        while True:
            await asyncio.sleep(1 / CLICKS_A_SECOND)
            for message in channel.offering(r"sh:game\.pick:\d+:\d+:0")[-1:]:
                ids = [one for one in custom_ids(message) if one.startswith("sh:game.pick:")]
                self._click(self._chance.choice(self.members), message, self._chance.choice(ids))

    def _click(self, member: Member, message: dict[str, Any], custom_id: str) -> None:
        started = time.perf_counter()
        measuring = self.measuring

        def hear(state: str, _details: object) -> None:
            if measuring and state == "acknowledged":
                self.waits.append(time.perf_counter() - started)
            elif measuring:
                self.failed += 1

        self.playground.acts.click(member.id, message["channel_id"], message["id"], custom_id, hear)


async def measure(millions: float, players: int) -> dict[str, Any]:
    """All figures."""
    library = Library(load_packs(TESTS.parent / "content", DEMOS))
    with tempfile.TemporaryDirectory() as folder:
        async with Playground() as playground:
            for number in range(players + 1 - len(playground.world.members)):
                playground.acts.add_member(f"Member {number}")
            bot = Bot(playground, Path(folder) / "data", STUDYHALL_PROGRESS_SECONDS="2")
            path = bot.data_dir / "studyhall.db"
            guild_id = int(playground.world.guild_id)
            channel_id = int(next(iter(playground.world.channels)))
            question = await play_one(path, library, guild_id, channel_id, players)
            filled = await asyncio.to_thread(fill, path, library, guild_id, round(millions * 1_000_000))
            await complete(path, question.family)
            before = snapshot(path)
            await bot.start()
            found = await regrade_one(playground, bot, question, players)
            await bot.stop()
            return {
                "machine": f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores",
                "answers": round(millions * 1_000_000),
                "members": filled,
                **found,
                **read_log(bot.log()),
                **await compared(path, before, question, guild_id),
            }


async def regrade_one(playground: Playground, bot: Bot, question: Question, players: int) -> dict[str, Any]:
    """A competition with clicks; then the key is changed, and what they wait is measured until that is in force."""
    owner, others = Member(playground, 0), [Member(playground, n) for n in range(1, players + 1)]
    shown = await owner.command("help")
    await owner.forge(shown, "sh:flags.open", 3, [f"{PACK}/{question.id}"])  # the statistics are counted once, before
    await owner.steer(await owner.command("compete", rounds=30, pace="calm"), "Start")
    await Channel(playground).open(0)
    clicks = Clicks(playground, others)
    clicking = asyncio.create_task(clicks.go_on())
    try:
        clicks.measuring = True
        await asyncio.sleep(10)
        calm, clicks.waits = clicks.waits, []
        wrong = (question.key + 1) % 3
        began = time.perf_counter()
        await owner.forge(shown, f"sh:flags.do:o{wrong}:{question.content_hash[:5]}:{PACK}:{question.id}")
        told = lambda: Channel(playground).offering(r"sh:flags\.mine:\d+")  # noqa: E731
        await until(playground, told, "those who moved are told", LONGEST_SECONDS)
        seconds = time.perf_counter() - began
        clicks.measuring = False
    finally:
        clicking.cancel()
    await owner.steer(await Channel(playground).open(0), "End game for everyone")
    await Channel(playground).podium()
    return {
        "seconds": seconds,
        "clicks": len(clicks.waits),
        "failed": clicks.failed,
        "acknowledged_p50_ms": statistics.median(clicks.waits) * 1000,
        "acknowledged_p99_ms": quantile(clicks.waits, 0.99) * 1000,
        "acknowledged_longest_ms": max(clicks.waits) * 1000,
        "calm_p50_ms": statistics.median(calm) * 1000,
        "calm_p99_ms": quantile(calm, 0.99) * 1000,
    }


def read_log(log: str) -> dict[str, Any]:
    """What the bot says of the regrade."""
    found = re.search(
        r"regraded .*: (\d+) of (\d+) member\(s\), (\d+) of (\d+) competition\(s\) changed; (\d+) pieces so far, "
        r"p99 ([\d.]+) ms, longest of the last ([\d.]+) ms",
        log,
    )
    assert found, log[-2000:]
    changed, touched, games, of_games, pieces = map(int, found.groups()[:5])
    return {
        **{"changed": changed, "touched": touched, "games": games, "of_games": of_games},
        **{"pieces": pieces, "piece_p99_ms": float(found[6]), "piece_longest_ms": float(found[7])},
    }


def snapshot(path: Path) -> dict[int, tuple[int, int, int]]:
    """What an answer's grading was, by its id."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT id, correct, points, void FROM answer")
        return {row[0]: row[1:] for row in rows}


DERIVED = (
    "SELECT id, correct, points, void, kept FROM answer ORDER BY id",
    "SELECT * FROM card WHERE family = :family ORDER BY 1, 2, 3",
    "SELECT * FROM total ORDER BY 1, 2, 3, 4",
    "SELECT competition_id, round, member_id, marks FROM competition_answer ORDER BY 1, 2, 3",
    "SELECT * FROM competition_result ORDER BY 1, 2",
    "SELECT * FROM rating ORDER BY 1, 2",
)


def derived(path: Path, family: str) -> list[list[Any]]:
    """All that follows from the answers."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        return [database.execute(sql, {"family": family} if ":" in sql else {}).fetchall() for sql in DERIVED]


async def compared(path: Path, before: dict[int, tuple[int, ...]], question: Question, guild_id: int) -> dict[str, Any]:
    """Whether only touched members changed, and whether a rebuild from nothing gives the same."""
    copy = path.with_name("rebuilt.db")
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        rows = database.execute(
            "SELECT DISTINCT member_id FROM answer WHERE question_id = ? AND guild_id = ?", (question.id, guild_id)
        )
        touched = {member_id for (member_id,) in rows}
        now = database.execute("SELECT id, member_id, correct, points, void FROM answer").fetchall()
    strangers = sum(row[0] in before and before[row[0]] != row[2:] and row[1] not in touched for row in now)
    await asyncio.to_thread(shutil.copyfile, path, copy)
    with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as database:
        of_family = f"family = '{question.family}' AND member_id IN ({','.join(map(str, sorted(touched)))})"
        ruled = f"question_id = '{question.id}' AND guild_id = {guild_id}"
        database.execute(f"UPDATE answer SET points = -1 WHERE {of_family} AND guild_id = {guild_id} AND NOT kept")
        database.execute(f"UPDATE answer SET correct = 1 - correct, void = 1 - void WHERE {ruled}")
        database.execute(f"DELETE FROM card WHERE {of_family}")
        database.execute("DELETE FROM total")
        database.execute(
            "UPDATE competition_answer SET marks = -1 WHERE marks IS NOT NULL AND round = 0 AND competition_id = 1"
        )
        database.execute("UPDATE competition_result SET place = 0, score = 0, bonus = 0 WHERE competition_id = 1")
        database.execute("DELETE FROM rating")
    store = await Store.open(copy)
    try:
        assert await rulings.next_regrade(store) is None
        await repair.repair_totals(store)
    finally:
        await store.close()
    ours, theirs = derived(path, question.family), derived(copy, question.family)
    return {"strangers": strangers, "equal": ours == theirs, "rows_compared": sum(map(len, ours))}


def table(found: dict[str, Any]) -> str:
    """The figures against their targets."""
    r = found
    lines = [
        (
            f"{r['pieces']} pieces on the write lane",
            f"p99 {r['piece_p99_ms']:.1f} ms, longest {r['piece_longest_ms']:.1f} ms",
            f"at most {PIECE_MS:g} ms each",
            r["piece_longest_ms"] <= PIECE_MS,
        ),
        (
            f"acknowledgements meanwhile ({r['clicks']:,} clicks in {r['seconds']:.1f} s)",
            f"p50 {r['acknowledged_p50_ms']:.0f} ms, p99 {r['acknowledged_p99_ms']:.0f} ms, longest "
            f"{r['acknowledged_longest_ms']:.0f} ms; before p50 {r['calm_p50_ms']:.0f} ms, p99 {r['calm_p99_ms']:.0f} ms; "
            f"{r['failed']} lost",
            f"p99 under {ACKNOWLEDGED_MS:g} ms, none lost",
            r["acknowledged_p99_ms"] < ACKNOWLEDGED_MS and not r["failed"],
        ),
        (
            "only touched members graded anew",
            f"{r['changed']:,} changed of {r['touched']:,} who answered it, of {r['members']:,}; {r['games']} of "
            f"{r['of_games']} competitions; {r['strangers']} others",
            "no others",
            not r["strangers"],
        ),
        (
            "the result beside a rebuild from nothing",
            f"{r['rows_compared']:,} rows {'equal' if r['equal'] else 'NOT equal'}",
            "equal",
            r["equal"],
        ),
    ]
    return f"{r['machine']}; {r['answers']:,} answers\n\n{drawn(lines)}\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--millions", type=float, default=1.0)
    parser.add_argument("--members", type=int, default=200)
    parser.add_argument("--json", type=Path, help="also write every figure to this file")
    options = parser.parse_args()
    result = asyncio.run(measure(options.millions, options.members))
    if options.json:
        options.json.write_text(json.dumps(result, indent=2), "utf-8")
    print(shown := table(result))
    sys.exit(1 if "| NO |" in shown else 0)
