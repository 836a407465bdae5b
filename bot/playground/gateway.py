"""The Gateway: hello, identify, heartbeat, dispatch, resume, reconnect, invalid session; with transport compression.

https://discord.com/developers/docs/events/gateway
"""

import asyncio
import contextlib
import json
import logging
import secrets
import zlib
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from aiohttp import WSMsgType, web

from bot.playground.world import Json, World

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT, MEMBERS, INVALID, HELLO, ACK = (
    0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11,
)  # fmt: skip
HEARTBEAT_SECONDS = 41.25
RESUME_SECONDS = 180.0
ACK_SECONDS = 0.02
"""As late as a near Discord's: discord.py notes when it sent a heartbeat only after that, and an acknowledgement that
comes sooner makes it believe that it is a whole interval behind."""
GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 0, 1 << 9, 1 << 12
PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15
INTENTS = sum(1 << bit for bit in (*range(17), 20, 21, 24, 25))
"""https://discord.com/developers/docs/events/gateway#list-of-intents"""
STARTS_A_DAY = 1000

_log = logging.getLogger(__name__)


class _Compressor(Protocol):
    def compress(self, data: bytes) -> bytes: ...


class _Zlib:
    def __init__(self) -> None:
        self._context = zlib.compressobj()

    def compress(self, data: bytes) -> bytes:
        return self._context.compress(data) + self._context.flush(zlib.Z_SYNC_FLUSH)


class _Zstd:
    """`zstd-stream`, which discord.py asks for where it finds a zstd library: the same libraries, in its order."""

    def __init__(self) -> None:
        try:
            from compression.zstd import ZstdCompressor
        except ImportError:
            import zstandard

            stream = zstandard.ZstdCompressor().compressobj()
            self._compress: Callable[[bytes], bytes] = lambda data: (
                stream.compress(data) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
            )
        else:
            context: Any = ZstdCompressor()
            self._compress = lambda data: context.compress(data, context.FLUSH_BLOCK)

    def compress(self, data: bytes) -> bytes:
        return self._compress(data)


class _Session:
    """What a client may resume: its number, its shard, its last events, the socket that it is on."""

    def __init__(self, intents: int, shard: int, shards: int) -> None:
        self.id = secrets.token_hex(16)
        self.intents = intents
        self.shard, self.shards = shard, shards
        self.sequence = 0
        self.events: deque[Json] = deque(maxlen=2000)
        self.connection: _Connection | None = None
        self.left_at: float | None = None

    def hears_of(self, guild_id: str | None) -> bool:
        """Whether a server is this shard's; what belongs to none is the first one's."""
        return self.shard == (0 if guild_id is None else (int(guild_id) >> 22) % self.shards)


class _Connection:
    """One socket; messages leave it in the order in which they were sent."""

    def __init__(self, socket: web.WebSocketResponse, compressor: _Compressor | None) -> None:
        self.socket = socket
        self._compressor = compressor
        self._queue: asyncio.Queue[Json | None] = asyncio.Queue()
        self.writer = asyncio.create_task(self._write(), name="gateway-writer")
        self.last_beat = asyncio.get_running_loop().time()
        self.closed_by_us = False

    def send(self, payload: Json) -> None:
        self._queue.put_nowait(payload)

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionError):
            while (payload := await self._queue.get()) is not None:
                data = json.dumps(payload, separators=(",", ":"))
                if self._compressor:
                    await self.socket.send_bytes(self._compressor.compress(data.encode()))
                else:
                    await self.socket.send_str(data)

    async def flush_and_close(self, code: int) -> None:
        self.closed_by_us = True
        self._queue.put_nowait(None)
        await self.writer
        await self.socket.close(code=code)


