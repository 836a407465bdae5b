"""A database that is only read, beside a running bot or without one."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import aiosqlite

from bot.errors import StorageError
from bot.facts import Code, fact
from bot.storage.engine import Row, Values
from bot.storage.sqlite.backup import damage, unusable
from bot.storage.sqlite.database import BUSY_SECONDS
from bot.storage.sqlite.migrations import migrations
from bot.storage.store import Reads


class _Beside:
    def __init__(self, path: Path, connection: aiosqlite.Connection) -> None:
        self._path = path
        self._connection = connection

    async def rows(self, sql: str, values: Values = ()) -> list[Row]:
        try:
            return [tuple(row) for row in await self._connection.execute_fetchall(sql, values)]
        except sqlite3.DatabaseError as problem:
            raise StorageError(unusable(self._path, problem)) from problem


def _address(path: Path) -> str:
    return f"{path.absolute().as_uri()}?mode=rw"  # not read-only for the file system: the journal's index is shared


@contextlib.asynccontextmanager
async def only_reading(path: Path) -> AsyncIterator[Reads]:
    """Open the database at ``path`` for reading. It is neither made nor migrated, and nothing in it can be changed.

    Raises StorageError with what to do when it is not there, can't be used, or is of another version.
    """
    if not await asyncio.to_thread(path.exists):
        raise StorageError(fact(Code.NO_DATABASE, path=str(path)))
    if found := await asyncio.to_thread(damage, path):
        raise StorageError(unusable(path, found))
    try:
        connection = await aiosqlite.connect(_address(path), uri=True, isolation_level=None, timeout=BUSY_SECONDS)
    except sqlite3.Error as problem:
        raise StorageError(unusable(path, problem)) from problem
    try:
        db = _Beside(path, connection)
        await db.rows("PRAGMA query_only = ON")
        [[version]] = await db.rows("PRAGMA user_version")
        if version != (newest := max(migrations())):
            code = Code.SCHEMA_READ_EARLIER if version < newest else Code.SCHEMA_READ_LATER
            raise StorageError(fact(code, path=str(path), schema=version, known=newest))
        yield db
    finally:
        await connection.close()
