"""The pace of calls to Discord where several processes make them: one for all, kept by the database."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from contextvars import ContextVar

from bot.errors import StorageError

ALONE_PER_SECOND = 30.0
"""What a process allows itself that knows nothing of others: the database is out of reach, or there are none."""

_has_turn: ContextVar[bool] = ContextVar("has_turn", default=False)


class Pace:
    """Gives each call its turn. ``reserve`` tells in how many seconds the next call of all processes may be made.

    A process that is ``alone`` waits for nobody here: what it sends has a pace of its own.
    """

    def __init__(self, reserve: Callable[[], Awaitable[float]], alone: Callable[[], bool]) -> None:
        self._reserve = reserve
        self._alone = alone

    async def turn(self) -> None:
        """Wait for a turn, unless this call has it already."""
        if _has_turn.get():
            _has_turn.set(False)  # for one call; what follows it waits for its own
            return
        if self._alone():
            return
        try:
            seconds = await self._reserve()
        except StorageError:
            seconds = 1 / ALONE_PER_SECOND
        if seconds > 0:
            await asyncio.sleep(seconds)

    @staticmethod
    @contextlib.contextmanager
    def had() -> Iterator[None]:
        """What is called first within the block has waited for its turn."""
        token = _has_turn.set(True)
        try:
            yield
        finally:
            _has_turn.reset(token)
