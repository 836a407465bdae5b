"""One SQLite file: how it is opened, asked, changed and tidied, and what its errors mean."""

import asyncio
import logging
import os
import sqlite3
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import aiosqlite

from bot.errors import StorageError, StudyhallError
from bot.facts import Code, fact
from bot.private import make_private_folder
from bot.storage.engine import Row, Values
from bot.storage.sqlite.backup import damage, journals, missing, other_layout, remove, unusable
from bot.storage.sqlite.migrations import migrate

LEAST_SQLITE = (3, 39)
"""Statements that PostgreSQL reads too need what came with it (IS DISTINCT FROM: https://sqlite.org/releaselog/3_39_0.html)."""
BUSY_SECONDS = 5.0
TIDY_MILLISECONDS = 200
"""How long tidying waits for readers; the writes behind it wait as long."""

_log = logging.getLogger(__name__)


class Sqlite:
    """The file, over a connection that writes and one that reads.

    Only one task may write: `begin`, then for each job `mark` and `keep` or `take_back`, then `commit`, or `undo` for all.
    """

    def __init__(self, path: Path, writer: aiosqlite.Connection, reader: aiosqlite.Connection) -> None:
        self.path = path
        self._writer = writer
        self._reader = reader

    @classmethod
    async def open(cls, path: Path) -> "Sqlite":
        """Open the file, made (private to the user) and migrated as needed.

        Raises StorageError with what to do when it can't be used; the file is then as it was.
        """
        if sqlite3.sqlite_version_info < LEAST_SQLITE:
            raise StorageError(fact(Code.SQLITE_TOO_OLD, found=sqlite3.sqlite_version))
        try:
            applied = await asyncio.to_thread(_make_ready, path)
            if applied:
                _log.info("database %s is now at schema %d", path, applied[-1])
            writer = await _connect(path, "PRAGMA synchronous = FULL", "PRAGMA secure_delete = ON")
            try:
                reader = await _connect(path, "PRAGMA query_only = ON")
            except BaseException:
                await writer.close()
                raise
        except sqlite3.OperationalError as problem:
            if found := await asyncio.to_thread(other_layout, path):
                raise StorageError(unusable(path, found)) from problem
            if problem.sqlite_errorcode == sqlite3.SQLITE_ERROR:  # what is in it is not what its version has
                raise StorageError(unusable(path, problem)) from problem
            raise StorageError(fact(Code.DATABASE_NOT_OPENED, path=str(path), why=str(problem))) from problem
        except (sqlite3.DatabaseError, UnicodeDecodeError) as problem:
            raise StorageError(unusable(path, problem)) from problem
        except OSError as problem:
            raise StorageError(
                fact(Code.DATA_FOLDER_UNUSABLE, folder=str(path.parent), why=str(problem.strerror))
            ) from problem
        return cls(path, writer, reader)

    async def close(self) -> None:
        """Close both connections; the last one empties the journal into the file."""
        await self._reader.close()
        await self._writer.close()

    # Reading

    async def read(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows of a query, as last committed. Raises StorageError when it could not be answered."""
        try:
            return [tuple(row) for row in await self._reader.execute_fetchall(sql, values)]
        except (sqlite3.Error, UnicodeDecodeError) as problem:
            if self.is_at_fault(problem):
                raise failed(problem) from problem
            raise

    async def columns(self, table: str) -> list[str]:
        """The names of a table's columns, in order."""
        return [name for (name,) in await self.read("SELECT name FROM pragma_table_info(?)", (table,))]

    async def bytes(self) -> int:
        """How large the file is."""
        [[size]] = await self.read("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        return int(size)

    # Writing

    async def begin(self) -> None:
        """Begin a group, holding the file against other writers."""
        await self._writer.execute_fetchall("BEGIN IMMEDIATE")

    async def mark(self) -> None:
        """Begin a job of the group."""
        await self._writer.execute_fetchall("SAVEPOINT job")

    async def keep(self) -> None:
        """The job is done."""
        await self._writer.execute_fetchall("RELEASE job")

    async def take_back(self) -> None:
        """The job leaves nothing behind."""
        await self._writer.execute_fetchall("ROLLBACK TO job")
        await self._writer.execute_fetchall("RELEASE job")

    async def commit(self) -> None:
        """The group is on the disk when this returns."""
        await self._writer.execute_fetchall("COMMIT")

    async def undo(self) -> None:
        """Nothing of the group stays, as far as the database still can."""
        if self._writer.in_transaction:
            try:
                await self._writer.execute_fetchall("ROLLBACK")
            except sqlite3.Error:
                _log.exception("the database refused to roll back")

    async def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows of a query, or of a change with RETURNING, within the job."""
        return [tuple(row) for row in await self._writer.execute_fetchall(sql, values)]

    async def run(self, sql: str, values: Values = ()) -> None:
        """One change."""
        await self._writer.execute_fetchall(sql, values)

    async def run_many(self, sql: str, values: Iterable[Sequence[object]]) -> None:
        """The same change for each row of values."""
        await (await self._writer.executemany(sql, values)).close()

    async def tidy(self, *, rebuild: bool) -> bool:
        """Empty the journal into the file and, to ``rebuild``, rewrite it; False when a reader was in the way.

        Raises StorageError when the database refused.
        """
        run = self._writer.execute_fetchall
        try:
            try:
                await run(f"PRAGMA busy_timeout = {TIDY_MILLISECONDS}")
                if rebuild:
                    await run("PRAGMA temp_store = FILE")  # it may be larger than what memory has room for
                    await run("VACUUM")
                [[busy, _, _]] = await run("PRAGMA wal_checkpoint(TRUNCATE)")
                return not busy
            finally:
                await run("PRAGMA temp_store = MEMORY")
                await run(f"PRAGMA busy_timeout = {round(BUSY_SECONDS * 1000)}")
        except sqlite3.Error as problem:
            raise failed(problem) from problem

    # What went wrong

    def is_at_fault(self, problem: Exception) -> bool:
        """Whether the file or the disk is at fault, and not what was asked; a broken file is a DatabaseError by itself."""
        broken = (sqlite3.DatabaseError, sqlite3.OperationalError, sqlite3.InternalError, UnicodeDecodeError)
        return type(problem) in broken  # a text that is none, too: what is read here was written as text

    def error(self, problem: Exception) -> Exception:
        """What to tell who asked for it: the database's errors in words, any other as it is."""
        return failed(problem) if isinstance(problem, sqlite3.Error | UnicodeDecodeError) else problem


def _make_ready(path: Path) -> list[int]:
    """The file, made where it is not there and private to the user, brought up to date."""
    make_private_folder(path.parent)
    for needed in (path.parent, *(file for file in (path, *journals(path)) if file.exists())):
        if not os.access(needed, os.W_OK):
            raise StorageError(fact(Code.NOT_WRITABLE, path=str(needed)))
    if not path.exists():
        return _make(path)
    if found := damage(path):
        raise StorageError(unusable(path, found))
    return migrate(path, time.strftime("%Y%m%d-%H%M%S"))


def _make(path: Path) -> list[int]:
    """A new database, whole from its first moment: one that is found empty has lost what it held.

    Raises StorageError where there are copies of one that was here before.
    """
    if found := missing(path):
        raise StorageError(found)
    new = path.with_name(f"{path.name}.new")
    remove(new)
    new.touch(mode=0o600)
    applied = migrate(new, "")
    remove(path)  # a journal without its database is of no use to anybody
    new.replace(path)
    return applied


async def _connect(path: Path, *pragmas: str) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(path, isolation_level=None, timeout=BUSY_SECONDS)
    try:
        for statement in (*pragmas, "PRAGMA foreign_keys = ON", "PRAGMA temp_store = MEMORY"):
            await connection.execute_fetchall(statement)
    except BaseException:
        await connection.close()
        raise
    return connection


def failed(problem: Exception) -> StudyhallError:
    """Log a refusal; returns what to tell."""
    _log.error("the database refused: %s", problem)
    if str(problem).startswith(("no such table", "no such column")):
        return StorageError(fact(Code.NOT_OUR_DATABASE, why=str(problem)))
    return StorageError(fact(Code.NOT_COUNTED))
