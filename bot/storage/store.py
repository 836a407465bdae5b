"""One SQLite file behind one class: a write lane that commits in groups, and reads beside it."""

import asyncio
import logging
import os
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import aiosqlite

from bot.errors import StorageError, StudyhallError
from bot.private import make_private_folder
from bot.storage.migrations import migrate
from bot.storage.sqlite.backup import damage, journals, missing, other_layout, remove, unusable
from bot.telemetry import Durations

T = TypeVar("T")
Item = TypeVar("Item")
Row = tuple[Any, ...]
Values = Sequence[object] | Mapping[str, object]
"""What stands for a statement's parameters, by place or by name."""
MAX_BATCH = 500
BUSY_SECONDS = 5.0
TIDY_MILLISECONDS = 200
"""How long tidying waits for readers; the writes behind it wait as long."""
_CLOSING = "Studyhall is shutting down; nothing was stored. Try again in a minute."

_log = logging.getLogger(__name__)


class Reads(Protocol):
    """Anything that answers a SELECT: the store itself, or a transaction under way."""

    async def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows of a query."""
        ...


class Transaction:
    """What a write job works with; its changes are seen by others once the whole group is committed."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows of a query (or of a change with RETURNING), seeing this transaction's own changes."""
        return [tuple(row) for row in await self._connection.execute_fetchall(sql, values)]

    async def run(self, sql: str, values: Values = ()) -> None:
        """One change."""
        await self._connection.execute_fetchall(sql, values)

    async def run_many(self, sql: str, values: Iterable[Sequence[object]]) -> None:
        """The same change for each row of values."""
        await (await self._connection.executemany(sql, values)).close()


Job = Callable[[Transaction], Awaitable[T]]
Work = Callable[[Transaction, list[Item]], Awaitable[list[T]]]


class _Together:
    """A job that does the work for all the items that queued up for it."""

    def __init__(self, work: Work[Any, Any]) -> None:
        self.work = work
        self.items: list[Any] = []

    async def __call__(self, tx: Transaction) -> list[Any]:
        return await self.work(tx, self.items)


