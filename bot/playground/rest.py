"""The routes of Discord's REST API v10 that the playground speaks; every other one is answered with 501 and logged."""

import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.http import HttpProcessingError

from bot.playground.api_errors import (
    UNAUTHORIZED,
    UNKNOWN_MEMBER,
    UNKNOWN_MESSAGE,
    ApiError,
    FormFaults,
)
from bot.playground.events import create_event, delete_event, edit_event
from bot.playground.files import Upload, read_upload
from bot.playground.interactions import Interactions
from bot.playground.limits import check_commands
from bot.playground.ratelimits import RateLimits
from bot.playground.servers import Server
from bot.playground.things import CREATE_THREADS, SEND_MESSAGES, VIEW_CHANNEL
from bot.playground.world import Json, World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

UNREADABLE_BODY = 50109

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Exchange:
    """One request and its answer: the route's template, the JSON body of both, and what else the request brought."""

    method: str
    route: str
    body: Any
    status: int
    answer: Any
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    uploads: dict[int, Upload] = field(default_factory=dict)


class Rest:
    """Answers the bot's requests.

    ``advice`` is what the Gateway says to whoever wants to connect. ``intercept`` is asked before each request and may answer
    in its place, ``after`` sees each answer before it is sent, and ``record`` gets what was said: that is how tests make
    Discord fail and hold both sides to its description.
    """

    def __init__(
        self, world: World, interactions: Interactions, limits: RateLimits, token: str, advice: Callable[[], Json]
    ) -> None:
        self._world = world
        self._interactions = interactions
        self.limits = limits
        self._token = token
        self._advice = advice
        self.intercept: Callable[[web.Request], Awaitable[web.StreamResponse | None]] | None = None
        self.after: Callable[[web.Request, web.StreamResponse], Awaitable[None]] | None = None
        self.record: Callable[[Exchange], None] | None = None
        self._bodies: dict[int, tuple[Any, dict[int, Upload]]] = {}

    def add_to(self, app: web.Application, base: str) -> None:
        """Register every route below ``base``."""
        message = "/channels/{channel_id}/messages/{message_id}"
        hook = "/webhooks/{application_id}/{token}"
        events = "/guilds/{guild_id}/scheduled-events"
        # method, path, handler, requests, seconds; the answers to interactions do not count against the 50 a second
        table: list[tuple[str, str, Any, int, float]] = [
            ("GET", "/gateway", self._gateway, 50, 1),
            ("GET", "/gateway/bot", self._gateway_bot, 50, 1),
            ("GET", "/users/@me", self._me, 30, 30),
            ("GET", "/oauth2/applications/@me", self._application, 30, 30),
            ("GET", "/applications/@me", self._application, 30, 30),
            ("GET", "/applications/{application_id}/commands", self._get_commands, 10, 10),
            ("PUT", "/applications/{application_id}/commands", self._put_commands, 10, 60),
            ("GET", "/applications/{application_id}/emojis", self._get_emojis, 10, 10),
            ("POST", "/applications/{application_id}/emojis", self._create_emoji, 20, 10),
            ("POST", "/interactions/{interaction_id}/{token}/callback", self._callback, 10**6, 1),
            ("POST", hook, self._follow_up, 5, 2),
            ("GET", hook + "/messages/{message_id}", self._get_hook_message, 5, 2),
            ("PATCH", hook + "/messages/{message_id}", self._edit_hook_message, 5, 2),
            ("DELETE", hook + "/messages/{message_id}", self._delete_hook_message, 5, 2),
            ("GET", "/channels/{channel_id}", self._get_channel, 50, 1),
            ("GET", "/channels/{channel_id}/messages", self._get_messages, 5, 5),
            ("POST", "/channels/{channel_id}/messages", self._create_message, 5, 5),
            ("GET", message, self._get_message, 5, 5),
            ("PATCH", message, self._edit_message, 5, 5),
            ("DELETE", message, self._delete_message, 5, 1),
            ("POST", message + "/threads", self._start_thread, 5, 5),
            ("POST", "/channels/{channel_id}/typing", self._typing, 5, 5),
            ("POST", "/users/@me/channels", self._open_dm, 50, 1),
            ("GET", "/guilds/{guild_id}", self._get_guild, 5, 5),
            ("GET", "/guilds/{guild_id}/channels", self._get_channels, 5, 5),
            ("GET", "/guilds/{guild_id}/members/{user_id}", self._get_member, 5, 1),
            ("PUT", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}", self._give_role, 10, 10),
            ("DELETE", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}", self._take_role, 10, 10),
            ("POST", events, self._create_event, 5, 60),
            ("PATCH", events + "/{guild_scheduled_event_id}", self._edit_event, 5, 5),
            ("DELETE", events + "/{guild_scheduled_event_id}", self._delete_event, 5, 5),
        ]
        for method, path, handler, requests, seconds in table:
            app.router.add_route(method, base + path, self._guarded(path, handler, requests, seconds))
        app.router.add_route("*", base + "/{rest:.*}", self._guarded("rest", self._not_spoken, 50, 1))

    def _guarded(self, path: str, handler: Handler, requests: int, seconds: float) -> Handler:
        """The handler behind token, rate limit and error bodies."""
        by_token = path.startswith(("/interactions", "/webhooks"))

        async def guarded(request: web.Request) -> web.StreamResponse:
            if self.intercept and (answer := await self.intercept(request)) is not None:
                return answer
            headers: dict[str, str] = {}
            try:
                if not by_token and request.headers.get("Authorization") != f"Bot {self._token}":
                    raise ApiError(UNAUTHORIZED)
                majors = ("channel_id", "guild_id", "token")
                major = next((request.match_info[name] for name in majors if name in request.match_info), "")
                bucket = f"{request.method} {path}:{major}"
                headers, limited = self.limits.take(bucket, requests, seconds, counts_globally=not by_token)
                if limited:
                    limit_body = {
                        "message": "You are being rate limited.",
                        "retry_after": round(limited.retry_after, 3),
                        "global": limited.everywhere,
                    }
                    # Discord's own say that they came through its proxy; without it discord.py takes one for a ban.
                    return _json(limit_body, status=429, headers=headers | {"Via": "1.1 google"})
                response = await handler(request)
            except ApiError as refusal:
                response = _json(refusal.body, status=refusal.status)
                if refusal.code == UNREADABLE_BODY:
                    response.force_close()  # where its end is, and what comes next, nobody knows
            response.headers.update(headers)
            body, uploads = self._bodies.pop(id(request), (None, {}))
            if self.record:
                sent = json.loads(response.body) if isinstance(response, web.Response) and response.body else None  # type: ignore[arg-type]
                said = dict(request.headers)
                self.record(Exchange(request.method, path, body, response.status, sent, request.path_qs, said, uploads))
            if self.after:
                await self.after(request, response)
            return response

        return guarded

    async def _not_spoken(self, request: web.Request) -> web.StreamResponse:
        _log.warning("the playground does not speak %s %s", request.method, request.rel_url.raw_path)
        message = f"The playground does not speak {request.method} {request.path}."
        return _json({"message": message, "code": 0}, status=501)

    # About the bot

    async def _gateway(self, request: web.Request) -> web.StreamResponse:
        return _json({"url": self._advice()["url"]})

    async def _gateway_bot(self, request: web.Request) -> web.StreamResponse:
        return _json(self._advice())

    async def _me(self, request: web.Request) -> web.StreamResponse:
        return _json(self._world.bot | {"mfa_enabled": False, "locale": "en-US", "verified": True})

    async def _application(self, request: web.Request) -> web.StreamResponse:
        world = self._world
        owner = next(iter(world.members.values()))
        return _json(
            {
                "id": world.application_id,
                "name": world.bot["username"],
                "icon": None,
                "description": "",
                "type": None,
                "bot": world.bot,
                "bot_public": True,
                "bot_require_code_grant": False,
                "verify_key": "0" * 64,
                "flags": 0,
                "flags_new": "0",
                "redirect_uris": [],
                "interactions_endpoint_url": None,
                "role_connections_verification_url": None,
                "owner": owner,
                "approximate_guild_count": len(world.servers),
                "approximate_user_install_count": 0,
                "approximate_user_authorization_count": 0,
                "explicit_content_filter": 0,
                "team": None,
                "eligible_oauth2_scopes": [],
            }
        )

    async def _get_commands(self, request: web.Request) -> web.StreamResponse:
        return _json(self._world.commands)

    async def _put_commands(self, request: web.Request) -> web.StreamResponse:
        world = self._world
        body, _uploads = await self._body(request)
        check_commands(body)
        version = world.new_id()
        before = {command["name"]: command["id"] for command in world.commands}
        world.commands = [
            {
                "dm_permission": True,
                "contexts": None,
                "integration_types": [0],
                "nsfw": False,
                "type": 1,
                "name_localizations": None,
                "description_localizations": None,
                "description": "",
                "options": [],
                **{key: value for key, value in command.items() if value is not None},
                "default_member_permissions": _text_or_none(command.get("default_member_permissions")),
                "id": before.get(command["name"]) or world.new_id(),
                "application_id": world.application_id,
                "version": version,
            }
            for command in body
        ]
        world.tell("commands", {"commands": world.commands})
        return _json(world.commands)

    async def _get_emojis(self, request: web.Request) -> web.StreamResponse:
        return _json({"items": list(self._world.emojis.values())})

    async def _create_emoji(self, request: web.Request) -> web.StreamResponse:
        body, _uploads = await self._body(request)
        return _json(self._world.create_emoji(body), status=201)

    # Interactions

    async def _callback(self, request: web.Request) -> web.StreamResponse:
        info = request.match_info
        self._interactions.unanswered(info["interaction_id"], info["token"])
        body, uploads = await self._body(request)
        response = self._interactions.callback(info["interaction_id"], info["token"], body, uploads)
        if request.query.get("with_response", "").lower() in ("true", "1"):
            return _json(response)
        return web.Response(status=204)

    async def _follow_up(self, request: web.Request) -> web.StreamResponse:
        one = self._interactions.of_token(request.match_info["application_id"], request.match_info["token"])
        body, uploads = await self._body(request)
        message = self._interactions.follow_up(one, body, uploads)
        return _json(message) if request.query.get("wait") else web.Response(status=204)

    async def _get_hook_message(self, request: web.Request) -> web.StreamResponse:
        one = self._interactions.of_token(request.match_info["application_id"], request.match_info["token"])
        message_id = self._interactions.message_id(one, request.match_info["message_id"])
        return _json(self._world.message(one.channel.id, message_id).message)

    async def _edit_hook_message(self, request: web.Request) -> web.StreamResponse:
        one = self._interactions.of_token(request.match_info["application_id"], request.match_info["token"])
        message_id = self._interactions.message_id(one, request.match_info["message_id"])
        body, uploads = await self._body(request)
        return _json(self._world.edit_message(one.channel, message_id, body, uploads))

    async def _delete_hook_message(self, request: web.Request) -> web.StreamResponse:
        one = self._interactions.of_token(request.match_info["application_id"], request.match_info["token"])
        message_id = self._interactions.message_id(one, request.match_info["message_id"])
        self._world.delete_message(one.channel.id, message_id)
        return web.Response(status=204)

    # Channels and messages

    async def _get_channel(self, request: web.Request) -> web.StreamResponse:
        channel = self._world.channel(request.match_info["channel_id"])
        self._world.bot_may(channel, VIEW_CHANNEL)
        return _json(self._world.channel_object(channel))

    async def _get_messages(self, request: web.Request) -> web.StreamResponse:
        channel = self._world.channel(request.match_info["channel_id"])
        self._world.bot_may(channel, VIEW_CHANNEL)
        return _json(self._world.history(channel, dict(request.query)))

    async def _create_message(self, request: web.Request) -> web.StreamResponse:
        channel = self._world.channel(request.match_info["channel_id"])
        self._world.bot_may(channel, SEND_MESSAGES)
        body, uploads = await self._body(request)
        return _json(self._world.create_message(channel, self._world.bot, body, uploads))

    async def _get_message(self, request: web.Request) -> web.StreamResponse:
        return _json(self._public(request))

    async def _edit_message(self, request: web.Request) -> web.StreamResponse:
        message = self._public(request)
        channel = self._world.channel(message["channel_id"])
        body, uploads = await self._body(request)
        return _json(self._world.edit_message(channel, message["id"], body, uploads))

    async def _delete_message(self, request: web.Request) -> web.StreamResponse:
        message = self._public(request)
        self._world.delete_message(message["channel_id"], message["id"])
        return web.Response(status=204)

    def _public(self, request: web.Request) -> Json:
        """The message that the path names; a private one can't be reached this way."""
        info = request.match_info
        channel = self._world.channel(info["channel_id"])
        self._world.bot_may(channel, VIEW_CHANNEL)
        stored = self._world.message(channel.id, info["message_id"])
        if stored.viewer is not None:
            raise ApiError(UNKNOWN_MESSAGE)
        return stored.message

    async def _start_thread(self, request: web.Request) -> web.StreamResponse:
        message = self._public(request)
        channel = self._world.channel(message["channel_id"])
        self._world.bot_may(channel, CREATE_THREADS)
        body, _uploads = await self._body(request)
        faults = FormFaults()
        faults.length(("name",), body.get("name"), 1, 100)
        faults.raise_if_any()
        thread = self._world.start_thread(channel, message["id"], body["name"])
        return _json(self._world.channel_object(thread), status=201)

    async def _typing(self, request: web.Request) -> web.StreamResponse:
        channel = self._world.channel(request.match_info["channel_id"])
        self._world.tell("typing", {"channel_id": channel.id, "user": self._world.bot})
        return web.Response(status=204)

    async def _open_dm(self, request: web.Request) -> web.StreamResponse:
        body, _uploads = await self._body(request)
        for channel in self._world.channels.values():
            if channel.recipient is not None and channel.recipient == str(body.get("recipient_id")):
                return _json(self._world.channel_object(channel))
        raise ApiError((400, 50007, "Cannot send messages to this user"))

    # The server

    def _guild(self, request: web.Request) -> Server:
        return self._world.server(request.match_info["guild_id"])

    async def _get_guild(self, request: web.Request) -> web.StreamResponse:
        server = self._guild(request)
        left_out = ("members", "channels", "threads", "presences", "voice_states", "joined_at", "large", "unavailable")
        guild = self._world.guild(server.id)
        return _json({k: v for k, v in guild.items() if k not in left_out})

    async def _get_channels(self, request: web.Request) -> web.StreamResponse:
        return _json(self._world.guild(self._guild(request).id)["channels"])

    async def _get_member(self, request: web.Request) -> web.StreamResponse:
        server = self._guild(request)
        user = server.members.get(request.match_info["user_id"])
        if user is None:
            raise ApiError(UNKNOWN_MEMBER)
        return _json(self._world.member(user["id"], server.id) | {"user": user})

    async def _give_role(self, request: web.Request) -> web.StreamResponse:
        server = self._guild(request)
        self._world.give_role(request.match_info["user_id"], request.match_info["role_id"], server.id)
        return web.Response(status=204)

    async def _take_role(self, request: web.Request) -> web.StreamResponse:
        server = self._guild(request)
        self._world.give_role(request.match_info["user_id"], request.match_info["role_id"], server.id, take=True)
        return web.Response(status=204)

    async def _create_event(self, request: web.Request) -> web.StreamResponse:
        server = self._guild(request)
        body, _uploads = await self._body(request)
        return _json(create_event(self._world, server.id, body))

    async def _edit_event(self, request: web.Request) -> web.StreamResponse:
        server = self._guild(request)
        body, _uploads = await self._body(request)
        return _json(edit_event(self._world, server.id, request.match_info["guild_scheduled_event_id"], body))

    async def _delete_event(self, request: web.Request) -> web.StreamResponse:
        delete_event(self._world, self._guild(request).id, request.match_info["guild_scheduled_event_id"])
        return web.Response(status=204)

    async def _body(self, request: web.Request) -> tuple[Any, dict[int, Upload]]:
        """The JSON body and the files of a request. Raises ApiError for a body that can't be read."""
        uploads: dict[int, Upload] = {}
        body: Any = {}
        try:
            if request.content_type != "multipart/form-data":
                body = await request.json()
            else:
                async for part in await request.multipart():
                    name = getattr(part, "name", None) or ""
                    data = await part.read()  # type: ignore[union-attr]
                    if name == "payload_json":
                        body = json.loads(data)
                    elif name.startswith("files["):
                        uploads[int(name[6:-1])] = read_upload(getattr(part, "filename", None) or "file", bytes(data))
        except (ValueError, LookupError, RecursionError, web.RequestPayloadError, HttpProcessingError) as problem:
            # not JSON, or too deep; a charset that is none; not what Content-Encoding says
            raise ApiError((400, UNREADABLE_BODY, "The request body contains invalid JSON.")) from problem
        self._bodies[id(request)] = body, uploads
        return body, uploads


def _text_or_none(value: Any) -> str | None:
    return None if value is None else str(value)


def _json(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A JSON response; its type stands without a charset, as Discord's does: discord.py compares it to the letter."""
    body = json.dumps(data, separators=(",", ":")).encode()
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")
