"""The pace of calls to Discord where several processes make them: one for all, kept by the database."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from contextvars import ContextVar

from bot.errors import StorageError

WITHOUT_DATABASE_PER_SECOND = 45.0
"""What all processes that were known may make together while the database does not answer."""

_has_turn: ContextVar[bool] = ContextVar("has_turn", default=False)


class Pace:
    """Gives each call its turn. ``reserve`` tells in how many seconds the next call of all processes may be made.

    Of one process (``processes`` says how many there are) nothing waits here: what it sends has a pace of its own.
    """

    def __init__(self, reserve: Callable[[], Awaitable[float]], processes: Callable[[], int]) -> None:
        self._reserve = reserve
        self._processes = processes
        self._free_at = 0.0

    async def turn(self) -> None:
        """Wait for a turn, unless this call has it already."""
        if _has_turn.get():
            _has_turn.set(False)  # for one call; what follows it waits for its own
            return
        if self._processes() == 1:
            return
        try:
            seconds = await self._reserve()
        except StorageError:
            seconds = self._share()
        if seconds > 0:
            await asyncio.sleep(seconds)

    def _share(self) -> float:
        """In how many seconds it may be made if each process keeps to its part."""
        now = asyncio.get_running_loop().time()
        self._free_at = max(self._free_at, now) + self._processes() / WITHOUT_DATABASE_PER_SECOND
        return self._free_at - now

    @staticmethod
    @contextlib.contextmanager
    def had() -> Iterator[None]:
        """What is called first within the block has waited for its turn."""
        token = _has_turn.set(True)
        try:
            yield
        finally:
            _has_turn.reset(token)
