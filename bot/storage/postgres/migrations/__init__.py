"""Numbered SQL files that bring a PostgreSQL from one schema to the next; a new one begins with ``schema.sql`` whole."""

import re
from importlib import resources
from typing import Any

import asyncpg

from bot.errors import StorageError
from bot.facts import Code, fact

_NAME = re.compile(r"^(\d{4})_\w+\.sql$")
OURS = 0x53747564
"""The advisory lock under which the schema is made and changed (*Stud*)."""


def steps() -> dict[int, str]:
    """The SQL of each step by the version that it leads to, in order."""
    found = {
        int(match[1]): entry.read_text("utf-8")
        for entry in resources.files(__name__).iterdir()
        if (match := _NAME.match(entry.name))
    }
    return dict(sorted(found.items()))


def schema() -> str:
    """The whole schema, which says its version in its last line."""
    return resources.files("bot.storage.postgres").joinpath("schema.sql").read_text("utf-8")


async def make_ready(connection: "asyncpg.Connection[Any]", newest: int, known: dict[int, str] | None = None) -> None:
    """Make the schema where there is none, or bring it to the ``newest`` version; all of it or nothing.

    Raises StorageError for one that this version does not know.
    """
    known = steps() if known is None else known
    async with connection.transaction():
        await connection.execute(f"SELECT pg_advisory_xact_lock({OURS})")
        if await connection.fetchval("SELECT to_regclass('layout')") is None:
            await connection.execute(schema())
        found = await version(connection)
        for number, sql in known.items():
            if found is not None and found < number <= newest:
                await connection.execute(sql)
                await connection.execute("UPDATE layout SET version = $1", number)
        if (found := await version(connection)) != newest:
            raise StorageError(fact(Code.POSTGRES_OF_ANOTHER_VERSION, found=found or 0, known=newest))


async def version(connection: "asyncpg.Connection[Any]") -> int | None:
    """The schema's version; None where there is no Studyhall."""
    if await connection.fetchval("SELECT to_regclass('layout')") is None:
        return None
    return int(await connection.fetchval("SELECT version FROM layout"))
