"""The page's side: one WebSocket a tab, each tab one member, every change told to all who may see it.

Server to page, each with ``t``: ready, message, message_delete, commands, members, channels, events, clock, bot, typing,
interaction, choices, modal, error. Page to server, each with ``op``: command, message_command, autocomplete, click, submit,
say, add_member, remove_member, role, shift, dismiss, delete. Files come another way (`Playground`).
"""

import asyncio
import contextlib
import json
import logging
from typing import Any

from aiohttp import WSMsgType, web

from bot.playground.acts import ActError, Acts
from bot.playground.api_errors import ApiError
from bot.playground.gateway import Gateway
from bot.playground.interactions import Answered
from bot.playground.things import DM_CONTEXT, GROUP_CONTEXT, SERVER_CONTEXT, Channel
from bot.playground.world import Json, World

SHIFTS = (3_600, 86_400)
SHOWN_MESSAGES = 200

_log = logging.getLogger(__name__)


class _Tab:
    """One open page."""

    def __init__(self, member_id: str, socket: web.WebSocketResponse) -> None:
        self.member_id = member_id
        self.socket = socket
        self._queue: asyncio.Queue[Json] = asyncio.Queue()
        self.writer = asyncio.create_task(self._write(), name="tab-writer")

    def send(self, payload: Json) -> None:
        self._queue.put_nowait(payload)

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                await self.socket.send_str(json.dumps(await self._queue.get()))


