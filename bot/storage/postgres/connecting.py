"""How a PostgreSQL is reached, and what tells that it can't be."""

import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg

from bot.errors import StorageError
from bot.facts import Code, fact

CONNECT_SECONDS = 10.0
STATEMENT_SECONDS = 20.0
IDLE_SECONDS = 5
"""After how long the server takes back what a process has begun that says nothing more: frozen, or cut off. Before its
leases expire, as what it has begun keeps others from taking them."""
CONNECTING: dict[str, Any] = {
    "statement_cache_size": 1000,
    "command_timeout": STATEMENT_SECONDS,
    "timeout": CONNECT_SECONDS,
    "server_settings": {
        "application_name": "studyhall",
        "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
        "jit": "off",
        # A host that is gone says no goodbye: its locks end after 20 seconds.
        "tcp_keepalives_idle": "8",
        "tcp_keepalives_interval": "4",
        "tcp_keepalives_count": "3",
    },
}
"""How each connection is made, and how many seconds a statement may take on it."""
LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.InternalServerError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
    OSError,
    TimeoutError,
)
"""What tells that the database is out of reach, or no longer the one that is written to, and not what was asked."""

_OF_ENCRYPTION = re.compile(r"^(`?sslmode|root certificate|cannot determine location of user PostgreSQL)")
"""What asyncpg says of encryption names no password."""


@contextlib.contextmanager
def opening() -> Iterator[None]:
    """Tell in words, as StorageError, why a database can't be opened; no piece of its address is in them."""
    try:
        yield
    except ValueError as problem:
        if isinstance(problem, asyncpg.ClientConfigurationError) and _OF_ENCRYPTION.search(str(problem)):
            raise StorageError(fact(Code.POSTGRES_NOT_OPENED, why=words(problem))) from None
        raise StorageError(fact(Code.POSTGRES_ADDRESS)) from None  # its text has pieces of the address
    except (asyncpg.PostgresError, *LOST) as problem:
        raise StorageError(fact(Code.POSTGRES_NOT_OPENED, why=words(problem))) from problem


@contextlib.asynccontextmanager
async def connected(url: str, *, patiently: bool = False) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """One connection, for this block; ``patiently`` for work that keeps a transaction open while it computes beside it.

    Raises StorageError with what to do when there is none.
    """
    with opening():
        connection = await asyncpg.connect(url, **CONNECTING)
        await equip(connection)
        if patiently:
            await connection.execute("SET idle_in_transaction_session_timeout = 0")
    try:
        yield connection
    finally:
        with contextlib.suppress(asyncpg.PostgresError, *LOST):
            await connection.close(timeout=CONNECT_SECONDS)


async def keep_as_it_is(_connection: "asyncpg.Connection[Any]") -> None:
    """What comes back to a pool is ready for the next: every transaction was ended, and nothing else was begun.

    In place of asyncpg's own reset, which asks the server once more each time.
    """


async def equip(connection: "asyncpg.Connection[Any]") -> None:
    """Sums of whole numbers are `numeric` in PostgreSQL; here they are what they are in SQLite."""
    await connection.set_type_codec("numeric", schema="pg_catalog", encoder=str, decoder=_number, format="text")


def _number(text: str) -> int | float:
    return int(text) if text.lstrip("-").isdecimal() else float(text)


def words(problem: BaseException) -> str:
    """An error in words."""
    return str(problem) or type(problem).__name__
