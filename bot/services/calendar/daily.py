"""The question of the day: asked once a day in a server, answered in private, explained when the next one comes.

Until it is closed its answers are kept apart from all others, so that neither points nor boards tell the key. What is to be
shown are rows, written with what they show: a crash at any moment loses and doubles nothing.
"""

import asyncio
import functools
import logging
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import TypeVar
from weakref import WeakValueDictionary

from bot.clock import DAY_MS, Clock, utc
from bot.errors import NotFound, StudyhallError, UserError
from bot.facts import Code, fact
from bot.model.dailies import Daily
from bot.model.posts import OF_A_DAILY, Kind, Post, What
from bot.model.rulings import Subject
from bot.model.servers import Server
from bot.packs.library import LibraryOf
from bot.packs.models import Question
from bot.quiz.calendar import daily as rules
from bot.quiz.calendar.schedule import local_day, moment, next_after
from bot.quiz.competition.state import BEHIND_MS, DRAIN_MS
from bot.quiz.practice.picking import option_order
from bot.quiz.question.asking import FilePlace, Shares, ShownPlace, Submission, given_by, shares
from bot.services.calendar.daily_views import DailyView, Locked, MyDaily
from bot.services.channels import Channel, ChannelLostError, MessageGoneError, Placed
from bot.services.happenings import DailyAsked, DailyClosed, Regraded
from bot.services.lifecycle import Lifecycle
from bot.services.posts import Posts
from bot.services.practice.practising import Learner
from bot.services.practice.recording import AskedOfMany, record_choices
from bot.storage import members, open_questions, posts, servers
from bot.storage.calendar import daily as storage
from bot.storage.calendar import schedules
from bot.storage.locks import Lock, of_member
from bot.storage.question import rulings
from bot.storage.store import Job, Reads, Store, Transaction

LONGEST_MS = 3 * DAY_MS
"""No question is open for longer, whatever a time zone does to its day."""
PLAYED_DAYS = 7
"""For so long a family is left alone that a competition asked about."""

T = TypeVar("T")

_log = logging.getLogger(__name__)


