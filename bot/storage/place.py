"""Where the data are: in a SQLite file, or in the PostgreSQL that an address names."""

import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from bot.errors import StorageError
from bot.facts import Code, Fact, fact
from bot.settings import Settings
from bot.storage.sqlite import beside as files
from bot.storage.sqlite.lock import Held
from bot.storage.sqlite.lock import only_one as only_one_in
from bot.storage.store import Reads, Store

if TYPE_CHECKING:  # with asyncpg, which not everybody has
    from bot.storage.postgres.joining import Shared
    from bot.storage.postgres.leases import LeaseTable


class Place(NamedTuple):
    """A database; with a ``url`` it is a PostgreSQL, and ``path`` says nothing."""

    path: Path
    url: str = ""

    @classmethod
    def of(cls, settings: Settings) -> "Place":
        """Where the settings have the data."""
        return cls(settings.database_path, settings.database_url)

    async def open(self) -> Store:
        """The store there, made and migrated as needed. Raises StorageError with what to do when it can't be used."""
        return await Store.open(self.path, self.url)

    @contextlib.asynccontextmanager
    async def only_reading(self) -> AsyncIterator[Reads]:
        """What is there, for reading, beside a running bot or without one; nothing is made or migrated.

        Raises StorageError with what to do when it is not there, can't be used, or is of another version.
        """
        reading = self.beside().only_reading(self.url) if self.url else files.only_reading(self.path)
        async with reading as db:
            yield db

    @contextlib.asynccontextmanager
    async def alone(self) -> AsyncIterator[Held | None]:
        """Hold it for this process alone; for a file, with what its lock says of the journal.

        Raises StorageError when another process runs on it.
        """
        if self.url:
            async with self.beside().only_one(self.url):
                yield None
        else:
            with only_one_in(self.path.parent) as held:
                yield held

    @contextlib.asynccontextmanager
    async def shared(self) -> AsyncIterator["Shared"]:
        """What this process has in common with others on the PostgreSQL there, which is made or migrated as needed.

        Raises StorageError with what to do when it can't be used.
        """
        self.beside()
        from bot.storage.postgres.joining import joined

        async with joined(self.url) as shared:
            yield shared

    @contextlib.asynccontextmanager
    async def lease_table(self) -> AsyncIterator["LeaseTable"]:
        """Who runs on the PostgreSQL there, for a command beside them. Raises StorageError where it is a file."""
        if not self.url:
            raise StorageError(fact(Code.ONLY_POSTGRES_SHARED))
        async with self.beside().lease_table(self.url) as table:
            yield table

    @contextlib.asynccontextmanager
    async def opened_alone(self, told: Callable[[Fact], None] = lambda _: None) -> AsyncIterator[Store]:
        """The store there, which has to be there, held for this process alone. Raises StorageError.

        ``told`` gets what is missing of a file's journal.
        """
        if not self.url and not self.path.exists():
            raise StorageError(fact(Code.NO_DATABASE, path=str(self.path)))
        async with self.alone() as held:
            if held and (lost := held.lost(self.path)):
                told(lost)
            store = await self.open()
            if held:
                store.has_closed = held.closed
            try:
                yield store
            finally:
                await store.close()

    def beside(self) -> ModuleType:
        """What PostgreSQL has for commands, loaded for those who use it. Raises StorageError where it is not installed."""
        try:
            from bot.storage.postgres import beside
        except ImportError:
            raise StorageError(fact(Code.POSTGRES_NOT_INSTALLED)) from None
        return beside
