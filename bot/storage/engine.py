"""What the store asks of an engine; the engines stand in a folder each."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

Row = tuple[Any, ...]
Values = Sequence[object] | Mapping[str, object]
"""What stands for a statement's parameters, by place or by name."""


class Engine(Protocol):
    """One database. Only one task may write: `begin`, then for each job `mark` and `keep` or `take_back`, then `commit`,
    or `undo` for all."""

    path: Path
    """Its file; for one that has none, the name beside which files are that belong to it."""

    async def close(self) -> None:
        """Close every connection."""
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

    async def begin(self) -> None:
        """Begin a group, holding other writers off."""
        ...

    async def mark(self) -> None:
        """Begin a job of the group."""
        ...

    async def keep(self) -> None:
        """The job is done."""
        ...

    async def take_back(self) -> None:
        """The job leaves nothing behind."""
        ...

    async def commit(self) -> None:
        """The group is stored for good when this returns."""
        ...

    async def undo(self) -> None:
        """Nothing of the group stays."""
        ...

    async def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows of a query, or of a change with RETURNING, within the job."""
        ...

    async def run(self, sql: str, values: Values = ()) -> None:
        """One change."""
        ...

    async def run_many(self, sql: str, values: Iterable[Sequence[object]]) -> None:
        """The same change for each row of values."""
        ...

    async def tidy(self, *, rebuild: bool) -> bool:
        """Give the room of deleted rows free; False when a reader was in the way. Raises StorageError when refused."""
        ...

    def is_at_fault(self, problem: Exception) -> bool:
        """Whether the database is at fault, and not what was asked."""
        ...

    def error(self, problem: Exception) -> Exception:
        """What to tell who asked for it: the database's errors in words, any other as it is."""
        ...