class Live:
    """Every open tab."""

    def __init__(self, world: World, acts: Acts, gateway: Gateway) -> None:
        self._world = world
        self._acts = acts
        self._gateway = gateway
        self._tabs: set[_Tab] = set()
        world.listeners.append(self._hear)

    def _hear(self, event: str, data: Json, viewer: str | None) -> None:
        for tab in self._tabs:
            if viewer not in (None, tab.member_id):
                continue
            if event == "message":
                channel = self._world.channels.get(data["channel_id"])
                if channel and self._world.sees(tab.member_id, channel):
                    tab.send({"t": "message", "message": data})
            elif event in ("channel_delete", "thread_create"):
                tab.send({"t": "channels", "channels": self._channels(tab.member_id)})
            elif event == "members":
                tab.send({"t": "members", **self._people(tab.member_id)})
            elif event == "clock":  # each tab's countdowns go on from now
                tab.send({"t": "clock", **data})
            else:
                tab.send({"t": event, **data})

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One tab, from opening to closing."""
        socket = web.WebSocketResponse(heartbeat=30, max_msg_size=64 * 1024)
        await socket.prepare(request)
        wanted = request.query.get("as", "")
        member_id = wanted if wanted in self._world.players else next(iter(self._world.players))
        tab = _Tab(member_id, socket)
        self._tabs.add(tab)
        tab.send(self._ready(member_id))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._take(tab, message.data)
        finally:
            self._tabs.discard(tab)
            tab.writer.cancel()
        return socket

    async def close(self) -> None:
        """Close every tab's socket; the pages try again by themselves."""
        for tab in list(self._tabs):
            with contextlib.suppress(Exception):
                await asyncio.wait_for(tab.socket.close(code=1001), 1)

    def _ready(self, member_id: str) -> Json:
        world = self._world
        messages = {}
        for channel in world.channels_of(member_id):
            visible = [s.message for s in channel.messages.values() if s.viewer in (None, member_id)]
            messages[channel.id] = visible[-SHOWN_MESSAGES:]
        return {
            "t": "ready",
            "me": world.users[member_id],
            **self._people(member_id),
            "bot": world.bot,
            "bot_online": self._gateway.online,
            "user_install": member_id in world.user_installs,
            "commands": world.commands,
            "events": list(world.events.values()),
            "messages": messages,
            "now_ms": world.now_ms(),
            "shift_ms": world.shift_ms,
        }

    def _people(self, member_id: str) -> Json:
        """Everybody, and the servers that a member is in, with who is there and has which roles; and the channels there."""
        world = self._world
        servers = [server for server in world.servers.values() if member_id in server.members]
        return {
            "people": list(world.players.values()),
            "guilds": [
                {
                    "id": server.id,
                    "name": server.name,
                    "roles": world.roles(server.id),
                    "members": list(server.members),
                    "held": {one: sorted(held) for one, held in server.held.items() if held},
                    "permissions": str(server.permissions_of(member_id)),
                }
                for server in servers
            ],
            "channels": self._channels(member_id),
        }

    def _channels(self, member_id: str) -> list[Json]:
        return [
            {
                "id": channel.id,
                "type": _channel_type(channel),
                "elsewhere": channel.abroad,
                "guild_id": self._world.guild_of(channel) if channel.in_server else None,
                "parent_id": channel.parent,
                "name": channel.name,
                "topic": channel.topic,
            }
            for channel in self._world.channels_of(member_id)
        ]

    def _take(self, tab: _Tab, text: str) -> None:
        try:
            self._act(tab, json.loads(text))
        except ActError as refused:
            tab.send({"t": "error", "text": str(refused)})
        except ApiError as refused:
            tab.send({"t": "error", "text": refused.message})
        except (KeyError, ValueError, TypeError, AttributeError, RecursionError):
            _log.info("a page sent something that could not be read")
            tab.send({"t": "error", "text": "The playground did not understand that. Reload the page and try again."})

    def _act(self, tab: _Tab, act: Any) -> None:
        op, acts, me = act["op"], self._acts, tab.member_id
        nonce = str(act.get("nonce", ""))
        answered = _answer_to(tab, nonce)
        try:
            if me not in self._world.players and op != "shift":
                raise ActError("This member has left the server. Play as another one.")
            if op in ("command", "autocomplete"):
                is_part = op == "autocomplete"
                options = list(act.get("options") or [])
                acts.run_command(me, act["channel_id"], act["command_id"], options, answered, autocomplete=is_part)
            elif op == "message_command":
                acts.run_on_message(me, act["channel_id"], act["command_id"], act["message_id"], answered)
            elif op == "click":
                acts.click(me, act["channel_id"], act["message_id"], act["custom_id"], answered, act.get("values"))
            elif op == "submit":
                acts.submit(me, act["interaction_id"], act["custom_id"], list(act["components"]), answered)
            elif op == "say":
                acts.say(me, act["channel_id"], str(act["content"]), [str(one) for one in act.get("files") or []])
            elif op == "add_member":
                acts.add_member(str(act["name"]), act.get("guild_id"))
            elif op == "remove_member":
                acts.remove_member(str(act["member_id"]), act.get("guild_id"))
            elif op == "role":
                acts.hold_role(act["member_id"], act["role_id"], act["guild_id"], take=bool(act.get("take")))
            elif op == "shift":
                if act["seconds"] not in SHIFTS:
                    raise ActError("The clock moves by an hour or a day.")
                self._world.shift(act["seconds"])
            elif op == "dismiss":
                for channel in self._world.channels_of(me):
                    acts.delete(me, channel.id, act["message_id"])
            elif op == "delete":
                acts.delete(me, act["channel_id"], act["message_id"])
            else:
                raise ActError("The playground doesn't know that. Reload the page.")
        except ActError as refused:
            if not nonce:
                raise
            answered("failed", {"reason": str(refused)})


def _channel_type(channel: Channel) -> int:
    if channel.parent is not None:
        return 11
    return {SERVER_CONTEXT: 0, DM_CONTEXT: 1, GROUP_CONTEXT: 3}[channel.context]


def _answer_to(tab: _Tab, nonce: str) -> Answered:
    def answered(state: str, details: Json) -> None:
        if state in ("choices", "modal"):
            tab.send({"t": state, "nonce": nonce, **details})
        else:
            tab.send({"t": "interaction", "nonce": nonce, "state": state, **details})

    return answered
