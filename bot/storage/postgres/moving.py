"""A whole database copied from one engine to the other: COPY on PostgreSQL's side, one transaction on SQLite's.

What was written is read back and compared with what was read, before anything of it is in force.
"""

import asyncio
import contextlib
import graphlib
import sqlite3
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg

from bot.errors import StorageError
from bot.facts import Code, fact
from bot.private import make_private_folder
from bot.storage.engine import Row
from bot.storage.postgres.connecting import LOST, connected, words
from bot.storage.postgres.database import COLUMNS, LAYOUT, TABLES
from bot.storage.postgres.migrations import make_ready, refuse_other
from bot.storage.postgres.statements import statement
from bot.storage.sqlite.backup import damage, remove, unusable
from bot.storage.sqlite.migrations import migrate, migrations

BATCH = 10_000
COPY_SECONDS = 3600.0
_MODULUS = 2**64
_NOT_OURS = ("layout", "cluster", "process", "shard", "identify")
"""What says something of the engine and of its processes, and not of the members."""
_MADE_BY_ITSELF = ("privacy",)
"""What a new database has a row of already."""


class TableSum(NamedTuple):
    """What one table held: its rows, and a sum over all of them in which their order does not count."""

    rows: int
    checksum: int


class MovedData(NamedTuple):
    """What was copied: by table, all points on the boards, in how many seconds."""

    tables: Mapping[str, TableSum]
    points: int
    seconds: float

    @property
    def rows(self) -> int:
        """All rows together."""
        return sum(one.rows for one in self.tables.values())


class _Sum:
    """Counts rows and adds up what each of them hashes to (64 bits of BLAKE2b of its values)."""

    def __init__(self) -> None:
        self.rows = self.checksum = 0

    def over(self, batch: Sequence[Row]) -> Sequence[Row]:
        self.rows += len(batch)
        for row in batch:
            self.checksum += int.from_bytes(blake2b(repr(row).encode("utf-8", "replace"), digest_size=8).digest())
        self.checksum %= _MODULUS
        return batch

    @property
    def table(self) -> TableSum:
        return TableSum(self.rows, self.checksum)


async def to_postgres(file: Path, url: str) -> MovedData:
    """Copy a SQLite file, which is left as it is, into a PostgreSQL that holds nothing yet; all of it or nothing.

    Raises StorageError with what to do: for a file that is broken or of another version, a target that holds
    something, and a copy that is not the same.
    """
    began = time.monotonic()
    if found := await asyncio.to_thread(damage, file):
        raise StorageError(unusable(file, found))
    with closing(await asyncio.to_thread(_opened, file, "?mode=ro")) as source:
        [has] = source.execute("PRAGMA user_version").fetchone()
        if has != max(migrations()):
            code = Code.SCHEMA_READ_EARLIER if has < max(migrations()) else Code.SCHEMA_READ_LATER
            raise StorageError(fact(code, path=str(file), schema=has, known=max(migrations())))
        source.execute("BEGIN")
        async with connected(url, patiently=True) as target, _whole(target):
            await make_ready(target, LAYOUT)
            await _refuse_filled(target)
            read: dict[str, TableSum] = {}
            for table in await _order(target):
                columns = await _columns(target, table)
                if table in _MADE_BY_ITSELF:
                    await target.execute(f'DELETE FROM "{table}"')
                sums = _Sum()
                await target.copy_records_to_table(
                    table,
                    columns=columns,
                    records=_one_by_one(source, table, columns, sums),
                    timeout=COPY_SECONDS,
                )
                read[table] = sums.table
            await _set_counters(target)
            [[points]] = await target.fetch("SELECT coalesce(sum(points), 0) FROM total")
            _compare(read, await _as_written(target, read), points, _points(source))
    return MovedData(read, points, time.monotonic() - began)


async def to_sqlite(url: str, file: Path) -> MovedData:
    """Copy a PostgreSQL, which is left as it is, into a new SQLite file; it gets its name when all of it is right.

    Raises StorageError with what to do: for a source of another version, and a copy that is not the same.
    """
    began = time.monotonic()
    make_private_folder(file.parent)
    new = file.with_name(f"{file.name}.moving")
    remove(new)  # of a move that was cut short
    new.touch(mode=0o600)
    try:
        await asyncio.to_thread(migrate, new, "")
        async with connected(url, patiently=True) as source, _whole(source, isolation="repeatable_read", readonly=True):
            await refuse_other(source, LAYOUT)
            read: dict[str, TableSum] = {}
            with closing(await asyncio.to_thread(_opened, new)) as target:
                target.execute("BEGIN IMMEDIATE")
                for table in await _order(source):
                    read[table] = await _fill(source, target, table)
                target.execute("COMMIT")
                [[points]] = await source.fetch("SELECT coalesce(sum(points), 0) FROM total")
                written = {}
                for table in read:
                    written[table] = await asyncio.to_thread(_read_back, target, table, await _columns(source, table))
                _compare(read, written, points, _points(target))
                target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        new.replace(file)
    finally:
        remove(new)
    return MovedData(read, points, time.monotonic() - began)


