"""Totals that are always the sums of what they count, and a repair that makes them so again."""

import asyncio
import contextlib
import sqlite3
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opened_store import opened

from bot.cli import main
from bot.model.answers import StoredAnswer
from bot.model.servers import Server
from bot.quiz.calendar.periods import Season
from bot.quiz.practice.spacing import review
from bot.quiz.question.asking import chose
from bot.services.question.repair import repair_totals
from bot.storage import answers, servers
from bot.storage.calendar import seasons

NOW = 1_795_348_800_000  # Sunday, 22 November 2026, noon UTC
DAY = 86_400_000
HALL = Server(time_zone="Pacific/Auckland", season=Season(NOW + 5 * DAY, 30))

GIVEN = st.builds(
    lambda member, guild, section, mode, correct, earns, hours: StoredAnswer(
        member_id=member,
        guild_id=guild,
        pack_id="tea",
        section_id=section,
        question_id="q",
        question_hash="h",
        family="heat",
        mode=mode,
        run_id=0,
        position=0,
        given=chose(0),
        correct=correct,
        points=10 * (correct and earns),
        answered_ms=NOW + hours * 3_600_000,
    ),
    st.integers(1, 3),
    st.sampled_from([None, 1, 2]),
    st.sampled_from(["water", "leaves"]),
    st.sampled_from(["practice", "competition", "daily"]),
    st.booleans(),
    st.booleans(),
    st.integers(0, 24 * 70),
)
ENDED = st.tuples(
    st.sampled_from([1, 2]), st.integers(0, 24 * 70), st.dictionaries(st.integers(1, 3), st.sampled_from([10, 20, 30]))
)


async def live_through(store, made: list[StoredAnswer], ended: list[tuple[int, int, dict[int, int]]]) -> None:
    """A history: answers, and competitions with their bonuses, each stored as the bot does."""
    await store.write(lambda tx: servers.save(tx, 1, HALL))
    for number, answer in enumerate(made):
        one = StoredAnswer(**{**vars(answer), "run_id": number})
        periods = [] if one.guild_id is None else (await servers.load(store, one.guild_id)).periods(one.answered_ms)
        card = review(None, one.correct, one.answered_ms)
        await store.write(lambda tx, a=one, c=card, p=periods: answers.record(tx, a, c, p))
    for number, (guild, hours, bonuses) in enumerate(ended, 1):
        at = NOW + hours * 3_600_000
        periods = (await servers.load(store, guild)).periods(at)

        async def job(tx, n=number, g=guild, at=at, bonuses=bonuses, periods=periods):
            await tx.run("INSERT INTO competition VALUES (?, ?, 9, 'tea', '', '', 'finished', 0, 0, 0, ?)", (n, g, at))
            await tx.run_many(
                "INSERT INTO competition_result VALUES (?, ?, 1, 0, 0, 0, NULL, 0, ?)",
                [(n, member, bonus) for member, bonus in bonuses.items()],
            )
            await answers.add_points(tx, g, bonuses, periods, at)

        await store.write(job)


def sums(made: list[StoredAnswer], ended: list[tuple[int, int, dict[int, int]]]) -> set[tuple]:
    """What the totals should be, counted the plain way."""
    points, given_, right = Counter(), Counter(), Counter()
    for a in made:
        if a.guild_id is None:
            continue
        for period in (HALL if a.guild_id == 1 else Server()).periods(a.answered_ms):
            for section in ["", f"tea/{a.section_id}", *(["in:competition"] if a.mode == "competition" else [])]:
                key = (a.guild_id, period, section, a.member_id)
                points[key] += a.points
                given_[key] += 1
                right[key] += a.correct
    for guild, hours, bonuses in ended:
        for period in (HALL if guild == 1 else Server()).periods(NOW + hours * 3_600_000):
            for member, bonus in bonuses.items():
                for section in ("", "in:competition"):
                    points[guild, period, section, member] += bonus
    return {(*key, points[key], given_[key], right[key]) for key in points.keys() | given_.keys()}


async def totals(store) -> set[tuple]:
    return set(await store.rows("SELECT guild_id, period, section, member_id, points, answers, correct FROM total"))


SPOIL = st.sampled_from(
    [
        "DELETE FROM total",
        "UPDATE total SET points = points + 10 WHERE member_id = 1",
        "UPDATE total SET answers = 0, correct = 0",
        "DELETE FROM total WHERE period = 'all'",
        "INSERT INTO total VALUES (3, 'all', '', 9, 50, 5, 5, 0)",
    ]
)


