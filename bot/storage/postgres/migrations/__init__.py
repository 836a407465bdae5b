"""Numbered SQL files that bring a PostgreSQL from one schema to the next; a new one begins with ``schema.sql`` whole."""

from importlib import resources
from typing import Any

import asyncpg

from bot.errors import StorageError
from bot.facts import Code, fact
from bot.storage.numbered import numbered

OURS = 0x53747564
"""The advisory lock under which the schema is made and changed (*Stud*)."""


def steps() -> dict[int, str]:
    """The SQL of each step by the version that it leads to, in order."""
    return numbered(__name__)


def schema() -> str:
    """The whole schema, which says its version in its last line."""
    return resources.files("bot.storage.postgres").joinpath("schema.sql").read_text("utf-8")


async def make_ready(connection: "asyncpg.Connection[Any]", newest: int, known: dict[int, str] | None = None) -> None:
    """Make the schema where there is none, or bring it to the ``newest`` version; all of it or nothing.

    Raises StorageError for one that this version does not know.
    """
    async with connection.transaction():
        await connection.execute(f"SELECT pg_advisory_xact_lock({OURS})")
        if await version(connection) is None:
            await connection.execute(schema())
        found = await version(connection) or 0
        for number, sql in (steps() if known is None else known).items():
            if found < number <= newest:
                await connection.execute(sql)
                await connection.execute("UPDATE layout SET version = $1", number)
        await refuse_other(connection, newest)


async def refuse_other(connection: "asyncpg.Connection[Any]", known: int) -> None:
    """Raise StorageError for a database without a Studyhall, or with one of another version."""
    if (found := await version(connection)) is None:
        raise StorageError(fact(Code.POSTGRES_EMPTY))
    if found != known:
        raise StorageError(fact(Code.POSTGRES_OF_ANOTHER_VERSION, found=found, known=known))


async def version(connection: "asyncpg.Connection[Any]") -> int | None:
    """The schema's version; None where there is no Studyhall."""
    if await connection.fetchval("SELECT to_regclass('layout')") is None:
        return None
    return int(await connection.fetchval("SELECT version FROM layout"))
