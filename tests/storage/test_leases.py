"""Leases on a real PostgreSQL: one holder a shard, and whoever lost it writes nothing."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from engines import OnPostgres, running_on
from in_english import refused

from bot.errors import LeaseLostError, StorageError
from bot.model.processes import LEASE_SECONDS
from bot.model.shards import Fence
from bot.storage import competitions
from bot.storage.locks import of_game
from bot.storage.postgres import joining
from bot.storage.postgres.beside import only_one
from bot.storage.postgres.connecting import connected
from bot.storage.postgres.database import LAYOUT
from bot.storage.postgres.leases import LeaseTable
from bot.storage.postgres.limits import CALLS_PER_SECOND, SharedLimits
from bot.storage.postgres.link import Link
from bot.storage.postgres.migrations import make_ready, schema, version
from bot.storage.store import Store

HERE = Path("a")


@pytest.fixture
async def postgres(request: pytest.FixtureRequest) -> AsyncIterator[OnPostgres]:
    async with running_on("postgres", request.config) as made:
        assert isinstance(made, OnPostgres)
        yield made


@pytest.fixture
async def store(postgres: OnPostgres) -> AsyncIterator[Store]:
    made = await postgres.open(HERE)
    yield made
    await made.close()


@pytest.fixture
async def link(postgres: OnPostgres, store: Store) -> AsyncIterator[Link]:
    made = Link(postgres.address(HERE))
    yield made
    await made.close()


@pytest.fixture
async def table(link: Link) -> LeaseTable:
    made = LeaseTable(link)
    assert await made.settle_shards(3)
    return made


def expire(store: Store, shard: int):
    """As if its holder was not heard for longer than a lease lasts."""
    return store.write(
        lambda tx: tx.run("UPDATE shard SET expires_at = clock_timestamp() WHERE number = ?", (shard,)), of_game(0)
    )


def add(member_id: int):
    return lambda tx: tx.run("INSERT INTO member VALUES (1, ?, 'Ada', 3, NULL)", (member_id,))


async def members(store: Store) -> list[int]:
    return [one for (one,) in await store.rows("SELECT member_id FROM member ORDER BY 1")]


async def test_a_shard_has_one_holder_until_the_lease_has_expired(table: LeaseTable, store: Store):
    ada, grace = [await table.join(name, "1", "tea") for name in ("ada", "grace")]
    first = await table.take(ada, 0, 3)
    assert first
    assert await table.take(grace, 0, 3) is None
    assert (await table.renew(ada, "tea", 0)).fences == {0: first.fence}
    await expire(store, 0)
    assert (await table.renew(ada, "tea", 0)).fences == {0: first.fence}  # nobody was faster
    await expire(store, 0)
    second = await table.take(grace, 0, 3)
    assert second
    assert second.fence > first.fence
    assert (await table.renew(ada, "tea", 0)).fences == {}


async def test_many_who_want_a_shard_at_once_are_one_who_has_it(postgres: OnPostgres, table: LeaseTable):
    links = [Link(postgres.address(HERE)) for _ in range(6)]
    found = await asyncio.gather(*(LeaseTable(one).take(number, 1, 3) for number, one in enumerate(links, 1)))
    assert sum(one is not None for one in found) == 1
    for one in links:
        await one.close()


async def test_a_write_under_a_lost_lease_is_refused_and_one_under_its_own_is_not(table: LeaseTable, store: Store):
    first = await table.take(1, 0, 3)
    assert first
    await store.write(add(1), Fence(0, first.fence))
    await expire(store, 0)
    await store.write(add(2), Fence(0, first.fence), of_game(7))  # nobody else has it yet
    second = await table.take(2, 0, 3)
    assert second
    for locks in ((), (of_game(7),)):
        with refused(LeaseLostError, "has just moved to another process of the bot, so that was not saved"):
            await store.write(add(3), Fence(0, first.fence), *locks)
    with pytest.raises(LeaseLostError):
        await store.write_together(_add_all, 4, Fence(0, first.fence), of_game(7))
    await store.write(add(5), Fence(0, second.fence))
    assert await members(store) == [1, 2, 5]


async def _add_all(tx, items: list[int]) -> list[None]:
    for item in items:
        await add(item)(tx)
    return [None] * len(items)


async def test_who_is_in_the_middle_of_a_write_keeps_the_shard_until_that_is_stored(table: LeaseTable, store: Store):
    first = await table.take(1, 0, 3)
    assert first
    await expire(store, 0)
    began, going = asyncio.Event(), asyncio.Event()

    async def slow(tx) -> None:
        began.set()
        await going.wait()
        await add(1)(tx)

    writing = asyncio.create_task(store.write(slow, Fence(0, first.fence), of_game(7)))
    await began.wait()
    assert await table.take(2, 0, 3) is None
    assert (await table.renew(1, "tea", 0)).fences == {0: first.fence}  # which the write does not hinder
    await expire(store, 0)
    going.set()
    await writing
    assert await table.take(2, 0, 3)
    assert await members(store) == [1]


async def test_a_shard_is_handed_to_its_heir_with_what_was_answered_last(table: LeaseTable):
    ada, grace, linus = [await table.join(name, "1", "tea") for name in ("ada", "grace", "linus")]
    first = await table.take(ada, 2, 3)
    assert first
    await table.claim(grace, 2)
    await table.claim(linus, 2)  # too late
    await table.ready(linus, 2)
    assert not (await table.cluster()).leases[2].heir_ready
    await table.ready(grace, 2)
    await table.hand_over(ada, 2, 4711)
    lease = (await table.cluster()).leases[2]
    assert (lease.holder, lease.after_interaction, lease.heir) == (grace, 4711, None)
    assert lease.fence > first.fence
    assert 0 < lease.left_seconds <= LEASE_SECONDS


async def test_what_a_process_held_is_free_when_it_leaves(table: LeaseTable):
    ada = await table.join("ada", "1", "tea")
    for shard in (0, 1):
        assert await table.take(ada, shard, 3)
    await table.leave(ada)
    cluster = await table.cluster()
    assert cluster.processes == ()
    assert all(one.free for one in cluster.leases)


async def test_the_number_of_shards_changes_when_no_lease_is_held_and_old_fences_hold_nothing(
    table: LeaseTable, store: Store
):
    first = await table.take(1, 1, 3)
    assert first
    await store.write(lambda tx: competitions.beat(tx, 1_000, 1))
    assert not await table.settle_shards(2)
    await table.release(1, 1)
    assert await table.settle_shards(2)
    assert [one.shard for one in (await table.cluster()).leases] == [0, 1]
    assert await table.take(1, 1, 3) is None  # reckoned by the shards of before
    assert [await competitions.last_beat(store, shard) for shard in (0, 1)] == [1_000, 1_000]
    with pytest.raises(LeaseLostError):
        await store.write(add(1), Fence(1, first.fence))


async def test_processes_are_listed_until_they_are_long_silent_and_can_be_drained(table: LeaseTable, store: Store):
    ada, grace = [await table.join(name, "1", "tea") for name in ("ada", "grace")]
    await store.write(
        lambda tx: tx.run("UPDATE process SET seen_at = seen_at - interval '9 seconds' WHERE id = ?", (ada,))
    )
    cluster = await table.cluster()
    assert [one.alive for one in cluster.processes] == [False, True]
    assert await table.set_draining("grace", draining=True)
    assert await table.set_draining(str(ada), draining=True)
    assert not await table.set_draining("nobody", draining=True)
    assert [one.draining for one in (await table.cluster()).processes] == [True, True]
    await store.write(
        lambda tx: tx.run("UPDATE process SET seen_at = seen_at - interval '2 minutes' WHERE id = ?", (ada,))
    )
    await table.join("linus", "1", "tea")
    assert [one.name for one in (await table.cluster()).processes] == ["grace", "linus"]
    assert not (await table.renew(ada, "tea", 0)).listed
    assert (await table.renew(grace, "tea", 3)).listed
    assert [one.identifying for one in (await table.cluster()).processes] == [3, 0]


async def test_courses_stay_in_force_while_somebody_runs_by_them(table: LeaseTable, store: Store):
    assert await table.put_packs_in_force("tea") == "tea"
    await table.join("ada", "1", "tea")
    assert await table.put_packs_in_force("coffee") == "tea"
    assert await table.put_packs_in_force("coffee", instead_of="tea") == "coffee"
    assert await table.put_packs_in_force("tea") == "tea"  # nobody runs by coffee yet


async def test_shards_with_a_game_on_are_known(table: LeaseTable, store: Store):
    for guild_id, phase in ((1 << 22, "lobby"), (5 << 22, "asking"), (2 << 22, "finished")):
        await store.write(
            lambda tx, of=guild_id, now=phase: tx.run(
                "INSERT INTO competition (guild_id, channel_id, pack_id, setup, head, phase, round, created_ms)"
                " VALUES (?, ?, 'tea', '{}', '{}', ?, 0, 0)",
                (of, of, now),
            )
        )
    assert await table.with_games(3) == {1, 2}


async def test_every_process_hears_what_is_told_and_a_lost_connection_is_made_again(
    postgres: OnPostgres, table: LeaseTable, link: Link
):
    heard: asyncio.Queue[str] = asyncio.Queue()
    listening = Link(postgres.address(HERE))
    listening.hear(heard.put_nowait, lambda: heard.put_nowait("look"))
    [[pid]] = await listening.ask("SELECT pg_backend_pid()")
    assert await heard.get() == "look"
    await table.tell("tea")
    assert await heard.get() == "tea"
    await link.ask("SELECT pg_terminate_backend($1)", pid)
    while heard.empty():
        with contextlib.suppress(StorageError):  # where the loss is noticed before it is asked, nothing is refused
            assert await listening.ask("SELECT 1") == [(1,)]
    assert await heard.get() == "look"
    await listening.close()


async def test_a_command_that_needs_the_database_alone_is_refused_while_a_process_runs(
    postgres: OnPostgres, link: Link, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.storage.postgres.beside.HOLD_TRIES", 1)
    await link.ask("SELECT 1")
    with refused(StorageError, "A Studyhall is running on this database"):
        async with only_one(postgres.address(HERE)):
            pass
    await link.close()
    async with only_one(postgres.address(HERE)):
        with pytest.raises(StorageError):
            await link.ask("SELECT 1")
    await link.ask("SELECT 1")


# Limits


async def test_calls_of_all_processes_share_one_pace(postgres: OnPostgres, link: Link):
    links = [Link(postgres.address(HERE)) for _ in range(3)]
    await asyncio.gather(*(SharedLimits(one).call() for one in links))
    loop, began = asyncio.get_running_loop(), asyncio.get_running_loop().time()
    calls = 60
    slots = [
        loop.time() - began + seconds
        for seconds in await asyncio.gather(*(SharedLimits(links[n % 3]).call() for n in range(calls)))
    ]
    assert max(slots) >= (calls - 6) / CALLS_PER_SECOND
    for one in links:
        await one.close()


async def test_of_a_bucket_one_process_has_the_turn(link: Link, store: Store):
    limits = SharedLimits(link)
    assert await limits.turn(1, 0) == 0
    assert 0 < await limits.turn(2, 0) <= 5
    assert await limits.turn(2, 1) == 0
    await store.write(lambda tx: tx.run("UPDATE identify SET until_at = clock_timestamp() WHERE bucket = 0"))
    assert await limits.turn(2, 0) == 0
    await limits.keep_turn(1, 0)  # which is another's now
    assert await store.rows("SELECT holder FROM identify WHERE bucket = 0") == [(2,)]


async def test_the_days_sessions_are_counted_for_all(link: Link):
    limits = SharedLimits(link)
    assert await limits.start() is None  # nobody has asked Discord yet
    await limits.note_starts(2, 60)
    assert [await limits.start() for _ in range(3)] == [1, 0, None]
    await limits.note_starts(5, -1)
    assert await limits.start() is None


# A newer version


async def test_a_newer_version_asks_older_ones_to_stop_and_changes_the_schema_when_none_runs(
    postgres: OnPostgres, store: Store, table: LeaseTable, link: Link, monkeypatch: pytest.MonkeyPatch
):
    await link.ask("SELECT 1")
    newer = LAYOUT + 1
    monkeypatch.setattr(joining, "LAYOUT", newer)
    monkeypatch.setattr(joining, "STOP_LOOK_SECONDS", 0.01)
    step = {newer: "CREATE TABLE tea (name TEXT)"}
    monkeypatch.setattr(joining, "make_ready", lambda connection, newest: make_ready(connection, newest, step))
    got = asyncio.Event()

    async def join() -> None:
        async with joining.joined(postgres.address(HERE)) as shared:
            got.set()
            assert shared.schema == newer
            assert await shared.link.ask("SELECT count(*) FROM tea") == [(0,)]

    joins = asyncio.create_task(join())
    while (await table.cluster()).least_schema != newer:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    assert not got.is_set()
    await link.close()  # the older one stops
    await joins
    async with connected(postgres.address(HERE)) as connection:
        assert await version(connection) == newer
        await connection.execute("DROP TABLE tea; UPDATE cluster SET least_schema = 0")
        await connection.execute("UPDATE layout SET version = $1", LAYOUT)


async def test_an_older_version_does_not_begin_beside_a_newer_schema(postgres: OnPostgres, store: Store):
    await store.write(lambda tx: tx.run("UPDATE layout SET version = 99"))
    with refused(StorageError, "has schema 99, and this Studyhall knows schema"):
        async with joining.joined(postgres.address(HERE)):
            pass
    await store.write(lambda tx: tx.run("UPDATE layout SET version = ?", (LAYOUT,)))


async def test_what_one_process_does_at_a_time_keeps_all_others_out(postgres: OnPostgres, table: LeaseTable):
    other = Link(postgres.address(HERE))
    did: list[str] = []

    async def do(where: LeaseTable, what: str) -> None:
        async with where.once("tea"):
            did.append(f"{what} begins")
            await asyncio.sleep(0)
            did.append(f"{what} ends")

    await asyncio.gather(do(table, "one"), do(LeaseTable(other), "other"))
    assert did in (
        ["one begins", "one ends", "other begins", "other ends"],
        ["other begins", "other ends", "one begins", "one ends"],
    )
    await other.close()


async def test_a_database_of_the_version_before_gets_the_tables_of_processes(postgres: OnPostgres, store: Store):
    await postgres.empty(Path("before"))
    address = postgres.address(Path("before"))
    async with connected(address) as connection:
        before = schema().replace(f"VALUES ({LAYOUT})", "VALUES (19)")
        for table in ("cluster", "process", "shard", "identify", "role_reward", "role_grant", r"course(?:_\w+)?"):
            before = re.sub(rf"CREATE TABLE {table} \(.*?^\);\n", "", before, flags=re.DOTALL | re.MULTILINE)
        before = re.sub(r"CREATE INDEX (?:role_grant|course)\w* ON .*;\n", "", before)
        before = re.sub(r"\(0, 1\)\),\n    authors_role.*\n.*\n.*second_reader.*\n", "(0, 1))\n", before)
        before = re.sub(r'    (typed|accepted) +TEXT COLLATE "C",\n', "", before)
        before = before.replace("CREATE SEQUENCE fence;\n", "").replace("INSERT INTO cluster (id) VALUES (1);\n", "")
        before = before.replace(
            "id    BIGINT PRIMARY KEY,\n    at_ms BIGINT NOT NULL",
            "id BIGINT PRIMARY KEY CHECK (id = 1), at_ms BIGINT NOT NULL",
        )
        await connection.execute(before)
    async with joining.joined(address) as shared:
        assert await shared.leases.settle_shards(2)
        assert (await shared.leases.cluster()).wanted_shards == 0
    grown, whole = [await columns(postgres.address(path)) for path in (Path("before"), HERE)]
    assert grown == whole


async def columns(address: str) -> list[tuple]:
    async with connected(address) as connection:
        return [
            tuple(row)
            for row in await connection.fetch(
                "SELECT table_name, column_name, data_type, column_default, is_nullable FROM information_schema.columns"
                " WHERE table_schema = 'public' ORDER BY 1, 2"
            )
        ]
