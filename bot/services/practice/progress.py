"""Progress: what a learner knows, which myths they may believe, and what to do next about it."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import NamedTuple

from bot.charts.history import Day, History
from bot.clock import Clock, zone_of
from bot.errors import NotFound
from bot.facts import Code, fact
from bot.model.answers import Answered
from bot.packs.library import Library, LibraryOf, SectionRef
from bot.packs.models import Misconception, Pack, Question
from bot.quiz.board.improvement import Tries
from bot.quiz.board.streaks import Streak
from bot.quiz.calendar.schedule import local_day
from bot.quiz.practice import plan as planning
from bot.quiz.practice.mastery import Level, Mastery, guessed_shares, mastery
from bot.quiz.practice.mixups import Choice, Mixup, Search, aimed_at, mixups, most_telling
from bot.quiz.practice.picking import Interlude, Run, Seen, too_close
from bot.quiz.practice.plan import NEW_QUESTIONS, Plan, SectionStanding
from bot.quiz.practice.reviewing import Due, pick_due
from bot.quiz.practice.spacing import FamilyAnswer
from bot.quiz.question.asking import Sureness
from bot.services.practice.practising import Expected, Learner, Practice
from bot.storage import activity, answers, member_settings, reading
from bot.storage.store import Store

HISTORY_DAYS = 28
AIMED = 5
OF_THE_SECTION = 1
"""How many of a plan's new questions are of its own section; the others find out about the rest of the course."""
HELPED_FROM = 0.3
"""How likely a misconception must be held before the plan chooses a page for it."""


class SectionProgress(NamedTuple):
    """A section, how well it is known, and how many of its pages were read."""

    ref: SectionRef
    mastery: Mastery
    read: int


class MixupView(NamedTuple):
    """A myth that a learner may believe, with the page that puts it right (from 0) and the demo that shows it."""

    mixup: Mixup
    misconception: Misconception
    page: tuple[SectionRef, int] | None


class Next(NamedTuple):
    """The plan for the next ten minutes, with the section that it is about."""

    plan: Plan
    section: SectionRef | None
    new: int

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.plan.reviews and not self.new


class Progress(NamedTuple):
    """Everything that `/progress` shows of a learner in one course.

    ``calibration`` has, for each level of sureness that was told, how many answers and how many of them were right.
    ``points`` were earned in the server that it is shown in, or (direct messages) everywhere. ``first`` are the answers to
    questions that were met for the first time.
    """

    pack_id: str
    title: str
    courses: Sequence[tuple[str, str]]
    sections: Sequence[SectionProgress]
    answered: int
    right: int
    streak: Streak
    calibration: dict[Sureness, tuple[int, int]]
    due: Due
    mixups: Sequence[MixupView]
    next: Next
    points: int = 0
    first: Tries = Tries(0, 0)


class _Learned(NamedTuple):
    """What is stored of a learner in a course, and its questions that count where they are; ``askable`` can be asked now."""

    pack: Pack
    questions: list[Question]
    askable: list[Question]
    past: list[Answered]
    choices: list[Choice]
    standings: list[SectionStanding]
    mixups: list[Mixup]
    due_ms: dict[str, int]
    seen: dict[str, Seen]

    @property
    def not_met(self) -> list[Question]:
        """The questions not answered yet."""
        return [one for one in self.askable if one.id not in self.seen]


