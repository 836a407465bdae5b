"""The endpoint for a monitor, asked over real HTTP beside a running bot."""

import asyncio
import socket
from contextlib import closing

import aiohttp
import pytest
from hosting import Bot, Member, until

from bot.playground.server import Playground

pytestmark = pytest.mark.asyncio


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
async def watched(playground: Playground, tmp_path):
    """A bot with an endpoint, and a function that asks it."""
    port = free_port()
    bot = Bot(playground, tmp_path / "data", STUDYHALL_MONITOR_PORT=str(port))
    await bot.start()
    async with aiohttp.ClientSession() as session:

        async def ask(path: str) -> tuple[int, str]:
            async with session.get(f"http://127.0.0.1:{port}{path}") as response:
                return response.status, await response.text()

        yield bot, ask
    assert await bot.stop() == 0, bot.log()


async def test_a_connected_bot_is_live_and_ready(watched):
    _bot, ask = watched
    assert await ask("/live") == (200, "live\n")
    assert await ask("/ready") == (200, "ready\n")
    assert (await ask("/anything"))[0] == 404


async def test_without_the_gateway_it_is_live_but_not_ready(watched, playground: Playground):
    _bot, ask = watched
    playground.gateway.refusing = True
    try:
        await playground.gateway.drop(1001)
        await until(playground, lambda: not playground.gateway.online)
        for _ in range(200):
            status, words = await ask("/ready")
            if status == 503:
                break
            await asyncio.sleep(0.02)  # the bot hears of the closed socket in its own time
        assert (status, words) == (503, "not ready: the gateway is not connected\n")
        assert (await ask("/live"))[0] == 200
    finally:
        playground.gateway.refusing = False


async def test_metrics_tell_what_happened_in_prometheus_form(watched, playground: Playground):
    _bot, ask = watched
    await Member(playground).command("help")
    status, words = await ask("/metrics")
    assert status == 200
    values = dict(line.rsplit(" ", 1) for line in words.splitlines() if not line.startswith("#"))
    assert values["studyhall_acknowledgement_seconds_count"] == "1.0"
    assert values['studyhall_acknowledgement_seconds_bucket{le="+Inf"}'] == "1.0"
    assert values['studyhall_queue_length{queue="database_writes"}'] == "0.0"
    assert values["studyhall_gateway_open"] == "1.0"
    assert float(values["studyhall_database_bytes"]) > 10_000
    assert values["studyhall_errors_total"] == "0.0"
    shard = {name: value for name, value in values.items() if 'shard="0"' in name}
    assert shard['studyhall_shard_open{shard="0"}'] == shard['studyhall_shard_servers{shard="0"}'] == "1.0"
    assert shard['studyhall_shard_sessions_total{shard="0"}'] == "1.0"
    assert values["studyhall_session_starts_left"] == "999.0"
    assert 'studyhall_info{version="' in words


async def test_a_port_that_is_taken_is_told_in_a_sentence(playground: Playground, tmp_path):
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        bot = Bot(playground, tmp_path / "data", STUDYHALL_MONITOR_PORT=str(taken.getsockname()[1]))
        with pytest.raises(AssertionError, match="Give STUDYHALL_MONITOR_PORT another, or 0"):
            await bot.start()
