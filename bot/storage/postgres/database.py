"""PostgreSQL as an engine: how it is opened, asked and changed, and what its errors mean."""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg

from bot.errors import LeaseLostError, StorageError, StudyhallError
from bot.facts import Code, fact
from bot.model.shards import Fence
from bot.storage.engine import MAX_BATCH, Item, Job, Row, T, Values, Work
from bot.storage.locks import Lock
from bot.storage.postgres.connecting import (
    CONNECT_SECONDS,
    CONNECTING,
    LOST,
    STATEMENT_SECONDS,
    connected,
    equip,
    keep_as_it_is,
    opening,
    words,
)
from bot.storage.postgres.migrations import OURS, make_ready
from bot.storage.postgres.statements import statement
from bot.telemetry import Durations

LAYOUT = 23
READERS = 4
WRITERS = 8
TIDY_SECONDS = 3600.0
TIDY_LOCK_MS = 2_000
"""How long tidying waits for a table that somebody reads, a dump for one; what wants it next waits as long."""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
COLUMNS = (
    "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ?"
    " ORDER BY ordinal_position"
)
ALONE = 0
"""Beside the kinds of `Lock`: whoever runs alone holds it, and everybody else shares it."""
SEEN_TRIES, SEEN_AGAIN_SECONDS = 100, 0.1
TRIES = 5
AGAIN_SECONDS = 0.2
IN_EACH_OTHERS_WAY = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
"""What tells that it was undone because of another writer, and may be tried again."""

_log = logging.getLogger(__name__)


class _Changes:
    """A job's transaction."""

    def __init__(self, connection: "asyncpg.pool.PoolConnectionProxy[Any]", *, alone: bool) -> None:
        self._connection = connection
        self._alone = alone

    async def rows(self, sql: str, values: Values = ()) -> list[Row]:
        asked = statement(sql)
        return _rows(await self._connection.fetch(asked.text, *asked.arguments(values)))

    async def run(self, sql: str, values: Values = ()) -> None:
        await self.rows(sql, values)

    async def run_many(self, sql: str, values: Iterable[Sequence[object]]) -> None:
        asked = statement(sql)
        await self._connection.executemany(asked.text, [asked.arguments(row) for row in values])

    async def lock(self, locks: Iterable[Lock]) -> None:
        if wanted := sorted(set(locks)) if not self._alone else []:  # who is alone need not keep anybody off
            await self._connection.fetch(
                "SELECT pg_advisory_xact_lock(kind, number) FROM unnest($1::int[], $2::int[]) AS wanted (kind, number)",
                [one.kind for one in wanted],
                [one.number for one in wanted],
            )

    async def hold(self, fences: Iterable[Fence]) -> None:
        """Let none of these shards be taken over until it is stored. Raises LeaseLostError where one was."""
        if wanted := sorted(set(fences)):
            found = await self._connection.fetch(
                "SELECT FROM shard JOIN unnest($1::bigint[], $2::bigint[]) AS mine (number, fence) USING (number, fence)"
                " ORDER BY number FOR KEY SHARE OF shard",
                [one.shard for one in wanted],
                [one.number for one in wanted],
            )
            if len(found) != len(wanted):
                raise LeaseLostError

    async def begin(self) -> str:
        """Begin, alone or beside others; returns the transaction's number, by which its fate can be asked for."""
        await self._connection.execute("BEGIN")
        shared = "" if self._alone else "_shared"
        return str(
            await self._connection.fetchval(
                f"SELECT pg_current_xact_id()::text, pg_advisory_xact_lock{shared}({ALONE}, {OURS})"
            )
        )


class _Wanted(NamedTuple):
    """What a job keeps others off, and the leases that it is written under."""

    locks: frozenset[Lock]
    fences: frozenset[Fence]
    alone: bool

    @classmethod
    def of(cls, given: Iterable[Lock | Fence], *, alone: bool = False) -> "_Wanted":
        fences = frozenset(one for one in given if isinstance(one, Fence))
        locks = frozenset(one for one in given if isinstance(one, Lock))
        return cls(locks, fences, alone or not locks)


