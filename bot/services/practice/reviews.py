"""Review: a practice of what is due today, over everything that a member has answered."""

from random import Random
from typing import NamedTuple

from bot.clock import Clock
from bot.errors import UserError
from bot.facts import Code, fact
from bot.packs.library import Library, LibraryOf
from bot.packs.models import Pack
from bot.quiz.practice.picking import Run
from bot.quiz.practice.reviewing import Due, pick_due
from bot.services.practice.practising import Learner, Practice
from bot.storage import answers
from bot.storage.store import Store

AT_ONCE = 10
"""Questions of one sitting; who wants more starts another."""


class CourseDue(NamedTuple):
    """What is due in one course, and how many of its questions the learner has met, and could still meet."""

    pack_id: str
    title: str
    due: Due
    met: int = 0
    new: int = 0


class Reviews:
    """What `/review` does."""

    def __init__(
        self, library: Library, store: Store, clock: Clock, rng: Random, practice: Practice, library_of: LibraryOf
    ) -> None:
        self._library = library
        self._library_of = library_of
        self._store = store
        self._clock = clock
        self._rng = rng
        self._practice = practice

    async def due(self, learner: Learner) -> list[CourseDue]:
        """For each course here, what is due now and soon; families without a question that is asked here are left out."""
        packs = self._library_of(learner.guild_id).packs
        return [await self._of_course(learner, pack) for pack in packs]

    async def _of_course(self, learner: Learner, pack: Pack) -> CourseDue:
        asked = await self._practice.asked_here(learner, pack.id, pack.questions)
        seen = await answers.last_answers(self._store, learner.member_id, pack.id)
        met = sum(question.id in seen for question in asked)
        due = await self._practice.due(learner, pack)
        return CourseDue(pack.id, pack.head.title, due, met, len(asked) - met)

    async def start(self, learner: Learner, pack_id: str) -> Run:
        """Begin a sitting of what is due. Raises UserError when nothing is."""
        pack = self._library_of(learner.guild_id).pack(pack_id)
        seen = await answers.last_answers(self._store, learner.member_id, pack.id)
        due = await answers.due_by_family(self._store, learner.member_id, pack.id)
        asked = await self._practice.asked_here(learner, pack.id, pack.questions)
        questions = pick_due(asked, seen, due, AT_ONCE, self._clock.now_ms(), self._rng)
        if not questions:
            raise UserError(fact(Code.NOTHING_DUE))
        return await self._practice.start_with(learner, pack.id, questions)
