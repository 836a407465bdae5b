"""Several shards of one process: each server's is its own, and one that is away or refused stops no other."""

import contextlib
from collections.abc import AsyncIterator

import pytest
from evening import rows
from hosting import Bot, Member, buttons, text, until

from bot.playground.server import Playground

SHARDS = 3


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    """A playground that advises several shards, all at once."""
    async with Playground() as running:
        running.gateway.shards, running.gateway.at_once = SHARDS, 16
        yield running


@pytest.fixture
async def bot(playground: Playground, tmp_path) -> AsyncIterator[Bot]:
    """A bot with all its shards connected."""
    running = Bot(playground, tmp_path / "data")
    await running.start()
    await all_connected(playground)
    yield running
    if running.process is not None:
        assert await running.stop() == 0, running.log()
    assert "Traceback" not in running.log(), running.log()


async def all_connected(playground: Playground, shards: int = SHARDS) -> None:
    await until(playground, lambda: playground.gateway.connected == list(range(shards)), "all shards are connected")


def heard(playground: Playground, shard: int) -> list[str]:
    """What a shard was told, since it identified."""
    [session] = [one for one in playground.gateway._sessions.values() if one.shard == shard]
    return [event["t"] for event in session.events]


async def test_a_server_and_direct_messages_are_served_by_the_shards_that_hear_of_them(
    playground: Playground, bot: Bot
):
    ada = Member(playground)
    question = await ada.command("quiz", questions=1)
    await ada.press(question, "A")
    assert rows(bot.data_dir, "SELECT count(*) FROM answer") == [(1,)]
    direct = next(c.id for c in playground.world.channels.values() if c.recipient == ada.id)
    assert "Python" in text(await Member(playground, 0, direct).command("lesson"))
    of_the_hall = (int(playground.world.guild_id) >> 22) % SHARDS
    for shard in range(SHARDS):
        clicks = 2 * (shard == of_the_hall) + (shard == 0)
        assert heard(playground, shard).count("INTERACTION_CREATE") == clicks
        assert heard(playground, shard).count("GUILD_CREATE") == (shard == of_the_hall)
    assert bot.log().count("logged in at") == 1


async def test_a_shard_whose_connection_ends_comes_back_by_itself(playground: Playground, bot: Bot):
    identified = playground.gateway.identified
    await playground.gateway.drop()
    await all_connected(playground)
    playground.gateway.invalidate(resumable=False)
    await until(playground, lambda: playground.gateway.identified == identified + SHARDS, "new sessions")
    await all_connected(playground)
    ada = Member(playground)
    assert "Question 1 of 1" in text(await ada.command("quiz", questions=1))


async def test_health_tells_the_shards_and_when_few_starts_are_left(playground: Playground, bot: Bot):
    ada = Member(playground)
    shown = text(await ada.command("studyhall", "health"))
    assert f"on the slowest of {SHARDS} shards" in shown
    assert "lets this bot connect" not in shown
    await bot.stop()
    playground.gateway.starts_left = 60
    await bot.start()
    await all_connected(playground)
    shown = text(await ada.command("studyhall", "health"))
    assert "Discord lets this bot connect only 57 more times today" in shown


@pytest.mark.parametrize("wanted", ["1", "2"])
async def test_the_setting_says_how_many_whatever_is_advised(playground: Playground, tmp_path, wanted: str):
    bot = Bot(playground, tmp_path / "data", STUDYHALL_SHARDS=wanted)
    await bot.start()
    await all_connected(playground, int(wanted))
    assert "Question 1 of 1" in text(await Member(playground).command("quiz", questions=1))
    assert await bot.stop() == 0


async def test_too_few_shards_are_refused_with_what_to_do(playground: Playground, tmp_path):
    playground.gateway.least_shards = SHARDS
    bot = Bot(playground, tmp_path / "data", STUDYHALL_SHARDS="2")
    with contextlib.suppress(AssertionError):
        await bot.start()
    assert bot.process is not None
    assert await bot.process.wait() == 1
    assert "closed the connection for good (code 4011)" in bot.log()
    assert "Leave STUDYHALL_SHARDS out" in bot.log()
    bot.process = None


async def test_each_shard_waits_for_its_turn(playground: Playground, tmp_path):
    playground.gateway.at_once, playground.gateway.shards = 1, 2
    playground.gateway.identify_seconds = 5.0
    bot = Bot(playground, tmp_path / "data")
    await bot.start()
    ada = Member(playground)
    await all_connected(playground, 2)
    assert playground.gateway.too_soon == 0
    assert playground.gateway.identified == 2
    assert buttons(await ada.command("quiz", questions=1))
    assert await bot.stop() == 0
