"""Practice: a member's private run of questions, its answers, and what they earn."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import tzinfo
from random import Random
from typing import NamedTuple

from bot.clock import Clock, zone_of
from bot.errors import NotFound, NotYours, UserError
from bot.facts import Code, fact
from bot.model.answers import StoredAnswer
from bot.model.courses import course_id_of
from bot.model.members import Face
from bot.packs.library import Library, LibraryOf, SectionRef
from bot.packs.models import Misconception, Pack, Question
from bot.quiz.board.points import QuestionStanding, points_for, standing
from bot.quiz.board.streaks import Streak, streak
from bot.quiz.calendar.schedule import local_day, moment
from bot.quiz.practice import picking as rules
from bot.quiz.practice.picking import Asked, Interlude, Run, Seen
from bot.quiz.practice.reviewing import Due, count_due
from bot.quiz.practice.spacing import Aim, replay, review
from bot.quiz.question.asking import FilePlace, Given, Submission, Sureness, given_by, is_right, is_slip
from bot.services.practice.views import Asking, Outcome, Summary
from bot.storage import activity, answers, member_settings, members, open_questions, servers
from bot.storage import practice as runs
from bot.storage.locks import of_member
from bot.storage.question import rulings
from bot.storage.store import Reads, Store, Transaction


class Learner(NamedTuple):
    """Who is practising, and where: in a server, or (None) in direct messages."""

    member_id: int
    guild_id: int | None
    name: str
    avatar: str | None = None

    @property
    def face(self) -> Face:
        """How they are shown."""
        return Face(self.name, self.avatar)


class QuestionChangedError(UserError):
    """The question was edited since it was asked, or can't be answered here now."""


class SlipError(UserError):
    """What was typed is one letter away from right; it was not taken for the answer, so that it can be typed again."""


class QuestionOpenError(QuestionChangedError):
    """The question is open elsewhere, so its answer can't be told."""


Expected = Callable[[int, str], Awaitable[Mapping[str, float] | None]]
"""Tells the share of right answers to expect of a member in a course, by question; None when that is not known."""


