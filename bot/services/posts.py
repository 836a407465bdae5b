"""Brings messages into their channels, each once, and up to date: the one place that talks to the poster."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from bot.clock import Clock
from bot.errors import LeaseLostError
from bot.model.posts import Post
from bot.services.channels import (
    Channel,
    ChannelBusyError,
    ChannelLostError,
    Gone,
    Placed,
    Poster,
    View,
    ViewNow,
)

SAME_NONCE_MS = 110_000
"""Discord remembers an enforced nonce for a few minutes; within this time it is enough to send again."""
RETRY_SECONDS = (1.0, 3.0, 10.0)

_log = logging.getLogger(__name__)

MakeView = Callable[[], Awaitable[View]]


class Posts:
    """What services have shown in channels, by one `Poster`; until there is one, nothing is shown."""

    def __init__(self, clock: Clock, poster: Poster | None = None) -> None:
        self._clock = clock
        self._poster = poster

    def attach(self, poster: Poster) -> None:
        """Say who shows things in channels."""
        self._poster = poster

    async def earlier(self, post: Post) -> int | None:
        """The message of an earlier attempt: looked for when that is too old for its nonce to keep it single.

        Raises ChannelLostError.
        """
        return await self.find(post) if self.is_old(post) else None

    async def find(self, post: Post) -> int | None:
        """Look for a message in its channel. Raises ChannelLostError."""
        return await self._poster.find(post.what, post.channel_id) if self._poster else None

    def is_old(self, post: Post) -> bool:
        """Whether a message may be there that its nonce does not keep single any more."""
        return self._clock.now_ms() - post.created_ms > SAME_NONCE_MS

    async def post(
        self, post: Post, view: MakeView, channel: Channel | None = None, *, waits: Iterable[float] = ()
    ) -> int:
        """Post a message unless it is there already; returns its id. After each of ``waits`` (seconds) it is tried again.

        ``channel`` is where it goes, the channel of the row unless given. Raises ChannelLostError, ChannelBusyError, or
        what went wrong at the last try.
        """
        if (found := await self.earlier(post)) is not None:
            return found
        return await self.send(post, await view(), channel, waits=waits)

    async def send(self, post: Post, view: View, channel: Channel | None = None, *, waits: Iterable[float] = ()) -> int:
        """The same without a look for an earlier one."""
        assert self._poster is not None
        where = channel or Channel(post.guild_id or None, post.channel_id)
        for wait in (*waits, None):
            try:
                return await self._poster.post(post.what, where, view, post.nonce)
            except (ChannelLostError, ChannelBusyError, LeaseLostError, asyncio.CancelledError):
                raise
            except Exception as problem:
                if wait is None:
                    raise
                _log.warning("%s of %d is tried again: %s", post.kind, post.what.of, problem)
                await asyncio.sleep(wait)
        raise AssertionError

    async def edit(self, message: Placed, view: View) -> None:
        """Bring a message up to date. Raises ChannelLostError (MessageGoneError when it was deleted)."""
        if self._poster is not None:
            await self._poster.edit(message, view)

    def hint(self, message: Placed, view: ViewNow, gone: Gone | None = None) -> None:
        """The same when there is room for it: may be merged with a later one, or dropped."""
        if self._poster is not None:
            self._poster.hint(message, view, gone)
