"""One database behind one class, whatever the engine."""

from collections.abc import Callable
from pathlib import Path

from bot.errors import StorageError
from bot.facts import Code, fact
from bot.model.shards import Fence
from bot.storage.engine import MAX_BATCH as MAX_BATCH
from bot.storage.engine import Engine, Item, T, Work
from bot.storage.engine import Job as Job
from bot.storage.engine import Reads as Reads
from bot.storage.engine import Row as Row
from bot.storage.engine import Transaction as Transaction
from bot.storage.engine import Values as Values
from bot.storage.locks import Lock
from bot.storage.sqlite.database import Sqlite
from bot.storage.sqlite.lane import Lane
from bot.telemetry import Durations


class Store:
    """The database of one bot: what was acknowledged survives a power cut."""

    def __init__(self, engine: Engine) -> None:
        self.path = engine.path
        self._engine = engine
        self._closed = False
        self.has_closed: Callable[[], None] = lambda: None
        """Called when everything is stored, and the database closed."""

    @classmethod
    async def open(cls, path: Path, url: str = "") -> "Store":
        """Open the file, made (private to the user) and migrated as needed; with a ``url``, a PostgreSQL in its place.

        Raises StorageError with what to do when it can't be used; the file is then as it was.
        """
        return cls(await _postgres(url) if url else Lane(await Sqlite.open(path)))

    @property
    def waiting(self) -> int:
        """How many writes are not stored yet."""
        return self._engine.waiting

    @property
    def commits(self) -> Durations:
        """How long writing took, from begin to commit."""
        return self._engine.commits

    def when_committed(self, told: Callable[[], None]) -> None:
        """Have ``told`` called when something was stored, before anybody is told, and when the journal was emptied."""
        self._engine.committed = told

    async def close(self) -> None:
        """Finish what is queued, then close every connection; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        await self._engine.close()
        self.has_closed()

    async def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows of a query, as last committed. Raises StorageError when it could not be answered."""
        self._refuse_closed()
        return await self._engine.read(sql, values)

    async def columns(self, table: str) -> list[str]:
        """The names of a table's columns, in order."""
        self._refuse_closed()
        return await self._engine.columns(table)

    async def bytes(self) -> int:
        """How large the database is."""
        self._refuse_closed()
        return await self._engine.bytes()

    async def told_backup(self) -> int | None:
        """When the operator of a PostgreSQL last told of a copy."""
        self._refuse_closed()
        return await self._engine.told_backup()

    async def write(self, job: Job[T], *locks: Lock | Fence) -> T:
        """Run ``job`` in a transaction and return its result once that is committed.

        Where several can write at once it runs alone, or, with ``locks``, beside what names others (see `bot.storage.locks`);
        it may be run again when it was undone. With a `Fence` it is refused (LeaseLostError) once another process answers
        for that shard. A job that raises leaves nothing behind. Raises StorageError when the
        database refused: then nothing of it was stored (a PostgreSQL that does not come back after a lost commit may have
        stored it all the same).
        """
        self._refuse_closed()
        return await self._engine.write(job, locks)

    async def write_together(self, work: Work[Item, T], item: Item, *locks: Lock | Fence) -> T:
        """Like `write`, for many small writes of one kind: what queues up behind each other is one call of ``work``.

        ``work(transaction, items)`` returns a result for each item, in order.
        """
        self._refuse_closed()
        return await self._engine.write_together(work, item, locks)

    async def tidy(self, *, rebuild: bool) -> bool:
        """Leave nothing of deleted rows in the files; to ``rebuild``, rewrite them.

        Writes wait meanwhile: a file of 50 MB is rebuilt in about 0.3 s.
        Returns False when a reader was in the way; then ask again later. Raises StorageError when the database refused.
        """
        self._refuse_closed()
        return await self._engine.tidy(rebuild=rebuild)

    def _refuse_closed(self) -> None:
        if self._closed:
            raise StorageError(fact(Code.SHUTTING_DOWN))


async def _postgres(url: str) -> Engine:
    try:
        from bot.storage.postgres.database import Postgres
    except ImportError:
        raise StorageError(fact(Code.POSTGRES_NOT_INSTALLED)) from None
    return await Postgres.open(url)
