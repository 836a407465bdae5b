"""Answers, the cards that space them, and the totals that are kept with them."""

import asyncio
import sqlite3
import tempfile
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from engines import REFUSED
from hypothesis import given, settings
from hypothesis import strategies as st
from opened_store import ANSWER, NOW, opened

from bot.clock import DAY_MS as DAY
from bot.model.answers import Before, StoredAnswer
from bot.model.boards import Total
from bot.model.lessons import PagePlace
from bot.model.members import Face
from bot.quiz.board.ranking import BoardKind
from bot.quiz.calendar.periods import Period, period_key, period_keys
from bot.quiz.practice.picking import Asked, Run, Seen
from bot.quiz.practice.spacing import Card, review
from bot.quiz.question.asking import chose
from bot.storage import answers, boards, members, practice, reading


@pytest.fixture
async def store(tmp_path):
    async with opened(tmp_path / "a.db") as made:
        yield made


def points_of(guild_id: int) -> boards.Ranked:
    return boards.ranked(BoardKind.POINTS, guild_id, "all")


def recording(answer: StoredAnswer, card: Card | None = None):
    after = card or review(None, answer.correct, answer.answered_ms)
    return lambda tx: answers.record(tx, answer, after, period_keys(answer.answered_ms, UTC))


async def test_what_was_known_before_an_answer(store):
    assert await answers.before(store, 7, "tea", "q1", "heat") == Before(answered_before=False, card=None)
    card = Card(1.5, 6.0, NOW, NOW + DAY)
    await store.write(recording(ANSWER, card))
    assert await answers.before(store, 7, "tea", "q1", "heat") == Before(answered_before=True, card=card)
    assert await answers.before(store, 7, "tea", "q2", "heat") == Before(answered_before=False, card=card)
    assert await answers.before(store, 8, "tea", "q1", "heat") == Before(answered_before=False, card=None)
    assert await answers.before(store, 7, "mate", "q1", "heat") == Before(answered_before=False, card=None)
    assert await answers.due_by_family(store, 7, "tea") == {"heat": NOW + DAY}


