"""The write lane: groups, failures, other processes, the end."""

import asyncio
import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from engines import REFUSED
from in_english import refused, say
from opened_store import opened

from bot.errors import NotFound, StorageError
from bot.facts import said
from bot.storage.sqlite import database as module
from bot.storage.sqlite.database import Sqlite, _connect
from bot.storage.sqlite.lane import Lane
from bot.storage.store import MAX_BATCH, Store


@pytest.fixture
async def store(tmp_path):
    async with opened(tmp_path / "a.db") as made:
        yield made


def test_a_test_runs_on_the_engine_that_it_names(store: Store, request: pytest.FixtureRequest):
    named = request.node.callspec.params["engine"] if hasattr(request.node, "callspec") else "sqlite"
    assert f".{named}." in type(store._engine).__module__


def adding(member_id: int, name: str = "Ada"):
    return lambda tx: tx.run("INSERT INTO member VALUES (1, ?, ?, 3, NULL)", (member_id, name))


async def members(store: Store) -> list[int]:
    return [member for (member,) in await store.rows("SELECT member_id FROM member ORDER BY member_id")]


async def test_what_a_job_returns_comes_back_once_it_is_committed(store):
    async def job(tx):
        await adding(7)(tx)
        return await tx.rows("SELECT name FROM member")

    assert await store.write(job) == [("Ada",)]
    assert await members(store) == [7]


@pytest.mark.sqlite
async def test_concurrent_writes_all_land_in_the_order_they_came(store):
    count = 2 * MAX_BATCH + 7
    seen: list[int] = []

    def job(number):
        async def write(tx):
            await adding(number)(tx)
            seen.append(number)
            return number

        return write

    assert await asyncio.gather(*(store.write(job(n)) for n in range(count))) == list(range(count))
    assert await members(store) == seen == list(range(count))


@pytest.mark.parametrize("failure", [ValueError("spilt"), NotFound(said("gone")), sqlite3.IntegrityError("twice")])
async def test_a_failing_job_leaves_nothing_and_does_not_touch_the_others_of_its_group(store, failure):
    async def failing(tx):
        await adding(100)(tx)
        raise failure

    outcomes = await asyncio.gather(
        store.write(adding(1)), store.write(failing), store.write(adding(2)), return_exceptions=True
    )
    assert outcomes == [None, failure, None]
    assert await members(store) == [1, 2]


async def test_a_row_that_is_there_already_fails_only_its_own_job(store):
    *same, other = await asyncio.gather(*(store.write(adding(n)) for n in (1, 1, 2)), return_exceptions=True)
    assert other is None
    assert None in same  # which of them came first is for the engine to say
    assert [one for one in same if isinstance(one, REFUSED)] == [one for one in same if one is not None] != []
    assert await members(store) == [1, 2]


@pytest.mark.sqlite
async def test_a_value_of_the_wrong_type_is_refused_by_the_table(store):
    with pytest.raises(sqlite3.IntegrityError):
        await store.write(lambda tx: tx.run("INSERT INTO member VALUES ('one', 2, 'Ada', 3, NULL)"))


async def test_a_question_of_no_run_is_refused(store):
    with pytest.raises(REFUSED, match=r"(?i)foreign key"):
        await store.write(lambda tx: tx.run("INSERT INTO practice_question VALUES (99, 0, 'q', 'h', '012')"))


async def test_a_write_that_nobody_waits_for_any_more_is_still_stored(tmp_path):
    async with opened(tmp_path / "a.db") as store:
        task = asyncio.create_task(store.write(adding(1)))
        await asyncio.sleep(0)
        task.cancel()
        await store.write(adding(2))
        assert task.cancelled()
    async with opened(tmp_path / "a.db") as again:  # its end waits for what was queued
        assert await members(again) == [1, 2]


async def test_a_transaction_sees_its_own_changes_and_others_see_them_after_it(store):
    halfway, go_on = asyncio.Event(), asyncio.Event()

    async def slow(tx):
        await adding(1)(tx)
        halfway.set()
        await go_on.wait()
        return await tx.rows("SELECT member_id FROM member")

    task = asyncio.create_task(store.write(slow))
    await halfway.wait()
    assert await members(store) == []
    go_on.set()
    assert await task == [(1,)]
    assert await members(store) == [1]


async def test_what_was_queued_before_the_end_is_stored(tmp_path):
    async with opened(tmp_path / "a.db") as store:
        tasks = [asyncio.create_task(store.write(adding(n))) for n in range(20)]
        await asyncio.sleep(0)
        await store.close()
        await asyncio.gather(*tasks)
    async with opened(tmp_path / "a.db") as again:
        assert await members(again) == list(range(20))


async def test_after_the_end_reading_and_writing_say_so(store):
    await store.close()
    with refused(StorageError, "shutting down"):
        await store.write(adding(1))
    with refused(StorageError, "shutting down"):
        await store.rows("SELECT 1")


HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
connection.execute("ROLLBACK")
"""


@contextlib.asynccontextmanager
async def held_by_another_process(path: Path) -> AsyncIterator[None]:
    """The file's write lock, taken by a process of its own for the length of a block."""
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, str(path), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert (await other.stdout.readline()).strip() == b"held"
        yield
    finally:
        other.stdin.close()
        await other.wait()


@pytest.mark.sqlite
async def test_while_another_process_holds_the_file_nothing_is_stored_and_it_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.02)
    async with opened(tmp_path / "a.db") as store:
        await store.write(adding(1))
        async with held_by_another_process(store.path):
            outcomes = await asyncio.gather(*(store.write(adding(n)) for n in (2, 3)), return_exceptions=True)
            assert [type(outcome) for outcome in outcomes] == [StorageError, StorageError]
            assert "try again" in say(outcomes[0].fact)
            assert await members(store) == [1]
        await store.write(adding(4))
        assert await members(store) == [1, 4]


@pytest.mark.sqlite
async def test_a_file_that_breaks_while_it_is_in_use_is_told_as_what_it_is(tmp_path):
    path = tmp_path / "a.db"
    async with opened(path) as store:
        for start in range(0, 4_000, 1_000):
            await store.write(
                lambda tx, start=start: tx.run_many(
                    "INSERT INTO member VALUES (1, ?, ?, 3, NULL)",
                    [(n, "Ada" * 20) for n in range(start, start + 1_000)],
                )
            )
    with path.open("r+b") as file:
        pages = path.stat().st_size // 4_096
        file.seek(4_096)
        file.write(b"\xff" * 4_096 * (pages - 1))
    writer, reader = await _connect(path), await _connect(path)
    store = Store(Lane(Sqlite(path, writer, reader)))  # as one that was opened before
    try:
        with refused(StorageError, "Please try again"):
            await store.rows("SELECT count(name) FROM member")
        with refused(StorageError, "Please try again"):
            await store.write(adding(9_999))
    finally:
        await store.close()