class ProgressOf:
    """What `/progress` does, and `/quiz` without options."""

    def __init__(
        self,
        library: Library,
        store: Store,
        clock: Clock,
        rng: Random,
        practice: Practice,
        library_of: LibraryOf,
        expected: Expected | None = None,
    ) -> None:
        self._library = library
        self._library_of = library_of
        self._store = store
        self._clock = clock
        self._rng = rng
        self._practice = practice
        self._expected = expected

    async def show(self, learner: Learner, pack_id: str | None = None) -> Progress:
        """A learner's progress in a course: the given one, or the one that they answered in last."""
        here = self._library_of(learner.guild_id)
        pack = here.pack(pack_id or await self._latest(learner))
        learned = await self._learned(learner, pack)
        told = Counter((one.sureness, one.correct) for one in learned.past if one.sureness is not None)
        return Progress(
            pack_id=pack.id,
            title=pack.head.title,
            courses=[(one.id, one.head.title) for one in here.packs],
            sections=[
                SectionProgress(
                    here.section(pack.id, one.section_id),
                    one.mastery,
                    len(here.section(pack.id, one.section_id).section.pages) - len(one.unread),
                )
                for one in learned.standings
            ],
            answered=len(learned.past),
            right=sum(one.correct for one in learned.past),
            streak=await self._practice.streak(learner.member_id),
            calibration={
                sure: (told[sure, True] + told[sure, False], told[sure, True])
                for sure in Sureness
                if told[sure, True] + told[sure, False]
            },
            due=await self._practice.due(learner, pack),
            mixups=[view for one in learned.mixups if (view := self._mixup(here, pack.id, one))],
            next=self._next(here, learned),
            points=await activity.own_points(self._store, learner.member_id, learner.guild_id),
            first=_first_tries(learned.past),
        )

    async def levels(self, learner: Learner, pack_id: str) -> dict[str, Level]:
        """How well a learner knows each section of a course today. Raises UserError where the course is not here."""
        learned = await self._learned(learner, self._library_of(learner.guild_id).pack(pack_id))
        return {one.section_id: one.mastery.level for one in learned.standings}

    async def history(self, learner: Learner, pack_id: str) -> History:
        """The learner's last four weeks in a course, in their own days."""
        zone = zone_of((await member_settings.load(self._store, learner.member_id)).time_zone)
        today = local_day(self._clock.now_ms(), zone)
        past = await answers.all_of(
            self._store, learner.member_id, self._library.known(learner.guild_id).pack(pack_id).id
        )
        counted = Counter((local_day(one.given_ms, zone), one.correct) for one in past)
        days = [today - timedelta(days=ago) for ago in reversed(range(HISTORY_DAYS))]
        return History([Day(f"{day.day} {day:%b}", counted[day, True], counted[day, False]) for day in days])

    async def plan(self, learner: Learner, pack_id: str | None = None) -> tuple[str, Next]:
        """What to do next, and in which course."""
        here = self._library_of(learner.guild_id)
        pack = here.pack(pack_id or await self._latest(learner))
        return pack.id, self._next(here, await self._learned(learner, pack))

    async def start(self, learner: Learner, pack_id: str | None = None) -> tuple[Run, Next]:
        """Begin the plan: a run of the reviews that are due, then a page, then new questions. The courses take turns.

        Who has met every question, and has nothing due, gets those not seen for longest.
        """
        here = self._library_of(learner.guild_id)
        pack = here.pack(pack_id or await self._practice.course_by_turns(learner))
        learned = await self._learned(learner, pack)
        ahead = self._next(here, learned)
        now_ms = self._clock.now_ms()
        search = Search(learned.choices, {question.id: question for question in learned.questions})
        reviews = pick_due(
            learned.askable, learned.seen, learned.due_ms, ahead.plan.reviews, now_ms, self._rng, search.worth
        )
        for question in reviews:
            search.ask(question)
        asked = {question.family for question in reviews}
        expected = await self._expected(learner.member_id, pack.id) if self._expected else None
        fresh = [one for one in learned.not_met if one.family not in asked]
        own = [one for one in fresh if ahead.section and one.section == ahead.section.section.id]
        new = most_telling(own, search, OF_THE_SECTION, self._rng, expected)
        others = [one for one in fresh if not any(too_close(one, other) for other in new)]
        new += most_telling(others, search, NEW_QUESTIONS - len(new), self._rng, expected)
        ahead = ahead._replace(new=len(new))
        if not reviews and not new:
            return await self._practice.start(learner, None, None, pack_id=pack.id), ahead
        interlude = None
        if new and ahead.section and ahead.plan.page is not None:
            interlude = Interlude(len(reviews), ahead.section.section.id, ahead.plan.page)
        run = await self._practice.start_with(learner, pack.id, [*reviews, *new], interlude)
        return run, ahead

    async def aim(self, learner: Learner, pack_id: str, misconception_id: str) -> Run:
        """Begin a run of questions that offer a misconception. Raises NotFound for one that the course does not have."""
        here = self._library_of(learner.guild_id)
        pack = here.pack(pack_id)
        if here.misconception(pack.id, misconception_id) is None:
            raise NotFound(fact(Code.BELIEF_GONE))
        asked = await self._practice.asked_here(learner, pack.id, pack.questions)
        seen = await answers.last_answers(self._store, learner.member_id, pack.id)
        last_ms = {question_id: one.last_ms for question_id, one in seen.items()}
        return await self._practice.start_with(learner, pack.id, aimed_at(misconception_id, asked, last_ms, AIMED))

    async def _latest(self, learner: Learner) -> str:
        here = self._library_of(learner.guild_id).packs
        latest = await answers.latest_course(self._store, learner.member_id, [pack.id for pack in here])
        return latest or here[0].id

    async def _learned(self, learner: Learner, pack: Pack) -> _Learned:
        member_id = learner.member_id
        questions = await self._practice.kept_here(learner.guild_id, pack.id, pack.questions)
        askable = await self._practice.not_open(learner, pack.id, questions)
        past = await answers.all_of(self._store, member_id, pack.id)
        cards = await answers.cards(self._store, member_id, pack.id)
        read = await reading.pages_read(self._store, member_id, pack.id)
        now_ms = self._clock.now_ms()
        given: dict[str, list[FamilyAnswer]] = {}
        for one in past:
            given.setdefault(one.family, []).append(
                FamilyAnswer(one.question_id, one.correct, one.sureness, one.answered_ms)
            )
        opened = {(place.section_id, place.page) for place in read}
        standings = []
        for section in pack.sections:
            guessed = guessed_shares(one for one in questions if one.section == section.id)
            if guessed:
                unread = [number for number in range(len(section.pages)) if (section.id, number) not in opened]
                standings.append(
                    SectionStanding(section.id, mastery(guessed, given, cards, now_ms), unread, len(section.pages))
                )
        choices = [Choice(o.question_id, o.question_hash, o.chosen, o.correct, o.answered_ms, o.sureness) for o in past]
        return _Learned(
            pack,
            questions,
            askable,
            past,
            choices,
            standings,
            mixups(choices, {question.id: question for question in questions}),
            {family: card.due_ms for family, card in cards.items()},
            {one.question_id: Seen(one.answered_ms, one.correct) for one in past},
        )

    def _next(self, here: Library, learned: _Learned) -> Next:
        pack, now_ms = learned.pack, self._clock.now_ms()
        families = {question.family for question in learned.askable}
        due = {family for family, at in learned.due_ms.items() if family in families and at <= now_ms}
        new = [one for one in learned.not_met if one.family not in due]
        helping: dict[str, list[int]] = {}
        for one in learned.mixups:
            page = here.refuting_page(pack.id, one.misconception_id)
            if page and not one.gone and one.likely >= HELPED_FROM:
                helping.setdefault(page[0].section.id, []).append(page[1])
        # Of the pages that help, the one for the likeliest myth comes first.
        first = {section_id: pages[:1] for section_id, pages in helping.items()}
        chosen = planning.plan(len(due), learned.standings, first)
        section = here.section(pack.id, chosen.section_id) if chosen.section_id else None
        return Next(chosen, section, min(NEW_QUESTIONS, len(new)))

    def _mixup(self, here: Library, pack_id: str, one: Mixup) -> MixupView | None:
        belief = here.misconception(pack_id, one.misconception_id)
        return MixupView(one, belief, here.refuting_page(pack_id, belief.id)) if belief else None


def _first_tries(past: Sequence[Answered]) -> Tries:
    first: dict[str, bool] = {}
    for one in past:
        first.setdefault(one.question_id, one.correct)
    return Tries(sum(first.values()), len(first))
