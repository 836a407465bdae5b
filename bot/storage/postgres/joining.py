"""How a process joins those that run on a database, and how one of a newer version changes its schema."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import asyncpg

from bot.errors import StorageError
from bot.facts import Code, fact
from bot.storage.postgres.connecting import connected
from bot.storage.postgres.database import LAYOUT
from bot.storage.postgres.leases import LeaseTable
from bot.storage.postgres.limits import SharedLimits
from bot.storage.postgres.link import CHANNEL, RUNS, Link
from bot.storage.postgres.migrations import OURS, make_ready, refuse_other, version

STOP_SECONDS, STOP_LOOK_SECONDS = 120.0, 0.3
"""For so long processes of an older version are waited for that were asked to stop."""
HOLD_TRIES, HOLD_AGAIN_SECONDS = 50, 0.1
"""How often a start looks whether a command that had the database alone is done."""

_log = logging.getLogger(__name__)


class Shared(NamedTuple):
    """What a process has in common with others: who answers for what, what Discord limits for all, and their words.

    ``link`` is for leases and words, and ``limits`` have a connection of their own: a call to Discord waits for no renewal.
    """

    leases: LeaseTable
    limits: SharedLimits
    link: Link
    schema: int


@contextlib.asynccontextmanager
async def joined(url: str) -> AsyncIterator[Shared]:
    """Count as one that runs on the database, which is made or brought to our version first.

    Raises StorageError when it can't be used, is of a newer version, or a command has it alone.
    """
    async with connected(url) as first:
        found = await version(first)
        if found is None or found < LAYOUT:
            await _bring_up_to_date(first, found)
        await refuse_other(first, LAYOUT)
    link, limits = Link(url), Link(url)
    try:
        for left in reversed(range(HOLD_TRIES)):
            try:
                await link.ask("SELECT 1")
                break
            except StorageError:
                if not left:
                    raise
                await asyncio.sleep(HOLD_AGAIN_SECONDS)
        yield Shared(LeaseTable(link), SharedLimits(limits), link, LAYOUT)
    finally:
        await link.close()
        await limits.close()


async def _bring_up_to_date(connection: "asyncpg.Connection[Any]", found: int | None) -> None:
    """Ask older processes to stop, wait until none runs, and change the schema while none can begin."""
    if await connection.fetchval("SELECT to_regclass('cluster')") is not None:
        await connection.execute("UPDATE cluster SET least_schema = $1", LAYOUT)
        await connection.execute("SELECT pg_notify($1, 'leases')", CHANNEL)
    try:
        async with asyncio.timeout(STOP_SECONDS):
            while not await connection.fetchval(f"SELECT pg_try_advisory_lock({RUNS}, {OURS})"):
                _log.info("waiting for processes of an older version to stop")
                await asyncio.sleep(STOP_LOOK_SECONDS)
    except TimeoutError:
        raise StorageError(fact(Code.ANOTHER_ON_POSTGRES, whose="")) from None
    try:
        await make_ready(connection, LAYOUT)
        if found is not None:
            _log.info("the database has schema %d now", LAYOUT)
    finally:
        await connection.execute(f"SELECT pg_advisory_unlock({RUNS}, {OURS})")
