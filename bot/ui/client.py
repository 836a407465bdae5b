"""The bot's connection to Discord."""

import asyncio
import contextlib
import functools
import logging
import math
from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import discord
import yarl
from discord import app_commands
from discord.backoff import ExponentialBackoff
from discord.gateway import DiscordWebSocket, ReconnectWebSocket
from discord.http import Route

from bot.errors import UserError
from bot.facts import Code, fact
from bot.services.server.health import Connection
from bot.ui.door import Door
from bot.ui.gateway import Starts, Turns, starts_of
from bot.ui.options import fits
from bot.ui.pace import Pace
from bot.ui.reach import IN_SERVERS, server_of
from bot.ui.replies import Desk
from bot.ui.routing import Router
from bot.wording import counted

PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    attach_files=True,
    read_message_history=True,
)
"""The least that the features need; the invite link asks for exactly these."""


MOST_LIMITED_SECONDS = 30.0
"""A rate limit longer than this is no pause but a trouble, which is told to whoever waits."""


CONNECT_SECONDS = 60.0
"""A connection that has not begun by then is tried again."""
CLOSED_IN_ORDER = 1000
"""Discord closes with it for reasons of its own; any other code that reaches us is one after which nothing is tried again."""
CONNECTION_RESET = (54, 10054)
CONNECTION_LOST = (
    OSError,
    discord.HTTPException,
    discord.GatewayNotFound,
    discord.ConnectionClosed,
    discord.RateLimited,
    aiohttp.ClientError,
    TimeoutError,
)


class OutOfShapeError(app_commands.AppCommandError):
    """A command came with options that it does not have."""


OUT_OF_DATE = (
    app_commands.CommandNotFound,
    app_commands.CommandSignatureMismatch,
    app_commands.TransformerError,
    OutOfShapeError,
)
"""What is raised for a command, or a value of its options, that we no longer offer."""

_log = logging.getLogger(__name__)


def set_addresses(api_url: str, gateway_url: str) -> None:
    """Point discord.py to a REST base and a Gateway other than Discord's; an empty one leaves its own alone.

    The only place where either is set. The Gateway's is the class default, because that is where discord.py goes back
    to after an invalid session.
    """
    if api_url:
        Route.BASE = api_url
    if gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)


