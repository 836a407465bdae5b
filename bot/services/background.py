"""Work that goes on beside whoever began it."""

import asyncio
import logging
from collections.abc import Awaitable

from bot.errors import UserError

_log = logging.getLogger(__name__)


class Background:
    """Tasks that nobody waits for: a failure is logged, and `close` ends those that are left."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()
        self._closing = False

    def spawn(self, work: Awaitable[object], name: str) -> None:
        """Begin it; once `close` was called, nothing is begun any more."""
        if self._closing:
            if asyncio.iscoroutine(work):
                work.close()
            return
        task: asyncio.Task[object] = asyncio.ensure_future(_logged(work, name))
        task.set_name(name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Cancel what is under way, and wait for its end."""
        self._closing = True
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _logged(work: Awaitable[object], name: str) -> None:
    try:
        await work
    except asyncio.CancelledError:
        raise
    except UserError as problem:
        _log.info("%s could not go on: %s", name, problem)
    except Exception:
        _log.exception("%s failed", name)
