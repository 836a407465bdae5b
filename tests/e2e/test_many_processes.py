"""Several processes on one database: shards shared out, taken over, handed over; nothing twice and nothing lost."""

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from engines import Server, on, prepare, running_on
from evening import Channel, opened
from hosting import Member, text, until
from together import Together, together

from bot.commands.processes import change_shards, drain
from bot.playground.rest import Exchange
from bot.playground.server import Playground
from bot.storage.place import Place

ANSWERED_ALREADY = 40060
TEA = Path(__file__).parents[1] / "ui" / "packs"


@pytest.fixture
async def postgres(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    async with running_on("postgres", request.config):
        yield


@pytest.fixture
async def two(postgres: None, playground: Playground, tmp_path: Path) -> AsyncIterator[Together]:
    """Two bots, each with one of two shards, on each of which is a server."""
    async with together(playground, tmp_path, STUDYHALL_PACE_FACTOR="0.3") as made:
        await made.start(2)
        yield made


async def test_each_process_answers_for_its_shards_and_for_no_other(playground: Playground, two: Together):
    refused: list[Exchange] = []
    playground.rest.record = lambda one: refused.append(one) if one.status >= 400 else None
    for channel in two.channels:
        ada = Member(playground, 0, channel.id)
        answer = await ada.press(await ada.command("quiz", questions=1), "A")
        assert "Question 1 of 1" in text(answer)
    direct = next(c.id for c in playground.world.channels.values() if c.recipient)
    assert "Python" in text(await Member(playground, 0, direct).command("lesson"))
    assert two.rows("SELECT count(*) FROM answer") == [(2,)]
    assert refused == []
    asked = [bot.log().count("command quiz") for bot in two.bots]
    assert asked == [1, 1]


async def begun(playground: Playground, channel_id: str) -> tuple[Member, Member, Channel, dict[str, Any]]:
    """A game of two in a channel, and its first question, which is open."""
    ada, grace = [Member(playground, n, channel_id) for n in range(2)]
    lobby = await opened(ada, grace, rounds=3)
    await ada.steer(lobby, "Start")
    there = Channel(playground, channel_id)
    return ada, grace, there, await there.open(0)


async def test_a_game_goes_on_in_the_same_message_when_its_process_is_killed(playground: Playground, two: Together):
    channel = two.channels[0]
    first = two.bots[two.holders()[two.shard_of(channel)]]
    ada, grace, there, question = await begun(playground, channel.id)
    assert "locked in" in text(await ada.press(question, "A")).lower()
    await first.stop(signal.SIGKILL)
    await two.until_shared()
    await until(playground, lambda: "away" in text(there.open_rounds(0)[0]) if there.open_rounds(0) else False)
    [still] = there.open_rounds(0)
    assert still["id"] == question["id"]
    assert "locked in" in text(await grace.press(still, "B")).lower()
    assert (await there.reveal(0))["id"] == question["id"]
    podium = await there.podium()
    assert "Grace" in text(podium)
    assert two.rows("SELECT count(*) FROM competition_answer WHERE round = 0") == [(2,)]
    assert len(there.offering(r"sh:game\.rematch:\d+")) == 1


async def test_who_was_frozen_past_its_leases_writes_and_sends_nothing_more(playground: Playground, two: Together):
    channel = two.channels[0]
    first = two.bots[two.holders()[two.shard_of(channel)]]
    ada, grace, there, _question = await begun(playground, channel.id)
    first.signal(signal.SIGSTOP)
    [other] = [bot for bot in two.bots if bot is not first]
    await two.until(lambda: other.serves == [0, 1], "the other one has both")
    for number in range(3):
        for member in (ada, grace):
            await member.press(await there.open(number), "A")
        if number == 0:
            first.signal(signal.SIGCONT)
    await there.podium()
    await two.until_shared()
    for number in range(3):
        assert len(there.revealed(number)) == 1
    assert len(there.offering(r"sh:game\.rematch:\d+")) == 1
    assert "is another process's now" in first.log()


async def test_no_click_is_lost_while_a_process_stops_and_hands_over(playground: Playground, two: Together):
    channel = two.channels[0]
    first = two.bots[two.holders()[two.shard_of(channel)]]
    states: list[str] = []
    sent, over = 0, asyncio.Event()

    async def press_on(number: int) -> None:
        nonlocal sent
        ada = Member(playground, number, channel.id)
        command = next(one for one in playground.world.commands if one["name"] == "help")
        while not over.is_set():
            sent += 1
            playground.acts.run_command(ada.id, channel.id, command["id"], [], lambda state, _: states.append(state))
            await asyncio.sleep(0.1)

    pressing = [asyncio.create_task(press_on(n)) for n in range(2)]
    await asyncio.sleep(0.5)
    assert await first.stop() == 0
    await asyncio.sleep(0.5)
    over.set()
    await asyncio.gather(*pressing)
    await two.until(lambda: len(states) == sent, "all are answered, or not")
    assert sent > 20
    assert set(states) == {"acknowledged"}, two.logs()
    for bot in two.bots:
        assert bot.log().count("command help") > 0
        assert str(ANSWERED_ALREADY) not in bot.log()


async def test_a_process_that_is_asked_to_by_a_newer_version_stops(playground: Playground, two: Together):
    two.rows("UPDATE cluster SET least_schema = 99")
    for bot in two.bots:
        assert bot.process
        assert await asyncio.wait_for(bot.process.wait(), 60) == 0
        assert "a newer version asks this one to stop" in bot.log()
        bot.process = None
    two.rows("UPDATE cluster SET least_schema = 0")


async def test_a_game_goes_on_when_its_server_is_on_another_of_more_shards(playground: Playground, two: Together):
    channel = two.channels[0]
    ada, grace, there, question = await begun(playground, channel.id)
    await ada.press(question, "A")
    place = Place(two.folder / "data" / "studyhall.db", (await two.bots[0].environment())["STUDYHALL_DATABASE_URL"])
    assert await change_shards(place, 3) == 0
    two.shards = 3
    await two.until(lambda: all(" of 3\n" in bot.new_log() for bot in two.bots), "three shards")
    await two.until_shared()
    [still] = there.open_rounds(0)
    assert still["id"] == question["id"]
    await grace.press(still, "B")
    for number in (1, 2):
        for member in (ada, grace):
            await member.press(await there.open(number), "A")
    await there.podium()
    assert two.rows("SELECT count(*) FROM competition_answer") == [(6,)]
    for one in two.channels:
        assert "Question 1" in text(await Member(playground, 0, one.id).command("quiz", questions=1))


async def test_without_the_database_members_are_told_and_games_wait(playground: Playground, tmp_path: Path):
    server = Server()
    server.start()
    try:
        prepare(server.address)
        with on(server.address):
            async with together(playground, tmp_path, STUDYHALL_PACE_FACTOR="0.3") as made:
                await made.start(2)
                await _play_through_an_outage(playground, made, server)
    finally:
        server.remove()


async def _play_through_an_outage(playground: Playground, made: Together, server: Server) -> None:
    channel = made.channels[0]
    ada, grace, there, question = await begun(playground, channel.id)
    await ada.press(question, "A")
    server.stop(signal.SIGQUIT)
    pause = "no lease is known to be ours"
    await made.until(lambda: all(pause in bot.log() for bot in made.bots), "both know that they may not go on")
    assert "so that was not saved. Please press again in a minute" in text(await grace.press(question, "B"))
    server.start()
    await until(playground, lambda: "away" in text(there.open_rounds(0)[0]) if there.open_rounds(0) else False)
    [still] = there.open_rounds(0)
    assert still["id"] == question["id"]
    assert "locked in" in text(await grace.press(still, "B")).lower()
    await there.reveal(0)
    assert made.rows("SELECT count(*) FROM competition_answer WHERE round = 0") == [(2,)]


async def test_courses_are_reloaded_everywhere_when_one_is_asked_and_a_draining_process_hands_over(
    postgres: None, playground: Playground, tmp_path: Path
):
    packs = tmp_path / "packs"
    await asyncio.to_thread(shutil.copytree, TEA, packs)
    async with together(playground, tmp_path, STUDYHALL_PACKS_DIR=str(packs)) as made:
        await made.start(2)
        head = packs / "tea" / "pack.yaml"
        head.write_text(head.read_text("utf-8").replace("title: ", "title: Strong ", 1), "utf-8")
        made.bots[1].signal(signal.SIGHUP)
        await made.until(lambda: all("reloaded 1 course" in bot.log() for bot in made.bots), "both reload")
        for _ in range(2):  # a whole look of each
            seen = dict(made.rows("SELECT name, seen_at FROM process"))
            await made.until(
                lambda seen=seen: all(at > seen[name] for name, at in made.rows("SELECT name, seen_at FROM process")),
                "each has looked",
            )
        assert [len(bot.serves) for bot in made.bots] == [1, 1]
        for channel in made.channels:
            assert "Strong" in text(await Member(playground, 0, channel.id).command("help"))
        place = Place(made.folder, (await made.bots[0].environment())["STUDYHALL_DATABASE_URL"])
        assert made.bots[0].process
        [(name,)] = made.rows("SELECT name FROM process WHERE name LIKE ?", f"%-{made.bots[0].process.pid}")
        assert await drain(place, name, draining=True) == 0
        await made.until(lambda: made.bots[1].serves == [0, 1], "the other one has all")
        for channel in made.channels:
            assert await Member(playground, 0, channel.id).command("help")
        assert await drain(place, name, draining=False) == 0
        await made.until_shared()


async def test_what_a_member_chooses_in_one_process_holds_in_the_game_of_another_and_deletion_reaches_it(
    playground: Playground, two: Together
):
    here, there = two.channels
    ada, grace = [Member(playground, n, here.id) for n in range(2)]
    elsewhere = Member(playground, 1, there.id)
    await elsewhere.press(await elsewhere.command("settings"), "1.5 times")
    lobby = await opened(ada, grace, rounds=3)
    factors = "SELECT time_factor FROM competition_player WHERE member_id = ?"
    assert two.rows(factors, int(grace.id)) == [(1.5,)]
    await ada.steer(lobby, "Start")
    game = Channel(playground, here.id)
    await grace.press(await game.open(0), "A")
    answer = await elsewhere.press(await elsewhere.command("privacy", "delete"), "Delete everything")
    assert "Everything is deleted" in text(answer)
    assert two.rows(factors, int(grace.id)) == []
    assert two.rows("SELECT count(*) FROM competition_answer WHERE member_id = ?", int(grace.id)) == [(0,)]
