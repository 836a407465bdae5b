"""All public sends and edits pass here: 30 a second for the process, urgent ones first, hints merged or dropped.

Discord allows 50 requests a second for each bot (https://discord.com/developers/docs/topics/rate-limits#global-rate-limit);
answers to interactions do not count. Edits of such answers that nobody waits for are sent in the gaps.
"""

import asyncio
import functools
import heapq
import itertools
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.ui.pace import Pace

T = TypeVar("T")

CALLS_PER_SECOND = 30
IN_GAPS_AT_ONCE = 8
"""So many calls that are sent in the gaps are under way together: a busy evening has hundreds of them at once."""

_log = logging.getLogger(__name__)


@dataclass(order=True)
class _Call:
    urgency: int
    number: int
    key: str = field(compare=False)
    function: Callable[[], Awaitable[Any]] = field(compare=False)
    done: asyncio.Future[Any] = field(compare=False)
    is_hint: bool = field(compare=False, default=False)


class SendScheduler:
    """Spaces out calls to Discord.

    A key names a message: of its calls one is under way at a time, so that an older state never overtakes a newer one.
    ``hint_seconds`` is the shortest time between two hints of one key. Nothing runs while nothing waits.
    """

    URGENT, NORMAL, LOW = 0, 1, 2

    def __init__(
        self, hint_seconds: float, calls_per_second: float = CALLS_PER_SECOND, pace: Pace | None = None
    ) -> None:
        """``pace`` is what other processes share with this one."""
        self.hint_seconds = hint_seconds
        self._pace = pace
        self._gap = 1 / calls_per_second
        self._free_at = 0.0
        self._numbers = itertools.count()
        self._heap: list[_Call] = []
        self._hints: dict[str, Callable[[], Awaitable[Any]]] = {}
        self._last_hint: dict[str, float] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._drain: asyncio.Task[None] | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._for_gaps: deque[Callable[[], Awaitable[object]]] = deque()
        self._in_gaps: set[asyncio.Task[None]] = set()
        self._gaps_left = self._closed = False

    async def call(self, function: Callable[[], Awaitable[T]], *, urgency: int = NORMAL, key: str = "") -> T:
        """Run ``function`` in its turn and return its result; a waiting hint of the same key is dropped.

        After `close` nothing is sent any more: the caller is cancelled.
        """
        if self._closed:
            raise asyncio.CancelledError
        self._forget(key)
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._push(_Call(urgency, next(self._numbers), key, function, done))
        return await done

    def hint(self, key: str, function: Callable[[], Awaitable[object]]) -> None:
        """Run ``function`` when there is room and it is time; a later hint or call of the same key replaces it."""
        if self._closed:
            return
        self._hints[key] = function
        if key in self._timers:
            return
        loop = asyncio.get_running_loop()
        wait = self._last_hint.get(key, -self.hint_seconds) + self.hint_seconds - loop.time()
        self._timers[key] = loop.call_later(max(0.0, wait), self._hint_due, key)

    def in_a_gap(self, function: Callable[[], Awaitable[object]]) -> None:
        """Run ``function``, which Discord does not count, while nothing else waits or is under way; in order, some together.

        A failure is logged; after `leave_gaps` or `close` nothing is begun.
        """
        if not self._gaps_left:
            self._for_gaps.append(function)
            self._fill_gap()

    def leave_gaps(self) -> None:
        """Begin nothing in a gap any more, and drop what is under way there: the line to Discord is about to be closed."""
        self._gaps_left = True
        self._for_gaps.clear()
        for task in self._in_gaps:
            task.cancel()

    @property
    def waiting(self) -> int:
        """How many calls wait for their turn or are under way."""
        return len(self._heap) + len(self._sending)

    async def close(self) -> None:
        """Drop what waits and end."""
        self._closed = True
        self.leave_gaps()
        for timer in self._timers.values():
            timer.cancel()
        tasks = [*self._sending, *self._in_gaps, *([self._drain] if self._drain else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for call in self._heap:
            call.done.cancel()

    def _forget(self, key: str) -> None:
        self._hints.pop(key, None)
        if timer := self._timers.pop(key, None):
            timer.cancel()
        for call in [call for call in self._heap if call.is_hint and call.key == key]:
            call.done.cancel()

    def _hint_due(self, key: str) -> None:
        self._timers.pop(key, None)
        function = self._hints.pop(key, None)
        if function is None:
            return
        loop = asyncio.get_running_loop()
        if key in self._under_way:  # Discord is slow: one at a time, then the newest of those that waited
            self._hints[key] = function
            self._timers[key] = loop.call_later(self.hint_seconds, self._hint_due, key)
            return
        self._last_hint[key] = loop.time()
        if len(self._last_hint) > 1000:
            self._last_hint = {k: at for k, at in self._last_hint.items() if loop.time() - at < self.hint_seconds}
        if self._heap:  # nothing that can be dropped goes before something that can't
            return
        done: asyncio.Future[Any] = loop.create_future()
        done.add_done_callback(_log_failed_hint)
        self._push(_Call(self.NORMAL, next(self._numbers), key, function, done, is_hint=True))

    def _push(self, call: _Call) -> None:
        heapq.heappush(self._heap, call)
        if self._drain is None:
            self._drain = asyncio.create_task(self._run(), name="send-scheduler")

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._heap:
                wait = self._free_at - loop.time()
                if self._gap and wait > 0:
                    await asyncio.sleep(wait)
                if self._pace:
                    await self._pace.turn()  # only then is it chosen what is most urgent
                call = heapq.heappop(self._heap)
                if call.done.done():  # cancelled while it waited
                    continue
                self._free_at = max(self._free_at, loop.time()) + self._gap
                task = asyncio.create_task(_send(call, self._under_way.get(call.key)), name="send")
                self._sending.add(task)
                task.add_done_callback(self._sent)
                if call.key:
                    self._under_way[call.key] = task
                    task.add_done_callback(functools.partial(self._ended, call.key))
        finally:
            self._drain = None
            self._fill_gap()

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._fill_gap()

    def _fill_gap(self) -> None:
        while self._for_gaps and not self.waiting and len(self._in_gaps) < IN_GAPS_AT_ONCE:
            task = asyncio.create_task(_logged(self._for_gaps.popleft()), name="send-in-a-gap")
            self._in_gaps.add(task)
            task.add_done_callback(self._gap_filled)

    def _gap_filled(self, task: asyncio.Task[None]) -> None:
        self._in_gaps.discard(task)
        self._fill_gap()

    def _ended(self, key: str, task: asyncio.Task[None]) -> None:
        if self._under_way.get(key) is task:
            del self._under_way[key]


async def _send(call: _Call, before: asyncio.Task[None] | None) -> None:
    try:
        if before:
            await asyncio.wait({before})
        with Pace.had():
            result = await call.function()
    except asyncio.CancelledError:
        call.done.cancel()
        raise
    except Exception as problem:
        if not call.done.done():
            call.done.set_exception(problem)
    else:
        if not call.done.done():
            call.done.set_result(result)


async def _logged(function: Callable[[], Awaitable[object]]) -> None:
    try:
        await function()
    except Exception as problem:
        _log.info("what was to be sent in a gap was not: %s", problem)


def _log_failed_hint(done: asyncio.Future[Any]) -> None:
    if not done.cancelled() and (problem := done.exception()):
        _log.info("a hint was not shown: %s", problem)
