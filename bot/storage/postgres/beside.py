"""What commands do with a PostgreSQL beside a running bot or without one: read it, hold it alone, note a backup."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Any

import asyncpg

from bot.errors import StorageError
from bot.facts import Code, fact
from bot.storage.engine import Row, Values
from bot.storage.postgres.connecting import LOST, connected, words
from bot.storage.postgres.database import LAYOUT
from bot.storage.postgres.leases import LeaseTable
from bot.storage.postgres.link import RUNS, Link
from bot.storage.postgres.migrations import OURS, refuse_other
from bot.storage.postgres.statements import statement
from bot.storage.store import Reads

HOLD_TRIES, HOLD_AGAIN_SECONDS = 50, 0.1
"""How often a start looks whether the one before is gone."""
LOOK_SECONDS = 5.0
"""How often it is looked whether the lock is still there: it ends with its connection."""
GONE_TRIES = 6
"""After so many looks without it somebody else has it: the server knows of a process that is gone for 20 seconds at most."""

_log = logging.getLogger(__name__)


class _Beside:
    def __init__(self, connection: "asyncpg.Connection[Any]") -> None:
        self._connection = connection

    async def rows(self, sql: str, values: Values = ()) -> list[Row]:
        asked = statement(sql)
        try:
            return [tuple(one) for one in await self._connection.fetch(asked.text, *asked.arguments(values))]
        except LOST as problem:
            raise StorageError(fact(Code.POSTGRES_NOT_OPENED, why=words(problem))) from problem


@contextlib.asynccontextmanager
async def only_reading(url: str) -> AsyncIterator[Reads]:
    """Open the database for reading. Nothing in it is made, migrated or changed.

    Raises StorageError with what to do when it can't be used, has no Studyhall yet, or one of another version.
    """
    async with connected(url) as connection:
        await refuse_other(connection, LAYOUT)
        await connection.execute("SET default_transaction_read_only = on")
        yield _Beside(connection)


@contextlib.asynccontextmanager
async def lease_table(url: str) -> AsyncIterator[LeaseTable]:
    """The processes that run there, and their leases. Raises StorageError as `only_reading` does."""
    async with connected(url) as connection:
        await refuse_other(connection, LAYOUT)
    link = Link(url)
    try:
        yield LeaseTable(link)
    finally:
        await link.close()


@contextlib.asynccontextmanager
async def only_one(url: str) -> AsyncIterator[None]:
    """Hold the database for this process alone, among those of Studyhall.

    The hold ends with its connection: when that is lost, it is asked for again until it is had.
    Raises StorageError when another process holds it, or when the database can't be reached.
    """
    async with contextlib.AsyncExitStack() as holding:
        connection = await holding.enter_async_context(connected(url))
        for _ in range(HOLD_TRIES):  # one that was killed a moment ago may still be known to the server
            if await _hold(connection):
                break
            await asyncio.sleep(HOLD_AGAIN_SECONDS)
        else:
            raise StorageError(fact(Code.ANOTHER_ON_POSTGRES, whose=await _whose(connection)))
        keeping = asyncio.create_task(_keep(url, connection), name="hold")
        try:
            yield
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)


async def _hold(connection: "asyncpg.Connection[Any]") -> bool:
    return bool(await connection.fetchval(f"SELECT pg_try_advisory_lock({RUNS}, {OURS})"))


async def _keep(url: str, connection: "asyncpg.Connection[Any]") -> None:
    """Look at the hold, and ask for it again until it is had, after its connection was lost."""
    async with contextlib.AsyncExitStack() as again:
        holds, tries = True, 0
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await connection.execute("SELECT 1")
                holds = holds or await _hold(connection)
            except (asyncpg.PostgresError, *LOST):
                connection.terminate()  # its lock goes with it
                await again.aclose()
                holds = False
                with contextlib.suppress(StorageError, asyncpg.PostgresError, *LOST):
                    connection = await again.enter_async_context(connected(url))
                    holds = await _hold(connection)
            tries = 0 if holds else tries + 1
            if tries == GONE_TRIES:
                _log.error(
                    "another Studyhall runs on this database now (%s): stop one of them", await _whose(connection)
                )


async def _whose(connection: "asyncpg.Connection[Any]") -> str:
    """From where the database is held; empty where nobody tells."""
    found = await connection.fetchval(
        "SELECT a.client_addr::text FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)"
        " WHERE l.locktype = 'advisory' AND l.granted AND l.classid::bigint = $1 AND l.objid::bigint = $2"
        " AND a.datname = current_database()",
        RUNS,
        OURS,
    )
    return str(found).partition("/")[0] if found else ""


async def note_backup(url: str, now_ms: int) -> None:
    """Note that the operator has made a backup. Raises StorageError when it can't be noted."""
    async with connected(url) as connection:
        await refuse_other(connection, LAYOUT)
        await connection.execute("UPDATE layout SET backup_ms = $1", now_ms)
