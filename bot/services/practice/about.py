"""What *Quiz me on this* does: questions about the words of the course that a message uses."""

from typing import NamedTuple

from bot.errors import UserError
from bot.facts import Code, fact
from bot.packs.library import LibraryOf, Mentions
from bot.packs.models import Question
from bot.quiz.practice.about import most_about
from bot.quiz.practice.picking import DEFAULT_QUESTIONS, Run
from bot.services.practice.practising import Learner, Practice

POOL = 3 * DEFAULT_QUESTIONS
"""Of so many questions, those that have the most to do with a message, the ones best for the learner are asked."""


class About(NamedTuple):
    """A run, and the words and sections that it is about."""

    run: Run
    words: list[str]


class AskAbout:
    """Finds what a text speaks of, and asks about it."""

    def __init__(self, library_of: LibraryOf, practice: Practice) -> None:
        self._library_of = library_of
        self._practice = practice

    async def start(self, learner: Learner, text: str) -> About:
        """Begin a run about a text. Raises UserError where it has no word of a course, or none that is asked about."""
        here = self._library_of(learner.guild_id)
        found = here.mentions(text)
        asked = self._questions(found) if found else []
        if found is None or not asked:
            raise UserError(fact(Code.NO_WORDS_IN_MESSAGE, course=here.packs[0].head.title))
        ids = {one.id for one in asked}
        run = await self._practice.start_among(learner, found.pack.id, lambda question, _seen: question.id in ids)
        names = [one.name for one in found.terms] + [one.title for one in found.sections]
        return About(run, list(dict.fromkeys(names)))

    def _questions(self, found: Mentions) -> list[Question]:
        sections = [one.id for one in found.sections]
        return most_about(found.pack.questions, found.users, sections, POOL)
