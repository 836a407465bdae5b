"""What happens to the host while a round is open: told to stop, frozen, its clock set back, Discord slow or cut off."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from evening import Channel, deadline_ms, faults_of_results, opened, rows
from hosting import Bot, Member, button, text, until

FROZEN_SECONDS = 30


@pytest.fixture
async def calm(playground, tmp_path) -> AsyncIterator[Bot]:
    """A bot whose competitions run at their usual pace."""
    running = Bot(playground, tmp_path / "data", STUDYHALL_PROGRESS_SECONDS="1")
    await running.start()
    yield running
    if running.process is not None:
        assert await running.stop() == 0, running.log()


async def a_round(bot: Bot) -> tuple[Member, Member, Channel, dict]:
    """A game of two whose first round is open."""
    ada, grace = Member(bot.playground), Member(bot.playground, 1)
    channel = Channel(bot.playground)
    await ada.steer(await opened(ada, grace, pace="calm"), "Start")
    return ada, grace, channel, await channel.open(0)


async def test_told_to_stop_in_mid_round_it_ends_in_order_and_goes_on_in_the_same_message(calm: Bot):
    ada, grace, channel, asked = await a_round(calm)
    await ada.press(asked, "A")
    assert await calm.stop(signal.SIGTERM) == 0
    closed = deadline_ms(ada.sees(asked))
    await asyncio.sleep(1.1)  # deadlines are whole seconds, and a start takes half of one
    await calm.start()
    await until(calm.playground, lambda: deadline_ms(ada.sees(asked)) > closed, "the lost time is given back")
    assert "Locked in" in text(await grace.press(asked, "B"))
    assert (await channel.reveal(0))["id"] == asked["id"]
    assert rows(calm.data_dir, "SELECT count(*) FROM competition_answer WHERE round = 0") == [(2,)]
    assert faults_of_results(calm.data_dir) == []


async def test_told_to_stop_it_first_answers_what_was_asked(calm: Bot):
    ada = Member(calm.playground)
    setup = await ada.command("studyhall", "setup")
    asked = asyncio.create_task(ada.press(setup, "Reload courses"))
    thinking = lambda: any(message["flags"] & 128 for message in ada.messages())  # noqa: E731
    await until(calm.playground, thinking, "the bot has heard it")
    assert await calm.stop(signal.SIGTERM) == 0
    assert "Reloaded: 1 course" in text(await asked)
    assert " ERROR " not in calm.log()


async def test_frozen_for_half_a_minute_it_goes_on_and_nothing_is_lost_or_doubled(calm: Bot):
    ada, _grace, channel, asked = await a_round(calm)
    assert "Locked in" in text(await ada.press(asked, "A"))
    assert calm.process is not None
    os.kill(calm.process.pid, signal.SIGSTOP)
    await asyncio.sleep(FROZEN_SECONDS)
    os.kill(calm.process.pid, signal.SIGCONT)
    await channel.reveal(0)
    second = await channel.open(1)
    assert "Locked in" in text(await ada.press(second, "B"))
    assert rows(calm.data_dir, "SELECT round, member_id, choice FROM competition_answer") == [
        (0, int(ada.id), 0),
        (1, int(ada.id), 1),
    ]
    assert faults_of_results(calm.data_dir) == []


async def test_clicks_that_waited_too_long_are_stored_and_no_answer_to_them_is_tried(calm: Bot):
    _ada, _grace, _channel, asked = await a_round(calm)
    for number in range(4):
        calm.playground.acts.add_member(f"Member {number}")
    others = [Member(calm.playground, -1 - number) for number in range(4)]
    given_up: list[str] = []
    assert calm.process is not None
    os.kill(calm.process.pid, signal.SIGSTOP)
    for other in others:
        calm.playground.acts.click(
            other.id,
            asked["channel_id"],
            asked["id"],
            button(asked, "A")["custom_id"],
            lambda state, _details: given_up.append(state),
        )
    await asyncio.sleep(3.5)  # Discord waits for three seconds
    os.kill(calm.process.pid, signal.SIGCONT)
    for other in others:
        assert "You had locked in **A**" in text(await other.forge(asked, button(asked, "B")["custom_id"]))
    assert "acknowledged" not in given_up
    assert calm.log().count("done, too late to be answered") == len(others)
    assert "could not be answered" not in calm.log()
    assert rows(calm.data_dir, "SELECT DISTINCT choice, count(*) FROM competition_answer") == [(0, len(others))]


async def test_a_command_that_waited_too_long_is_not_run_behind_the_persons_back(calm: Bot):
    ada = Member(calm.playground)
    await ada.command("help")
    assert calm.process is not None
    os.kill(calm.process.pid, signal.SIGSTOP)
    compete = next(one for one in calm.playground.world.commands if one["name"] == "compete")
    calm.playground.acts.run_command(ada.id, ada.channel_id, compete["id"], [], lambda *_: None)
    await asyncio.sleep(3.5)
    os.kill(calm.process.pid, signal.SIGCONT)
    assert "Competition" in text(await ada.command("compete"))
    assert rows(calm.data_dir, "SELECT count(*) FROM competition") == [(1,)]


@asynccontextmanager
async def own_clock(shift_ms: list[int]) -> AsyncIterator[str]:
    """Where a bot learns how far its wall clock is shifted; changing the list's number moves it."""

    async def tell(_request: web.Request) -> web.Response:
        await asyncio.sleep(0.05)
        return web.json_response({"shift_ms": shift_ms[0]})

    app = web.Application()
    app.router.add_get("/clock", tell)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    [(host, port)] = [address[:2] for address in runner.addresses]
    try:
        yield f"http://{host}:{port}/clock"
    finally:
        await runner.cleanup()


