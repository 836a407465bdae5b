"""One PostgreSQL database: how it is opened, asked and changed, and what its errors mean."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import asyncpg

from bot.errors import StorageError, StudyhallError
from bot.facts import Code, fact
from bot.storage.engine import Row, Values
from bot.storage.postgres.statements import statement

SCHEMA = Path(__file__).with_name("schema.sql")
LAYOUT = 17
READERS = 4
CONNECT_SECONDS = 10.0
CONNECTING: dict[str, Any] = {"statement_cache_size": 1000, "command_timeout": 30.0, "timeout": CONNECT_SECONDS}
"""How each connection is made, and how many seconds a statement may take on it."""
TIDY_SECONDS = 3600.0
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
ONE_AT_A_TIME = 0x53747564
"""The advisory lock under which jobs write, and under which the schema is made (*Stud*)."""
LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.InternalServerError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,
    OSError,
    TimeoutError,
)
"""What tells that the database is out of reach, or no longer the one that is written to, and not what was asked."""

_log = logging.getLogger(__name__)


class Postgres:
    """The database, over a connection that writes and a few that read.

    Only one task may write: `begin`, then for each job `mark` and `keep` or `take_back`, then `commit`, or `undo` for all.
    """

    def __init__(self, url: str, path: Path, readers: "asyncpg.Pool[Any]", writer: "asyncpg.Connection[Any]") -> None:
        self._url = url
        self.path = path
        self._readers = readers
        self._writer = writer

    @classmethod
    async def open(cls, url: str, path: Path) -> "Postgres":
        """Connect, and make the schema where there is none; ``path`` is beside which its files are.

        Raises StorageError with what to do when it can't be used.
        """
        try:
            writer = await _connect(url)
            try:
                await _make_ready(writer)
                readers = await asyncpg.create_pool(
                    url,
                    min_size=1,
                    max_size=READERS,
                    init=_equip,
                    **CONNECTING,
                )
            except BaseException:
                await writer.close()
                raise
        except ValueError:  # its text has pieces of the address, and so of the password
            raise StorageError(fact(Code.POSTGRES_ADDRESS)) from None
        except (asyncpg.PostgresError, *LOST) as problem:
            raise StorageError(fact(Code.POSTGRES_NOT_OPENED, why=_words(problem))) from problem
        return cls(url, path, readers, writer)

    async def close(self) -> None:
        """Close every connection."""
        await self._readers.close()
        await self._writer.close()

    # Reading

    async def read(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows of a query, as last committed. Raises StorageError when it could not be answered."""
        asked = statement(sql)
        try:
            async with self._readers.acquire(timeout=CONNECT_SECONDS) as connection:
                return _rows(await connection.fetch(asked.text, *asked.arguments(values)))
        except LOST as problem:
            raise self.error(problem) from problem

    async def columns(self, table: str) -> list[str]:
        """The names of a table's columns, in order."""
        found = await self.read(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ? "
            "ORDER BY ordinal_position",
            (table,),
        )
        return [name for (name,) in found]

    async def bytes(self) -> int:
        """How large the database is."""
        [[size]] = await self.read("SELECT pg_database_size(current_database())")
        return int(size)

    # Writing

    async def begin(self) -> None:
        """Begin a group, holding other writers off."""
        await self._reconnect()
        await self._writer.execute("BEGIN")
        await self._writer.execute(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})")

    async def mark(self) -> None:
        """Begin a job of the group."""
        await self._writer.execute("SAVEPOINT job")

    async def keep(self) -> None:
        """The job is done."""
        await self._writer.execute("RELEASE job")

    async def take_back(self) -> None:
        """The job leaves nothing behind."""
        await self._writer.execute("ROLLBACK TO job; RELEASE job")

    async def commit(self) -> None:
        """The group is stored when this returns; where the connection is lost meanwhile, it may be stored all the same."""
        await self._writer.execute("COMMIT")

    async def undo(self) -> None:
        """Nothing of the group stays."""
        try:
            if self._writer.is_in_transaction():
                await self._writer.execute("ROLLBACK")
        except Exception as problem:
            self._writer.terminate()
            _log.warning("the database could not roll back (%s); its connection is given up", _words(problem))

    async def _reconnect(self) -> None:
        if self._writer.is_closed():
            self._writer = await _connect(self._url)

    async def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows of a query, or of a change with RETURNING, within the job."""
        asked = statement(sql)
        return _rows(await self._writer.fetch(asked.text, *asked.arguments(values)))

    async def run(self, sql: str, values: Values = ()) -> None:
        """One change."""
        await self.rows(sql, values)

    async def run_many(self, sql: str, values: Iterable[Sequence[object]]) -> None:
        """The same change for each row of values."""
        asked = statement(sql)
        await self._writer.executemany(asked.text, [asked.arguments(row) for row in values])

    async def tidy(self, *, rebuild: bool) -> bool:
        """Give the room of deleted rows free: VACUUM of our tables, and to ``rebuild`` in full.

        Raises StorageError when refused.
        """
        kind = "VACUUM FULL" if rebuild else "VACUUM"
        try:
            await self._reconnect()
            for (table,) in _rows(await self._writer.fetch(TABLES)):
                await self._writer.execute(f'{kind} "{table}"', timeout=TIDY_SECONDS)
        except (asyncpg.PostgresError, *LOST) as problem:
            raise self.error(problem) from problem
        return True

    # What went wrong

    def is_at_fault(self, problem: Exception) -> bool:
        """Whether the database is at fault, and not what was asked."""
        return isinstance(problem, LOST)

    def error(self, problem: Exception) -> Exception:
        """What to tell who asked for it: the database's errors in words, any other as it is."""
        if isinstance(problem, StudyhallError) or not isinstance(problem, (asyncpg.PostgresError, *LOST)):
            return problem
        _log.error("the database refused: %s", _words(problem))
        return StorageError(fact(Code.NOT_COUNTED))


def _rows(records: Iterable["asyncpg.Record"]) -> list[Row]:
    return [tuple(record) for record in records]


async def _connect(url: str) -> "asyncpg.Connection[Any]":
    connection = await asyncpg.connect(url, **CONNECTING)
    await _equip(connection)
    return connection


async def _equip(connection: "asyncpg.Connection[Any]") -> None:
    """Sums of whole numbers are `numeric` in PostgreSQL; here they are what they are in SQLite."""
    await connection.set_type_codec("numeric", schema="pg_catalog", encoder=str, decoder=_number, format="text")


def _number(text: str) -> int | float:
    return int(text) if text.lstrip("-").isdecimal() else float(text)


async def _make_ready(connection: "asyncpg.Connection[Any]") -> None:
    """Make the schema where there is none. Raises StorageError for one that this version does not know."""
    async with connection.transaction():
        await connection.execute(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})")
        if await connection.fetchval("SELECT to_regclass('layout')") is None:
            await connection.execute(await asyncio.to_thread(SCHEMA.read_text, "utf-8"))
        found = await connection.fetchval("SELECT version FROM layout")
    if found != LAYOUT:
        raise StorageError(fact(Code.POSTGRES_OF_ANOTHER_VERSION, found=found, known=LAYOUT))


def _words(problem: Exception) -> str:
    return str(problem) or type(problem).__name__
