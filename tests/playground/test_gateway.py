"""The Gateway's frames: their shapes, their order, their compression."""

import json
import zlib
from typing import Any

import aiohttp
import pytest
import zstandard
from gateway_events import EVENTS
from hosting import Bot, Member
from jsonschema import Draft202012Validator

from bot.playground.server import Playground


async def frames(playground: Playground, compress: str, decompress: Any) -> list[dict[str, Any]]:
    """Identify over a compressed stream; the first three frames."""
    address = f"{playground.gateway_url}?v=10&encoding=json&compress={compress}"
    async with aiohttp.ClientSession() as session, session.ws_connect(address) as socket:
        found = [json.loads(decompress(await socket.receive_bytes()))]
        await socket.send_json({"op": 2, "d": {"token": playground.token, "intents": 1, "properties": {}}})
        return [*found, *[json.loads(decompress(await socket.receive_bytes())) for _ in range(2)]]


@pytest.mark.parametrize("compress", ["zlib-stream", "zstd-stream"])
async def test_both_compressions_that_discordpy_may_ask_for_are_spoken(playground, compress):
    stream = zlib.decompressobj() if compress == "zlib-stream" else zstandard.ZstdDecompressor().decompressobj()
    hello, ready, guild = await frames(playground, compress, stream.decompress)
    assert hello["op"] == 10
    assert (ready["t"], guild["t"]) == ("READY", "GUILD_CREATE")
    assert (ready["s"], guild["s"]) == (1, 2)


async def test_every_event_has_the_documented_shape(bot: Bot):
    seen: dict[str, Any] = {}
    gateway, say = bot.playground.gateway, bot.playground.gateway._say
    kinds: set[int] = set()

    def watch(session: object, event: str, data: dict[str, Any]) -> None:
        faults = [error.message for error in Draft202012Validator(EVENTS[event]).iter_errors(data)]
        assert faults == [], (event, faults)
        seen[event] = data
        kinds.add(data.get("type", 0) if event == "INTERACTION_CREATE" else 0)
        say(session, event, data)

    gateway._say = watch  # the frames as they leave
    await bot.stop()
    await bot.start()
    ada = Member(bot.playground)
    await ada.suggestions("quiz", "section", "a")
    await ada.press(await ada.command("quiz"), "A")
    direct = next(c.id for c in bot.playground.world.channels.values() if c.recipient == ada.id)
    await Member(bot.playground, 0, direct).command("lesson")
    bot.playground.world.delete_channel(ada.channel_id)
    assert set(seen) == {"READY", "GUILD_CREATE", "INTERACTION_CREATE", "CHANNEL_DELETE"}
    assert kinds >= {2, 3, 4}


async def test_a_resume_with_an_unknown_session_is_refused(playground):
    async with aiohttp.ClientSession() as session, session.ws_connect(playground.gateway_url) as socket:
        await socket.receive_json()
        await socket.send_json({"op": 6, "d": {"token": playground.token, "session_id": "unknown", "seq": 3}})
        assert await socket.receive_json() == {"op": 9, "d": False}


async def identified(playground: Playground, **identify: Any) -> tuple[dict[str, Any] | None, int | None]:
    """The first frame after an IDENTIFY, or the code with which it was refused."""
    async with aiohttp.ClientSession() as session, session.ws_connect(playground.gateway_url) as socket:
        await socket.receive_json()
        await socket.send_json({"op": 2, "d": {"token": playground.token, "intents": 1, "properties": {}} | identify})
        first = await socket.receive()
        return (None, socket.close_code) if first.type is aiohttp.WSMsgType.CLOSE else (first.json(), None)


@pytest.mark.parametrize(
    ("identify", "code"),
    [
        ({"shard": [2, 2]}, 4010),
        ({"shard": [-1, 2]}, 4010),
        ({"shard": "0"}, 4010),
        ({"shard": [0, 1]}, 4011),
        ({"shard": [0, 2], "intents": 1 << 30}, 4013),
        ({"shard": [0, 2], "intents": "guilds"}, 4013),
        ({"shard": [0, 2], "intents": 1 << 1}, 4014),
        ({"shard": [0, 2], "token": "another"}, 4004),
    ],
)
async def test_an_identify_that_discord_would_not_take_is_refused_with_its_code(playground, identify, code):
    playground.gateway.least_shards = 2
    assert await identified(playground, **identify) == (None, code)


async def test_a_server_is_told_to_its_own_shard_alone(playground):
    own = (int(playground.world.guild_id) >> 22) % 2
    for shard in range(2):
        ready, _ = await identified(playground, shard=[shard, 2])
        assert ready is not None
        assert ready["d"]["shard"] == [shard, 2]
        assert [guild["id"] for guild in ready["d"]["guilds"]] == [playground.world.guild_id] * (shard == own)


async def test_two_of_one_bucket_that_identify_too_soon_are_told_to_come_again(playground):
    playground.gateway.identify_seconds, playground.gateway.at_once = 60.0, 2
    assert [(await identified(playground, shard=[shard, 4]))[0]["op"] for shard in (0, 1, 2, 3)] == [0, 0, 9, 9]
    assert playground.gateway.too_soon == 2