class Gateway:
    """Serves the bot's WebSockets. Its methods `drop`, `reconnect` and `invalidate` do what Discord does now and then.

    It advises ``shards``, refuses fewer than ``least_shards``, and lets ``at_once`` of them identify in ``identify_seconds``
    (0: as often as they like).
    """

    def __init__(self, world: World, token: str, address: str, heartbeat_seconds: float = HEARTBEAT_SECONDS) -> None:
        self._world = world
        self._token = token
        self._address = address
        self._heartbeat_seconds = heartbeat_seconds
        self._sessions: dict[str, _Session] = {}
        self._connections: set[_Connection] = set()
        self.acknowledge_heartbeats = True
        self.refusing = False
        """Whether new connections are turned away (503), as in an outage."""
        self.record: Callable[[Json], None] | None = None
        """Gets whatever a bot sends."""
        self.identified = 0
        self.resumed = 0
        self.too_soon = 0
        """How often a shard identified itself before its bucket was free."""
        self.shards = self.least_shards = self.at_once = 1
        self.identify_seconds = 0.0
        self.starts_left = STARTS_A_DAY
        self._identified_at: dict[int, float] = {}
        world.listeners.append(self._hear)

    @property
    def online(self) -> bool:
        """Whether a bot is connected."""
        return any(session.connection for session in self._sessions.values())

    @property
    def connected(self) -> list[int]:
        """The shards that are connected."""
        return sorted({session.shard for session in self._sessions.values() if session.connection})

    def advice(self) -> Json:
        """What ``GET /gateway/bot`` says."""
        limit = {
            "total": STARTS_A_DAY,
            "remaining": self.starts_left,
            "reset_after": 86_400_000,
            "max_concurrency": self.at_once,
        }
        return {"url": self._address, "shards": self.shards, "session_start_limit": limit}

    def dispatch(self, event: str, data: Json) -> bool:
        """Send an event to its shard, or keep it for its resume; says whether there is anybody to get it."""
        reached = False
        guild_id = data["id"] if event in ("GUILD_CREATE", "GUILD_DELETE") else data.get("guild_id")
        for session in list(self._sessions.values()):
            if self._ended(session):
                del self._sessions[session.id]
                continue
            if not session.hears_of(guild_id):
                continue
            self._say(session, event, data)
            reached = True
        return reached

    def _say(self, session: _Session, event: str, data: Json) -> None:
        session.sequence += 1
        payload = {"op": DISPATCH, "t": event, "s": session.sequence, "d": data}
        session.events.append(payload)
        if session.connection:
            session.connection.send(payload)

    def _ended(self, session: _Session) -> bool:
        now = asyncio.get_running_loop().time()
        return session.left_at is not None and now - session.left_at > RESUME_SECONDS

    def _hear(self, event: str, data: Json, viewer: str | None) -> None:
        """What the bot gets to know of the world: with the intent `guilds` channels, not messages."""
        if event == "thread_create":
            self.dispatch("THREAD_CREATE", data | {"newly_created": True})
        elif event == "channel_delete" and "guild_id" in data:
            self.dispatch("CHANNEL_DELETE", data)
        elif event == "guild_delete":
            self.dispatch("GUILD_DELETE", data)

    # What Discord does to clients

    async def drop(self, code: int = 1006) -> None:
        """Cut every connection: with a close code, or (1006) without a word."""
        for connection in list(self._connections):
            if code == 1006:
                transport = connection.socket._req.transport if connection.socket._req else None
                if transport:
                    transport.abort()
            else:
                await connection.flush_and_close(code)

    def reconnect(self) -> None:
        """Ask for a reconnect (op 7)."""
        for connection in self._connections:
            connection.send({"op": RECONNECT, "d": None})

    def invalidate(self, *, resumable: bool) -> None:
        """Say that the session is invalid (op 9)."""
        if not resumable:
            self._sessions.clear()
        for connection in self._connections:
            connection.send({"op": INVALID, "d": resumable})

    # One client

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One WebSocket of a bot, from hello to close."""
        if self.refusing:
            return web.Response(status=503)
        socket = web.WebSocketResponse(max_msg_size=4096 * 4, heartbeat=None)
        await socket.prepare(request)
        compress = request.query.get("compress", "")
        connection = _Connection(socket, _compressor(compress))
        self._connections.add(connection)
        connection.send({"op": HELLO, "d": {"heartbeat_interval": round(self._heartbeat_seconds * 1000)}})
        watch = asyncio.create_task(self._watch_heartbeats(connection), name="gateway-heartbeats")
        session: _Session | None = None
        try:
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    continue
                try:
                    payload = json.loads(message.data)
                    op, data = payload["op"], payload.get("d")
                except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                    await connection.flush_and_close(4002)
                    break
                if self.record:
                    self.record(payload)
                if op == HEARTBEAT:
                    connection.last_beat = asyncio.get_running_loop().time()
                    if self.acknowledge_heartbeats:
                        asyncio.get_running_loop().call_later(ACK_SECONDS, connection.send, {"op": ACK})
                elif op in (IDENTIFY, RESUME):
                    if session is not None:
                        await connection.flush_and_close(4005)
                        break
                    if not isinstance(data, dict) or data.get("token") != self._token:
                        await connection.flush_and_close(4004)
                        break
                    if op == IDENTIFY and (refused := self._refused(data)):
                        await connection.flush_and_close(refused)
                        break
                    session = self._identify(connection, data) if op == IDENTIFY else self._resume(connection, data)
                elif session is None:
                    await connection.flush_and_close(4003)
                    break
                elif op not in (PRESENCE, VOICE, MEMBERS):
                    await connection.flush_and_close(4001)
                    break
        finally:
            watch.cancel()
            connection.writer.cancel()
            self._connections.discard(connection)
            if session and session.connection is connection:
                session.connection = None
                session.left_at = asyncio.get_running_loop().time()
                if not connection.closed_by_us and socket.close_code in (1000, 1001):  # the client said goodbye
                    self._sessions.pop(session.id, None)
                self._world.tell("bot", {"online": self.online, "bot": self._world.bot})
        return socket

    def _refused(self, data: Json) -> int | None:
        """The close code for an IDENTIFY that Discord would not take."""
        shard, intents = data.get("shard", [0, 1]), data.get("intents")
        if not (isinstance(shard, list) and len(shard) == 2 and all(isinstance(one, int) for one in shard)):
            return 4010
        if not 0 <= shard[0] < shard[1]:
            return 4010
        if shard[1] < self.least_shards:
            return 4011
        if not isinstance(intents, int) or intents & ~INTENTS:
            return 4013
        return 4014 if intents & PRIVILEGED else None

    def _is_too_soon(self, shard: int) -> bool:
        now, bucket = asyncio.get_running_loop().time(), shard % self.at_once
        before, self._identified_at[bucket] = self._identified_at.get(bucket), now
        return before is not None and now - before < self.identify_seconds

    def _identify(self, connection: _Connection, data: Json) -> _Session | None:
        world = self._world
        shard, shards = data.get("shard", [0, 1])
        if self._is_too_soon(shard):
            self.too_soon += 1
            connection.send({"op": INVALID, "d": False})
            return None
        session = _Session(int(data.get("intents", 0)), shard, shards)
        # Of a shard that identifies twice both hear, while both are connected.
        self._sessions = {
            one.id: one
            for one in self._sessions.values()
            if one.connection or (one.shard, one.shards) != (shard, shards)
        }
        self._sessions[session.id] = session
        self.starts_left = max(0, self.starts_left - 1)
        session.connection = connection
        self.identified += 1
        ready = {
            "v": 10,
            "user": world.bot | {"mfa_enabled": False, "locale": "en-US", "verified": True, "email": None},
            "guilds": [{"id": one, "unavailable": True} for one in world.servers if session.hears_of(one)],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self._address,
            "shard": [shard, shards],
            "application": {"id": world.application_id, "flags": 0},
            "private_channels": [],
            "relationships": [],
            "_trace": ["playground"],
        }
        self._say(session, "READY", ready)
        for guild_id in world.servers:
            if session.intents & GUILDS and session.hears_of(guild_id):
                self._say(session, "GUILD_CREATE", world.guild(guild_id))
        world.tell("bot", {"online": True, "bot": world.bot})
        return session

    def _resume(self, connection: _Connection, data: Json) -> _Session | None:
        session = self._sessions.get(str(data.get("session_id")))
        seen = data.get("seq")
        if session is None or self._ended(session) or not isinstance(seen, int):
            connection.send({"op": INVALID, "d": False})
            return None
        missed = [event for event in session.events if event["s"] > seen]
        if missed and missed[0]["s"] != seen + 1:
            connection.send({"op": INVALID, "d": False})
            return None
        session.connection, session.left_at = connection, None
        self.resumed += 1
        for event in missed:
            connection.send(event)
        session.sequence += 1
        resumed = {"op": DISPATCH, "t": "RESUMED", "s": session.sequence, "d": {"_trace": ["playground"]}}
        session.events.append(resumed)
        connection.send(resumed)
        self._world.tell("bot", {"online": True, "bot": self._world.bot})
        return session

    async def _watch_heartbeats(self, connection: _Connection) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._heartbeat_seconds / 2)
            if loop.time() - connection.last_beat > self._heartbeat_seconds * 1.5:
                _log.info("the bot's heartbeat is late; closing its connection")
                await connection.flush_and_close(4009)
                return

    async def close(self) -> None:
        """End every connection."""
        for connection in list(self._connections):
            with contextlib.suppress(Exception):
                await asyncio.wait_for(connection.flush_and_close(1001), 2)


def _compressor(name: str) -> _Compressor | None:
    if name == "zlib-stream":
        return _Zlib()
    if name == "zstd-stream":
        try:
            return _Zstd()
        except ImportError:
            _log.warning("zstd was asked for, but no library for it is here; sending plain text")
    return None
