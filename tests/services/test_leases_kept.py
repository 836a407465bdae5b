"""How a process keeps its leases, on a real PostgreSQL; its connections to Discord are told by hand."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from engines import OnPostgres, running_on

from bot.errors import StorageError
from bot.facts import Code, fact
from bot.model.processes import LEASE_SECONDS, Cluster
from bot.model.shards import NEVER, Fence, Holdings
from bot.services.lifecycle import Lifecycle
from bot.services.processes import leases as module
from bot.services.processes.hold import MARGIN_SECONDS, Hold, _started, body, is_dead
from bot.services.processes.leases import Duties, Identity, Leases
from bot.storage.postgres.leases import LeaseTable
from bot.storage.postgres.link import Link

HERE = Path("a")


class HandConnections:
    """Connections that hear when they are told to; what is done with them is noted."""

    def __init__(self, *, at_once: bool = True) -> None:
        self.at_once = at_once
        self.begun: set[int] = set()
        self.heard: set[int] = set()
        self.open: dict[int, int | None] = {}
        self.last: dict[int, int] = {}
        self.waiting = 0

    def begin(self, shard: int, shards: int) -> None:
        self.begun.add(shard)
        if self.at_once:
            self.heard.add(shard)

    def hears(self, shard: int) -> bool:
        return shard in self.heard

    def serve(self, shard: int, after: int | None) -> None:
        self.open[shard] = after

    async def shut(self, shard: int, within_seconds: float) -> int | None:
        self.open.pop(shard, None)
        return self.last.get(shard)

    async def end(self, shard: int) -> None:
        self.begun.discard(shard)
        self.heard.discard(shard)


class One:
    """A process: its leases, what it answers for, and what it was told to do."""

    def __init__(self, address: str, name: str, packs: str = "tea", *, at_once: bool = True) -> None:
        self.now = 100.0
        self.hold = Hold(lambda: self.now)
        self.link = Link(address)
        self.table = LeaseTable(self.link)
        self.connections = HandConnections(at_once=at_once)
        self.life = Lifecycle(ours=self.hold.now)
        self.packs = packs
        self.did: list[str] = []
        self.leases = Leases(
            self.table, self.hold, self.connections, self.life, Identity(name, "1", 20), lambda: self.packs
        )

    async def start(self, shards: int = 2) -> None:
        await self.leases.start(Duties(self._take_up, self._leave, lambda: self.did.append("asked to stop")), shards)
        await self.look()

    async def _take_up(self, part: Holdings) -> None:
        assert all(self.hold.now().has(shard << 22) for shard in part.fences)
        self.did += [f"took up {shard}" for shard in part.fences]

    async def _leave(self, part: Holdings, in_order: bool) -> None:
        self.did += [f"left {shard}{' in order' if in_order else ''}" for shard in part.fences]

    async def look(self) -> None:
        """Look, and do all that follows."""
        await self.leases._look()
        await self.life.done()

    @property
    def serves(self) -> list[int]:
        return sorted(self.connections.open)

    async def close(self) -> None:
        await self.life.close()
        await self.link.close()


@pytest.fixture
async def postgres(request: pytest.FixtureRequest) -> AsyncIterator[OnPostgres]:
    async with running_on("postgres", request.config) as made:
        assert isinstance(made, OnPostgres)
        await (await made.open(HERE)).close()
        yield made


@pytest.fixture
async def process(postgres: OnPostgres) -> AsyncIterator[Callable[..., Any]]:
    """Makes processes that look only when they are told to."""
    async with AsyncExitStack() as closing:

        def make(name: str, **how: Any) -> One:
            made = One(postgres.address(HERE), name, **how)
            made.leases._looking.wake = lambda _seconds=0.0: None  # type: ignore[method-assign]
            closing.push_async_callback(made.close)
            return made

        yield make


async def test_one_alone_serves_every_shard_once_it_hears(process):
    ada = process("ada", at_once=False)
    await ada.start()
    assert (ada.connections.begun, ada.serves, ada.did) == ({0, 1}, [], [])
    ada.connections.heard.add(1)
    await ada.look()
    assert (ada.serves, ada.did) == ([1], ["took up 1"])
    assert set(ada.hold.now().fences) == {1}


async def test_a_second_one_connects_first_and_is_then_handed_its_share(process):
    ada, grace = process("ada"), process("grace", at_once=False)
    await ada.start()
    await ada.look()
    await grace.start()
    assert (grace.connections.begun, grace.serves) == ({1}, [])
    await ada.look()
    assert ada.serves == [0, 1]
    grace.connections.heard.add(1)
    await grace.look()
    ada.connections.last[1] = 4711
    await ada.look()
    assert ada.did[-1] == "left 1 in order"
    await grace.look()
    assert grace.connections.open == {1: 4711}
    assert (ada.serves, ada.connections.begun) == ([0], {0})


async def sharing(process):
    """Two processes, each with its share."""
    ada, grace = process("ada"), process("grace")
    await ada.start()
    await ada.look()
    await grace.start()
    for one in (ada, grace, ada, grace):
        await one.look()
    return ada, grace


async def test_a_stop_hands_over_to_whoever_is_ready_and_alone_just_lets_go(process, monkeypatch):
    ada, grace = await sharing(process)
    assert (ada.serves, grace.serves) == ([0], [1])
    grace.leases._looking.wake = type(grace.leases._looking).wake.__get__(grace.leases._looking)
    ada.leases._looking.wake = type(ada.leases._looking).wake.__get__(ada.leases._looking)
    grace.leases.wake()
    await ada.leases.stop()
    assert ada.did[-1] == "left 0 in order"
    assert [one.name for one in (await grace.table.cluster()).processes] == ["grace"]
    while grace.serves != [0, 1]:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await grace.leases.stop()
    assert {"left 0 in order", "left 1 in order"} <= set(grace.did)
    assert all(one.free for one in (await ada.table.cluster()).leases)


async def test_without_the_database_games_pause_and_go_on_under_new_fences(process, monkeypatch):
    ada = process("ada")
    await ada.start()
    await ada.look()
    before = dict(ada.hold.now().fences)

    async def away(*_: object) -> None:
        raise StorageError(fact(Code.NOT_COUNTED))

    renew = ada.table.renew
    monkeypatch.setattr(ada.table, "renew", away)
    ada.now += 2
    await ada.look()
    assert ada.leases.out_of_reach
    assert ada.serves == [0, 1]
    ada.now += LEASE_SECONDS - MARGIN_SECONDS - 2
    assert not ada.hold.now().has(1 << 22)
    await ada.look()
    assert ada.did[-2:] == ["left 0", "left 1"]
    assert (ada.serves, ada.connections.begun) == ([], {0, 1})
    monkeypatch.setattr(ada.table, "renew", renew)
    await ada.look()
    assert not ada.leases.out_of_reach
    assert ada.serves == [0, 1]
    assert all(ada.hold.now().fences[shard] > before[shard] for shard in before)


async def test_who_slept_for_so_long_that_others_have_its_shards_leaves_them(process):
    ada, grace = process("ada"), process("grace")
    await ada.start()
    await ada.look()
    ada.now += LEASE_SECONDS
    await grace.table.join("grace", "1", "tea")
    await ada.table._link.ask("UPDATE shard SET expires_at = clock_timestamp()")
    await ada.table._link.ask("UPDATE process SET seen_at = clock_timestamp() - interval '10 s' WHERE name = 'ada'")
    await grace.start()
    await grace.look()
    assert grace.serves
    await ada.look()
    assert set(ada.did) >= {"left 0", "left 1"}
    assert not set(ada.serves) & set(grace.serves)


async def test_who_is_not_listed_any_more_begins_again(process):
    ada = process("ada")
    await ada.start()
    await ada.look()
    first = ada.leases.me
    await ada.table._link.ask("DELETE FROM process")
    await ada.table._link.ask("UPDATE shard SET holder = NULL")
    await ada.look()
    assert ada.serves == []
    await ada.look()
    await ada.look()
    assert ada.leases.me != first
    assert ada.serves == [0, 1]


async def test_another_number_of_shards_is_served_once_nobody_has_one_of_before(process):
    ada, grace = await sharing(process)
    await ada.table.want_shards(3)
    for one in (ada, grace) * 5:
        await one.look()
    assert sorted(ada.serves + grace.serves) == [0, 1, 2]
    assert ada.hold.now().shards == grace.hold.now().shards == 3
    assert {"left 0 in order", "left 1 in order"} <= {*ada.did, *grace.did}


async def test_other_courses_than_those_in_force_get_no_shard_and_a_reload_for_all_moves_none(process, caplog):
    ada, grace = process("ada"), process("grace", packs="coffee")
    await ada.start()
    await ada.look()
    await grace.start()
    await grace.look()
    assert (ada.serves, grace.serves, grace.connections.begun) == ([0, 1], [], set())
    assert "takes no shard: its courses are not those in force" in caplog.text
    grace.packs = "tea"
    for one in (grace, ada, grace, ada, grace):
        await one.look()
    assert (ada.serves, grace.serves) == ([0], [1])
    ada.packs = "cocoa"
    assert await ada.table.put_packs_in_force("cocoa", instead_of="tea") == "cocoa"
    for one in (grace, ada, grace, ada):
        await one.look()
    assert (ada.serves, grace.serves) == ([0], [1])  # it is about to reload
    grace.packs = "cocoa"
    for one in (grace, ada, grace, ada):
        await one.look()
    assert (ada.serves, grace.serves) == ([0], [1])


async def test_a_newer_version_asks_an_older_one_to_stop(process):
    ada = process("ada")
    await ada.start()
    await ada.look()
    await ada.table._link.ask("UPDATE cluster SET least_schema = 99")
    await ada.look()
    assert "asked to stop" in ada.did
    await ada.table._link.ask("UPDATE cluster SET least_schema = 0")


async def test_the_shards_of_a_process_that_died_on_this_machine_are_taken_at_once(process, caplog):
    with subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE
    ) as dying:
        here, _, _ = body().rpartition(f" {os.getpid()} ")
        of_the_dying = f"{here} {dying.pid} {_started(dying.pid)}"
        ada = process("ada")
        dead = await ada.table.join("dead", "1", "tea", of_the_dying)
        await ada.table.settle_shards(2)
        assert await ada.table.take(dead, 0, 2)
        assert not is_dead(of_the_dying)
        await ada.start()
        assert ada.connections.begun == {1}
        dying.kill()
        while not is_dead(of_the_dying):  # noqa: ASYNC110  it is on the system's list until somebody asks how it ended
            await asyncio.sleep(0.01)
        await ada.look()
        await ada.look()
        assert ada.serves == [0, 1]
        assert "process dead has died; its shards are free" in caplog.text


def test_of_a_process_elsewhere_or_of_this_one_no_death_is_known():
    assert not is_dead(body())
    assert not is_dead("")
    assert not is_dead("another-machine pid:[1] 999999999 5")
    here, _, _ = body().rpartition(f" {os.getpid()} ")
    assert is_dead(f"{here} 999999999 5")
    assert is_dead(f"{here} {os.getpid()} 5")  # the number is another process's now


def test_a_hold_ends_by_itself_before_others_may_have_the_leases():
    now = 0.0
    hold = Hold(lambda: now)
    hold.renewed(hold.asking())
    hold.add(4, 1, 17)
    guild = (5 << 22) + 3
    assert hold.now().has(guild)
    assert hold.now().fence(guild) == (Fence(1, 17),)
    assert not hold.now().has(None)
    now = LEASE_SECONDS - MARGIN_SECONDS
    assert not hold.now().has(guild)
    assert hold.now().fence(guild) == (Fence(1, NEVER),)
    hold.renewed(now)
    assert hold.now().has(guild)
    hold.remove(1)
    assert not hold.now().has(guild)


async def test_who_claims_a_shard_that_another_gets_disconnects_it_again(process):
    ada, grace, linus = process("ada"), process("grace"), process("linus")
    await ada.start()
    await ada.look()
    await grace.start()
    await linus.table.join("linus", "1", "tea")
    linus.leases._claimed.add(1)
    linus.connections.begin(1, 2)
    await linus.start()
    await linus.look()
    await linus.look()
    assert linus.connections.begun == set()


async def test_a_shard_whose_lease_was_lost_while_it_was_taken_up_is_begun_anew(process, monkeypatch):
    ada = process("ada")

    async def slow(part: Holdings) -> None:
        ada.did.append("takes up")
        ada.now += LEASE_SECONDS  # the database was away all the while

    monkeypatch.setattr(ada, "_take_up", slow)
    await ada.start()
    assert ada.serves == []
    assert {"left 0", "left 1"} <= set(ada.did)
    assert ada.leases._duties
    ada.leases._duties = ada.leases._duties._replace(take_up=One._take_up.__get__(ada))
    await ada.look()
    await ada.look()
    assert ada.serves == [0, 1]


async def test_who_is_handed_a_shard_between_two_questions_to_the_database_stays_connected(process, monkeypatch):
    ada, grace = process("ada"), process("grace")
    await ada.start()
    await ada.look()
    await grace.start()
    await grace.look()
    cluster = grace.table.cluster

    async def handed_meanwhile() -> Cluster:
        await ada.look()
        return await cluster()

    monkeypatch.setattr(grace.table, "cluster", handed_meanwhile)
    await grace.look()
    assert ada.did[-1] == "left 1 in order"
    assert grace.connections.begun == {1}
    monkeypatch.setattr(grace.table, "cluster", cluster)
    await grace.look()
    assert grace.serves == [1]


async def test_a_shard_is_handed_over_although_something_can_not_be_stored_in_time(process, monkeypatch):
    monkeypatch.setattr(module, "STORED_SECONDS", 0.01)
    ada, grace = process("ada"), process("grace")
    never = asyncio.Event()

    async def leave(part: Holdings, in_order: bool) -> None:
        ada.did.append("in order" if in_order else "at once")
        if in_order:
            await never.wait()

    monkeypatch.setattr(ada, "_leave", leave)
    await ada.start()
    await ada.look()
    await grace.start()
    await grace.look()
    await ada.look()
    await grace.look()
    assert ada.did[-2:] == ["in order", "at once"]
    assert grace.serves == [1]
