"""What happens by itself in a server: the question of the day and its close, recurring competitions, ends of seasons.

Deadlines are data: `look` reads what is due and does it, each occurrence once, by a row that is stored with what it begins. A
timer looks again at the next deadline, and now and then anyway, because the clock on the wall may be moved.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple, TypeVar

from bot.clock import DAY_MS, Clock, utc
from bot.errors import NotFound, StudyhallError, UserError
from bot.facts import Code, Fact, fact
from bot.model.games import Setup
from bot.model.schedules import Recurring, Schedule
from bot.quiz.calendar.schedule import Occurrence, Weekly, latest_until, local_day, next_after
from bot.quiz.competition.state import Phase, Rules
from bot.services.calendar.daily import DailyQuestions
from bot.services.calendar.daily_views import EventView
from bot.services.calendar.seasons import Seasons
from bot.services.channels import ChannelLostError, EventBoard
from bot.services.competition.games import Competitions
from bot.services.competition.openings import AlreadyOnError, Opening
from bot.services.competition.views import GameView
from bot.services.happenings import SeasonEnded, ZoneChanged
from bot.services.lifecycle import Lifecycle
from bot.services.practice.practising import Learner
from bot.services.server.servers import Opener, Servers
from bot.services.sure_time import ALWAYS_SURE, TimeCheck
from bot.storage import members
from bot.storage.calendar import daily as dailies
from bot.storage.calendar import schedules as storage
from bot.storage.store import Job, Store, Transaction

MOST = 5
"""What a server may have scheduled: as much as fits on one screen with its buttons."""
LATE_MS = 5 * 60_000
"""A competition that could not be opened for so long is left out: nobody waits for it any more."""
LOOK_SECONDS = 45.0
BACK_MS = 1_000
"""A clock that goes back by less was only set right."""
SEASON_LOOK_SECONDS = 3_600.0
"""Where only the end of a season is awaited."""
EVENT_MS = 3_600_000
"""How long an event is said to be; Discord wants an end."""

T = TypeVar("T")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NewSchedule:
    """What a manager wants scheduled; without ``setup`` it is the question of the day."""

    guild_id: int
    channel_id: int
    manager: Learner
    weekly: Weekly
    setup: Recurring | None = None


class Occasions(NamedTuple):
    """What happens by itself: the question of the day, games, and the ends of seasons."""

    daily: DailyQuestions
    games: Competitions
    seasons: Seasons


class Schedules:
    """What `/studyhall schedule` does, and what comes of it. ``rules_of`` makes a game's rules from what was chosen."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        servers: Servers,
        occasions: Occasions,
        rules_of: Callable[[Recurring], Rules],
        life: Lifecycle,
        time: TimeCheck = ALWAYS_SURE,
    ) -> None:
        self._ours = life.ours
        self._store = store
        self._clock = clock
        self._servers = servers
        self._daily, self._games, self._seasons = occasions
        self._rules_of = rules_of
        self._time = time
        self._looked_ms: int | None = None
        self._events: EventBoard | None = None
        self._tried: set[tuple[int, int | None]] = set()
        # A look waits for what it begins, and what is due meanwhile does not wait for that.
        self._looking = life.background("schedules").routine(self.look, again_seconds=LOOK_SECONDS, overlaps=True)
        self._busy: set[tuple[str, int]] = set()
        self._happenings = life.happenings

    def attach(self, events: EventBoard) -> None:
        """Say who keeps a server's list of events."""
        self._events = events

    # What managers do

    async def of(self, guild_id: int) -> list[Schedule]:
        """Everything that is scheduled in a server."""
        return await storage.of_guild(self._store, guild_id)

    async def add(self, plan: NewSchedule) -> Schedule:
        """Schedule something; a new question of the day takes the place of the old one.

        Raises UserError when there is too much already, or competitions are not played in that channel.
        """
        if plan.setup:
            await self._servers.refuse_opening(
                plan.guild_id, Opener((), is_manager=True, channel_ids={plan.channel_id})
            )
        zone = (await self._servers.of(plan.guild_id)).zone
        now_ms = self._clock.now_ms()
        new = Schedule(
            guild_id=plan.guild_id,
            channel_id=plan.channel_id,
            member_id=plan.manager.member_id,
            weekly=plan.weekly,
            setup=plan.setup,
            made_ms=now_ms,
            next_ms=next_after(now_ms, plan.weekly, zone).at_ms,
        )

        async def job(tx: Transaction) -> Schedule:
            there = await storage.of_guild(tx, plan.guild_id)
            replaced = [one for one in there if plan.setup is None and one.setup is None]
            for one in replaced:
                await storage.remove(tx, one.id)
            if len(there) - len(replaced) >= MOST:
                raise UserError(fact(Code.TOO_MANY_SCHEDULES, most=MOST))
            await members.remember(tx, plan.guild_id, plan.manager.member_id, plan.manager.face, now_ms)
            return await storage.add(tx, new)

        added = await self._write(plan.guild_id, job)
        self.wake()
        return added

    async def pause(self, guild_id: int, schedule_id: int, made_ms: int) -> None:
        """Let nothing of it happen until it is resumed."""
        one = await self.one(guild_id, schedule_id, made_ms)
        await self._write(guild_id, lambda tx: storage.set_next(tx, one.id, None))
        self.wake()

    async def resume(self, guild_id: int, schedule_id: int, made_ms: int) -> None:
        """Go on with the next occurrence."""
        one = await self.one(guild_id, schedule_id, made_ms)
        next_ms = await self._next_ms(one)
        await self._write(guild_id, lambda tx: storage.set_next(tx, one.id, next_ms))
        self.wake()

    async def remove(self, guild_id: int, schedule_id: int, made_ms: int) -> None:
        """Take it away, and the event that announced it."""
        one = await self.one(guild_id, schedule_id, made_ms)
        await self._write(guild_id, lambda tx: storage.remove(tx, one.id))
        if one.event_id is not None:
            await self._drop_event(guild_id, one.event_id)

    async def change(self, guild_id: int, schedule_id: int, made_ms: int, plan: NewSchedule) -> None:
        """Let it happen as planned from now on; what is paused stays paused.

        Raises UserError where competitions are not played in that channel, NotFound when it is gone.
        """
        one = await self.one(guild_id, schedule_id, made_ms)
        if plan.setup:
            here = Opener((), is_manager=True, channel_ids={plan.channel_id})
            await self._servers.refuse_opening(guild_id, here)
        changed = replace(one, channel_id=plan.channel_id, weekly=plan.weekly, setup=plan.setup if one.setup else None)
        next_ms = None if one.next_ms is None else await self._next_ms(changed)

        async def job(tx: Transaction) -> None:
            await storage.set_plan(tx, changed)
            await storage.set_next(tx, one.id, next_ms, one.reason)

        await self._write(guild_id, job)
        self._tried = {place for place in self._tried if place[0] != one.id}
        self.wake()

    async def replan(self, changed: ZoneChanged) -> None:
        """A server's time zone was changed: the same times of the day are other moments now."""
        for one in await storage.of_guild(self._store, changed.guild_id):
            if one.next_ms is not None:
                next_ms = await self._next_ms(one)
                await self._write(one.guild_id, partial(storage.set_next, schedule_id=one.id, next_ms=next_ms))
        self.wake()

    async def _next_ms(self, schedule: Schedule) -> int:
        zone = (await self._servers.of(schedule.guild_id)).zone
        return next_after(self._clock.now_ms(), schedule.weekly, zone).at_ms

    async def one(self, guild_id: int, schedule_id: int, made_ms: int) -> Schedule:
        """What is scheduled under this id and was made then. Raises NotFound when it is gone."""
        one = await storage.load(self._store, schedule_id)
        # An id may come again after a removal; when it was made does not.
        if one is None or one.guild_id != guild_id or one.made_ms != made_ms:
            raise NotFound(fact(Code.SCHEDULE_GONE))
        return one

    async def _write(self, guild_id: int, job: Job[T]) -> T:
        return await self._store.write(job, *self._ours().fence(guild_id))

    # Time

    def start(self) -> None:
        """Begin to look, or look at servers that were not ours before; what became due meanwhile is due now."""
        self._looked_ms = None
        self._looking.wake()

    def wake(self) -> None:
        """Look now: something was changed, or the clock was moved. Nothing before `start`."""
        self._look_by(0.0)

    async def look(self) -> None:
        """Do what is due: end, show, close, ask, open, announce. Nothing until Discord has told its time."""
        if not self._time.heard:
            self._look_by(LOOK_SECONDS)
            return
        try:
            await self._plan_anew()
            await self._arm_for_next()
            await asyncio.gather(*await self._due())
            await asyncio.gather(*await self._announcements())
            await self._arm_for_next()
        except StudyhallError as refused:
            _log.warning("what is scheduled waits: %s", refused)
            self._look_by(LOOK_SECONDS)

    async def _plan_anew(self) -> None:
        """At a start and when the clock went back: nothing waits for a time that was computed by a wrong clock."""
        now_ms = self._clock.now_ms()
        if self._looked_ms is None or now_ms < self._looked_ms - BACK_MS:
            if await storage.any_begun_after(self._store, now_ms + DAY_MS):
                await self._store.write(lambda tx: storage.forget_later(tx, now_ms + DAY_MS))
            await self._daily.close_in_time()
            for one in await storage.later_than(self._store, now_ms, self._ours()):
                zone = (await self._servers.of(one.guild_id)).zone
                at = next_after(now_ms, one.weekly, zone)
                if await storage.begun(self._store, one.id, at.day):
                    at = next_after(at.at_ms, one.weekly, zone)
                if one.next_ms is not None and at.at_ms < one.next_ms:
                    await self._write(one.guild_id, partial(storage.bring_forward, schedule=one, next_ms=at.at_ms))
                    _log.info("schedule %d is next at %s UTC", one.id, f"{utc(at.at_ms):%Y-%m-%d %H:%M}")
        self._looked_ms = now_ms

    def _look_by(self, seconds: float) -> None:
        if self._looking.began:
            self._looking.wake(seconds)

    async def _arm_for_next(self) -> None:
        """Look again when the next thing is due; not at all while nothing is."""
        now_ms = self._clock.now_ms()
        near = (await storage.next_due_ms(self._store, self._ours()), await self._daily.next_close_ms())
        waits = [(at_ms - now_ms) / 1000 for at_ms in near if at_ms is not None]
        most = [LOOK_SECONDS] if waits or await self._daily.waiting() or await self._seasons.waiting() else []
        if (season_ends_ms := await self._seasons.next_end_ms()) is not None:
            most.append(SEASON_LOOK_SECONDS)
            waits.append((season_ends_ms - now_ms) / 1000)
        if most:
            self._look_by(min([*most, *(wait for wait in waits if wait > 0)]))

    async def _due(self) -> list[Awaitable[None]]:
        if await self._seasons.end_due():
            await self._happenings.tell(SeasonEnded())
        closing = await self._daily.to_close()
        showing = [one for one in await self._daily.waiting() if one not in closing]
        due = await storage.due(self._store, self._clock.now_ms(), self._ours())
        works: list[Awaitable[None]] = [self._alone(("seasons", 0), self._seasons.deliver)]
        works += [self._alone(("daily", one), partial(self._show, one)) for one in showing]
        works += [self._alone(("daily", one), partial(self._daily.close, one)) for one in closing]
        works += [self._alone(("schedule", one.id), partial(self._run, one)) for one in due]
        return works

    async def _announcements(self) -> list[Awaitable[None]]:
        others = await storage.with_other_event(self._store, self._ours()) if self._events else []
        return [self._alone(("event", one.id), partial(self._announce, one)) for one in others]

    async def _alone(self, key: tuple[str, int], work: Callable[[], Awaitable[None]]) -> None:
        """One piece of work, unless it is under way already; its failure is nobody else's, and it is tried again."""
        if key in self._busy:
            return
        self._busy.add(key)
        try:
            await work()
        except ChannelLostError as lost:
            _log.info("%s %d found its channel lost: %s", *key, lost)
        except StudyhallError as refused:
            _log.warning("%s %d waits: %s", *key, refused)
        except Exception:
            _log.exception("%s %d failed; it is tried again", *key)
        finally:
            self._busy.discard(key)

    # What is due

    async def _show(self, daily_id: int) -> None:
        asked = await dailies.load(self._store, daily_id)
        try:
            await self._daily.deliver(daily_id)
        except ChannelLostError as lost:
            for one in await storage.of_guild(self._store, asked.guild_id if asked else 0):
                if asked and one.setup is None and one.channel_id == asked.channel_id:
                    await self._pause_lost(one, lost)

    async def _run(self, schedule: Schedule) -> None:
        await self._servers.ready(schedule.guild_id)
        zone = (await self._servers.of(schedule.guild_id)).zone
        now_ms = self._clock.now_ms()
        occurrence = latest_until(now_ms, schedule.weekly, zone)
        next_ms = next_after(now_ms, schedule.weekly, zone).at_ms
        if schedule.next_ms is None or occurrence.at_ms < schedule.next_ms:
            set_next = partial(storage.set_next, schedule_id=schedule.id, next_ms=next_ms, reason=schedule.reason)
            await self._write(schedule.guild_id, set_next)
            return
        over = (
            occurrence.day != local_day(now_ms, zone) if schedule.setup is None else now_ms - occurrence.at_ms > LATE_MS
        )
        if over:
            await self._skip(schedule, occurrence, next_ms, fact(Code.MISSED, at_ms=occurrence.at_ms))
            return

        async def begin(tx: Transaction) -> bool:
            return await storage.begin(tx, schedule.id, occurrence, next_ms, None)

        try:
            if schedule.setup is None:
                await self._daily.ask(schedule.guild_id, schedule.channel_id, begin)
            else:
                view = await self._open(schedule, schedule.setup, begin)
                if view and view.state.phase is Phase.CANCELLED and view.state.reason:
                    await self._leave_out(schedule, occurrence, next_ms, view.state.reason)
        except ChannelLostError as lost:
            await self._pause_lost(schedule, lost)
        except AlreadyOnError:
            await self._skip(schedule, occurrence, next_ms, fact(Code.ANOTHER_ON, at_ms=occurrence.at_ms))
        except UserError as refused:
            await self._leave_out(schedule, occurrence, next_ms, refused.fact)

    async def _open(
        self, schedule: Schedule, setup: Recurring, begin: Callable[[Transaction], Awaitable[bool]]
    ) -> GameView | None:
        here = Opener((), is_manager=True, channel_ids={schedule.channel_id})
        await self._servers.refuse_opening(schedule.guild_id, here)
        opening = Opening(
            guild_id=schedule.guild_id,
            channel_id=schedule.channel_id,
            host=Learner(schedule.member_id, schedule.guild_id, ""),
            rules=self._rules_of(setup),
            setup=Setup(setup.sections, setup.difficulty, setup.pace),
            pack_id=setup.pack_id or None,
        )
        return await self._games.open_by_itself(opening, begin)

    async def _leave_out(self, schedule: Schedule, occurrence: Occurrence, next_ms: int, why: Fact) -> None:
        await self._skip(schedule, occurrence, next_ms, fact(Code.LEFT_OUT, at_ms=occurrence.at_ms, because=why))

    async def _skip(self, schedule: Schedule, occurrence: Occurrence, next_ms: int, remark: Fact) -> None:
        async def job(tx: Transaction) -> None:
            await storage.begin(tx, schedule.id, occurrence, next_ms, remark)
            await storage.set_remark(tx, schedule.id, remark)

        await self._write(schedule.guild_id, job)
        _log.info("schedule %d: %s", schedule.id, remark)

    async def _pause_lost(self, schedule: Schedule, lost: ChannelLostError) -> None:
        reason = fact(Code.CHANNEL_LOST, why=lost.why)
        await self._write(schedule.guild_id, lambda tx: storage.set_next(tx, schedule.id, None, reason))
        _log.warning("schedule %d is paused: %s", schedule.id, reason)
        self.wake()

    # Events

    async def _announce(self, schedule: Schedule) -> None:
        """Let the server's list of events show the next occurrence; tried once for each, and a refusal harms nothing."""
        place = (schedule.id, schedule.next_ms)
        events = self._events
        if events is None or schedule.setup is None or place in self._tried or not events.may_write(schedule.guild_id):
            return
        self._tried = {one for one in self._tried if one[0] != schedule.id} | {place}
        if schedule.next_ms is None:
            event_id = None
            if schedule.event_id is not None:
                await self._drop_event(schedule.guild_id, schedule.event_id)
        else:
            try:
                event_id = await events.put(self._event(schedule, schedule.setup, schedule.next_ms))
            except Exception as problem:
                _log.info("schedule %d has no event: %s", schedule.id, problem)
                return
        if await self._note_event(schedule, event_id):
            return
        if event_id is not None:  # it was removed meanwhile
            await self._drop_event(schedule.guild_id, event_id)

    async def _note_event(self, schedule: Schedule, event_id: int | None) -> bool:
        async def job(tx: Transaction) -> bool:
            there = await storage.load(tx, schedule.id)
            if there is None or there.made_ms != schedule.made_ms:
                return False
            await storage.set_event(tx, schedule.id, event_id, schedule.next_ms)
            return True

        return await self._write(schedule.guild_id, job)

    async def _drop_event(self, guild_id: int, event_id: int) -> None:
        try:
            if self._events:
                await self._events.remove(guild_id, event_id)
        except Exception as problem:
            _log.info("event %d was not taken away: %s", event_id, problem)

    def _event(self, schedule: Schedule, setup: Recurring, next_ms: int) -> EventView:
        library = self._servers.library(schedule.guild_id)
        titles = []
        for section_id in setup.sections:
            try:
                titles.append(library.section(setup.pack_id, section_id).section.title)
            except NotFound:
                continue
        return EventView(
            guild_id=schedule.guild_id,
            channel_id=schedule.channel_id,
            event_id=schedule.event_id,
            section_titles=tuple(titles),
            setup=setup,
            starts_ms=next_ms,
            ends_ms=next_ms + EVENT_MS,
        )