def _opened(file: Path, how: str = "") -> sqlite3.Connection:
    return sqlite3.connect(file.absolute().as_uri() + how, uri=True, isolation_level=None, check_same_thread=False)


@contextlib.asynccontextmanager
async def _whole(connection: "asyncpg.Connection[Any]", **how: Any) -> AsyncIterator[None]:
    """All of it or nothing. Raises StorageError in words where the server refuses."""
    try:
        async with connection.transaction(**how):
            yield
    except (asyncpg.PostgresError, *LOST) as problem:
        raise StorageError(fact(Code.POSTGRES_NOT_OPENED, why=words(problem))) from problem


async def _refuse_filled(target: "asyncpg.Connection[Any]") -> None:
    for table in await _order(target):
        if table not in _MADE_BY_ITSELF and await target.fetchval(f'SELECT EXISTS (SELECT FROM "{table}")'):
            raise StorageError(fact(Code.MOVE_TARGET_FILLED, table=table))


async def _order(connection: "asyncpg.Connection[Any]") -> list[str]:
    """The tables, each after those that it refers to."""
    tables = [name for (name,) in await connection.fetch(TABLES) if name not in _NOT_OURS]
    needs: dict[str, set[str]] = {name: set() for name in tables}
    for table, parent in await connection.fetch(
        "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
    ):
        needs[table] |= {parent} - {table}
    return list(graphlib.TopologicalSorter(needs).static_order())


async def _columns(connection: "asyncpg.Connection[Any]", table: str) -> list[str]:
    return [name for (name,) in await connection.fetch(statement(COLUMNS).text, table)]


def _batches(source: sqlite3.Connection, table: str, columns: Sequence[str]) -> Iterator[list[Row]]:
    cursor = source.execute(f'SELECT {", ".join(columns)} FROM "{table}"')
    while batch := cursor.fetchmany(BATCH):
        yield batch


async def _one_by_one(
    source: sqlite3.Connection, table: str, columns: Sequence[str], sums: _Sum
) -> AsyncIterator[Sequence[object]]:
    batches = _batches(source, table, columns)
    while batch := await asyncio.to_thread(_next, batches, sums):
        for row in batch:
            yield row


def _next(batches: Iterator[list[Row]], sums: _Sum) -> Sequence[Row]:
    return sums.over([_without_nul(row) for row in next(batches, [])])


def _without_nul(row: Row) -> Row:
    """PostgreSQL refuses NUL in a text, and nobody means it."""
    if any(isinstance(value, str) and "\0" in value for value in row):
        return tuple(value.replace("\0", "") if isinstance(value, str) else value for value in row)
    return row


async def _set_counters(target: "asyncpg.Connection[Any]") -> None:
    """The next number of each table comes after the largest one that was copied."""
    for table, column in await target.fetch(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND is_identity = 'YES'"
    ):
        await target.execute(
            f'SELECT setval(pg_get_serial_sequence(\'"{table}"\', \'{column}\'), max("{column}")) FROM "{table}"'
        )


async def _as_written(target: "asyncpg.Connection[Any]", tables: Iterable[str]) -> dict[str, TableSum]:
    found = {}
    for table in tables:
        sums = _Sum()
        columns = ", ".join(await _columns(target, table))
        cursor = await target.cursor(f'SELECT {columns} FROM "{table}"')
        while batch := await cursor.fetch(BATCH):
            await asyncio.to_thread(sums.over, [tuple(row) for row in batch])
        found[table] = sums.table
    return found


def _read_back(target: sqlite3.Connection, table: str, columns: Sequence[str]) -> TableSum:
    sums = _Sum()
    for batch in _batches(target, table, columns):
        sums.over(batch)
    return sums.table


def _points(file: sqlite3.Connection) -> int:
    [points] = file.execute("SELECT coalesce(sum(points), 0) FROM total").fetchone()
    return int(points)


def _compare(read: Mapping[str, TableSum], written: Mapping[str, TableSum], points: int, others: int) -> None:
    """Raise StorageError where what was written is not what was read."""
    differ = [table for table in read if read[table] != written[table]]
    if differ or points != others:
        raise StorageError(fact(Code.MOVE_DIFFERS, tables=", ".join(differ) or "total"))


async def _fill(source: "asyncpg.Connection[Any]", target: sqlite3.Connection, table: str) -> TableSum:
    columns = await _columns(source, table)
    if table in _MADE_BY_ITSELF:
        target.execute(f'DELETE FROM "{table}"')
    places = ", ".join("?" * len(columns))
    insert = f'INSERT INTO "{table}" ({", ".join(columns)}) VALUES ({places})'
    sums = _Sum()
    cursor = await source.cursor(f'SELECT {", ".join(columns)} FROM "{table}"')
    while batch := await cursor.fetch(BATCH):
        rows = await asyncio.to_thread(sums.over, [tuple(row) for row in batch])
        await asyncio.to_thread(target.executemany, insert, rows)
    return sums.table
