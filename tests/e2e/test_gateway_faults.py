"""What the Gateway does to clients now and then, in the middle of a round: the game goes on, every answer counts once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from evening import Channel, faults_of_results, opened, rows, until_row
from hosting import PATIENCE_SECONDS, Bot, Member, text, until

from bot.playground.server import Playground

BEAT_SECONDS = 1.0


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    """A playground that wants a heartbeat every second, so that its absence shows soon."""
    async with Playground(heartbeat_seconds=BEAT_SECONDS) as running:
        yield running


@pytest.fixture
async def bot(playground: Playground, tmp_path) -> AsyncIterator[Bot]:
    """A bot whose competitions run at their usual pace."""
    running = Bot(playground, tmp_path / "data", STUDYHALL_PROGRESS_SECONDS="1")
    await running.start()
    yield running
    assert await running.stop() == 0, running.log()


async def dropped(playground: Playground) -> None:
    await playground.gateway.drop()


async def unknown_error(playground: Playground) -> None:
    await playground.gateway.drop(4000)


async def session_timed_out(playground: Playground) -> None:
    await playground.gateway.drop(4009)


async def asked_to_reconnect(playground: Playground) -> None:
    playground.gateway.reconnect()


async def invalid_but_resumable(playground: Playground) -> None:
    playground.gateway.invalidate(resumable=True)


async def invalid_for_good(playground: Playground) -> None:
    playground.gateway.invalidate(resumable=False)


FAULTS: list[Callable[[Playground], Awaitable[None]]] = [
    dropped,
    unknown_error,
    session_timed_out,
    asked_to_reconnect,
    invalid_but_resumable,
    invalid_for_good,
]


def connections(playground: Playground) -> int:
    return playground.gateway.resumed + playground.gateway.identified


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
async def test_a_round_goes_on_after_the_gateway_failed_and_every_answer_counts_once(bot: Bot, fault):
    playground = bot.playground
    ada, grace = Member(playground), Member(playground, 1)
    channel = Channel(playground)
    await ada.steer(await opened(ada, grace, pace="calm"), "Start")
    asked = await channel.open(0)
    assert "Locked in" in text(await ada.press(asked, "A"))
    before = connections(playground)

    await fault(playground)
    await until(playground, lambda: connections(playground) > before and playground.gateway.online, "a new connection")

    assert "Locked in" in text(await grace.press(asked, "B"))
    reveal = await channel.reveal(0)
    assert reveal["id"] == asked["id"]
    kept = rows(bot.data_dir, "SELECT member_id, choice FROM competition_answer WHERE round = 0 ORDER BY choice")
    assert kept == [(int(ada.id), 0), (int(grace.id), 1)]
    assert faults_of_results(bot.data_dir) == []


async def test_a_connection_whose_heartbeats_go_unanswered_is_given_up_for_another(bot: Bot):
    playground = bot.playground
    question = await Member(playground).command("quiz")
    before = connections(playground)
    playground.gateway.acknowledge_heartbeats = False
    # discord.py waits a minute for an answer before it gives a connection up
    await until(playground, lambda: connections(playground) > before, "another connection", seconds=100)
    playground.gateway.acknowledge_heartbeats = True
    assert "Question 1 of 5" in text(await Member(playground).press(question, "A"))
    assert rows(bot.data_dir, "SELECT count(*) FROM answer") == [(1,)]


async def test_an_event_that_comes_twice_counts_once(bot: Bot):
    playground = bot.playground
    ada, grace = Member(playground), Member(playground, 1)
    channel = Channel(playground)
    await ada.steer(await opened(ada, grace, pace="calm"), "Start")
    asked = await channel.open(0)
    send = playground.interactions._dispatch
    playground.interactions._dispatch = lambda event, data: send(event, data) and send(event, data)
    assert "Locked in" in text(await ada.press(asked, "A"))
    assert "Locked in" in text(await grace.press(asked, "B"))
    await channel.reveal(0)
    assert rows(bot.data_dir, "SELECT count(*), count(DISTINCT member_id) FROM competition_answer") == [(2, 2)]
    assert " ERROR " not in bot.log(), bot.log()


async def test_events_of_a_whole_outage_are_answered_when_they_come_and_count_by_their_own_stamps(bot: Bot):
    playground = bot.playground
    ada, grace = Member(playground), Member(playground, 1)
    channel = Channel(playground)
    await ada.steer(await opened(ada, grace, pace="calm"), "Start")
    asked = await channel.open(0)
    send, kept, came = playground.interactions._dispatch, [], asyncio.Event()

    def keep(event: str, data: dict[str, Any]) -> bool:
        kept.append((event, data))
        came.set()
        return True

    playground.interactions._dispatch = keep
    click = asyncio.create_task(ada.press(asked, "C"))
    await asyncio.wait_for(came.wait(), PATIENCE_SECONDS)
    stamp = int(kept[0][1]["id"]) >> 22
    await asyncio.sleep(2)  # the event is late: it is what this is about
    playground.interactions._dispatch = send
    for event, data in kept:
        send(event, data)
    assert "Locked in" in text(await click)
    await grace.press(asked, "B")
    await channel.reveal(0)
    [(elapsed_ms,)] = rows(bot.data_dir, "SELECT elapsed_ms FROM competition_answer WHERE member_id = ?", int(ada.id))
    assert elapsed_ms == stamp - (int(asked["id"]) >> 22), (elapsed_ms, stamp, int(asked["id"]) >> 22)


async def test_the_bot_is_removed_in_mid_game_and_added_again(bot: Bot):
    playground = bot.playground
    ada, grace = Member(playground), Member(playground, 1)
    channel = Channel(playground)
    await ada.steer(await opened(ada, grace, pace="quick"), "Start")
    asked = await channel.open(0)
    await ada.press(asked, "A")

    async def no_access(request: web.Request) -> web.StreamResponse | None:
        if "/channels/" in request.path:
            refusal = b'{"message": "Missing Access", "code": 50001}'
            return web.Response(status=403, body=refusal, headers={"Content-Type": "application/json"})
        return None

    playground.rest.intercept = no_access
    playground.gateway.dispatch("GUILD_DELETE", {"id": playground.world.guild_id})
    await grace.press(asked, "B")  # a click already under way; with it all are in, so the round ends
    await until_row(bot.data_dir, "SELECT phase FROM competition", ("paused",))

    playground.rest.intercept = None
    playground.gateway.dispatch("GUILD_CREATE", playground.world.guild())
    board = await grace.command("leaderboard")
    assert "Leaderboard" in text(board)
    kept = rows(bot.data_dir, "SELECT member_id, choice FROM competition_answer ORDER BY choice")
    assert kept == [(int(ada.id), 0), (int(grace.id), 1)]
    again = await ada.command("compete")
    assert text(again)
    assert " ERROR " not in bot.log(), bot.log()
