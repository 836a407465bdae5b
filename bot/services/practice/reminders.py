"""Reminders: one direct message a day to those who asked for it, at their hour, when something is due."""

import asyncio
import logging
from datetime import date
from typing import Protocol

from bot.clock import Clock
from bot.errors import StudyhallError
from bot.facts import Code, Fact
from bot.model.members import Reminded
from bot.quiz.practice.reminding import day_to_remind
from bot.services.lifecycle import Lifecycle
from bot.services.practice.practising import Learner
from bot.services.practice.reviews import CourseDue, Reviews
from bot.services.sure_time import ALWAYS_SURE, TimeCheck
from bot.storage import member_settings, notices
from bot.storage.locks import of_member
from bot.storage.store import Store, Transaction

LOOK_SECONDS = 15.0
GAP_SECONDS = 1.0
"""At most one new message a second, to whomever."""

_log = logging.getLogger(__name__)


class DirectMessagesClosedError(Exception):
    """The member takes no direct messages from the bot."""


class Letters(Protocol):
    """Writes to members directly."""

    async def remind(self, member_id: int, courses: list[CourseDue]) -> None:
        """Tell a member what is due. Raises DirectMessagesClosedError when they don't take it."""
        ...


class Reminders:
    """Looks every few seconds for members whose hour has come."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        reviews: Reviews,
        life: Lifecycle,
        *,
        gap_seconds: float = GAP_SECONDS,
        time: TimeCheck = ALWAYS_SURE,
    ) -> None:
        self._ours = life.ours
        self._store = store
        self._clock = clock
        self._reviews = reviews
        self._gap_seconds = gap_seconds
        self._time = time
        self._letters: Letters | None = None
        self._looking = life.background("reminders").routine(self._look, again_seconds=LOOK_SECONDS, steady=True)

    def attach(self, letters: Letters) -> None:
        """Say who writes the messages."""
        self._letters = letters

    def start(self) -> None:
        """Begin to look."""
        self._looking.wake()

    async def remind(self, now_ms: int | None = None) -> int:
        """Remind everybody whose hour has come by now, or by ``now_ms``; returns how many messages were written.

        Nobody until Discord has told its time: a day noted by a wrong clock would silence the days before it.
        """
        if not self._time.heard or not self._ours().has(None):
            return 0
        written = 0
        for one in await member_settings.wanting_reminders(self._store):
            day = day_to_remind(self._clock.now_ms() if now_ms is None else now_ms, one.time_zone, one.hour, one.last)
            if day and await self._noted(one.member_id, day):
                written += await self._write_to(one)
        return written

    async def hour_passed(self, now_ms: int) -> None:
        """Look as if it were then, where a clock that is moved forward passes an hour; nothing before `start`."""
        if self._looking.began:
            await self._try_to_remind(now_ms)

    async def _noted(self, member_id: int, day: date) -> bool:
        # Noted before it is sent: who is not reminded because of a crash misses a day, but nobody is told twice.
        return await self._store.write(lambda tx: member_settings.remind_on(tx, member_id, day), of_member(member_id))

    async def _write_to(self, one: Reminded) -> int:
        courses = await self._reviews.due(Learner(one.member_id, None, ""))
        if self._letters is None or not any(course.due.now for course in courses):
            return 0
        try:
            await self._letters.remind(one.member_id, courses)
        except DirectMessagesClosedError:
            now_ms = self._clock.now_ms()

            async def job(tx: Transaction) -> None:  # who was deleted meanwhile must not be named again
                if await member_settings.stop_reminding(tx, one.member_id):
                    await notices.add(tx, one.member_id, Fact(Code.REMINDERS_OFF), now_ms)

            await self._store.write(job, of_member(one.member_id))
        except Exception as problem:
            _log.warning("a reminder was not written: %s", problem)
        await asyncio.sleep(self._gap_seconds)
        return 1

    async def _look(self) -> float:
        await self.remind()
        return LOOK_SECONDS

    async def _try_to_remind(self, now_ms: int) -> None:
        try:
            await self.remind(now_ms)
        except StudyhallError as problem:
            _log.warning("reminders wait: %s", problem)
        except Exception:
            _log.exception("a look for reminders failed")
