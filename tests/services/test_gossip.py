"""What happened in one process is known in others, and after a gap everything is looked up."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from engines import OnPostgres, running_on

from bot.errors import StorageError
from bot.facts import Code, fact
from bot.services.happenings import MemberChosen, MemberDeleted
from bot.services.lifecycle import Lifecycle
from bot.services.processes.gossip import Gossip, Hearers
from bot.storage.postgres.leases import LeaseTable
from bot.storage.postgres.link import Link

HERE = Path("a")


class Listening:
    """A process that notes what it hears."""

    def __init__(self, address: str) -> None:
        self.heard: asyncio.Queue[str] = asyncio.Queue()
        self.link, self.life = Link(address), Lifecycle()
        self.failing = False
        hearers = Hearers(
            leases=lambda: None,
            courses=lambda: self._note("courses"),
            chosen=lambda member_id: self._note(f"{member_id} chose"),
            leaves_games=lambda member_id: self._note(f"{member_id} leaves"),
            deleted=lambda member_id: self.heard.put_nowait(f"{member_id} is deleted"),
            gap=self._gap,
        )
        self.gossip = Gossip(LeaseTable(self.link), self.life, hearers)
        self.link.hear(self.gossip.hear, self.gossip.gap)

    async def _note(self, what: str) -> None:
        self.heard.put_nowait(what)

    async def _gap(self) -> None:
        self.heard.put_nowait("gap")
        if self.failing:
            self.failing = False
            raise StorageError(fact(Code.NOT_COUNTED))

    async def close(self) -> None:
        await self.life.close()
        await self.link.close()


@pytest.fixture
async def two(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Listening, Listening]]:
    async with running_on("postgres", request.config) as made:
        assert isinstance(made, OnPostgres)
        await (await made.open(HERE)).close()
        both = Listening(made.address(HERE)), Listening(made.address(HERE))
        for one in both:
            await one.link.ask("SELECT 1")
            assert await one.heard.get() == "gap"
        yield both
        for one in both:
            await one.close()


async def test_what_a_member_chose_and_that_one_is_deleted_is_known_everywhere(two):
    one, other = two
    await one.life.happenings.tell(MemberChosen(7))
    assert await other.heard.get() == "7 chose"
    await one.life.happenings.tell(MemberDeleted(7))
    assert await other.heard.get() == "7 is deleted"
    await other.gossip.courses_changed()
    assert await other.heard.get() == "courses"


async def test_after_a_lost_connection_everything_is_looked_up_until_that_works(two):
    one, other = two
    other.failing = True
    other.gossip._catching_up._again_seconds = 0.01
    [[pid]] = await other.link.ask("SELECT pg_backend_pid()")
    await one.link.ask("SELECT pg_terminate_backend($1)", pid)
    while other.heard.empty():
        with contextlib.suppress(StorageError):  # where the loss is noticed before it is asked, nothing is refused
            await other.link.ask("SELECT 1")
    assert [await other.heard.get() for _ in range(2)] == ["gap", "gap"]
