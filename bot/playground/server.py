"""The playground as one loopback server: API, Gateway, clock and page behind one port."""

import asyncio
import contextlib
import email.utils
import secrets
from pathlib import Path

from aiohttp import web

from bot.playground.acts import ActError, Acts
from bot.playground.files import MAX_FILE_BYTES
from bot.playground.gateway import HEARTBEAT_SECONDS, Gateway
from bot.playground.interactions import Interactions
from bot.playground.live import Live
from bot.playground.loopback import Loopback, page
from bot.playground.pictures import picture_kind
from bot.playground.ratelimits import RateLimits
from bot.playground.rest import Rest
from bot.playground.world import World

PAGE = Path(__file__).parent / "page"
CLOCK_WAIT_SECONDS = 25.0


class Playground:
    """A running playground; use it as an async context manager.

    It has one server with the bot, or two.
    ``address`` is the page (with its secret), ``api_url`` and ``gateway_url`` are what a bot connects to with ``token``.
    """

    def __init__(
        self, port: int = 0, *, heartbeat_seconds: float = HEARTBEAT_SECONDS, second_server: bool = False
    ) -> None:
        self._port = port
        self._second_server = second_server
        self._heartbeat_seconds = heartbeat_seconds
        self.token = f"playground.{secrets.token_urlsafe(32)}"
        self._shifted = asyncio.Event()
        self.followed = asyncio.Event()
        """Set while a bot's clock is known to be shifted as ours is."""

    async def __aenter__(self) -> "Playground":
        self._server = server = Loopback("playground", self._port)
        self.port, self.host, self.secret, self.address = server.port, server.host, server.secret, server.address
        self.api_url = f"http://{self.host}/api/v10"
        self.gateway_url = f"ws://{self.host}/gateway"
        self.clock_url = f"{self.address}clock"

        self.world = World(self.address.rstrip("/"))
        if self._second_server:
            self.world.add_second()
        self.gateway = Gateway(self.world, self.token, self.gateway_url, self._heartbeat_seconds)
        self.interactions = Interactions(self.world, self.gateway.dispatch)
        self.acts = Acts(self.world, self.interactions)
        self.limits = RateLimits()
        self.rest = Rest(self.world, self.interactions, self.limits, self.token, self.gateway.advice)
        self.live = Live(self.world, self.acts, self.gateway)
        self.world.listeners.append(self._hear)

        app = server.app
        self.rest.add_to(app, "/api/v10")
        app.router.add_get("/gateway", self.gateway.serve)
        app.router.add_get("/gateway/", self.gateway.serve)
        app.router.add_get(f"/{self.secret}/", self._page)
        app.router.add_get(f"/{self.secret}/live", self.live.serve)
        app.router.add_get(f"/{self.secret}/clock", self._clock)
        server.serve_files("page", PAGE)
        app.router.add_post(f"/{self.secret}/upload", self._upload)
        app.router.add_get(
            f"/{self.secret}/{{place:(ephemeral-)?attachments/[0-9]+}}/{{id}}/{{name}}", self._attachment
        )
        app.router.add_get(f"/{self.secret}/emojis/{{id}}.png", self._emoji)
        app.on_response_prepare.append(self._date)
        await server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._shifted.set()
        await self.live.close()
        await self.gateway.close()
        await self._server.close()

    @property
    def bot_environment(self) -> dict[str, str]:
        """The settings that connect a bot of this house to the playground."""
        return {
            "DISCORD_TOKEN": self.token,
            "STUDYHALL_API_URL": self.api_url,
            "STUDYHALL_GATEWAY_URL": self.gateway_url,
            "STUDYHALL_CLOCK_URL": self.clock_url,
        }

    async def _date(self, _request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = email.utils.formatdate(self.world.now_ms() / 1000, usegmt=True)

    async def _page(self, _request: web.Request) -> web.StreamResponse:
        return page(PAGE / "index.html")

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        """Take a file that a member chose in the page; answers with its attachment, or with a sentence."""
        data = bytearray()
        try:
            async for chunk in request.content.iter_chunked(64 * 1024):
                data += chunk
                if len(data) > MAX_FILE_BYTES:
                    break
            attachment = self.acts.upload(request.query.get("as", ""), request.query.get("name", ""), bytes(data))
        except ActError as refused:
            return web.json_response({"error": str(refused)}, status=400)
        return web.json_response(attachment)

    async def _attachment(self, request: web.Request) -> web.StreamResponse:
        upload = self.world.files.get(request.match_info["place"], request.match_info["id"])
        if upload is None:
            raise web.HTTPNotFound
        if picture_kind(upload.data):
            return web.Response(body=upload.data, content_type=upload.content_type)
        # Whatever else was sent is taken along, never opened as a page of ours.
        headers = {"Content-Disposition": "attachment"}
        return web.Response(body=upload.data, content_type="application/octet-stream", headers=headers)

    async def _emoji(self, request: web.Request) -> web.StreamResponse:
        picture = self.world.emoji_pictures.get(request.match_info["id"])
        if picture is None:
            raise web.HTTPNotFound
        return web.Response(body=picture, content_type="image/png")

    async def _clock(self, request: web.Request) -> web.StreamResponse:
        """The clock's shift: at once when it is not the one that the bot knows, else when it changes."""
        known = request.query.get("known")
        if known == str(self.world.shift_ms):
            self.followed.set()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._shifted.wait(), CLOCK_WAIT_SECONDS)
        return web.json_response({"shift_ms": self.world.shift_ms})

    def _hear(self, event: str, data: object, viewer: str | None) -> None:
        if event == "clock":
            self.followed.clear()
            self._shifted.set()
            self._shifted = asyncio.Event()
