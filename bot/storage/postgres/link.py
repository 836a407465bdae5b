"""One connection beside the pools, for what must not wait behind a burst of writes: leases, limits, and what others tell."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

import asyncpg

from bot.errors import StorageError
from bot.facts import Code, fact
from bot.storage.engine import Row
from bot.storage.postgres.connecting import CONNECTING, LOST, equip, opening, words
from bot.storage.postgres.migrations import OURS

LINK_SECONDS = 3.0
"""How long the server may take to answer here, or to let us in; a lease must be renewed several times while it lasts."""
RUNS = 0x72756E73
"""Beside `OURS`: the advisory lock that each process shares while it runs on the database, and a command holds alone
(*runs*)."""
CHANNEL = "studyhall"
CLOSE_SECONDS = 1.0

_log = logging.getLogger(__name__)


class Link:
    """A connection that is made again when it was lost.

    While it is there the process counts as one that runs: no command holds the database alone.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._heard: Callable[[str], None] | None = None
        self._renewed: Callable[[], None] = lambda: None
        self._connection: asyncpg.Connection[Any] | None = None
        self._turn = asyncio.Lock()

    async def ask(self, sql: str, *values: object) -> list[Row]:
        """The rows of one statement, which is a transaction of its own. Raises StorageError when there is no answer soon."""
        return await self.together((sql, *values))

    async def together(self, *statements: tuple[Any, ...]) -> list[Row]:
        """The rows of the last of several statements, each with its values: one transaction. Raises StorageError."""
        async with self._turn:
            try:
                async with asyncio.timeout(LINK_SECONDS):
                    connection = await self._connected()
                    if len(statements) == 1:
                        return [tuple(row) for row in await connection.fetch(*statements[0])]
                    async with connection.transaction():
                        for one in statements:
                            rows = await connection.fetch(*one)
                    return [tuple(row) for row in rows]
            except (asyncpg.PostgresError, *LOST) as problem:
                self._give_up()
                _log.info("the database does not answer: %s", words(problem))
                raise StorageError(fact(Code.NOT_COUNTED)) from problem
            except asyncio.CancelledError:
                self._give_up()  # in the middle of a statement nobody else can use it
                raise

    def hear(self, heard: Callable[[str], None], renewed: Callable[[], None]) -> None:
        """From the next connection on, call ``heard`` with what processes say, ``renewed`` whenever there may be a gap."""
        self._heard, self._renewed = heard, renewed
        self._give_up()

    async def tell(self, what: str) -> None:
        """Let every process hear it, this one too. Raises StorageError."""
        await self.ask("SELECT pg_notify($1, $2)", CHANNEL, what)

    async def close(self) -> None:
        """End the connection, and with it what it holds."""
        async with self._turn:
            if self._connection is not None:
                with contextlib.suppress(asyncpg.PostgresError, *LOST):
                    await self._connection.close(timeout=CLOSE_SECONDS)
                self._give_up()

    async def _connected(self) -> "asyncpg.Connection[Any]":
        if self._connection is not None and not self._connection.is_closed():
            return self._connection
        how: dict[str, Any] = CONNECTING | {"timeout": LINK_SECONDS, "command_timeout": LINK_SECONDS}
        with opening():
            connection = await asyncpg.connect(self._url, **how)
        self._connection = connection
        await equip(connection)
        if not await connection.fetchval(f"SELECT pg_try_advisory_lock_shared({RUNS}, {OURS})"):
            self._give_up()
            raise StorageError(fact(Code.ANOTHER_ON_POSTGRES, whose=""))
        if self._heard:
            await connection.add_listener(CHANNEL, self._hear)
            self._renewed()
        return connection

    def _hear(self, _connection: object, _pid: int, _channel: str, what: str) -> None:
        if self._heard:
            self._heard(what)

    def _give_up(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
        self._connection = None
