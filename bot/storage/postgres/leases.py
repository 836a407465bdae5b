"""The table of processes, and of leases on shards. Every time in it is the database's."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import NamedTuple

from bot.errors import StorageError
from bot.model.processes import LEASE_SECONDS, Cluster, Lease, Process
from bot.quiz.competition.state import LIVE
from bot.storage.postgres.link import Link

FORGOTTEN_SECONDS = 60.0
"""A process that was not heard for so long is not listed any more."""
ONCE = 0x6F6E6365
"""The advisory locks of what one process does at a time (*once*)."""
ONCE_AGAIN_SECONDS = 0.5
PACKS_SECONDS = 30.0
"""For so long after other courses were put in force those who serve keep their shards while they reload."""
_IN_A_LEASE = f"clock_timestamp() + interval '{LEASE_SECONDS} seconds'"
_LIVE = "', '".join(LIVE)
_A_LEASE = "SELECT FROM shard WHERE holder IS NOT NULL AND expires_at > clock_timestamp()"


class Renewed(NamedTuple):
    """What a process has after it was heard again: its leases, and whether it is still listed."""

    fences: dict[int, int]
    listed: bool


class LeaseTable:
    """What one process reads and writes there. Everything raises StorageError while the database does not answer."""

    def __init__(self, link: Link) -> None:
        self._link = link

    # Processes

    async def join(self, name: str, version: str, packs: str, body: str = "") -> int:
        """List a process; its number. ``body`` is what others on its machine tell its death by."""
        [[number]] = await self._link.ask(
            "INSERT INTO process (name, version, packs, body, started_at, seen_at)"
            " VALUES ($1, $2, $3, $4, clock_timestamp(), clock_timestamp()) RETURNING id",
            *(name, version, packs, body),
        )
        await self._link.ask(
            f"DELETE FROM process WHERE seen_at < clock_timestamp() - interval '{FORGOTTEN_SECONDS} seconds'"
        )
        await self._link.tell("leases")  # whoever was alone is no longer
        return int(number)

    async def leave(self, me: int) -> None:
        """Take a process off the list that has stopped, with whatever it holds."""
        await self._link.ask(
            "UPDATE shard SET fence = nextval('fence'), holder = NULL, expires_at = '-infinity' WHERE holder = $1", me
        )
        await self._link.ask("DELETE FROM process WHERE id = $1", me)
        await self._link.tell("leases")

    async def renew(self, me: int, packs: str, identifying: int) -> Renewed:
        """Be heard, and keep what is held for another while."""
        listed = await self._link.ask(
            "UPDATE process SET seen_at = clock_timestamp(), packs = $2, identifying = $3 WHERE id = $1 RETURNING id",
            me,
            packs,
            identifying,
        )
        rows = await self._link.ask(
            f"UPDATE shard SET expires_at = {_IN_A_LEASE} WHERE holder = $1 RETURNING number, fence", me
        )
        return Renewed(dict(rows), bool(listed))

    async def set_draining(self, name: str, *, draining: bool) -> bool:
        """Have the processes of that name (or number) take no shards, or take them again; False where there is none."""
        found = await self._link.ask(
            "UPDATE process SET draining = $2 WHERE name = $1 OR id::text = $1 RETURNING id", name, int(draining)
        )
        await self._link.tell("leases")
        return bool(found)

    # Shards

    async def cluster(self) -> Cluster:
        """Everything as it is."""
        [[packs, wanted, least, are_new]] = await self._link.ask(
            "SELECT packs, wanted_shards, least_schema,"
            f" packs_at > clock_timestamp() - interval '{PACKS_SECONDS} seconds' FROM cluster"
        )
        processes = await self._link.ask(
            "SELECT id, name, version, packs, extract(epoch FROM clock_timestamp() - started_at)::float8,"
            " extract(epoch FROM clock_timestamp() - seen_at)::float8, draining = 1, identifying, body FROM process"
            " ORDER BY id"
        )
        leases = await self._link.ask(
            "SELECT number, fence, holder, CASE WHEN holder IS NULL THEN 0 ELSE"
            " extract(epoch FROM expires_at - clock_timestamp())::float8 END, heir, heir_ready = 1, after_interaction"
            " FROM shard ORDER BY number"
        )
        return Cluster(
            *(packs, tuple(Process(*row) for row in processes), tuple(Lease(*row) for row in leases)),
            *(wanted, least, are_new),
        )

    async def with_games(self, shards: int) -> set[int]:
        """The shards on which a game is on."""
        rows = await self._link.ask(
            f"SELECT DISTINCT (guild_id >> 22) % $1 FROM competition WHERE phase IN ('{_LIVE}')", shards
        )
        return {int(shard) for (shard,) in rows}

    async def take(self, me: int, shard: int, shards: int) -> Lease | None:
        """Take a shard, of so many, that nobody holds, or that is ours, under a new fence; None where somebody was faster.

        What a frozen process is in the middle of keeps a shard until the server takes that back; then ask again.
        """
        rows = await self._link.ask(
            f"UPDATE shard SET fence = nextval('fence'), holder = $1, expires_at = {_IN_A_LEASE}, heir = NULL,"
            " heir_ready = 0, after_interaction = NULL WHERE number ="
            " (SELECT number FROM shard WHERE number = $2 AND shards = $3"
            " AND (holder IS NULL OR holder = $1 OR expires_at <= clock_timestamp()) FOR UPDATE SKIP LOCKED)"
            " RETURNING number, fence",
            me,
            shard,
            shards,
        )
        return Lease(rows[0][0], rows[0][1], me, LEASE_SECONDS) if rows else None

    async def claim(self, me: int, shard: int) -> None:
        """Say that one gets ready to take a shard over from its holder, unless somebody who is alive does already."""
        await self._link.ask(
            "UPDATE shard SET heir = $1, heir_ready = 0 WHERE number = $2 AND holder <> $1 AND NOT EXISTS"
            " (SELECT FROM process WHERE id = shard.heir AND draining = 0"
            f" AND seen_at > clock_timestamp() - interval '{LEASE_SECONDS} seconds')",
            me,
            shard,
        )

    async def ready(self, me: int, shard: int) -> None:
        """Say that one hears what happens on a shard that is to be taken over."""
        await self._link.ask("UPDATE shard SET heir_ready = 1 WHERE number = $2 AND heir = $1", me, shard)
        await self._link.tell("leases")

    async def hand_over(self, me: int, shard: int, after_interaction: int | None) -> None:
        """Give a shard to its heir, or to nobody; ``after_interaction`` is the last one that was answered here."""
        await self._link.ask(
            f"UPDATE shard SET fence = nextval('fence'), holder = heir, expires_at = {_IN_A_LEASE}, heir = NULL,"
            " heir_ready = 0, after_interaction = $3 WHERE number = $2 AND holder = $1",
            me,
            shard,
            after_interaction,
        )
        await self._link.tell("leases")

    async def release(self, me: int, shard: int) -> None:
        """Hold a shard no more; whoever wants it may take it."""
        await self._link.ask(
            "UPDATE shard SET fence = nextval('fence'), holder = NULL, expires_at = '-infinity', after_interaction = NULL"
            " WHERE number = $2 AND holder = $1",
            me,
            shard,
        )
        await self._link.tell("leases")

    # What is in force

    async def settle_shards(self, shards: int) -> bool:
        """Have so many shards, if no lease is held; says whether it is so now. Each gets the last beat of all."""
        rows = await self._link.together(
            ("LOCK TABLE shard IN SHARE ROW EXCLUSIVE MODE",),
            (f"DELETE FROM shard WHERE NOT EXISTS ({_A_LEASE}) AND shards <> $1", shards),
            (
                "WITH made AS (INSERT INTO shard (number, shards) SELECT number, $1 FROM generate_series(0, $1::bigint - 1)"
                " AS number WHERE NOT EXISTS (SELECT FROM shard) RETURNING number)"
                " INSERT INTO alive (id, at_ms) SELECT number + 1, beat FROM made,"
                " (SELECT max(at_ms) AS beat FROM alive) AS first WHERE beat IS NOT NULL"
                " ON CONFLICT (id) DO UPDATE SET at_ms = excluded.at_ms",
                shards,
            ),
            ("UPDATE cluster SET wanted_shards = 0 WHERE wanted_shards = (SELECT count(*) FROM shard)",),
            ("SELECT count(*) FROM shard",),
        )
        return int(rows[0][0]) == shards

    async def want_shards(self, shards: int) -> None:
        """Have all processes let their shards go, and go on with so many."""
        await self._link.ask("UPDATE cluster SET wanted_shards = $1", shards)
        await self._link.tell("leases")

    async def put_packs_in_force(self, packs: str, *, instead_of: str | None = None) -> str:
        """Propose the courses with this hash; returns the hash that is in force.

        It is the proposed one where there was none, where nobody runs by another, or where it was to be put ``instead_of``
        that one.
        """
        [[found]] = await self._link.ask(
            "UPDATE cluster SET packs = CASE WHEN chosen THEN $1 ELSE packs END,"
            " packs_at = CASE WHEN chosen AND packs <> $1 THEN clock_timestamp() ELSE packs_at END FROM (SELECT"
            " old.packs = '' OR old.packs = $2 OR NOT EXISTS (SELECT FROM process WHERE process.packs = old.packs"
            f" AND seen_at > clock_timestamp() - interval '{LEASE_SECONDS} seconds') AS chosen FROM cluster AS old) AS found"
            " RETURNING packs",
            packs,
            instead_of,
        )
        return str(found)

    @contextlib.asynccontextmanager
    async def once(self, what: str) -> AsyncIterator[None]:
        """Keep all others out of what is called that. It is asked for now and then, and ends with the connection.

        Raises StorageError.
        """
        lock = f"pg_try_advisory_lock({ONCE}, hashtext($1))"
        while (await self._link.ask(f"SELECT {lock}", what)) != [(True,)]:  # noqa: ASYNC110  nobody tells
            await asyncio.sleep(ONCE_AGAIN_SECONDS)
        try:
            yield
        finally:
            with contextlib.suppress(StorageError):
                await self._link.ask(f"SELECT pg_advisory_unlock({ONCE}, hashtext($1))", what)

    async def tell(self, what: str) -> None:
        """Let every process hear of something."""
        await self._link.tell(what)