class Practice:
    """What `/quiz` does."""

    def __init__(
        self,
        library: Library,
        store: Store,
        clock: Clock,
        rng: Random,
        library_of: LibraryOf | None = None,
        expected: Expected | None = None,
    ) -> None:
        self._library = library
        self._library_of = library_of or (lambda _guild_id: library)
        self._expected = expected
        self._store = store
        self._clock = clock
        self._rng = rng

    async def start(
        self,
        learner: Learner,
        section: SectionRef | None,
        difficulty: str | None,
        count: int = rules.DEFAULT_QUESTIONS,
        pack_id: str | None = None,
    ) -> Run:
        """Begin a run of at most ``count`` questions: of a section, of the pack, or of the course whose turn it is.

        Raises UserError when no question fits, or when the server does not have the course.
        """
        here = self._library_of(learner.guild_id)
        pack_id = section.pack.id if section else pack_id
        pack = here.pack(pack_id or await self.course_by_turns(learner, difficulty))
        candidates = here.questions(pack.id, section.section.id if section else None, difficulty)
        candidates = await self._to_ask(learner, pack.id, candidates)
        if not candidates:
            raise UserError(fact(Code.NONE_OF_DIFFICULTY))
        seen = await answers.last_answers(self._store, learner.member_id, pack.id)
        due = await answers.due_by_family(self._store, learner.member_id, pack.id)
        expected = await self._expected(learner.member_id, pack.id) if self._expected else None
        questions = rules.pick(candidates, seen, due, count, self._clock.now_ms(), self._rng, expected)
        return await self._create(
            learner, pack.id, section.section.id if section else None, difficulty, rules.ask(questions, self._rng)
        )

    async def course_by_turns(self, learner: Learner, difficulty: str | None = None) -> str:
        """Of the courses here that have such questions, the one that the learner was asked about the longest ago."""
        here = self._library_of(learner.guild_id)
        fitting = [one for one in here.packs if here.questions(one.id, None, difficulty)] or here.packs
        last = await runs.last_of_courses(self._store, learner.member_id) if len(fitting) > 1 else {}
        return min(fitting, key=lambda one: last.get(one.id, 0)).id

    async def retry_missed(self, run_id: int, learner: Learner) -> Run:
        """A new run of the questions that were answered wrong in an earlier one.

        Raises UserError when there are none.
        """
        run = await self._run(run_id, learner.member_id)
        known = self._library.known(run.guild_id)
        questions = [q for a in run.missed if (q := known.question(run.pack_id, a.question_id))]
        questions = await self._to_ask(learner, run.pack_id, questions)
        if not questions:
            raise UserError(fact(Code.NOTHING_MISSED))
        asked = rules.ask(questions, self._rng)
        return await self._create(learner, run.pack_id, run.section_id, run.difficulty, asked)

    async def start_with(
        self, learner: Learner, pack_id: str, questions: list[Question], interlude: Interlude | None = None
    ) -> Run:
        """Begin a run of these questions, as the pack has them now. Raises UserError when there are none."""
        known = self._library.known(learner.guild_id)
        current = [q for one in questions if (q := known.question(pack_id, one.id))]
        current = (await self._to_ask(learner, pack_id, current))[: rules.MAX_QUESTIONS]
        if not current:
            raise UserError(fact(Code.NONE_ASKED_HERE))
        return await self._create(learner, pack_id, None, None, rules.ask(current, self._rng), interlude)

    async def start_new(self, learner: Learner, pack_id: str) -> Run:
        """Begin a run of questions that the learner never met. Raises UserError when there are none."""
        return await self.start_among(learner, pack_id, lambda question, seen: question.id not in seen)

    async def start_met(self, learner: Learner, pack_id: str) -> Run:
        """Begin a run of questions that the learner has met, due or not. Raises UserError when there are none."""
        return await self.start_among(learner, pack_id, lambda question, seen: question.id in seen)

    async def start_among(
        self, learner: Learner, pack_id: str, fits: Callable[[Question, Mapping[str, Seen]], bool]
    ) -> Run:
        """Begin a run of questions that fit, given what the learner has seen. Raises UserError when there are none."""
        pack = self._library_of(learner.guild_id).pack(pack_id)
        seen = await answers.last_answers(self._store, learner.member_id, pack.id)
        asked = await self._to_ask(learner, pack.id, pack.questions)
        candidates = [question for question in asked if fits(question, seen)]
        if not candidates:
            raise UserError(fact(Code.NONE_ASKED_HERE))
        expected = await self._expected(learner.member_id, pack.id) if self._expected else None
        now_ms = self._clock.now_ms()
        questions = rules.pick(candidates, seen, {}, rules.DEFAULT_QUESTIONS, now_ms, self._rng, expected)
        return await self._create(learner, pack.id, None, None, rules.ask(questions, self._rng))

    async def kept_here(self, guild_id: int | None, pack_id: str, questions: Iterable[Question]) -> list[Question]:
        """Those that the managers of the server have not retired."""
        here = await rulings.here(self._store, guild_id, pack_id)
        return [question for question in questions if not here.retired(question)]

    async def asked_here(self, learner: Learner, pack_id: str, questions: Iterable[Question]) -> list[Question]:
        """Those that the learner can be asked now: neither retired nor open somewhere."""
        return await self.not_open(learner, pack_id, await self.kept_here(learner.guild_id, pack_id, questions))

    async def not_open(self, learner: Learner, pack_id: str, questions: Iterable[Question]) -> list[Question]:
        """Those that are not open in a competition or as the question of the day.

        What is open in a server has its answer told nowhere else before its result.
        """
        secret = await open_questions.for_member(self._store, learner.guild_id, learner.member_id, pack_id)
        return [question for question in questions if question.id not in secret]

    async def _to_ask(self, learner: Learner, pack_id: str, questions: Iterable[Question]) -> list[Question]:
        kept = await self.kept_here(learner.guild_id, pack_id, questions)
        asked = await self.not_open(learner, pack_id, kept)
        if kept and not asked:
            raise UserError(fact(Code.ALL_OPEN))
        return asked

    async def _create(
        self,
        learner: Learner,
        pack_id: str,
        section_id: str | None,
        difficulty: str | None,
        asked: tuple[Asked, ...],
        interlude: Interlude | None = None,
    ) -> Run:
        run = Run(0, learner.member_id, learner.guild_id, pack_id, section_id, difficulty, asked, interlude)
        run_id = await self._store.write(
            lambda tx: runs.create(tx, run, self._clock.now_ms()), of_member(learner.member_id)
        )
        return replace(run, id=run_id)

    async def current(self, run_id: int, member_id: int) -> Asking | Summary:
        """The question to show next, or the summary when all were answered.

        A question that was edited since is asked at the end in its new form; one that the pack no longer has, that was
        retired in the server, or that is open in a competition or as the question of the day, is left out.
        """
        run = await self._run(run_id, member_id)
        here = await rulings.here(self._store, run.guild_id, run.pack_id)
        secret = await open_questions.for_member(self._store, run.guild_id, member_id, run.pack_id)
        while (asked := run.current) is not None:
            question = self._library.known(run.guild_id).question(run.pack_id, asked.question_id)
            if question is not None and (here.retired(question) or question.id in secret):
                question = None
            if question is not None and question.content_hash == asked.question_hash:
                return self._asking(run, asked, question)
            await self._store.write(
                lambda tx, asked=asked, q=question: self._mend(tx, run_id, asked, q),  # type: ignore[misc]
                of_member(member_id),
            )
            run = await self._run(run_id, member_id)
        return await self.summary(run_id, member_id)

    async def _mend(self, tx: Transaction, run_id: int, asked: Asked, question: Question | None) -> None:
        # The edited question gets a position of its own, so that a click on the old page can't reach its new options.
        run = await runs.load(tx, run_id)
        if run is None or asked not in run.asked:  # somebody pressed twice, and this is done already
            return
        if question is not None:
            order = rules.option_order(question, self._rng)
            await runs.append_question(tx, run_id, replace(asked, question_hash=question.content_hash, order=order))
        await runs.drop_question(tx, run_id, asked.position)

    async def answer(
        self, run_id: int, position: int, submitted: Submission, learner: Learner, answered_ms: int
    ) -> Outcome:
        """Store what was submitted; the first answer counts, a later one changes nothing.

        Raises QuestionChangedError when the pack was edited in between, or when the question is open elsewhere now, so that
        its answer is a secret; nothing is stored then.
        """

        async def job(tx: Transaction) -> Outcome:
            run = _own(await runs.load(tx, run_id), learner.member_id)
            asked = _at(run, position)
            await _refuse_open(tx, run, asked, learner.guild_id)
            if asked.given is not None:
                return await self._outcome(tx, run, asked, self._answered(run, asked), None, doubled=True)
            question = self._question(run, asked)
            here = await rulings.here(tx, learner.guild_id, run.pack_id)
            if here.retired(question):
                raise QuestionChangedError(fact(Code.QUESTION_TAKEN_OUT))
            if asked.question_hash != question.content_hash:
                raise QuestionChangedError(fact(Code.QUESTION_EDITED))
            given = given_by(question, asked.lettering, submitted)
            if given is None:
                raise UserError(fact(Code.NO_SUCH_OPTION))
            correct = here.is_right(question, given)
            if not correct and is_slip(question, given):
                raise SlipError(fact(Code.CHECK_SPELLING))
            known = await answers.before(tx, learner.member_id, run.pack_id, question.id, question.family)
            stood = standing(known.answered_before, known.card.due_ms if known.card else None, answered_ms)
            points = points_for(correct, stood)
            answered = StoredAnswer(
                member_id=learner.member_id,
                guild_id=learner.guild_id,
                pack_id=run.pack_id,
                section_id=question.section,
                question_id=question.id,
                question_hash=question.content_hash,
                family=question.family,
                mode=runs.MODE,
                run_id=run.id,
                position=position,
                given=given,
                correct=correct,
                points=points,
                answered_ms=answered_ms,
            )
            periods: list[str] = []
            if learner.guild_id is not None:
                periods = (await servers.load(tx, learner.guild_id)).periods(answered_ms)
            card = review(known.card, correct, answered_ms, aim=self._aim(run.pack_id, known.retention))
            await answers.record(tx, answered, card, periods)
            await members.remember(tx, learner.guild_id or 0, learner.member_id, learner.face, answered_ms)
            after = replace(asked, given=given, correct=correct, points=points)
            run = replace(run, asked=tuple(after if a.position == position else a for a in run.asked))
            return await self._outcome(tx, run, after, question, stood, doubled=False)

        return await self._store.write(job, of_member(learner.member_id))

    async def say_how_sure(self, run_id: int, position: int, member_id: int, sure: Sureness) -> Outcome:
        """Note how sure the member was of an answer that they gave; when its family is due again follows from that.

        Raises UserError when there is no answer yet, or the question was edited since.
        """

        async def job(tx: Transaction) -> Outcome:
            run = _own(await runs.load(tx, run_id), member_id)
            asked = _at(run, position)
            if asked.given is None:
                raise UserError(fact(Code.ANSWER_BEFORE_SURENESS))
            await _refuse_open(tx, run, asked)
            question = self._answered(run, asked)
            await answers.set_sureness(tx, runs.MODE, run_id, position, member_id, sure)
            history = await answers.family_history(tx, member_id, run.pack_id, question.family)
            card = replay(history, self._aim(run.pack_id, (await member_settings.load(tx, member_id)).retention))
            if card:
                await answers.put_card(tx, member_id, run.pack_id, question.family, card)
            return replace(await self._outcome(tx, run, asked, question, None, doubled=False), sureness=sure)

        return await self._store.write(job, of_member(member_id))

    async def asking(self, run_id: int, position: int, member_id: int) -> Asking:
        """A question of a run as it was asked. Raises QuestionChangedError when it was edited since, or is open elsewhere."""
        run = await self._run(run_id, member_id)
        asked = _at(run, position)
        await _refuse_open(self._store, run, asked)
        question = self._question(run, asked)
        if asked.question_hash != question.content_hash:
            raise QuestionChangedError(fact(Code.QUESTION_EDITED))
        return self._asking(run, asked, question)

    async def outcome(self, run_id: int, position: int, member_id: int) -> Outcome:
        """An answered question once more. Raises UserError when it has no answer yet, or was edited since."""
        run = await self._run(run_id, member_id)
        asked = _at(run, position)
        if asked.given is None:
            raise UserError(fact(Code.ANSWER_BEFORE_REASONS))
        await _refuse_open(self._store, run, asked)
        return await self._outcome(self._store, run, asked, self._answered(run, asked), None, doubled=False)

    async def summary(self, run_id: int, member_id: int) -> Summary:
        """How the run went so far."""
        run = await self._run(run_id, member_id)
        known = self._library.known(run.guild_id)
        missed = [q for a in run.missed if (q := known.question(run.pack_id, a.question_id))]
        section = known.section(run.pack_id, run.section_id) if run.section_id else None
        learner, now_ms = Learner(member_id, run.guild_id, ""), self._clock.now_ms()
        zone = await self._zone(member_id)
        midnight_ms = moment(local_day(now_ms, zone), 0, 0, zone) or now_ms
        return Summary(
            run,
            missed,
            section,
            known.to_read(run.pack_id, missed),
            myth=await self._myth(run),
            streak=await self.streak(member_id),
            due=await self.due(learner, known.pack(run.pack_id)),
            points_today=await activity.own_points(self._store, member_id, run.guild_id, midnight_ms),
        )

    async def due(self, learner: Learner, pack: Pack) -> Due:
        """What is due of a course; families without a question that is asked here now are left out."""
        asked = await self.asked_here(learner, pack.id, pack.questions)
        families = {question.family for question in asked}
        due_ms = await answers.due_by_family(self._store, learner.member_id, pack.id)
        return count_due([at for family, at in due_ms.items() if family in families], self._clock.now_ms())

    async def streak(self, member_id: int) -> Streak:
        """A learner's days in a row, of all their courses, in their own time zone."""
        zone = await self._zone(member_id)
        days = {local_day(at_ms, zone) for at_ms in await activity.own_moments(self._store, member_id)}
        return streak(days, local_day(self._clock.now_ms(), zone))

    async def _zone(self, member_id: int) -> tzinfo:
        return zone_of((await member_settings.load(self._store, member_id)).time_zone)

    async def _myth(self, run: Run) -> Misconception | None:
        """What the first wrong choice believed, of the questions that are as they were and open nowhere."""
        secret = await open_questions.for_member(self._store, run.guild_id, run.member_id, run.pack_id)
        here = await rulings.here(self._store, run.guild_id, run.pack_id)
        for asked in run.missed:
            question = self._library.known(run.guild_id).question(run.pack_id, asked.question_id)
            if question is None or question.id in secret or question.content_hash != asked.question_hash:
                continue
            if asked.given is not None and (belief := self._belief(run, question, asked.given, here.key(question))):
                return belief
        return None

    def _belief(self, run: Run, question: Question, given: Given, key: FilePlace) -> Misconception | None:
        if given.option is None or is_right(given, key):
            return None
        return self._library.known(run.guild_id).misconception(
            run.pack_id, question.options[given.option].misconception
        )

    async def refuse_elsewhere(self, run_id: int, guild_id: int | None) -> None:
        """Raise NotFound for a run about a server's own course that somebody goes on with anywhere else."""
        if not self._library.own_packs:  # none could be found
            return
        run = await runs.load(self._store, run_id)
        if run and course_id_of(run.pack_id) is not None and run.guild_id != guild_id:
            raise NotFound(fact(Code.QUIZ_GONE))

    async def _run(self, run_id: int, member_id: int) -> Run:
        return _own(await runs.load(self._store, run_id), member_id)

    def _aim(self, pack_id: str, retention: float) -> Aim:
        return Aim(retention, self._library.review_within_days(pack_id))

    def _asking(self, run: Run, asked: Asked, question: Question) -> Asking:
        return Asking(
            run, asked, question, self._library.known(run.guild_id).section(run.pack_id, question.section).section
        )

    def _question(self, run: Run, asked: Asked) -> Question:
        question = self._library.known(run.guild_id).question(run.pack_id, asked.question_id)
        if question is None:
            raise NotFound(fact(Code.QUESTION_GONE))
        return question

    def _answered(self, run: Run, asked: Asked) -> Question:
        # The choice is stored by its place, which means nothing in another version of the question.
        question = self._question(run, asked)
        if question.content_hash != asked.question_hash:
            raise QuestionChangedError(fact(Code.EDITED_SINCE_ANSWER))
        return question

    async def _outcome(
        self, db: Reads, run: Run, asked: Asked, question: Question, stood: QuestionStanding | None, *, doubled: bool
    ) -> Outcome:
        given = asked.given
        assert given is not None
        here = await rulings.here(db, run.guild_id, run.pack_id)
        key = here.key(question)
        return Outcome(
            asking=self._asking(run, asked, question),
            given=here.counted(question, given),
            correct=bool(asked.correct),
            points=asked.points,
            standing=stood,
            in_server=run.guild_id is not None,
            doubled=doubled,
            misconception=self._belief(run, question, given, key),
            is_last=run.current is None,
            terms=self._library.known(run.guild_id).terms_of(run.pack_id, question),
            sureness=asked.sureness,
            key=key if key != question.key else None,
            retired=here.retired(question),
            accepted=given.text in here.accepted(question),
        )


def _own(run: Run | None, member_id: int) -> Run:
    if run is None:
        raise NotFound(fact(Code.QUIZ_GONE))
    if run.member_id != member_id:
        raise NotYours(fact(Code.QUIZ_NOT_YOURS))
    return run


async def _refuse_open(db: Reads, run: Run, asked: Asked, guild_id: int | None = None) -> None:
    """Raise for a question that is open in a competition or as the question of the day: its answer is not out.

    ``guild_id`` is where the member acts now, which may be another place than the run's.
    """
    for place in {run.guild_id, guild_id} - {None} or {None}:
        if asked.question_id in await open_questions.for_member(db, place, run.member_id, run.pack_id):
            raise (QuestionOpenError if asked.given is None else UserError)(fact(Code.QUESTION_OPEN))


def _at(run: Run, position: int) -> Asked:
    for asked in run.asked:
        if asked.position == position:
            return asked
    raise NotFound(fact(Code.NOT_IN_QUIZ))