class Store:
    """The database of one bot.

    Writes queue up and are committed in groups by a task that lives only while there is work: ``synchronous=FULL`` then
    costs one flush for all that waited, and what was acknowledged survives a power cut.
    """

    def __init__(self, path: Path, writer: aiosqlite.Connection, reader: aiosqlite.Connection) -> None:
        self.path = path
        self._writer = writer
        self._reader = reader
        self._waiting: list[tuple[Job[Any], asyncio.Future[Any]]] = []
        self._tidying: list[tuple[bool, asyncio.Future[bool]]] = []
        self._drain: asyncio.Task[None] | None = None
        self._closed = False
        self.committed: Callable[[], None] = lambda: None
        """Called when the journal has grown, before anybody is told that something was stored, and when it was emptied."""
        self.has_closed: Callable[[], None] = lambda: None
        """Called when everything is in the file, and the file closed."""
        self.commits = Durations()
        """How long the groups took from begin to commit."""

    @classmethod
    async def open(cls, path: Path) -> "Store":
        """Open the file, made (private to the user) and migrated as needed.

        Raises StorageError with what to do when it can't be used; the file is then as it was.
        """
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
            raise StorageError(
                f"The database {path} can't be opened now ({problem}). What is in it is as it was. Make room if the disk "
                "is full, stop other programs that use it, or give another STUDYHALL_DATA_DIR, and start again."
            ) from problem
        except (sqlite3.DatabaseError, UnicodeDecodeError) as problem:
            raise StorageError(unusable(path, problem)) from problem
        except OSError as problem:
            raise StorageError(
                f"The data folder {path.parent} can't be used ({problem.strerror}). Make it writable, or set "
                "STUDYHALL_DATA_DIR."
            ) from problem
        return cls(path, writer, reader)

    @property
    def waiting(self) -> int:
        """How many writes wait for their commit."""
        return len(self._waiting)

    async def close(self) -> None:
        """Finish what is queued, then close both connections; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        if self._drain:
            await self._drain
        await self._reader.close()
        await self._writer.close()
        self.has_closed()

    async def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows of a query, as last committed. Raises StorageError when it could not be answered."""
        if self._closed:
            raise StorageError(_CLOSING)
        try:
            return [tuple(row) for row in await self._reader.execute_fetchall(sql, values)]
        except (sqlite3.Error, UnicodeDecodeError) as problem:
            if _is_the_files(problem):
                raise _failed(problem) from problem
            raise

    async def columns(self, table: str) -> list[str]:
        """The names of a table's columns, in order."""
        return [name for (name,) in await self.rows("SELECT name FROM pragma_table_info(?)", (table,))]

    async def bytes(self) -> int:
        """How large the database is."""
        [[size]] = await self.rows("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        return int(size)

    async def write(self, job: Job[T]) -> T:
        """Run ``job`` in a transaction and return its result once that is committed.

        A job that raises leaves nothing behind and does not touch the others of its group. Raises StorageError when
        the database refused: then nothing of the job was stored.
        """
        return await self._queue(job)

    async def write_together(self, work: Work[Item, T], item: Item) -> T:
        """Like `write`, for many small writes of one kind: what queues up behind each other is one call of ``work``.

        ``work(transaction, items)`` returns a result for each item, in order.
        """
        last, done = self._waiting[-1] if self._waiting else (None, None)
        if isinstance(last, _Together) and done and last.work is work and len(last.items) < MAX_BATCH:
            together = last
        else:
            together = _Together(work)
            done = self._queue(together)
        together.items.append(item)
        place = len(together.items) - 1
        results: list[T] = await asyncio.shield(done)  # one waiter's end must not be that of the others
        return results[place]

    async def tidy(self, *, rebuild: bool) -> bool:
        """Leave nothing of deleted rows in the files: empty the journal into the file and, to ``rebuild``, write it anew.

        It takes its turn between two groups of writes, which wait meanwhile: a file of 50 MB is rebuilt in about 0.3 s.
        Returns False when a reader was in the way; then ask again later. Raises StorageError when the database refused.
        """
        if self._closed:
            raise StorageError(_CLOSING)
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._tidying.append((rebuild, done))
        self._begin()
        return await done

    def _queue(self, job: Job[T]) -> asyncio.Future[T]:
        if self._closed:
            raise StorageError(_CLOSING)
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, done))
        self._begin()
        return done

    def _begin(self) -> None:
        if self._drain is None:
            self._drain = asyncio.create_task(self._commit_what_waits(), name="store-drain")

    async def _tidy(self) -> None:
        asked, self._tidying = self._tidying, []
        try:
            emptied = await self._emptied(rebuild=any(rebuild for rebuild, _ in asked))
        except sqlite3.Error as problem:
            for _, done in asked:
                if not done.done():
                    done.set_exception(_failed(problem))
            return
        self.committed()
        for _, done in asked:
            if not done.done():
                done.set_result(emptied)

    async def _emptied(self, *, rebuild: bool) -> bool:
        run = self._writer.execute_fetchall
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

    async def _commit_what_waits(self) -> None:
        try:
            while self._waiting or self._tidying:
                if self._tidying:
                    await self._tidy()
                batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
                try:
                    await self._commit(batch)
                except Exception as problem:
                    error = _failed(problem) if isinstance(problem, sqlite3.Error | UnicodeDecodeError) else problem
                    await self._undo()
                    for _job, done in batch:
                        if not done.done():
                            done.set_exception(error)
        finally:
            self._drain = None

    async def _commit(self, batch: list[tuple[Job[Any], asyncio.Future[Any]]]) -> None:
        began = time.perf_counter()
        await self._writer.execute_fetchall("BEGIN IMMEDIATE")
        results: list[tuple[asyncio.Future[Any], Any]] = []
        for job, done in batch:
            await self._writer.execute_fetchall("SAVEPOINT job")
            try:
                results.append((done, await job(Transaction(self._writer))))
            except Exception as problem:
                if _is_the_files(problem):
                    raise
                await self._writer.execute_fetchall("ROLLBACK TO job")
                if not done.done():
                    done.set_exception(problem)
            await self._writer.execute_fetchall("RELEASE job")
        await self._writer.execute_fetchall("COMMIT")
        self.commits.add(time.perf_counter() - began)
        self.committed()
        for done, result in results:
            if not done.done():
                done.set_result(result)

    async def _undo(self) -> None:
        if self._writer.in_transaction:
            try:
                await self._writer.execute_fetchall("ROLLBACK")
            except sqlite3.Error:
                _log.exception("the database refused to roll back")


def _make_ready(path: Path) -> list[int]:
    """The file, made where it is not there and private to the user, brought up to date."""
    make_private_folder(path.parent)
    for needed in (path.parent, *(file for file in (path, *journals(path)) if file.exists())):
        if not os.access(needed, os.W_OK):
            raise StorageError(
                f"{needed} can't be written to. Make it writable for the user that runs Studyhall, or set "
                "STUDYHALL_DATA_DIR. Nothing was changed."
            )
    if not path.exists():
        return _make(path)
    if found := damage(path):
        raise StorageError(unusable(path, found))
    return migrate(path, time.strftime("%Y%m%d-%H%M%S"))


def _make(path: Path) -> list[int]:
    """A new database, whole from its first moment: one that is found empty has lost what it held.

    Raises StorageError where there are copies of one that was here before.
    """
    if words := missing(path):
        raise StorageError(words)
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


def _is_the_files(problem: Exception) -> bool:
    """Whether the file or the disk is at fault, and not what was asked; a broken file is a DatabaseError by itself."""
    broken = (sqlite3.DatabaseError, sqlite3.OperationalError, sqlite3.InternalError, UnicodeDecodeError)
    return type(problem) in broken  # a text that is none, too: what is read here was written as text


def _failed(problem: Exception) -> StudyhallError:
    _log.error("the database refused: %s", problem)
    if str(problem).startswith(("no such table", "no such column")):
        return StorageError(
            f"The database is not the one that this Studyhall writes ({problem}), so nothing was counted. Whoever runs "
            "this bot should put a backup in its place with `python -m bot restore`."
        )
    return StorageError(
        "The database could not take this just now, so nothing was counted. Please try again in a moment."
    )
