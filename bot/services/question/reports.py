"""Reports: a member says that something is wrong with a question, or that what they typed should count."""

from bot.clock import Clock
from bot.errors import NotFound, UserError
from bot.facts import Code, fact
from bot.model.rulings import MOST_CHARACTERS, Report
from bot.packs.library import Library
from bot.packs.models import Question
from bot.quiz.question.asking import Given
from bot.services.practice.practising import Learner
from bot.storage.question import reports
from bot.storage.store import Store


class Reports:
    """What *Report this question* does."""

    def __init__(self, library: Library, store: Store, clock: Clock) -> None:
        self._library = library
        self._store = store
        self._clock = clock

    def find(self, guild_id: int | None, pack_id: str, question_id: str) -> Question:
        """The question that somebody in a server wants to report. Raises NotFound for one that is gone."""
        question = self._library.known(guild_id).question(pack_id, question_id)
        if question is None:
            raise NotFound(fact(Code.REPORTED_GONE))
        return question

    async def report(self, learner: Learner, pack_id: str, question_id: str, words: str) -> bool:
        """Keep a report; says whether it is this member's first on the question.

        Raises NotFound for a question that is gone, and UserError for a report that says nothing.
        """
        question = self.find(learner.guild_id, pack_id, question_id)
        words = words.strip()[:MOST_CHARACTERS]
        if not words:
            raise UserError(fact(Code.EMPTY_REPORT))
        report = Report(
            member_id=learner.member_id,
            pack_id=pack_id,
            question_id=question_id,
            question_hash=question.content_hash,
            guild_id=learner.guild_id,
            words=words,
            at_ms=self._clock.now_ms(),
        )
        return await self._store.write(lambda tx: reports.save(tx, report))

    async def should_count(
        self, member_id: int, guild_id: int | None, pack_id: str, question: Question, given: Given
    ) -> bool:
        """Keep that what a member typed in a server should count; says whether that is new.

        ``question`` is as it was when they answered. Raises NotFound for one that is gone.
        """
        self.find(guild_id, pack_id, question.id)
        report = Report(
            member_id=member_id,
            pack_id=pack_id,
            question_id=question.id,
            question_hash=question.content_hash,
            guild_id=guild_id,
            words="",
            at_ms=self._clock.now_ms(),
            typed=given.text,
        )
        return await self._store.write(lambda tx: reports.claim(tx, report))
