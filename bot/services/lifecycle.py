"""Everything that services do in the background: work that nobody waits for, timers, and work that comes again.

One `Lifecycle` makes the `Background` of each service and closes all of them, the last one first. No service has timers,
tasks or an end of its own.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeVar

from bot.errors import StudyhallError, UserError
from bot.model.shards import Holdings, every_server
from bot.services.happenings import Happenings

T = TypeVar("T")

_log = logging.getLogger(__name__)


async def _nothing() -> None:
    pass


@dataclass(eq=False)
class Background:
    """The work of one service; a failure is logged, and harms nothing else.

    At the close ``stopping`` is called first; then what is under way is cancelled, or waited for if it ``finishes``; then
    ``last`` is done. ``steady``: whether work may come again although nothing is due.
    """

    _name: str
    _steady: bool
    _finishes: bool
    _stopping: Callable[[], None]
    _last: Callable[[], Awaitable[None]]
    _tasks: set[asyncio.Task[object]] = field(default_factory=set)
    _timers: dict[Hashable, asyncio.TimerHandle] = field(default_factory=dict)
    closing: bool = False
    """Nothing is begun any more; what takes long looks here between its steps."""

    def start(self, work: Awaitable[T], name: str = "") -> "asyncio.Task[T]":
        """Begin work whose result somebody may wait for. A failure is not logged: it is told to those who wait."""
        task = asyncio.ensure_future(work)
        task.set_name(name or self._name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def spawn(self, work: Awaitable[object], name: str = "") -> None:
        """Begin work that nobody waits for; once it closes, nothing is begun any more."""
        if self.closing:
            if asyncio.iscoroutine(work):
                work.close()
            return
        task = self.start(_logged(work, name or self._name), name)
        if asyncio.iscoroutine(work):  # cancelled before its first step, it would never have been awaited
            task.add_done_callback(lambda _: work.close())

    def later(self, key: Hashable, seconds: float, work: Callable[[], Awaitable[object]], name: str = "") -> None:
        """Begin work in so many seconds, in the place of what had this key."""
        self.forget(key)
        if not self.closing:
            self._timers[key] = asyncio.get_running_loop().call_later(seconds, self._due, key, work, name)

    def forget(self, key: Hashable) -> None:
        """Do not begin it."""
        if timer := self._timers.pop(key, None):
            timer.cancel()

    def left_seconds(self, key: Hashable) -> float | None:
        """How long it is until then; None where nothing waits."""
        timer = self._timers.get(key)
        return timer.when() - asyncio.get_running_loop().time() if timer else None

    def routine(
        self,
        work: Callable[[], Awaitable[float | None]],
        *,
        again_seconds: float,
        name: str = "",
        overlaps: bool = False,
        steady: bool = False,
    ) -> "Routine":
        """Work that comes again; see `Routine`. Work that is ``steady`` never begins where nothing may."""
        can_begin = self._steady or not steady
        return Routine(self, name or self._name, work, again_seconds, overlaps=overlaps, can_begin=can_begin)

    async def done(self) -> None:
        """Wait until nothing is under way; timers are not waited for."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
            # Where all are done already, gather() of Python 3.12 returns at once: what forgets them must have its turn.
            await asyncio.sleep(0)

    async def close(self) -> None:
        """Stop in order; what is not done is taken up at the next start."""
        self.closing = True
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._stopping()
        if not self._finishes:
            for task in list(self._tasks):
                task.cancel()
        await self.done()
        await self._last()

    def _due(self, key: Hashable, work: Callable[[], Awaitable[object]], name: str) -> None:
        self._timers.pop(key, None)
        self.spawn(work(), name)


class Routine:
    """Work that comes again: when it is woken, and in as many seconds as it says itself (None: only when woken).

    One run at a time, unless it ``overlaps``; who wakes it during one has another one after it. After a failure it is tried
    again in ``again_seconds``.
    """

    def __init__(
        self,
        background: Background,
        name: str,
        work: Callable[[], Awaitable[float | None]],
        again_seconds: float,
        *,
        overlaps: bool,
        can_begin: bool,
    ) -> None:
        self._background = background
        self._name = name
        self._work = work
        self._again_seconds = again_seconds
        self._overlaps = overlaps
        self._can_begin = can_begin
        self.running = 0
        """How many runs are under way."""
        self._soon = self._once_more = False
        self._idle = asyncio.Event()
        self._idle.set()
        self.began = False
        """Whether it was ever woken."""

    def wake(self, seconds: float = 0.0) -> None:
        """Have it run by then; a sooner run stays, so that what was changed during one need not wait for the next."""
        if not self._can_begin or self._background.closing:
            return
        self.began = True
        if seconds <= 0:
            self._soon = True
            self._idle.clear()
        left_seconds = self._background.left_seconds(self)
        if left_seconds is None or left_seconds > seconds:
            self._background.later(self, seconds, self._run, self._name)

    async def done(self) -> None:
        """Wait until it neither runs nor is about to; what comes later is not waited for."""
        await self._idle.wait()

    async def _run(self) -> None:
        self._soon = False
        if self.running and not self._overlaps:
            self._once_more = True
            return
        again: float | None = self._again_seconds
        self.running += 1
        try:
            again = await self._work()
        except StudyhallError as refused:
            _log.warning("%s waits: %s", self._name, refused)
        except Exception:
            _log.exception("%s failed", self._name)
        finally:
            self.running -= 1
            if self._once_more:
                self._once_more = False
                self.wake()
            elif again is not None:
                self.wake(again)
            if not self.running and not self._soon:
                self._idle.set()


class Lifecycle:
    """Makes the `Background` of each service, and closes them, the last one first; ``steady`` as there."""

    def __init__(self, *, steady: bool = True, ours: Callable[[], Holdings] = every_server) -> None:
        self._steady = steady
        self.ours = ours
        """Whose servers this process answers for now, and under which leases."""
        self._made: list[Background] = []
        self.happenings = Happenings()
        """By which services tell each other what happened."""

    def background(
        self,
        name: str,
        *,
        finishes: bool = False,
        stopping: Callable[[], None] = lambda: None,
        last: Callable[[], Awaitable[None]] = _nothing,
    ) -> Background:
        """One service's own; see `Background`."""
        made = Background(name, self._steady, finishes, stopping, last)
        self._made.append(made)
        return made

    async def done(self) -> None:
        """Wait until nothing is under way; timers are not waited for."""
        for one in self._made:
            await one.done()

    async def close(self) -> None:
        """Stop everything in order; a last act that fails keeps no other from being closed, and is raised at the end."""
        async with contextlib.AsyncExitStack() as closing:
            for one in self._made:
                closing.push_async_callback(one.close)


async def _logged(work: Awaitable[object], name: str) -> None:
    try:
        await work
    except UserError as problem:
        _log.info("%s could not go on: %s", name, problem)
    except StudyhallError as refused:
        _log.warning("%s waits: %s", name, refused)
    except Exception:
        _log.exception("%s failed", name)
