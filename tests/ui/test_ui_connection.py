"""The real connection, to a small server on loopback: addresses, refusals, and a stop in good order."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import discord
import pytest
from aiohttp import web
from discord.gateway import DiscordWebSocket
from discord.http import Route
from hall import TEA
from hosting import PATIENCE_SECONDS
from in_english import refused, say

from bot.app import build, follow_clock, run
from bot.clock import WallClock
from bot.errors import SettingsError, StudyhallError
from bot.settings import Settings
from bot.ui.gateway import Identifying

USER = {"id": "42", "username": "studyhall", "discriminator": "0", "avatar": None, "bot": True}
APPLICATION = {
    "id": "42",
    "name": "studyhall",
    "icon": None,
    "description": "",
    "bot_public": True,
    "bot_require_code_grant": False,
    "verify_key": "",
    "flags": 0,
    "owner": USER,
}


def as_json(data: Any, status: int = 200) -> web.Response:
    # discord.py reads as JSON only what is called exactly that, without a charset.
    return web.Response(body=json.dumps(data).encode(), status=status, headers={"Content-Type": "application/json"})


class Loopback:
    """Enough of Discord to log in, register commands and open the gateway."""

    def __init__(self) -> None:
        self.registered: list[Any] = []
        self.identified: asyncio.Queue[str] = asyncio.Queue()
        self.invalidate = 0
        self.close_code = 0
        self.status = 200
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/gateway/", self._gateway)
        app.router.add_get("/api/v10/gateway/bot", self._advice)
        app.router.add_get("/api/v10/users/@me", self._user)
        app.router.add_get("/api/v10/oauth2/applications/@me", self._application)
        app.router.add_get("/api/v10/applications/42/commands", self._commands)
        app.router.add_put("/api/v10/applications/42/commands", self._register)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        assert self._runner
        await self._runner.cleanup()

    async def _advice(self, _request: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return as_json({"url": "", "shards": 1, "session_start_limit": limit})

    async def _user(self, request: web.Request) -> web.Response:
        if self.status != 200:
            return as_json({"message": "no", "code": 0}, status=self.status)
        return as_json(USER)

    async def _application(self, _request: web.Request) -> web.Response:
        return as_json(APPLICATION)

    async def _commands(self, _request: web.Request) -> web.Response:
        return as_json(self.registered)

    async def _register(self, request: web.Request) -> web.Response:
        sent = await request.json()
        extra = {"application_id": "42", "version": "1", "default_member_permissions": None, "description": ""}
        self.registered = [{"id": str(100 + i), **extra, **one} for i, one in enumerate(sent)]
        return as_json(self.registered)

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": 45_000}})
        async for message in socket:
            data = json.loads(message.data)
            if data["op"] == 1:
                await socket.send_json({"op": 11, "d": None})
            if data["op"] == 2:
                self.identified.put_nowait(data["d"]["token"])
                if self.close_code:
                    await socket.close(code=self.close_code)
                elif self.invalidate:
                    self.invalidate -= 1
                    await socket.send_json({"op": 9, "d": False})
        return socket


@pytest.fixture
async def loopback(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Loopback]:
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    server = Loopback()
    await server.start()
    yield server
    await server.stop()


def settings_for(server: Loopback, folder: Path) -> Settings:
    return Settings(
        token="very-secret",
        data_dir=folder / "data",
        packs_dir=TEA,
        api_url=f"http://127.0.0.1:{server.port}/api/v10",
        gateway_url=f"ws://127.0.0.1:{server.port}/gateway/",
    )


async def test_after_an_invalid_session_it_comes_back_to_the_address_it_was_given(loopback: Loopback, tmp_path: Path):
    loopback.invalidate = 2
    async with build(settings_for(loopback, tmp_path)) as app:
        app.client.identifying = Identifying(app.client.ask_starts, gap_seconds=0)
        await app.client.login("very-secret")
        connecting = asyncio.create_task(app.client.connect())
        for _ in range(3):
            assert await asyncio.wait_for(loopback.identified.get(), PATIENCE_SECONDS) == "very-secret"
        await app.client.close()
        await connecting
    assert len(loopback.registered) == len(app.client.tree.get_commands())


async def test_empty_addresses_leave_discords_own_alone(loopback: Loopback, tmp_path: Path):
    async with build(Settings(data_dir=tmp_path, packs_dir=TEA)):
        assert Route.BASE == "https://discord.com/api/v10"
        assert str(DiscordWebSocket.DEFAULT_GATEWAY) == "wss://gateway.discord.gg/"


async def test_the_whole_bot_runs_until_told_to_stop(
    loopback: Loopback, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("INFO")
    running = asyncio.create_task(run(settings_for(loopback, tmp_path)))
    await asyncio.wait_for(loopback.identified.get(), PATIENCE_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(running, PATIENCE_SECONDS)
    messages = [record.getMessage() for record in caplog.records if record.name == "bot.app"]
    assert messages[0].startswith("data in ")
    assert "loaded 1 course with 6 questions" in caplog.text
    assert messages[-1] == "stopped"
    assert "invite it to a server with https://discord.com" in caplog.text
    assert "very-secret" not in caplog.text


async def test_a_token_that_is_refused_says_where_to_get_another(loopback: Loopback, tmp_path: Path):
    loopback.status = 401
    with refused(SettingsError, r"DISCORD_TOKEN was refused. Copy it again") as caught:
        await run(settings_for(loopback, tmp_path))
    assert "very-secret" not in str(caught.value)


async def test_a_token_that_the_gateway_refuses_says_what_to_check(loopback: Loopback, tmp_path: Path):
    loopback.close_code = 4004
    with refused(StudyhallError, r"closed the connection for good \(code 4004\). Check that the token"):
        await run(settings_for(loopback, tmp_path))


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (4011, "more servers than so few connections may serve"),
        (4012, "Update Studyhall"),
        (4013, "an intent that was asked for"),
        (4014, "look in the developer portal"),
    ],
)
async def test_a_connection_that_is_closed_for_good_says_what_that_code_asks_for(
    loopback: Loopback, tmp_path: Path, code: int, advice: str
):
    loopback.close_code = code
    with refused(StudyhallError, rf"closed the connection for good \(code {code}\)") as told:
        await run(settings_for(loopback, tmp_path))
    assert advice in say(told.value.fact)
    assert "token" not in say(told.value.fact)


async def test_a_server_that_forbids_it_is_told_with_what_to_do(loopback: Loopback, tmp_path: Path):
    loopback.status = 403
    with refused(StudyhallError, r"answered 403.*Wait a few minutes"):
        await run(settings_for(loopback, tmp_path))


async def test_a_server_that_is_not_there_is_told_with_what_to_do(loopback: Loopback, tmp_path: Path):
    settings = settings_for(loopback, tmp_path)
    await loopback.stop()
    with refused(StudyhallError, r"can't be reached .* Check the connection and start again."):
        await run(settings)
    await loopback.start()


async def test_a_connection_that_is_cut_at_the_login_is_told_with_what_to_do(loopback: Loopback, tmp_path: Path):
    async def cut(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(cut, "127.0.0.1", 0) as server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api/v10"
        settings = replace(settings_for(loopback, tmp_path), api_url=address)
        with refused(StudyhallError, r"can't be reached .* Check the connection and start again."):
            await run(settings)


async def test_the_bot_is_gone_from_the_loop_after_its_block(loopback: Loopback, tmp_path: Path):
    before = asyncio.all_tasks()
    async with build(settings_for(loopback, tmp_path)) as app:
        assert isinstance(app.client, discord.Client)
    assert asyncio.all_tasks() == before
    assert app.client.is_closed()


async def test_a_day_that_is_skipped_passes_each_of_its_hours(tmp_path: Path):
    over = asyncio.Event()
    day, hour = 86_400_000, 3_600_000

    async def shift(request: web.Request) -> web.Response:
        if request.query["known"] == str(day):
            over.set()
        return as_json({"shift_ms": day})

    server = web.Application()
    server.router.add_get("/clock", shift)
    runner = web.AppRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    clock, passed, moved = WallClock(), [], []

    began_ms = clock.now_ms()

    async def hour_passed(at_ms: int) -> None:
        passed.append(round((at_ms - began_ms) / hour))

    async def has_moved() -> None:
        moved.append(clock.shift_ms)

    url = f"http://127.0.0.1:{runner.addresses[0][1]}/clock"
    following = asyncio.create_task(follow_clock(clock, url, hour_passed, has_moved))
    try:
        await asyncio.wait_for(over.wait(), PATIENCE_SECONDS)
        assert passed == [*range(1, 25)]
        assert moved[0] == day
    finally:
        following.cancel()
        await runner.cleanup()


async def test_the_clock_follows_the_one_it_is_told_to_follow(tmp_path: Path):
    asked: asyncio.Queue[str] = asyncio.Queue()
    over = asyncio.Event()
    day = 86_400_000

    async def shift(request: web.Request) -> web.Response:
        asked.put_nowait(request.query["known"])
        if request.query["known"] == str(day):
            await over.wait()
        return as_json({"shift_ms": day})

    server = web.Application()
    server.router.add_get("/clock", shift)
    runner = web.AppRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/clock"
        async with build(Settings(data_dir=tmp_path, packs_dir=TEA, clock_url=url)) as app:
            assert await asyncio.wait_for(asked.get(), PATIENCE_SECONDS) == "0"
            assert await asyncio.wait_for(asked.get(), PATIENCE_SECONDS) == str(day)
            assert app.clock.shift_ms == day
    finally:
        over.set()
        await runner.cleanup()
