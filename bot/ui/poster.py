"""Posts, edits and finds messages, whatever they show: each kind has its `Look`."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import discord

from bot.facts import Code, Say, fact
from bot.model.posts import Kind, What
from bot.services.channels import Channel, ChannelBusyError, ChannelLostError, Gone, Placed, View, ViewNow
from bot.ui.layouts import NO_PINGS, Screen, pings
from bot.ui.marks import Marks
from bot.ui.reach import UNKNOWN_MESSAGE, as_lost, channel_in, find_message, for_server
from bot.ui.sending import SendScheduler
from bot.ui.shards import Shards

T = TypeVar("T")

THREAD_EXISTS, THREAD_ARCHIVED = 160004, 50083
THREAD_MINUTES: Literal[60] = 60
"""After so long without a message Discord archives it."""
MOST_BORNE = 2_000
"""Of so many messages it is known what they bear; the one that was not touched for longest is forgotten first."""


@dataclass(frozen=True)
class Look:
    """How one kind of message is drawn, and told from others.

    ``draw`` makes the screen of a view, in the language that it is told to; ``found_by`` is a pattern of custom ids, in
    which ``{of}`` and ``{number}`` stand for those of the message; ``calls`` says who is mentioned; ``thread`` what a thread
    is called that is made for it.
    """

    draw: Callable[[What, Any, Say], Screen]
    found_by: str
    urgency: int = SendScheduler.NORMAL
    calls: Callable[[Any], list[int]] = lambda _view: []
    thread: Callable[[Any], str] = lambda _view: ""


class DiscordPoster:
    """Shows messages in Discord (a `Poster`)."""

    def __init__(self, shards: Shards, scheduler: SendScheduler, looks: Mapping[Kind, Look], marks: Marks) -> None:
        self._shards = shards
        self._scheduler = scheduler
        self._looks = looks
        self._marks = marks
        self._threads: set[int] = set()
        self._borne: dict[int, list[discord.Attachment]] = {}

    async def post(self, what: What, channel: Channel, view: View, nonce: str) -> int:
        """Post a message, in a thread that is made where there is none yet; returns its id. The same nonce posts it once."""
        look = self._looks[what.kind]
        if channel.thread_on:
            self._shards.refuse_others(channel.guild_id)
            await self._open_thread(*channel.thread_on, look.thread(view))
        screen, called = self._drawn(what, channel, view), look.calls(view)
        mentions = pings(called)
        target = channel_in(self._shards.of(channel.guild_id), channel.id, channel.guild_id)

        async def send() -> int:
            self._shards.refuse_others(channel.guild_id)
            view, files = screen.ready(self._marks)
            message = await target.send(view=view, files=files, nonce=nonce, allowed_mentions=mentions)
            self._bears(message)
            return message.id

        return await self._in_open_thread(channel, send, look.urgency)

    async def edit(self, message: Placed, view: View) -> None:
        """Bring it up to date."""
        screen, urgency = self._drawn(message.what, message.channel, view), self._looks[message.what.kind].urgency
        await self._in_open_thread(message.channel, lambda: self._patch(message, screen), urgency, _key(message))

    def hint(self, message: Placed, view: ViewNow, gone: Gone | None) -> None:
        """The same when there is room for it: may be merged with a later one, or dropped."""

        async def edit() -> None:
            if (now := await view()) is None:
                return
            try:
                await self._patch(message, self._drawn(message.what, message.channel, now))
            except discord.NotFound as problem:
                if problem.code != UNKNOWN_MESSAGE or gone is None:
                    raise
                await gone()

        self._scheduler.hint(_key(message), edit)

    async def find(self, what: What, channel_id: int) -> int | None:
        """Look in the channel's history for a message that was posted but whose id was not stored: its buttons name it."""
        pattern = self._looks[what.kind].found_by.format(of=what.of, number=what.number)
        return await find_message(self._shards.first, channel_id, re.compile(pattern))

    def _drawn(self, what: What, channel: Channel, view: View) -> Screen:
        return self._looks[what.kind].draw(what, view, for_server(self._shards.of(channel.guild_id), channel.guild_id))

    async def _patch(self, message: Placed, screen: Screen) -> None:
        where = message.channel
        self._shards.refuse_others(where.guild_id)
        channel = channel_in(self._shards.of(where.guild_id), where.id, where.guild_id)
        view, attachments = screen.change(self._marks, self._borne.get(message.id))
        partial = channel.get_partial_message(message.id)
        self._bears(await partial.edit(view=view, attachments=attachments, allowed_mentions=NO_PINGS))

    def _bears(self, message: discord.Message) -> None:
        """Note what a message bears, so that its next edit uploads nothing that is there; after a restart one does."""
        self._borne.pop(message.id, None)
        self._borne[message.id] = message.attachments
        while len(self._borne) > MOST_BORNE:
            del self._borne[next(iter(self._borne))]

    async def _call(self, send: Callable[[], Awaitable[T]], urgency: int, key: str = "") -> T:
        try:
            return await self._scheduler.call(send, urgency=urgency, key=key)
        except discord.HTTPException as problem:
            raise as_lost(problem) from problem
        except discord.RateLimited as limited:
            raise ChannelBusyError(limited.retry_after) from limited

    # Threads

    async def _open_thread(self, channel_id: int, message_id: int, name: str) -> None:
        """Have the thread that hangs on a message; that it is there already is fine."""
        if message_id in self._threads:
            return
        start = self._shards.first.http.start_thread_with_message
        try:
            await self._call(
                lambda: start(channel_id, message_id, name=name, auto_archive_duration=THREAD_MINUTES),
                SendScheduler.URGENT,
            )
        except discord.HTTPException as problem:
            if problem.code != THREAD_EXISTS:
                raise
        self._threads.add(message_id)

    async def _in_open_thread(
        self, channel: Channel, send: Callable[[], Awaitable[T]], urgency: int, key: str = ""
    ) -> T:
        """Send; a thread that was archived meanwhile is opened again. Raises ChannelLostError when that may not be."""
        try:
            return await self._call(send, urgency, key)
        except discord.HTTPException as problem:
            if problem.code != THREAD_ARCHIVED:
                raise
        try:
            reopen = self._shards.first.http.edit_channel
            await self._call(lambda: reopen(channel.id, archived=False, locked=False), urgency)
            return await self._call(send, urgency, key)
        except (discord.HTTPException, ChannelLostError) as refused:
            raise ChannelLostError(fact(Code.THREAD_LOCKED)) from refused


def _key(message: Placed) -> str:
    return f"{message.channel.id} {message.id}"
