"""First attempts as they stream out of the database."""

import asyncio
import sqlite3
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from in_english import refused
from opened_store import ANSWER as IN_A_SERVER
from opened_store import NOW, opened

from bot.errors import StorageError
from bot.model.answers import StoredAnswer
from bot.quiz.practice.spacing import review
from bot.quiz.question.asking import chose
from bot.quiz.question.statistics import Attempt
from bot.storage import answers
from bot.storage.question.statistics import MemberAttempts, first_attempts, first_attempts_of
from bot.storage.sqlite.beside import only_reading

ANSWER = replace(IN_A_SERVER, guild_id=None, points=0)


@pytest.fixture
async def store(tmp_path):
    async with opened(tmp_path / "a.db") as made:
        yield made


async def record(store, *given_: StoredAnswer) -> None:
    made = [replace(one, run_id=one.run_id * 1_000 + n) for n, one in enumerate(given_)]
    await store.write(lambda tx: answers.record_all(tx, [(one, review(None, one.correct, NOW)) for one in made], []))


async def read(db, page: int = 1_000) -> list[MemberAttempts]:
    return [one async for batch in first_attempts(db, page) for one in batch]


async def test_nothing_comes_of_a_database_without_answers(store):
    assert await read(store) == []


async def test_only_the_first_answer_of_a_family_counts_whatever_question_and_mode_it_was(store):
    await record(
        store,
        replace(ANSWER, correct=False, given=chose(1)),
        ANSWER,
        replace(ANSWER, question_id="sibling", mode="competition"),
        replace(ANSWER, question_id="q2", family="leaf", question_hash="older"),
        replace(ANSWER, question_id="q2", family="leaf", question_hash="newer"),
    )
    assert await read(store) == [
        MemberAttempts("tea", [Attempt("q1", "h", 1, right=False), Attempt("q2", "older", 2, right=True)])
    ]


async def test_each_course_has_its_families(store):
    await record(store, ANSWER, replace(ANSWER, pack_id="coffee"), replace(ANSWER, member_id=8))
    assert [(one.pack_id, len(one.attempts)) for one in await read(store)] == [("coffee", 1), ("tea", 1), ("tea", 1)]


async def test_time_and_confidence_come_from_the_competition(store):
    answer = replace(ANSWER, mode="competition", run_id=3, position=4)

    async def job(tx) -> None:
        await answers.record_all(tx, [(answer, review(None, answer.correct, NOW))], [])
        await tx.run(
            "INSERT INTO competition (id, guild_id, channel_id, pack_id, setup, head, phase, round, created_ms)"
            " VALUES (3, 1, 1, 'tea', '{}', '{}', 'over', 4, 0)"
        )
        await tx.run("INSERT INTO competition_answer VALUES (3, 4, 7, 0, ?, 8000, 2, 1, NULL)", (NOW,))

    await store.write(job)
    [[attempt]] = [one.attempts for one in await read(store)]
    assert (attempt.elapsed_ms, attempt.sureness) == (8_000, 2)


async def test_who_was_deleted_is_left_out_because_nothing_tells_which_answer_was_the_first(store):
    await record(store, replace(ANSWER, member_id=-5), ANSWER)
    assert len(await read(store)) == 1


async def test_one_members_first_attempts_are_in_the_order_of_answering(store):
    first, second, again = "leaf", "heat", "leaf"
    asked = enumerate((first, second, again))
    await record(store, *(replace(ANSWER, family=one, question_id=f"q-{one}-{n}", correct=n != 1) for n, one in asked))
    assert await first_attempts_of(store, 7, "tea") == [("q-leaf-0", True), ("q-heat-1", False)]
    assert await first_attempts_of(store, 8, "tea") == []
    assert await first_attempts_of(store, 7, "coffee") == []


answered = st.lists(st.tuples(st.integers(1, 5), st.sampled_from("abc"), st.booleans()), max_size=30)


@settings(max_examples=15, deadline=None)
@given(made=answered, page=st.integers(1, 12))
def test_pages_of_any_size_hold_each_member_whole_and_once(made, page):
    async def check(path: Path):
        async with opened(path) as store:
            await record(store, *(replace(ANSWER, member_id=m, family=f, correct=c) for m, f, c in made))
            assert await read(store, page) == await read(store)
            return await read(store)

    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(check(Path(folder) / "a.db"))
    firsts: dict[tuple[int, str], bool] = {}
    for member, family, correct in made:
        firsts.setdefault((member, family), correct)
    expected = [[c for (m, _), c in firsts.items() if m == member] for member in sorted({m for m, *_ in made})]
    assert [[attempt.right for attempt in one.attempts] for one in found] == expected


# Beside a running bot


@pytest.mark.sqlite
async def test_a_database_is_read_while_a_bot_has_it_open_and_sees_what_was_committed(store):
    async with only_reading(store.path) as db:
        assert await read(db) == []
        await record(store, ANSWER)
        assert len(await read(db)) == 1


@pytest.mark.sqlite
async def test_nothing_can_be_changed_there(store):
    async with only_reading(store.path) as db:
        with pytest.raises(StorageError):
            await db.rows("DELETE FROM answer")


async def test_a_database_that_is_not_there_is_not_made(tmp_path):
    with refused(StorageError, "There is no database at"):
        async with only_reading(tmp_path / "none.db"):
            raise AssertionError("it was opened")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("version", "says"), [(1, "Start the bot once"), (9_999, "Use the newer Studyhall")])
async def test_a_database_of_another_version_is_left_as_it_is(tmp_path, version, says):
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    with refused(StorageError, says):
        async with only_reading(path):
            raise AssertionError("it was opened")


async def test_a_file_that_is_no_database_is_told(tmp_path):
    (tmp_path / "a.db").write_text("this is no database at all, " * 100)
    with refused(StorageError, "can't be used"):
        async with only_reading(tmp_path / "a.db"):
            raise AssertionError("it was opened")
