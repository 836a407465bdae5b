"""Where other processes answer for other servers: nothing is sent about theirs, whatever was under way."""

import asyncio

import pytest
from in_english import refused

from bot.errors import LeaseLostError
from bot.model.posts import Kind, What
from bot.model.shards import Holdings
from bot.services.channels import Channel, Placed
from bot.ui.layouts import note
from bot.ui.marks import Marks
from bot.ui.poster import DiscordPoster, Look
from bot.ui.sending import SendScheduler
from bot.ui.shards import Shards

OURS, THEIRS = 4 << 22, 5 << 22
LOOKS = {Kind.SEASON: Look(draw=lambda _what, _view, _say: note("Ada has won."), found_by="none")}


class Held:
    """The shards that are ours, as they come and go."""

    def __init__(self) -> None:
        self.fences: dict[int, int | None] = {0: 1}

    def now(self) -> Holdings:
        return Holdings(2, self.fences)


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
async def shards(held: Held):
    made = Shards(shared=True, ours=held.now)
    yield made
    await made.close()


async def test_nothing_is_posted_or_edited_about_a_server_of_another_process(shards: Shards):
    scheduler = SendScheduler(0.01, calls_per_second=1_000)
    poster = DiscordPoster(shards, scheduler, LOOKS, Marks())
    there = Placed(What(Kind.SEASON, 1), Channel(THEIRS, 7), 8)
    with refused(LeaseLostError, "has just moved to another process"):
        await poster.post(there.what, there.channel, None, "nonce")
    with refused(LeaseLostError, "has just moved to another process"):
        await poster.edit(there, None)
    await scheduler.close()


async def test_what_waits_for_its_turn_is_not_sent_once_the_lease_is_lost(shards: Shards, held: Held):
    scheduler = SendScheduler(0.01, calls_per_second=20)
    poster = DiscordPoster(shards, scheduler, LOOKS, Marks())
    first = asyncio.create_task(scheduler.call(lambda: asyncio.sleep(0)))
    waits = asyncio.create_task(poster.post(What(Kind.SEASON, 1), Channel(OURS, 7), None, "nonce"))
    await first
    held.fences = {}
    with refused(LeaseLostError, "has just moved to another process"):
        await waits
    await scheduler.close()


async def test_a_shard_lets_nobody_in_before_it_is_served_and_none_is_begun_before_the_login(
    shards: Shards, held: Held
):
    shards.begin(1, 2)
    assert shards.waiting == 0
    assert not shards.hears(1)
    came: list[int] = []
    event = {"id": 1, "type": 3}
    shards.door.take(event, lambda one: came.append(one["id"]), 1)
    assert came == []
    held.fences[1] = 2
    shards.serve(1, None)
    assert came == [1]
    assert shards.of(THEIRS) is shards.first
