"""One database behind one class: a write lane that commits in groups, and reads beside it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from bot.errors import StorageError, StudyhallError
from bot.facts import Code, fact
from bot.storage.engine import Engine
from bot.storage.engine import Row as Row
from bot.storage.engine import Values as Values
from bot.storage.sqlite.database import Sqlite
from bot.telemetry import Durations

T = TypeVar("T")
Item = TypeVar("Item")
MAX_BATCH = 500


class Reads(Protocol):
    """Anything that answers a SELECT: the store itself, or a transaction under way."""

    async def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows of a query."""
        ...


class Transaction:
    """What a write job works with; its changes are seen by others once the whole group is committed."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    async def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows of a query (or of a change with RETURNING), seeing this transaction's own changes."""
        return await self._database.rows(sql, values)

    async def run(self, sql: str, values: Values = ()) -> None:
        """One change."""
        await self._database.run(sql, values)

    async def run_many(self, sql: str, values: Iterable[Sequence[object]]) -> None:
        """The same change for each row of values."""
        await self._database.run_many(sql, values)


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

    Writes queue up and are committed in groups by a task that lives only while there is work: a commit then costs one
    flush for all that waited, and what was acknowledged survives a power cut.
    """

    def __init__(self, database: Engine) -> None:
        self.path = database.path
        self._database = database
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
    async def open(cls, path: Path, url: str = "") -> "Store":
        """Open the file, made (private to the user) and migrated as needed; with a ``url``, a PostgreSQL in its place.

        Raises StorageError with what to do when it can't be used; the file is then as it was.
        """
        return cls(await _postgres(url, path) if url else await Sqlite.open(path))

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
        await self._database.close()
        self.has_closed()

    async def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows of a query, as last committed. Raises StorageError when it could not be answered."""
        self._refuse_closed()
        return await self._database.read(sql, values)

    async def columns(self, table: str) -> list[str]:
        """The names of a table's columns, in order."""
        self._refuse_closed()
        return await self._database.columns(table)

    async def bytes(self) -> int:
        """How large the database is."""
        self._refuse_closed()
        return await self._database.bytes()

    async def write(self, job: Job[T]) -> T:
        """Run ``job`` in a transaction and return its result once that is committed.

        A job that raises leaves nothing behind and does not touch the others of its group. Raises StorageError when
        the database refused: then nothing of the job was stored (a PostgreSQL that is lost in the middle of its commit may
        have stored it all the same).
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
        self._refuse_closed()
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._tidying.append((rebuild, done))
        self._begin()
        return await done

    def _refuse_closed(self) -> None:
        if self._closed:
            raise StorageError(fact(Code.SHUTTING_DOWN))

    def _queue(self, job: Job[T]) -> asyncio.Future[T]:
        self._refuse_closed()
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
            emptied = await self._database.tidy(rebuild=any(rebuild for rebuild, _ in asked))
        except StudyhallError as refused:
            for _, done in asked:
                if not done.done():
                    done.set_exception(refused)
            return
        self.committed()
        for _, done in asked:
            if not done.done():
                done.set_result(emptied)

    async def _commit_what_waits(self) -> None:
        try:
            while self._waiting or self._tidying:
                if self._tidying:
                    await self._tidy()
                batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
                try:
                    await self._commit(batch)
                except Exception as problem:
                    error = self._database.error(problem)
                    try:
                        await self._database.undo()
                    finally:  # whatever becomes of it, nobody waits for ever
                        for _job, done in batch:
                            if not done.done():
                                done.set_exception(error)
        finally:
            self._drain = None

    async def _commit(self, batch: list[tuple[Job[Any], asyncio.Future[Any]]]) -> None:
        began = time.perf_counter()
        await self._database.begin()
        results: list[tuple[asyncio.Future[Any], Any]] = []
        for job, done in batch:
            await self._database.mark()
            try:
                results.append((done, await job(Transaction(self._database))))
            except Exception as problem:
                if self._database.is_at_fault(problem):
                    raise
                await self._database.take_back()
                if not done.done():
                    done.set_exception(problem)
            else:
                await self._database.keep()
        await self._database.commit()
        self.commits.add(time.perf_counter() - began)
        self.committed()
        for done, result in results:
            if not done.done():
                done.set_result(result)


async def _postgres(url: str, path: Path) -> Engine:
    try:
        from bot.storage.postgres.database import Postgres
    except ImportError:
        raise StorageError(fact(Code.POSTGRES_NOT_INSTALLED)) from None
    return await Postgres.open(url, path)