class StudyhallClient(discord.Client):
    """discord.py's client for one shard, with slash commands only and the intent `guilds` alone.

    Connecting is our own: an IDENTIFY waits for its turn before the socket is opened, because discord.py gives up a
    connection that has not begun after 60 seconds, the wait in its hook included.
    """

    def __init__(self, door: Door, shard: int = 0, shards: int = 1) -> None:
        # Nothing here speaks; without this discord.py warns of libraries for voice at every start.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        answers = aiohttp.TraceConfig()
        answers.on_request_end.append(self._hear_answer)
        super().__init__(
            http_trace=answers,
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            max_ratelimit_timeout=MOST_LIMITED_SECONDS,
        )
        self.serve(shard, shards)
        # Commands, components, forms and suggestions: discord.py takes each of them by this one entry.
        parsers = self._connection.parsers
        admit = parsers["INTERACTION_CREATE"]
        parsers["INTERACTION_CREATE"] = lambda event: door.take(event, admit, self.shard_id or 0)
        self.router: Router | None = None
        self.tree: Tree | None = None
        self.before_connecting: Callable[[], Awaitable[None]] | None = None
        self.heard_date: Callable[[int], None] | None = None
        self.joined: Callable[[discord.Guild], Awaitable[None]] | None = None
        self.identifying: Turns | None = None
        self.pace: Pace | None = None
        self.sessions = 0
        """How often it has identified itself, since the start."""
        self.hears = False
        """Whether Discord tells it what happens."""
        self.waits = False
        """Whether it waits for its turn to identify."""
        self.changed: Callable[[], None] = lambda: None
        """Called when it hears."""
        self.may_speak: Callable[[int | None], bool] = lambda _guild_id: True
        """Whether this process answers for a server."""
        self._count_calls()

    def serve(self, shard: int, shards: int) -> None:
        """Be this one of so many shards, from the next connection on."""
        self.shard_id, self.shard_count = shard, shards
        self._connection.shard_count = shards

    async def setup_hook(self) -> None:
        """Between login and connection: register commands, load what was interrupted."""
        if self.before_connecting:
            await self.before_connecting()

    async def connect(self, *, reconnect: bool = True) -> None:
        """Stay connected until it is closed. Raises discord.ConnectionClosed when Discord will not have it again.

        As discord.py does it (`discord.Client.connect`), but for the turn of an IDENTIFY, and without an end of the client.
        """
        backoff = ExponentialBackoff()
        while not self.is_closed():
            try:
                self.ws = await self._open()
                while True:
                    await self.ws.poll_event()
            except ReconnectWebSocket as asked:
                self.dispatch("disconnect")
                if not asked.resume:
                    self.ws = None  # type: ignore[assignment]  # as before the first connection
            except CONNECTION_LOST as lost:
                self.dispatch("disconnect")
                if self.is_closed():
                    return
                if isinstance(lost, discord.ConnectionClosed) and lost.code != CLOSED_IN_ORDER:
                    raise
                if not reconnect:
                    raise
                if isinstance(lost, OSError) and lost.errno in CONNECTION_RESET and self.ws is not None:
                    continue
                seconds = backoff.delay()
                _log.warning("shard %s lost its connection (%s); again in %.1f s", self.shard_id, lost, seconds)
                await asyncio.sleep(seconds)

    async def _open(self) -> DiscordWebSocket:
        """A connection that goes on with the session before, or begins one when it is this shard's turn.

        Whether a session can be resumed is for Discord to say: if not, we are asked to begin another.
        """
        begin = functools.partial(DiscordWebSocket.from_client, self, shard_id=self.shard_id)
        if (before := self.ws) is not None and before.session_id:
            resumed = begin(resume=True, sequence=before.sequence, session=before.session_id, gateway=before.gateway)
            return await asyncio.wait_for(resumed, CONNECT_SECONDS)
        assert self.shard_id is not None
        self.waits = True
        try:
            async with self.identifying.turn(self.shard_id) if self.identifying else contextlib.nullcontext():
                self.waits = False
                opened = await asyncio.wait_for(begin(initial=not self.sessions), CONNECT_SECONDS)
        finally:
            self.waits = False
        self.sessions += 1
        return opened

    async def on_connect(self) -> None:
        """Discord's answer to an IDENTIFY has come."""
        if self.identifying and self.shard_id is not None:
            self.identifying.ready(self.shard_id)
        await self.on_resumed()

    async def on_resumed(self) -> None:
        """It hears what happens, that of before too."""
        self.hears = True
        self.changed()

    async def on_disconnect(self) -> None:
        """The connection is lost; discord.py goes on with the session where it can."""
        self.hears = False

    def _count_calls(self) -> None:
        """Have each call to Discord wait for its turn; answers to interactions go another way, and do not count."""
        call = self.http.request

        async def counted_call(*arguments: Any, **more: Any) -> Any:
            if self.pace:
                await self.pace.turn()
            return await call(*arguments, **more)

        self.http.request = counted_call  # type: ignore[method-assign]

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """The turn was waited for already."""

    async def close(self) -> None:
        """Close the connection."""
        # Within two seconds of a start discord.py (2.7) still has to announce READY, and would do so on the closed client.
        if self._connection._ready_task:
            self._connection._ready_task.cancel()
        await super().close()

    async def _hear_answer(self, _session: object, _context: object, answer: aiohttp.TraceRequestEndParams) -> None:
        """Every answer of Discord's tells its time."""
        if self.heard_date and (date := answer.response.headers.get("Date")):
            try:
                self.heard_date(round(parsedate_to_datetime(date).timestamp() * 1000))
            except ValueError:
                _log.debug("an answer has no date that can be read: %r", date)

    async def ask_time(self) -> None:
        """Ask Discord for anything: its answer tells its time. Raises what discord.py raises when there is none."""
        await self.http.request(Route("GET", "/gateway"))

    async def ask_starts(self) -> Starts:
        """How many shards Discord advises, and how many sessions may be started. Raises what discord.py raises."""
        return starts_of(await self.http.request(Route("GET", "/gateway/bot")))

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Every click and every form comes through here."""
        if self.router:
            await self.router.dispatch(interaction)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Somebody added the bot to a server."""
        if self.joined and self.may_speak(guild.id):
            await self.joined(guild)

    async def on_ready(self) -> None:
        """Say who we are and where."""
        of = f", shard {self.shard_id} of {self.shard_count}" if self.shard_count != 1 else ""
        _log.info("connected as %s, in %s%s", self.user, counted(len(self.guilds), "server"), of)

    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:
        """An error that no interaction can be told of."""
        _log.exception("error in %s", event_method)

    def connection(self) -> Connection:
        """The shard's connection as it stands."""
        gateway = self.ws
        is_open = bool(gateway) and gateway.open and not self.is_closed()
        known = is_open and math.isfinite(self.latency)
        return Connection(self.shard_id or 0, is_open, self.latency if known else None, len(self.guilds), self.sessions)

    def asks_for_roles(self, guild_id: int) -> str:
        """The link by which a manager lets the bot of a server give roles, too."""
        assert self.application_id is not None
        may = discord.Permissions(PERMISSIONS.value | discord.Permissions(manage_roles=True).value)
        guild, scopes = discord.Object(guild_id), ("bot", "applications.commands")
        return discord.utils.oauth_url(
            self.application_id, permissions=may, guild=guild, disable_guild_select=True, scopes=scopes
        )

    @property
    def invite(self) -> str:
        """The link that adds the bot to a server."""
        assert self.application_id is not None
        scopes = ("bot", "applications.commands")
        return discord.utils.oauth_url(self.application_id, permissions=PERMISSIONS, scopes=scopes)


class Tree(app_commands.CommandTree[StudyhallClient]):
    """The commands; an error before a handler is reached is answered like any other."""

    def __init__(self, client: StudyhallClient, desk: Desk) -> None:
        super().__init__(client, allowed_installs=IN_SERVERS)
        self._desk = desk

    async def interaction_check(self, interaction: discord.Interaction[StudyhallClient], /) -> bool:
        """Answer what no client of Discord's would send before discord.py trips over it."""
        autocomplete = interaction.type is discord.InteractionType.autocomplete
        if fits(self.get_commands(), interaction.data, autocomplete=autocomplete):
            if autocomplete:
                await self._desk.make_ready(server_of(interaction))
            return True
        if autocomplete:
            await interaction.response.autocomplete([])
        else:
            await self.on_error(interaction, OutOfShapeError("The options are not those that were registered."))
        return False

    async def on_error(
        self, interaction: discord.Interaction[StudyhallClient], error: app_commands.AppCommandError, /
    ) -> None:
        """Tell the person what to do; a handler's own errors are answered before they get here."""
        if interaction.type is discord.InteractionType.autocomplete:
            return

        async def fail(_reply: object) -> None:
            if isinstance(error, OUT_OF_DATE):
                raise CommandOutOfDateError(fact(Code.COMMAND_OUT_OF_DATE))
            raise error

        await self._desk.serve(interaction, fail)


class CommandOutOfDateError(UserError):
    """The person's Discord shows a command that we no longer have in that form."""