async def test_a_wall_clock_that_is_set_back_moves_no_deadline(playground, tmp_path):
    shift_ms = [0]
    async with own_clock(shift_ms) as address:
        bot = Bot(playground, tmp_path / "data", STUDYHALL_PROGRESS_SECONDS="1")
        clocked = playground.clock_url
        playground.clock_url = address
        await bot.start()
        ada, grace, channel, asked = await a_round(bot)
        await ada.press(asked, "A")
        closes = deadline_ms(ada.sees(asked))
        shift_ms[0] = -3_600_000
        await asyncio.sleep(0.5)  # the bot asks anew at once; its clock goes back an hour
        await grace.press(asked, "B")
        await channel.reveal(0)
        assert playground.world.now_ms() < closes + 5_000
        second = await channel.open(1)
        assert 5_000 < deadline_ms(second) - playground.world.now_ms() < 60_000
        stored = rows(bot.data_dir, "SELECT elapsed_ms FROM competition_answer WHERE round = 0")
        assert all(0 <= elapsed < 60_000 for (elapsed,) in stored), stored
        assert await bot.stop() == 0
        playground.clock_url = clocked


async def test_a_connection_cut_before_the_request_took_effect_is_tried_again(calm: Bot):
    ada, grace = Member(calm.playground), Member(calm.playground, 1)
    channel = Channel(calm.playground)
    lobby = await opened(ada, grace, pace="calm")
    cut: list[str] = []

    async def before(request: web.Request) -> web.StreamResponse | None:
        if request.method == "POST" and request.path.endswith("/messages") and not cut:
            cut.append(request.path)
            assert request.transport is not None
            request.transport.abort()
        return None

    calm.playground.rest.intercept = before
    await ada.steer(lobby, "Start")
    asked = await channel.open(0)
    assert cut
    assert len(channel.open_rounds(0)) == 1
    assert "Locked in" in text(await ada.press(asked, "A"))


async def test_a_discord_that_answers_after_more_than_three_seconds_delays_but_loses_nothing(calm: Bot):
    ada, grace = Member(calm.playground), Member(calm.playground, 1)
    channel = Channel(calm.playground)
    lobby = await opened(ada, grace, pace="calm")
    slow: list[str] = []

    async def sleepy(request: web.Request) -> web.StreamResponse | None:
        if request.method in ("POST", "PATCH") and "/channels/" in request.path and len(slow) < 2:
            slow.append(request.path)
            await asyncio.sleep(3.5)
        return None

    calm.playground.rest.intercept = sleepy
    await ada.steer(lobby, "Start")
    asked = await channel.open(0)
    assert slow
    assert "Locked in" in text(await ada.press(asked, "A"))
    assert "Locked in" in text(await grace.press(asked, "B"))
    await channel.reveal(0)
    assert len(list(channel.messages())) == 2
    assert faults_of_results(calm.data_dir) == []
