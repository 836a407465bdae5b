"""Whether the time is sure enough for what can't be undone: Discord's own time was heard, and the wall clock agrees with it.

A machine that starts with a wrong clock must not delete members, prune backups or end seasons by it.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol

from bot.clock import DiscordClock
from bot.services.happenings import TimeHeard
from bot.services.lifecycle import Lifecycle

MOST_APART_MS = 5 * 60_000
"""How far the wall clock may be from Discord's time."""
ASK_AGAIN_SECONDS = 10.0
ASK_TIMEOUT_SECONDS = 10.0

_log = logging.getLogger(__name__)


class TimeCheck(Protocol):
    """What those ask who do things by themselves."""

    @property
    def heard(self) -> bool:
        """Whether Discord has told its time yet: until then nothing happens automatically."""
        ...

    async def is_sure(self) -> bool:
        """Whether the wall clock agrees with Discord's time: only then may something happen that can't be undone."""
        ...


class _Always:
    heard = True

    async def is_sure(self) -> bool:
        return True


ALWAYS_SURE: TimeCheck = _Always()
"""For where there is no Discord: the clock that is given is the right one."""


class ClockState(NamedTuple):
    """The wall clock against Discord's: whether Discord's was heard, and by how much the wall clock is ahead."""

    heard: bool
    ahead_ms: int

    @property
    def sure(self) -> bool:
        """Whether the two agree."""
        return self.heard and abs(self.ahead_ms) <= MOST_APART_MS


class SureTime:
    """Compares the two clocks; where they differ, Discord is asked again before that is believed."""

    def __init__(self, clock: DiscordClock, life: Lifecycle) -> None:
        self._clock = clock
        self._background = life.background("time")
        self._ask: Callable[[], Awaitable[None]] | None = None
        self._asking: asyncio.Task[None] | None = None
        self._asked_at: float | None = None
        self._was_sure = True
        self._happenings = life.happenings

    def attach(self, ask: Callable[[], Awaitable[None]]) -> None:
        """Say who asks Discord for anything at all: each answer tells its time."""
        self._ask = ask

    def learn_id(self, snowflake: int) -> None:
        """Take note of an id of Discord's that has just arrived."""
        before = self._clock.heard
        self._clock.learn(snowflake)
        self._note(before)

    def learn_date(self, date_ms: int) -> None:
        """Take note of the date of an answer of Discord's that has just arrived."""
        before = self._clock.heard
        self._clock.learn_date(date_ms)
        self._note(before)

    @property
    def heard(self) -> bool:
        """Whether Discord has told its time yet."""
        return self._clock.heard

    def now_ms(self) -> int:
        """The time, by Discord's clock."""
        return self._clock.now_ms()

    def state(self) -> ClockState:
        """How the two clocks stand."""
        return ClockState(self._clock.heard, self._clock.wall_ahead_ms)

    async def is_sure(self) -> bool:
        """Whether they agree within five minutes. If they don't, Discord is asked first: the machine may have slept."""
        recently = self._asked_at is not None and time.monotonic() - self._asked_at < ASK_AGAIN_SECONDS
        if not self.state().sure and not recently:
            await self.ask()
        self._note(self._clock.heard)
        return self.state().sure

    async def ask(self) -> None:
        """Ask Discord for its time; a failure is no error, then it stays unknown."""
        if self._ask is None:
            return
        if self._asking is None or self._asking.done():
            self._asked_at = time.monotonic()
            self._asking = self._background.start(self._asked(self._ask))
        await asyncio.shield(self._asking)

    async def _asked(self, ask: Callable[[], Awaitable[None]]) -> None:
        try:
            async with asyncio.timeout(ASK_TIMEOUT_SECONDS):
                await ask()
        except Exception as problem:
            _log.info("Discord was not asked for its time: %s", problem)

    def _note(self, heard_before: bool) -> None:
        state = self.state()
        if state.heard and state.sure != self._was_sure:
            self._was_sure = state.sure
            if state.sure:
                _log.info("this machine's clock agrees with Discord's again")
            else:
                _log.warning(
                    "this machine's clock is %s Discord's. Until it is set right, no member is deleted for being away, no "
                    "backup is removed, and no season ends",
                    apart_words(state.ahead_ms),
                )
        if state.heard and not heard_before:
            self._background.spawn(self._happenings.tell(TimeHeard()))


def apart_words(ahead_ms: int) -> str:
    """How far a clock is from another: *3 days ahead of*, *10 minutes behind*."""
    minutes = round(abs(ahead_ms) / 60_000)
    for size, unit in ((1_440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size or unit == "minute":
            count = round(minutes / size)
            break
    return f"{count:,} {unit}{'s' * (count != 1)} {'ahead of' if ahead_ms > 0 else 'behind'}"