class DailyQuestions:
    """What `/daily` does. ``changed`` is called when there is a new deadline, or something to be shown."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        rng: Random,
        out: Posts,
        library_of: LibraryOf,
        life: Lifecycle,
    ) -> None:
        self._ours = life.ours
        self._store = store
        self._clock = clock
        self._rng = rng
        self._library_of = library_of
        self._out = out
        self._happenings = life.happenings
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self.oldest_ms: Callable[[], int | None] = lambda: None
        """When the oldest click was made that has arrived and may not be stored yet."""

    async def ask(self, guild_id: int, channel_id: int, also: Job[bool] | None = None) -> Daily | None:
        """Today's question of a server: the one there is, or a new one, posted in this channel.

        ``also`` runs first in the same transaction, and with False nothing is asked (None). The message id is not known yet
        when Discord did not take the message; then it comes by itself. Raises ChannelLostError when it can't be posted there.
        """
        now_ms = self._clock.now_ms()
        server = await servers.load(self._store, guild_id)
        day = local_day(now_ms, server.zone)
        if also is None and (there := await storage.on_day(self._store, guild_id, day.isoformat())):
            return await self._delivered(there.id)
        pack_id, question = await self._choose(guild_id, now_ms)
        order = option_order(question, self._rng)
        closes_ms = await self._closes_ms(guild_id, server, now_ms)
        new = Daily(guild_id, day.isoformat(), channel_id, pack_id, question, order, now_ms, closes_ms)

        async def job(tx: Transaction) -> int | None:
            if also and not await also(tx):
                return None
            if (there := await storage.on_day(tx, guild_id, new.day)) is not None:
                return there.id
            return await storage.ask(tx, new)

        daily_id = await self._write(guild_id, job)
        if daily_id is None:
            return None
        await self._happenings.tell(DailyAsked())
        return await self._delivered(daily_id)

    async def _write(self, guild_id: int, job: Job[T], *locks: Lock) -> T:
        return await self._store.write(job, *self._ours().fence(guild_id), *locks)

    async def _delivered(self, daily_id: int) -> Daily | None:
        try:
            await self.deliver(daily_id)
        except (ChannelLostError, StudyhallError):
            raise
        except Exception as problem:
            _log.warning("the question of the day %d waits for Discord: %s", daily_id, problem)
        return await storage.load(self._store, daily_id)

    async def answer(
        self,
        daily_id: int,
        guild_id: int | None,
        submitted: Submission,
        learner: Learner,
        stamp_ms: int,
        message_id: int | None,
    ) -> Locked:
        """A click on a letter, or what was submitted in another form: stored, then told. The first one counts.

        Raises UserError for what is not there.

        ``message_id`` is the question's message that was clicked; None where it was another one, which tells nothing.
        """
        daily = await self.of(daily_id, guild_id)
        if daily.message_id is None and message_id is None:
            raise UserError(fact(Code.DAILY_NOT_POSTED))
        if (answered := given_by(daily.question, daily.lettering, submitted, near=True)) is None:
            raise UserError(fact(Code.NO_SUCH_OPTION))
        place = ShownPlace(submitted) if isinstance(submitted, int) else None

        async def job(tx: Transaction) -> Locked:
            new = await storage.answer(tx, daily_id, learner.member_id, place, answered, stamp_ms)
            if new:
                await members.remember(tx, daily.guild_id, learner.member_id, learner.face, stamp_ms)
                if daily.message_id is None and message_id is not None:
                    for post in await posts.waiting(tx, *OF_A_DAILY, of=daily_id):
                        await storage.shown(tx, post, message_id)
            return await _locked(tx, daily, learner.member_id, new=new)

        locked = await self._write(daily.guild_id, job, of_member(learner.member_id))
        if locked.new and (current := await storage.load(self._store, daily_id)) and current.message_id is not None:

            async def view() -> DailyView | None:
                now = await storage.load(self._store, daily_id)
                return await self._view(now) if now and now.closed_ms is None else None

            self._out.hint(_placed(current, current.message_id), view)
        return locked

    async def locked(self, daily_id: int, guild_id: int | None, member_id: int) -> Locked:
        """What a member has locked in. Raises UserError for a question that is not there, or another server's."""
        return await _locked(self._store, await self.of(daily_id, guild_id), member_id, new=False)

    async def mine(self, daily_id: int, guild_id: int | None, member_id: int) -> MyDaily:
        """A member's own answer. Raises UserError while the question is open: its result is not out."""
        daily = await self.of(daily_id, guild_id)
        if daily.closed_ms is None:
            raise UserError(fact(Code.DAILY_STILL_OPEN))
        given = await storage.given_by(self._store, daily, member_id)
        points = await storage.points_of(self._store, daily_id, member_id)
        days = await storage.days(self._store, daily.guild_id, daily.day, member_id)
        here, question = await rulings.here(self._store, daily.guild_id, daily.pack_id), daily.question
        counted = None if given is None else here.counted(question, given)
        accepted = given is not None and given.text in here.accepted(question)
        streak = rules.streak(days)
        return MyDaily(daily, counted, points, streak, here.key(question), here.retired(question), accepted)

    async def streak(self, guild_id: int, member_id: int | None = None) -> int:
        """How many questions in a row were answered here, by anybody or by that member."""
        return rules.streak(await storage.days(self._store, guild_id, "9999", member_id))

    # Closing

    async def close(self, daily_id: int) -> None:
        """The time is up: the answers count now, and the result is shown.

        The question's message must be known: its result goes there.
        """
        await self.deliver(daily_id)
        now_ms = self._clock.now_ms()
        asked = await storage.load(self._store, daily_id)
        if asked is None:
            return

        async def job(tx: Transaction) -> bool:
            daily = await storage.load(tx, daily_id)
            if daily is None or daily.closed_ms is not None or daily.message_id is None:
                return False
            given = await storage.all_given(tx, daily)
            periods = (await servers.load(tx, daily.guild_id)).periods(now_ms)
            most_days = self._library_of(None).known(daily.guild_id).review_within_days(daily.pack_id)
            here, key = await rulings.here(tx, daily.guild_id, daily.pack_id), FilePlace(daily.question.key)
            asked = AskedOfMany(daily.guild_id, daily.pack_id, storage.MODE, daily_id, 0, key, most_days)
            await record_choices(tx, asked, daily.question, given, now_ms, periods)
            ruling = here.on(daily.question.id, daily.question.content_hash)
            if (
                ruling and ruling.in_force
            ):  # decided while it was open: it ends as it was asked, and is regraded at once
                subject = Subject(daily.guild_id, daily.pack_id, daily.question.id, daily.question.content_hash)
                await rulings.ask_regrades(tx, [subject], now_ms)
            await storage.close(tx, daily, now_ms)
            return True

        if await self._write(asked.guild_id, job):
            await self._happenings.tell(DailyClosed())
            await self.deliver(daily_id)

    async def to_close(self) -> list[int]:
        """The questions whose time is up; a click that was made in time may arrive a little later."""
        now_ms = self._clock.now_ms()
        oldest_ms = self.oldest_ms()
        if oldest_ms is not None and now_ms - oldest_ms < BEHIND_MS:  # each of them counts
            now_ms = min(now_ms, oldest_ms)
        return await storage.to_close(self._store, now_ms - DRAIN_MS, self._ours())

    async def close_in_time(self) -> None:
        """A question that was asked by a clock that was ahead closes in a day, as if it had been asked now."""
        now_ms = self._clock.now_ms()
        if await storage.any_closing_after(self._store, now_ms + LONGEST_MS):
            await self._store.write(lambda tx: storage.close_by(tx, now_ms + LONGEST_MS, now_ms + DAY_MS))

    async def next_close_ms(self) -> int | None:
        """When the next question is to be closed."""
        closes_ms = await storage.next_close_ms(self._store, self._ours())
        return None if closes_ms is None else closes_ms + DRAIN_MS

    # Showing

    async def waiting(self) -> list[int]:
        """The questions of which something is still to be shown."""
        return sorted({post.what.of for post in await posts.waiting(self._store, *OF_A_DAILY, held=self._ours())})

    async def deliver(self, daily_id: int) -> None:
        """Show what waits to be shown. Raises ChannelLostError when the question can't be posted: it is taken back then."""
        async with self._locks.setdefault(daily_id, asyncio.Lock()):
            for post in await posts.waiting(self._store, *OF_A_DAILY, of=daily_id):
                daily = await storage.load(self._store, daily_id)
                if daily is not None:
                    await (self._post(daily, post) if post.kind is Kind.QUESTION else self._reveal(daily, post))

    async def _post(self, daily: Daily, post: Post) -> None:
        try:
            message_id = await self._out.earlier(post)
            if message_id is None and self._out.is_old(post) and daily.closes_ms <= self._clock.now_ms():
                # Nobody saw it, and nobody could answer it now.
                await self._write(daily.guild_id, lambda tx: storage.withdraw(tx, post))
                return
            if message_id is None:
                message_id = await self._out.send(post, await self._view(daily))
        except ChannelLostError:
            await self._write(daily.guild_id, lambda tx: storage.withdraw(tx, post))
            raise
        shown = message_id
        await self._write(daily.guild_id, lambda tx: storage.shown(tx, post, shown))

    async def _reveal(self, daily: Daily, post: Post) -> None:
        view = await self._view(daily)
        message_id = daily.message_id or 0
        try:
            try:
                await self._out.edit(_placed(daily, message_id), view)
            except MessageGoneError:
                message_id = await self._out.earlier(post) or await self._out.send(post, view)
        except ChannelLostError as lost:
            _log.info("the result of the question of the day %d can't be shown: %s", daily.id, lost)
            await self._write(daily.guild_id, lambda tx: posts.drop(tx, post.id))
            return
        await self._write(daily.guild_id, lambda tx: storage.shown(tx, post, message_id))

    async def show_again(self, regraded: Regraded) -> None:
        """Managers decided otherwise about a question: the results that are shown say so, when there is room for it."""
        subject = regraded.subject
        for daily in await storage.results_of(self._store, subject.guild_id, subject.pack_id, subject.question_id):
            if daily.message_id is not None and daily.question.content_hash == subject.question_hash:
                view = functools.partial(self._view, daily)
                self._out.hint(_placed(daily, daily.message_id), view)

    async def _view(self, daily: Daily) -> DailyView:
        given = await storage.all_given(self._store, daily)
        days = await storage.days(self._store, daily.guild_id, daily.day)
        before = await storage.before(self._store, daily)
        last = (before.channel_id, before.message_id) if before and before.message_id else None
        library = self._library_of(daily.guild_id)
        try:
            ref = library.section(daily.pack_id, daily.question.section)
            section, to_read = library.title(ref), bool(ref.section.pages)
        except NotFound:
            section, to_read = daily.question.section, False
        here, question = await rulings.here(self._store, daily.guild_id, daily.pack_id), daily.question
        key, retired = here.key(question), here.retired(question)
        counted = [here.counted(question, one) for one in given.values()]
        shared = shares(counted, key) if daily.closed_ms is not None else Shares()
        return DailyView(daily, section, len(given), rules.streak(days), shared, last, key, retired, to_read)

    # Choosing

    async def _choose(self, guild_id: int, now_ms: int) -> tuple[str, Question]:
        """The course that was not asked about for longest, and a question of it."""
        packs = [pack for pack in self._library_of(guild_id).packs if pack.questions]
        if not packs:
            raise UserError(fact(Code.NO_QUESTIONS_HERE))
        last_ms = await storage.last_asked_ms(self._store, guild_id)
        pack = min(packs, key=lambda one: last_ms.get(one.id, 0))
        lately = await storage.lately(self._store, guild_id, now_ms - rules.NOT_AGAIN_DAYS * DAY_MS)
        lately = [one for one in lately if one.pack_id == pack.id]
        near_ms = now_ms - rules.APART_DAYS * DAY_MS
        known = rules.Known(
            tallies=await storage.tallies(self._store, guild_id, pack.id),
            asked=[one.question.id for one in lately],
            near=[one.question for one in lately if one.asked_ms >= near_ms],
            met_ms=await storage.met_ms(self._store, guild_id, pack.id, now_ms - rules.FORGOTTEN_DAYS * DAY_MS),
            now_ms=now_ms,
        )
        here = await rulings.here(self._store, guild_id, pack.id)
        ruled = {one.id for one in pack.questions if (found := here.on(one.id, one.content_hash)) and found.in_force}
        secret = await open_questions.to_come(self._store, guild_id, pack.id)
        free = [question for question in pack.questions if question.id not in secret]
        if not free:
            raise UserError(fact(Code.ALL_ASKED_IN_GAMES))
        undisputed = [question for question in free if question.id not in ruled]
        return pack.id, rules.choose(undisputed or free, known, self._rng)

    async def _closes_ms(self, guild_id: int, server: Server, now_ms: int) -> int:
        """The same time tomorrow, or the next scheduled question after today where that is earlier."""
        wall, today = utc(now_ms).astimezone(server.zone), local_day(now_ms, server.zone)
        later = (moment(today + timedelta(days=n), wall.hour, wall.minute, server.zone) for n in (1, 2))
        closes_ms = next(at_ms for at_ms in later if at_ms is not None)
        for one in await schedules.of_guild(self._store, guild_id):
            if one.setup is None and one.next_ms is not None:
                occurrence = next_after(now_ms, one.weekly, server.zone)
                if occurrence.day == today:
                    occurrence = next_after(occurrence.at_ms, one.weekly, server.zone)
                closes_ms = min(closes_ms, occurrence.at_ms)
        return closes_ms

    async def of(self, daily_id: int, guild_id: int | None) -> Daily:
        """A server's question of the day. Raises UserError when it is not there, or another server's."""
        daily = await storage.load(self._store, daily_id)
        if daily is None:
            raise NotFound(fact(Code.DAILY_GONE))
        if daily.guild_id != guild_id:
            raise UserError(fact(Code.DAILY_ELSEWHERE))
        return daily


async def _locked(db: Reads, daily: Daily, member_id: int, *, new: bool) -> Locked:
    given = await storage.given_by(db, daily, member_id)
    own = rules.streak(await storage.days(db, daily.guild_id, daily.day, member_id))
    all_ = rules.streak(await storage.days(db, daily.guild_id, daily.day))
    here, question = await rulings.here(db, daily.guild_id, daily.pack_id), daily.question
    if given is None or here.retired(question):
        return Locked(daily, given, new, own, all_)
    key, at_once = here.key(question), (await servers.load(db, daily.guild_id)).reasons_at_once
    right, accepted = here.is_right(question, given), given.text in here.accepted(question)
    return Locked(daily, given, new, own, all_, right, key if at_once else None, accepted)


def _placed(daily: Daily, message_id: int) -> Placed:
    kind = Kind.QUESTION if daily.closed_ms is None else Kind.RESULT
    return Placed(What(kind, daily.id), Channel(daily.guild_id, daily.channel_id), message_id)
