"""PostgreSQL as the store's engine: the same schema, the same statements, and what becomes of a lost connection."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from engines import OnPostgres, running_on
from in_english import refused, say

from bot.errors import StorageError
from bot.storage import privacy
from bot.storage.postgres.database import LAYOUT
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


def add(member_id: int, name: str = "Ada"):
    return lambda tx: tx.run("INSERT INTO member VALUES (1, ?, ?, 3)", (member_id, name))


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
    del theirs["layout"]
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
    assert max(migrations()) == LAYOUT


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


async def test_two_processes_that_write_at_once_wait_for_each_other(postgres: OnPostgres):
    one, other = await postgres.open(Path("a")), await postgres.open(Path("a"))

    async def count_up(store: Store, member_id: int) -> None:
        async def job(tx) -> None:
            [[seen]] = await tx.rows("SELECT COALESCE(max(seen_ms), 0) FROM member")
            await tx.run("INSERT INTO member VALUES (?, ?, 'Ada', ?)", (member_id, seen, seen + 1))

        await store.write(job)

    await asyncio.gather(*(count_up(store, number) for number, store in enumerate([one, other] * 20)))
    assert await one.rows("SELECT count(DISTINCT seen_ms), max(seen_ms) FROM member") == [(40, 40)]
    await one.close()
    await other.close()


async def test_after_a_lost_connection_what_was_not_stored_is_told_and_the_next_write_works(store: Store):
    await store.write(add(1))
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"

    async def lose(tx) -> None:
        await tx.run("INSERT INTO member VALUES (1, 2, 'Grace', 3)")
        await tx.rows(cut)

    with refused(StorageError, "so nothing was counted. Please try again"):
        await store.write(lose)
    while True:  # a connection that reads finds out when it is asked next
        try:
            assert await store.rows("SELECT member_id FROM member") == [(1,)]
            break
        except StorageError:
            continue
    await store.write(add(3))
    assert await store.rows("SELECT member_id FROM member ORDER BY 1") == [(1,), (3,)]


async def test_a_server_that_is_not_there_is_told_without_the_password(tmp_path):
    with refused(StorageError, r"STUDYHALL_DATABASE_URL names can't be used .* Look whether it runs") as told:
        await Store.open(tmp_path / "a.db", f"postgresql://ada:hunter2@/nowhere?host={tmp_path}")
    assert "hunter2" not in str(told.value.fact)


async def test_a_database_of_another_version_is_left_alone(postgres: OnPostgres, store: Store):
    await store.write(lambda tx: tx.run("UPDATE layout SET version = 99"))
    with refused(StorageError, r"has schema 99, and this Studyhall knows schema \d+"):
        await postgres.open(Path("a"))


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
