"""PostgreSQL as the store's engine: the same schema, the same statements, and what becomes of a lost connection."""

import asyncio
import contextlib
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest
from engines import OnPostgres, running_on
from in_english import refused, say

from bot.errors import StorageError
from bot.storage import privacy
from bot.storage.engine import MAX_BATCH
from bot.storage.locks import Lock, of_game, of_member, of_members
from bot.storage.postgres import database as module
from bot.storage.postgres.connecting import connected
from bot.storage.postgres.database import LAYOUT
from bot.storage.postgres.migrations import make_ready, steps, version
from bot.storage.postgres.moving import _NOT_OURS
from bot.storage.postgres.statements import statement
from bot.storage.sqlite.migrations import migrate, migrations
from bot.storage.store import Store

KINDS = {"INTEGER": "bigint", "TEXT": "text", "REAL": "double precision", "BLOB": "bytea"}


@pytest.fixture
async def postgres(request: pytest.FixtureRequest) -> AsyncIterator[OnPostgres]:
    """Opens stores on PostgreSQL alone."""
    async with running_on("postgres", request.config) as made:
        assert isinstance(made, OnPostgres)
        yield made


@pytest.fixture
async def store(postgres: OnPostgres) -> AsyncIterator[Store]:
    made = await postgres.open(Path("a"))
    yield made
    await made.close()


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again is tried again at once."""
    monkeypatch.setattr(module, "AGAIN_SECONDS", 0.001)


def add(member_id: int, name: str = "Ada"):
    return lambda tx: tx.run("INSERT INTO member VALUES (1, ?, ?, 3, NULL)", (member_id, name))


async def test_both_engines_have_the_same_tables_columns_and_keys(store: Store, tmp_path):
    path = tmp_path / "a.db"
    path.touch()
    migrate(path, "")
    theirs: dict[str, list[tuple]] = {}
    for table, column, kind, optional in await store.rows(
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
        "WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"
    ):
        theirs.setdefault(table, []).append((column, kind, optional == "YES"))
    for about_the_engine in _NOT_OURS:
        del theirs[about_the_engine]
    keys = {
        (table, tuple(columns))
        for table, columns in await store.rows(
            "SELECT c.conrelid::regclass::text, array_agg(a.attname::text ORDER BY k.place) FROM pg_constraint c "
            "CROSS JOIN LATERAL unnest(c.conkey) WITH ORDINALITY AS k (attnum, place) "
            "JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum "
            "WHERE c.contype = 'p' GROUP BY c.oid, c.conrelid"
        )
    }
    with closing(sqlite3.connect(path)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert set(theirs) == set(tables)
        for table in tables:
            columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
            key = tuple(name for _, name, _, _, _, place in sorted(columns, key=lambda one: one[5]) if place)
            assert theirs[table] == [
                (name, KINDS[kind], not required and name not in key) for _, name, kind, required, _, _ in columns
            ]
            assert (table, key) in keys
        indexes = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql != ''")
        }
    found = {name for (name,) in await store.rows("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")}
    assert indexes <= found
    assert max(migrations()) <= LAYOUT
    assert set(migrations()) | set(steps()) == set(range(1, LAYOUT + 1))  # a step may concern one of them only


@pytest.mark.parametrize(
    ("sql", "values", "text", "arguments"),
    [
        ("SELECT ? + ?", (1, 2), "SELECT $1 + $2", [1, 2]),
        ("SELECT :a, :b, :a", {"b": 2, "a": 1, "c": 3}, "SELECT $1, $2, $1", [1, 2]),
        ("SELECT '?', ':no', ?", (5,), "SELECT '?', ':no', $1", [5]),
        ("SELECT 'it''s ?' || ?", ("x",), "SELECT 'it''s ?' || $1", ["x"]),
        ("SELECT a::text, ?", (5,), "SELECT a::text, $1", [5]),
        ("SELECT 1 FROM total INDEXED BY total_by_points WHERE a = ?", (5,), "SELECT 1 FROM total WHERE a = $1", [5]),
        ("SELECT ?", ("a\0b",), "SELECT $1", ["ab"]),
    ],
)
def test_a_statement_is_written_as_postgresql_takes_it(sql, values, text, arguments):
    made = statement(sql)
    assert made.text == text
    assert made.arguments(values) == arguments


async def test_a_sum_of_whole_numbers_is_a_whole_number(store: Store):
    await store.write(add(2**62))
    assert await store.rows("SELECT sum(seen_ms), avg(seen_ms) FROM member") == [(3, 3)]
    [[total, mean]] = await store.rows("SELECT sum(member_id), avg(seen_ms) FROM member")
    assert (type(total), total, type(mean)) == (int, 2**62, float)


async def test_the_schema_is_made_once_by_whoever_comes_first(postgres: OnPostgres):
    await postgres.empty(Path("fresh"))
    stores = await asyncio.gather(*(postgres.open(Path("fresh")) for _ in range(4)))
    await stores[0].write(add(7))
    assert [await one.rows("SELECT member_id FROM member") for one in stores] == [[(7,)]] * 4
    for one in stores:
        await one.close()


async def test_who_names_no_lock_is_alone_also_beside_other_processes(postgres: OnPostgres):
    one, other = await postgres.open(Path("a")), await postgres.open(Path("a"))

    async def count_up(store: Store, member_id: int, *locks: Lock) -> None:
        async def job(tx) -> None:
            [[seen]] = await tx.rows("SELECT COALESCE(max(seen_ms), 0) FROM member")
            await tx.run("INSERT INTO member VALUES (?, ?, 'Ada', ?, NULL)", (member_id, seen, seen + 1))

        await store.write(job, *locks)

    await asyncio.gather(*(count_up(store, number) for number, store in enumerate([one, other] * 20)))
    assert await one.rows("SELECT count(DISTINCT seen_ms), max(seen_ms) FROM member") == [(40, 40)]
    await one.close()
    await other.close()


async def add_to(store: Store, member_id: int, *locks: Lock) -> None:
    """Read, then write: what is lost where two do it at once."""

    async def job(tx) -> None:
        [[seen]] = await tx.rows("SELECT seen_ms FROM member WHERE member_id = ?", (member_id,))
        await tx.run("UPDATE member SET seen_ms = ? WHERE member_id = ?", (seen + 1, member_id))

    await store.write(job, *locks)


async def test_what_reads_and_writes_of_a_member_waits_for_the_others_of_that_member_only(postgres: OnPostgres):
    one, other = await postgres.open(Path("a")), await postgres.open(Path("a"))
    for member_id in (1, 2):
        await one.write(add(member_id))
    await asyncio.gather(
        *(
            add_to(store, member_id, of_member(member_id))
            for store in (one, other)
            for member_id in (1, 2)
            for _ in range(25)
        )
    )
    assert await one.rows("SELECT DISTINCT seen_ms FROM member") == [(53,)]
    began, going = asyncio.Event(), asyncio.Event()

    async def slow(_tx) -> None:
        began.set()
        await going.wait()

    async with asyncio.TaskGroup() as group:
        group.create_task(one.write(slow, of_member(1)))
        await began.wait()
        await add_to(other, 2, of_member(2))
        waits = group.create_task(add_to(other, 1, of_member(1)))
        alone = group.create_task(other.write(add(3)))
        await until_blocked(other, 2)
        assert not waits.done()
        assert not alone.done()
        going.set()
    assert await one.rows("SELECT member_id, seen_ms FROM member ORDER BY 1") == [(1, 54), (2, 54), (3, 3)]
    await one.close()
    await other.close()


async def until_blocked(store: Store, most: int) -> None:
    """So many transactions wait for an advisory lock."""
    while True:
        waiting = await store.rows(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        if waiting == [(most,)]:
            return


async def test_locks_that_are_taken_later_hold_too_and_a_thousand_members_are_few_locks(postgres: OnPostgres):
    store = await postgres.open(Path("a"))

    async def job(tx) -> list[tuple]:
        await tx.lock(of_members(range(2**40, 2**40 + 5000)))
        return await tx.rows("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")

    assert await store.write(job, of_game(1)) == [(201,)]  # all members', the game's, and that of who is not alone
    await store.close()


async def test_two_jobs_in_each_others_way_are_both_done(store: Store):
    for member_id in (1, 2):
        await store.write(add(member_id))
    met = asyncio.Barrier(2)

    def crossing(first: int, second: int):
        tries = 0

        async def job(tx) -> int:
            nonlocal tries
            tries += 1
            await tx.run("UPDATE member SET seen_ms = seen_ms + 1 WHERE member_id = ?", (first,))
            if tries == 1:
                await met.wait()
            await tx.run("UPDATE member SET seen_ms = seen_ms + 1 WHERE member_id = ?", (second,))
            return tries

        return job

    tries = await asyncio.gather(store.write(crossing(1, 2), of_member(1)), store.write(crossing(2, 1), of_member(2)))
    assert sorted(tries) == [1, 2]  # PostgreSQL gave one up; it was done again
    assert await store.rows("SELECT DISTINCT seen_ms FROM member") == [(5,)]


async def test_what_queues_up_behind_each_other_is_stored_as_one(store: Store):
    sizes: list[int] = []

    async def work(tx, items: list[int]) -> list[int]:
        sizes.append(len(items))
        await tx.run_many("INSERT INTO member VALUES (1, ?, 'Ada', 3, NULL)", [(item,) for item in items])
        return [item * 2 for item in items]

    found = await asyncio.gather(*(store.write_together(work, number, of_member(number)) for number in range(1200)))
    assert found == [number * 2 for number in range(1200)]
    assert sum(sizes) == 1200
    assert max(sizes) == MAX_BATCH
    assert await store.rows("SELECT count(*) FROM member") == [(1200,)]
    assert store.waiting == 0


CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"


async def test_a_job_whose_connection_is_lost_is_done_again(store: Store):
    await store.write(add(1))
    tries = 0

    async def lose_it_once(tx) -> None:
        nonlocal tries
        tries += 1
        await tx.run("INSERT INTO member VALUES (1, 2, 'Grace', 3, NULL)")
        if tries == 1:
            await tx.rows(CUT)

    await store.write(lose_it_once)
    assert await store.rows("SELECT member_id FROM member ORDER BY 1") == [(1,), (2,)]
    assert tries == 2


async def test_a_job_that_loses_its_connection_every_time_is_told_as_not_stored(store: Store, hurried: None):
    async def lose(tx) -> None:
        await tx.run("INSERT INTO member VALUES (1, 2, 'Grace', 3, NULL)")
        await tx.rows(CUT)

    with refused(StorageError, "so nothing was counted. Please try again"):
        await store.write(lose)
    assert await store.rows("SELECT member_id FROM member") == []
    await store.write(add(3))
    assert await store.rows("SELECT member_id FROM member") == [(3,)]


@pytest.mark.parametrize("stored", [True, False])
async def test_after_a_lost_commit_it_is_found_out_what_became_of_it(
    store: Store, hurried: None, monkeypatch: pytest.MonkeyPatch, stored: bool
):
    """The answer to the commit does not arrive: once after it was done, once before it reached the server."""
    execute, lost = asyncpg.Connection.execute, 0

    async def losing(self, query: str, *values: object, **how: object) -> str:
        nonlocal lost
        if query != "COMMIT" or lost:
            return await execute(self, query, *values, **how)
        lost += 1
        if stored:
            await execute(self, query)
        self.terminate()
        raise asyncpg.ConnectionDoesNotExistError("cut")

    monkeypatch.setattr(asyncpg.Connection, "execute", losing)
    runs = 0

    async def job(tx) -> int:
        nonlocal runs
        runs += 1
        await add(7)(tx)
        return runs

    assert await store.write(job) == (1 if stored else 2)
    assert lost == 1
    assert await store.rows("SELECT member_id FROM member") == [(7,)]


async def test_a_commit_that_was_none_is_no_success(store: Store):
    async def overlooked(tx) -> None:
        await add(1)(tx)
        with contextlib.suppress(asyncpg.UniqueViolationError):
            await add(1)(tx)

    with pytest.raises(asyncpg.InFailedSQLTransactionError):
        await store.write(overlooked)
    assert await store.rows("SELECT member_id FROM member") == []


async def test_a_write_goes_on_when_nobody_waits_for_it_any_more(store: Store):
    began, going = asyncio.Event(), asyncio.Event()

    async def slow(tx) -> None:
        began.set()
        await going.wait()
        await add(7)(tx)

    writing = asyncio.create_task(store.write(slow))
    await began.wait()
    writing.cancel()
    await asyncio.wait([writing])
    going.set()
    await store.write(add(8))
    assert await store.rows("SELECT member_id FROM member ORDER BY 1") == [(7,), (8,)]


async def test_a_server_that_is_not_there_is_told_without_the_password(tmp_path):
    with refused(StorageError, r"STUDYHALL_DATABASE_URL names can't be used .* Look whether it runs") as told:
        await Store.open(tmp_path / "a.db", f"postgresql://ada:hunter2@/nowhere?host={tmp_path}")
    assert "hunter2" not in str(told.value.fact)


async def test_steps_bring_a_database_to_the_next_schema_or_leave_it_as_it_was(postgres: OnPostgres):
    await (await postgres.open(Path("a"))).close()
    steps = {
        LAYOUT: "DROP TABLE member",
        LAYOUT + 1: "CREATE TABLE tea (name TEXT)",
        LAYOUT + 2: "CREATE TABLE tea (a TEXT)",
    }
    async with connected(postgres.address(Path("a"))) as connection:
        with pytest.raises(asyncpg.DuplicateTableError):
            await make_ready(connection, LAYOUT + 2, steps)
        assert await version(connection) == LAYOUT
        await make_ready(connection, LAYOUT + 1, steps)
        assert await version(connection) == LAYOUT + 1
        assert await connection.fetch("SELECT count(*) FROM tea, member") == [(0,)]
        await make_ready(connection, LAYOUT + 1, steps)
        await connection.execute("DROP TABLE tea")
        await connection.execute("UPDATE layout SET version = $1", LAYOUT)


async def test_a_database_of_another_version_is_left_alone(postgres: OnPostgres, store: Store):
    await store.write(lambda tx: tx.run("UPDATE layout SET version = 99"))
    with refused(StorageError, r"has schema 99, and this Studyhall knows schema \d+"):
        await postgres.open(Path("a"))


async def test_the_planner_keeps_no_sample_of_what_tells_of_a_member(store: Store):
    for number in range(200):
        await store.write(add(number, f"Member {number}"))
    await store.write(lambda tx: tx.run("ANALYZE"))
    sampled = await store.rows(
        "SELECT DISTINCT attname::text FROM pg_stats WHERE schemaname = 'public' AND tablename = 'member'"
    )
    assert ("seen_ms",) in sampled
    assert not {"member_id", "name"} & {name for (name,) in sampled}
    unsampled = (
        "SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid WHERE c.relkind = 'r' AND attname = ?"
    )
    for name in ("member_id", "head", "setup", "words", "fact"):
        assert await store.rows(f"{unsampled} AND attstattarget IS DISTINCT FROM 0", (name,)) == [(0,)]


async def test_what_somebody_still_reads_is_not_told_as_gone_and_a_dump_holds_nobody_up(
    postgres: OnPostgres, store: Store, monkeypatch
):
    monkeypatch.setattr(module, "SEEN_TRIES", 30)  # other tests write on the same server
    monkeypatch.setattr(module, "TIDY_LOCK_MS", 50)
    await store.write(add(7))
    async with connected(postgres.address(Path("a"))) as reading:
        async with reading.transaction(isolation="repeatable_read"):
            await reading.fetch("SELECT 1 FROM member")
            await store.write(lambda tx: tx.run("DELETE FROM member"))
            assert not await store.tidy(rebuild=True)
        assert await store.tidy(rebuild=True)
        async with reading.transaction():  # as a dump, which began after the deletion
            await reading.execute("LOCK TABLE member IN ACCESS SHARE MODE")
            assert not await store.tidy(rebuild=True)
            await store.write(add(8))
        assert await store.tidy(rebuild=True)


async def test_whether_a_text_is_json_is_asked_where_the_server_works_in_parallel_too(store: Store):
    async def job(tx) -> list[tuple]:
        for setting in ("parallel_setup_cost", "parallel_tuple_cost", "min_parallel_table_scan_size"):
            await tx.run(f"SET LOCAL {setting} = 0")
        await tx.run("SET LOCAL force_parallel_mode = on")
        return await tx.rows("SELECT count(*) FROM competition WHERE json_valid(head)")

    assert await store.write(job) == [(0,)]


async def test_a_new_database_can_forget_members_and_has_a_salt_of_its_own(postgres: OnPostgres):
    salts = set()
    for name in ("one", "other"):
        await postgres.empty(Path(name))
        store = await postgres.open(Path(name))
        assert await privacy.chores(store)
        [[salt]] = await store.rows("SELECT salt FROM privacy")
        salts.add(bytes(salt))
        await store.close()
    assert {len(one) for one in salts} == {32}
    assert len(salts) == 2


@pytest.mark.parametrize("password", ["hun/ter2", "hu?nter2", "p@ss:hunter2"])
async def test_no_piece_of_a_password_is_shown_where_the_address_can_not_be_read(tmp_path, password):
    with refused(StorageError, "STUDYHALL_DATABASE_URL can't be read|names can't be used") as told:
        await Store.open(tmp_path / "a.db", f"postgresql://ada:{password}@127.0.0.1:1/db")
    assert not {"hun", "nter2", "hunter2"} & set(re.findall(r"\w+", say(told.value.fact)))
