"""What the store asks of an engine; the engines stand in a folder each."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from bot.model.shards import Fence
from bot.storage.locks import Lock
from bot.telemetry import Durations

Row = tuple[Any, ...]
Values = Sequence[object] | Mapping[str, object]
"""What stands for a statement's parameters, by place or by name."""
T = TypeVar("T")
Item = TypeVar("Item")
MAX_BATCH = 500
"""How many jobs, or items of one, are stored at once at most."""


class Reads(Protocol):
    """Anything that answers a SELECT: the store itself, or a transaction under way."""

    async def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows of a query."""
        ...


class Transaction(Protocol):
    """What a write job works with; its changes are seen by others once they are committed."""

    async def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows of a query (or of a change with RETURNING), seeing this transaction's own changes."""
        ...

    async def run(self, sql: str, values: Values = ()) -> None:
        """One change."""
        ...

    async def run_many(self, sql: str, values: Iterable[Sequence[object]]) -> None:
        """The same change for each row of values."""
        ...

    async def lock(self, locks: Iterable[Lock]) -> None:
        """Keep others off these too, of a later kind than those that the job began with, before it reads of them."""
        ...


Job = Callable[[Transaction], Awaitable[T]]
"""A write: it may be run again when it was undone, so it changes nothing but the database."""
Work = Callable[[Transaction, list[Item]], Awaitable[list[T]]]


class Engine(Protocol):
    """One database."""

    path: Path | None
    """Its file; None for one that keeps everything in a server."""
    commits: Durations
    """How long writing took, from begin to commit."""
    committed: Callable[[], None]
    """Called when something was stored, before anybody is told, and when the journal was emptied."""

    @property
    def waiting(self) -> int:
        """How many writes are not stored yet."""
        ...

    async def close(self) -> None:
        """Finish what is under way, and close every connection."""
        ...

    async def read(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows of a query, as last committed. Raises StorageError when it could not be answered."""
        ...

    async def columns(self, table: str) -> list[str]:
        """The names of a table's columns, in order."""
        ...

    async def bytes(self) -> int:
        """How large it is."""
        ...

    async def write(self, job: Job[T], locks: Iterable[Lock | Fence]) -> T:
        """Run a job in a transaction; without locks it is alone. Its result comes when it is stored for good.

        A fence among them has it refused (LeaseLostError) once the lease on that shard is somebody else's.

        Whoever waits may be cancelled; the job is not. Raises what it raises, and StorageError when the database refused.
        """
        ...

    async def write_together(self, work: Work[Item, T], item: Item, locks: Iterable[Lock | Fence]) -> T:
        """The same for many small writes of one kind: those that queue up behind each other are one call of ``work``."""
        ...

    async def told_backup(self) -> int | None:
        """When its operator last told of a copy; None for one that the bot copies itself. Raises StorageError."""
        ...

    async def tidy(self, *, rebuild: bool) -> bool:
        """Give the room of deleted rows free; False when a reader was in the way. Raises StorageError when refused."""
        ...