@settings(max_examples=15, deadline=None)
@given(made=st.lists(GIVEN, max_size=15), ended=st.lists(ENDED, max_size=3), spoil=SPOIL)
def test_totals_are_the_sums_of_answers_and_bonuses_by_themselves_and_after_a_repair(made, ended, spoil):
    async def check() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with opened(Path(folder) / "a.db") as store:
                await live_through(store, made, ended)
                expected = sums(made, ended)
                assert await totals(store) == expected
                assert await repair_totals(store) == []
                await store.write(lambda tx: tx.run(spoil))
                spoilt = await totals(store)
                changes = await repair_totals(store)
                assert await totals(store) == expected
                assert {change.key for change in changes} == {row[:4] for row in spoilt ^ expected}
                assert await repair_totals(store) == []

    asyncio.run(check())


async def test_a_repair_makes_the_totals_of_an_earlier_season_anew_which_the_archive_shows(tmp_path):
    async with opened(tmp_path / "a.db") as store:
        await store.write(lambda tx: servers.save(tx, 1, Server(season=Season(NOW, 30))))
        await store.write(lambda tx: seasons.change(tx, 1, Season(NOW, 30), NOW))
        given_at = [NOW + DAY, NOW + 31 * DAY]
        for number, at in enumerate(given_at):
            place = ("water", f"q{number}", "h", "f", "practice", number, 0)
            one = StoredAnswer(1, 1, "tea", *place, chose(0), True, 10, at)  # noqa: FBT003
            periods = (await servers.load(store, 1)).periods(at)
            await store.write(lambda tx, a=one, p=periods: answers.record(tx, a, review(None, True, a.answered_ms), p))  # noqa: FBT003
        for held in await seasons.due(store, NOW + 31 * DAY):
            await store.write(lambda tx, h=held: seasons.end(tx, h, NOW + 31 * DAY))
        [earlier] = await seasons.past(store, 1, 25)
        before = await totals(store)
        assert (1, earlier.key, "", 1, 10, 1, 1) in before
        await store.write(lambda tx: tx.run("DELETE FROM total WHERE period LIKE 'season:%'"))
        assert await repair_totals(store) != []
        assert await totals(store) == before


async def test_a_repair_leaves_the_order_of_equals_and_the_seasons_of_before_alone(tmp_path):
    async with opened(tmp_path / "a.db") as store:
        await live_through(store, [], [(2, 2, {3: 30, 2: 10}), (2, 3, {1: 30, 2: 20})])
        before = await store.rows("SELECT * FROM total ORDER BY 1, 2, 3, 4")
        assert await repair_totals(store) == []
        assert await store.rows("SELECT * FROM total ORDER BY 1, 2, 3, 4") == before
        old = (1, f"season:{NOW}", "", 1, 70, 7, 7, NOW)
        await store.write(lambda tx: tx.run("INSERT INTO total VALUES (?, ?, ?, ?, ?, ?, ?, ?)", old))
        assert await repair_totals(store) == []
        assert old in await store.rows("SELECT * FROM total")


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STUDYHALL_DATA_DIR", str(tmp_path))
    return tmp_path / "studyhall.db"


@pytest.mark.sqlite
def test_the_command_says_what_it_put_right(data, capsys):
    async def live() -> None:
        async with opened(data) as store:
            await live_through(store, [], [(2, 0, {1: 30})])

    asyncio.run(live())
    assert main(["repair"]) == 0
    assert capsys.readouterr().out == "All totals were right.\n"
    with contextlib.closing(sqlite3.connect(data, isolation_level=None)) as connection:
        connection.execute("UPDATE total SET points = 90 WHERE period = 'all' AND section = ''")
        connection.execute("DELETE FROM total WHERE period = '2026-11' AND section = ''")
    assert main(["repair"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "server 2, 2026-11, all sections, member 1: nothing -> 30 points, 0 of 0 right",
        "server 2, all, all sections, member 1: 90 points, 0 of 0 right -> 30 points, 0 of 0 right",
        "2 totals were wrong. Now all are right.",
    ]


@pytest.mark.sqlite
def test_without_a_database_the_command_says_where_it_looked(data, capsys):
    assert main(["repair"]) == 1
    assert str(data) in capsys.readouterr().err
    assert not data.exists()