class _Group:
    """Items that wait for one call of the same work."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self.locks: set[Lock | Fence] = set()
        self.alone = False
        self.done: asyncio.Task[list[Any]] | None = None


class Postgres:
    """The database, over two pools of connections. Each job is a transaction of its own."""

    path: Path | None = None
    """All that it keeps is in the database."""

    def __init__(self, readers: "asyncpg.Pool[Any]", writers: "asyncpg.Pool[Any]") -> None:
        self.commits = Durations()
        self.committed: Callable[[], None] = lambda: None
        self._readers = readers
        self._writers = writers
        self._under_way: set[asyncio.Task[Any]] = set()
        self._gathering: dict[Work[Any, Any], _Group] = {}
        self._turns: dict[Work[Any, Any], asyncio.Lock] = {}

    @classmethod
    async def open(cls, url: str) -> "Postgres":
        """Connect, and make the schema where there is none.

        Raises StorageError with what to do when it can't be used.
        """
        # What it says of a server that is away, with a traceback each second, is told here in a line.
        logging.getLogger("asyncpg.pool").setLevel(logging.CRITICAL)
        with opening():
            async with connected(url) as first:
                await make_ready(first, LAYOUT)
            readers = await asyncpg.create_pool(
                url, min_size=1, max_size=READERS, init=equip, reset=keep_as_it_is, **CONNECTING
            )
            try:
                writers = await asyncpg.create_pool(
                    url, min_size=1, max_size=WRITERS, init=equip, reset=keep_as_it_is, **CONNECTING
                )
            except BaseException:
                readers.terminate()
                raise
        return cls(readers, writers)

    @property
    def waiting(self) -> int:
        """How many writes are not stored yet."""
        gathered = sum(len(group.items) - 1 for group in self._gathering.values())
        return len(self._under_way) + gathered

    async def close(self) -> None:
        """Finish what is under way, and close every connection."""
        while self._under_way:
            await asyncio.wait(self._under_way)
        for pool in (self._readers, self._writers):
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    await pool.close()
            except (asyncpg.PostgresError, *LOST):
                pool.terminate()

    # Reading

    async def read(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows of a query, as last committed. Raises StorageError when it could not be answered."""
        asked = statement(sql)
        for left in reversed(range(TRIES)):
            try:
                async with self._readers.acquire(timeout=CONNECT_SECONDS) as connection:
                    return _rows(await connection.fetch(asked.text, *asked.arguments(values)))
            except TimeoutError as problem:  # it hangs: to wait once more would help nobody
                raise self._error(problem) from problem
            except LOST as problem:
                if not left:
                    raise self._error(problem) from problem
                await _pause(TRIES - left)
        raise AssertionError

    async def columns(self, table: str) -> list[str]:
        """The names of a table's columns, in order."""
        return [name for (name,) in await self.read(COLUMNS, (table,))]

    async def bytes(self) -> int:
        """How large the database is."""
        [[size]] = await self.read("SELECT pg_database_size(current_database())")
        return int(size)

    async def told_backup(self) -> int | None:
        """When its operator last told of a copy."""
        [[at_ms]] = await self.read("SELECT backup_ms FROM layout")
        return None if at_ms is None else int(at_ms)

    # Writing

    async def write(self, job: Job[T], locks: Iterable[Lock | Fence] = ()) -> T:
        """Run a job in a transaction of its own, alone if it has no ``locks``; whoever waits may be cancelled, it is not."""
        return await asyncio.shield(self._begun(self._store(job, _Wanted.of(locks))))

    async def write_together(self, work: Work[Item, T], item: Item, locks: Iterable[Lock | Fence] = ()) -> T:
        """One group of a kind is under way; what comes meanwhile is the next one, under the locks of all its items."""
        group = self._gathering.get(work)
        if group is None or len(group.items) >= MAX_BATCH:
            group = self._gathering[work] = _Group()
            group.done = self._begun(self._work(work, group))
        assert group.done
        wanted = set(locks)
        group.alone = group.alone or _Wanted.of(wanted).alone
        group.locks |= wanted
        group.items.append(item)
        place = len(group.items) - 1
        results: list[T] = await asyncio.shield(group.done)
        return results[place]

    async def tidy(self, *, rebuild: bool) -> bool:
        """Give the room of deleted rows free: VACUUM of our tables, and to ``rebuild`` in full.

        False when somebody still reads what was there before: VACUUM FULL would keep it for them.
        Raises StorageError when refused.
        """
        kind = "VACUUM FULL" if rebuild else "VACUUM"
        try:
            async with self._writers.acquire(timeout=CONNECT_SECONDS) as connection:
                deleted_before = await connection.fetchval("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
                if rebuild and not await _is_seen_by_nobody(connection, deleted_before, SEEN_TRIES):
                    return False
                await connection.execute(f"SET lock_timeout = {TIDY_LOCK_MS}")  # whoever waits behind it waits as long
                try:
                    for (table,) in _rows(await connection.fetch(TABLES)):
                        await connection.execute(f'{kind} "{table}"', timeout=TIDY_SECONDS)
                except asyncpg.LockNotAvailableError:
                    return False
                finally:
                    with contextlib.suppress(asyncpg.PostgresError, *LOST):
                        await connection.execute("RESET lock_timeout")
                # A standby may have told only meanwhile what is still read there.
                return not rebuild or await _is_seen_by_nobody(connection, deleted_before, 1)
        except (asyncpg.PostgresError, *LOST) as problem:
            raise self._error(problem) from problem

    def _begun(self, work: Any) -> "asyncio.Task[Any]":
        task = asyncio.create_task(work, name="store-write")
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # whoever asked for it may be gone

    async def _work(self, work: Work[Any, Any], group: _Group) -> list[Any]:
        async with self._turns.setdefault(work, asyncio.Lock()):
            if self._gathering.get(work) is group:
                del self._gathering[work]

            async def job(tx: Any) -> list[Any]:
                return await work(tx, group.items)

            return await self._store(job, _Wanted.of(group.locks, alone=group.alone))

    async def _store(self, job: Job[T], wanted: "_Wanted") -> T:
        """Once, or again where it was undone by another writer, or lost before it was asked to be kept."""
        for left in reversed(range(TRIES)):
            try:
                return await self._once(job, wanted)
            except (asyncpg.PostgresError, *LOST) as problem:
                again = isinstance(problem, IN_EACH_OTHERS_WAY) or (
                    isinstance(problem, LOST) and not isinstance(problem, TimeoutError)
                )
                if left and again:
                    await _pause(TRIES - left)
                    continue
                if isinstance(problem, (*LOST, *IN_EACH_OTHERS_WAY)):
                    raise self._error(problem) from problem
                raise
        raise AssertionError

    async def _once(self, job: Job[T], wanted: "_Wanted") -> T:
        async with self._writers.acquire(timeout=CONNECT_SECONDS) as connection:
            began = time.perf_counter()
            tx = _Changes(connection, alone=wanted.alone)
            try:
                number = await tx.begin()
                await tx.hold(wanted.fences)
                await tx.lock(wanted.locks)
                result = await job(tx)
            except BaseException:
                await _undo(connection)
                raise
            try:
                ended = await connection.execute("COMMIT")
            except LOST as problem:
                _give_up(connection)
                lost = problem
            else:
                if ended != "COMMIT":
                    raise asyncpg.InFailedSQLTransactionError("a refused statement was overlooked")
                lost = None
        if lost and not await self._was_stored(number):
            raise lost
        self.commits.add(time.perf_counter() - began)
        self.committed()
        return result

    async def _was_stored(self, number: str) -> bool:
        """What became of a transaction whose commit was not answered. Raises StorageError when nobody can tell."""
        until = time.monotonic() + STATEMENT_SECONDS
        while time.monotonic() < until:  # it may be under way as long
            try:
                async with self._writers.acquire(timeout=CONNECT_SECONDS) as connection:
                    fate = await connection.fetchval("SELECT pg_xact_status($1::text::xid8)", number)
                if fate in ("committed", "aborted"):
                    return bool(fate == "committed")
            except asyncpg.InvalidParameterValueError:  # unknown to the server, which took over from another
                return False
            except (asyncpg.PostgresError, *LOST) as problem:
                _log.info("what became of a commit is not known yet: %s", words(problem))
            await _pause(2)
        raise self._error(TimeoutError("a commit was not answered, and what became of it is not known"))

    # What went wrong

    def _error(self, problem: Exception) -> StudyhallError:
        """What to tell who asked."""
        _log.error("the database refused: %s", words(problem))
        return StorageError(fact(Code.NOT_COUNTED))


async def _is_seen_by_nobody(
    connection: "asyncpg.pool.PoolConnectionProxy[Any]", deleted_before: str, tries: int
) -> bool:
    """Whether nobody is left, after a moment, who began before that transaction and may see what is deleted now.

    Sessions of other users tell nothing of themselves but that (https://www.postgresql.org/docs/current/monitoring-stats.html);
    a standby that reads, an ANALYZE that happens by itself, what is prepared, and who writes in another database of the
    server count too: what begins now takes those for under way.
    """
    for left in reversed(range(tries)):
        if not await connection.fetchval(
            "SELECT count(*) FROM (SELECT unnest(ARRAY[backend_xid, CASE WHEN coalesce(datname = current_database(), true)"
            " THEN backend_xmin END]) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " UNION ALL SELECT transaction FROM pg_prepared_xacts WHERE database = current_database()) AS seeing (oldest)"
            " WHERE age(oldest) > age($1::text::xid8::xid)",
            deleted_before,
        ):
            return True
        if left:
            await asyncio.sleep(SEEN_AGAIN_SECONDS)
    return False


async def _pause(tries: int) -> None:
    """Longer each time, and not as long as the next one's."""
    await asyncio.sleep(AGAIN_SECONDS * tries * random.uniform(0.5, 1))


def _give_up(connection: "asyncpg.pool.PoolConnectionProxy[Any]") -> None:
    with contextlib.suppress(asyncpg.InterfaceError):  # a connection that was lost has left the pool already
        connection.terminate()


async def _undo(connection: "asyncpg.pool.PoolConnectionProxy[Any]") -> None:
    try:
        if not connection.is_closed() and connection.is_in_transaction():
            await connection.execute("ROLLBACK")
    except (asyncpg.PostgresError, *LOST) as problem:
        _give_up(connection)
        _log.warning("the database could not roll back (%s); its connection is given up", words(problem))


def _rows(records: Iterable["asyncpg.Record"]) -> list[Row]:
    return [tuple(record) for record in records]