async def test_the_last_answer_to_a_question_is_what_counts_as_seen(store):
    for run_id, correct, at in [(1, True, NOW), (2, False, NOW + DAY), (3, True, NOW + DAY // 2)]:
        await store.write(recording(replace(ANSWER, run_id=run_id, correct=correct, answered_ms=at)))
    assert await answers.last_answers(store, 7, "tea") == {"q1": Seen(NOW + DAY, correct=False)}


async def test_an_answer_that_counts_for_nobody_is_not_what_was_seen(store):
    for run_id, correct, at in [(1, True, NOW), (2, False, NOW + DAY)]:
        await store.write(recording(replace(ANSWER, run_id=run_id, correct=correct, answered_ms=at)))
    await store.write(lambda tx: tx.run("UPDATE answer SET void = 1 WHERE run_id = 2"))
    assert await answers.last_answers(store, 7, "tea") == {"q1": Seen(NOW, correct=True)}
    await store.write(lambda tx: tx.run("UPDATE answer SET void = 1"))
    assert await answers.last_answers(store, 7, "tea") == {}


async def test_of_two_answers_at_the_same_moment_the_later_stored_one_was_the_last(store):
    for run_id, correct in [(1, True), (2, False)]:
        await store.write(recording(replace(ANSWER, run_id=run_id, correct=correct)))
    assert await answers.last_answers(store, 7, "tea") == {"q1": Seen(NOW, correct=False)}


@pytest.mark.parametrize("change", [{}, {"given": chose(1), "correct": False}, {"answered_ms": NOW + 1}])
async def test_there_is_one_answer_for_each_position_of_a_run(store, change):
    await store.write(recording(ANSWER))
    with pytest.raises(REFUSED):
        await store.write(recording(replace(ANSWER, **change)))
    assert await store.rows("SELECT chosen, answered_ms FROM answer") == [(2, NOW)]
    assert (await boards.of_member(store, points_of(1), 7)).of == Total(7, 10, 1, 1)


async def test_an_answer_counts_for_its_week_its_month_and_all_time_overall_and_in_its_section(store):
    await store.write(recording(ANSWER))
    rows = await store.rows("SELECT period, section FROM total ORDER BY period, section")
    assert rows == [(period, section) for period in ("2026-11", "2026-W47", "all") for section in ("", "tea/water")]


async def test_an_answer_in_a_competition_counts_on_the_board_of_competitions_too(store):
    await store.write(recording(replace(ANSWER, mode="competition")))
    rows = await store.rows("SELECT section, points, answers, correct FROM total WHERE period = 'all' ORDER BY section")
    assert rows == [(section, 10, 1, 1) for section in ("", "in:competition", "tea/water")]


async def test_a_bonus_counts_overall_and_on_the_board_of_competitions(store):
    await store.write(lambda tx: answers.add_points(tx, 1, {7: 30, 8: 20}, ["all", "2026-W47"], NOW))
    rows = await store.rows("SELECT period, section, member_id, points, answers FROM total ORDER BY 1, 2, 3")
    assert rows == [
        (period, section, member, points, 0)
        for period in ("2026-W47", "all")
        for section in ("", "in:competition")
        for member, points in [(7, 30), (8, 20)]
    ]


async def test_an_answer_in_direct_messages_teaches_but_counts_for_no_board(store):
    await store.write(recording(replace(ANSWER, guild_id=None)))
    assert await store.rows("SELECT count(*) FROM total") == [(0,)]
    assert (await answers.before(store, 7, "tea", "q1", "heat")).answered_before


given_answers = st.lists(
    st.builds(
        lambda member, guild, section, correct, earns, days: replace(
            ANSWER,
            member_id=member,
            guild_id=guild,
            section_id=section,
            correct=correct,
            points=10 * (correct and earns),
            answered_ms=NOW + days * DAY,
        ),
        st.integers(1, 4),
        st.sampled_from([None, 1, 2]),
        st.sampled_from(["water", "leaves"]),
        st.booleans(),
        st.booleans(),
        st.integers(0, 45),
    ),
    max_size=25,
)


@settings(max_examples=12, deadline=None)
@given(made=given_answers)
def test_totals_are_the_sums_of_the_answers(made):
    async def check(path: Path):
        numbered = [replace(answer, run_id=n) for n, answer in enumerate(made)]
        async with opened(path) as store:
            await asyncio.gather(*(store.write(recording(answer)) for answer in numbered))
            return await store.rows("SELECT guild_id, period, section, member_id, points, answers, correct FROM total")

    with tempfile.TemporaryDirectory() as folder:
        kept = asyncio.run(check(Path(folder) / "a.db"))
        connection = sqlite3.connect(Path(folder) / "a.db")
        connection.create_function("week", 1, lambda at: period_key(Period.WEEK, at, UTC))
        connection.create_function("month", 1, lambda at: period_key(Period.MONTH, at, UTC))
        again = connection.execute(
            "WITH counted AS (SELECT a.*, p.value AS period, s.value AS part FROM answer a,"
            " json_each(json_array('all', week(answered_ms), month(answered_ms))) p,"
            " json_each(json_array('', pack_id || '/' || section_id)) s WHERE guild_id IS NOT NULL)"
            " SELECT guild_id, period, part, member_id, sum(points), count(*), sum(correct) FROM counted"
            " GROUP BY guild_id, period, part, member_id"
        ).fetchall()
        connection.close()
    assert sorted(kept) == sorted(again)


async def test_among_equals_who_had_the_points_first_stands_first(store):
    for member, at in [(1, NOW + 3), (2, NOW + 1), (3, NOW + 2)]:
        await store.write(recording(replace(ANSWER, member_id=member, run_id=member, answered_ms=at)))
    late = replace(ANSWER, member_id=2, run_id=9, correct=False, points=0, answered_ms=NOW + 9)
    await store.write(recording(late))
    assert [entry.of.member_id for entry in await boards.page(store, points_of(1), 0, 10)] == [2, 3, 1]


async def test_a_run_comes_back_as_it_was_stored_with_its_answers(store):
    asked = (Asked(0, "q1", "h", (2, 0, 1)), Asked(1, "q2", "h2", (0, 1, 2, 3)))
    run_id = await store.write(lambda tx: practice.create(tx, Run(0, 7, 1, "tea", "water", "easy", asked), NOW))
    assert await practice.load(store, run_id) == Run(run_id, 7, 1, "tea", "water", "easy", asked)
    await store.write(recording(replace(ANSWER, run_id=run_id)))
    loaded = await practice.load(store, run_id)
    assert loaded.asked == (replace(asked[0], given=chose(2), correct=True, points=10), asked[1])
    assert await practice.load(store, run_id + 1) is None


async def test_the_name_of_a_member_is_the_last_one_seen_in_that_server(store):
    for guild, name in [(1, "Ada"), (2, "Countess"), (1, "Ada L.")]:
        await store.write(lambda tx, g=guild, n=name: members.remember(tx, g, 7, Face(n), NOW))
    assert await members.names(store, 1, [7, 8]) == {7: "Ada L."}
    assert await members.names(store, 2, [7]) == {7: "Countess"}
    assert await members.names(store, 1, []) == {}


async def test_the_avatar_of_a_member_is_the_last_one_seen_in_that_server_or_none(store):
    for guild, avatar in [(1, "a_0f"), (2, "beef"), (1, "cafe"), (3, "cafe"), (3, None)]:
        await store.write(lambda tx, g=guild, a=avatar: members.remember(tx, g, 7, Face("Ada", a), NOW))
    assert [await members.faces(store, guild, [7, 8]) for guild in (1, 2, 3)] == [
        {7: Face("Ada", avatar)} for avatar in ("cafe", "beef", None)
    ]


async def test_pages_read_and_the_last_of_them(store):
    assert await reading.last_read(store, 7) is None
    for at, place in enumerate([PagePlace("leaves", 0), PagePlace("water", 3), PagePlace("leaves", 0)]):
        await store.write(lambda tx, a=at, p=place: reading.mark_read(tx, 7, "tea", p, NOW + a))
    assert await reading.pages_read(store, 7, "tea") == {PagePlace("leaves", 0), PagePlace("water", 3)}
    assert await reading.last_read(store, 7) == ("tea", PagePlace("leaves", 0))
    assert await reading.pages_read(store, 8, "tea") == set()
