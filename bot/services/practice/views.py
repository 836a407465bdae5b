"""A question of a quiz as it is asked, what an answer came to, and how a run went."""

from dataclasses import dataclass, field
from typing import NamedTuple

from bot.packs.library import SectionRef
from bot.packs.models import Misconception, Question, Section, Term
from bot.quiz.board.points import QuestionStanding
from bot.quiz.board.streaks import Streak
from bot.quiz.practice.picking import Asked, Run
from bot.quiz.practice.reviewing import Due
from bot.quiz.practice.sitting import NextStep, next_step
from bot.quiz.question.asking import FilePlace, Given, Sureness


class Asking(NamedTuple):
    """A question as it is shown: the run, the question, the order of its options."""

    run: Run
    asked: Asked
    question: Question
    section: Section

    @property
    def number(self) -> int:
        """Which question of the run this is, from 1."""
        return self.run.asked.index(self.asked) + 1


@dataclass(frozen=True)
class Outcome:
    """A question after its answer. ``doubled`` tells that it had been answered before, so that nothing changed.

    ``standing`` is None when the answer is only looked at again. ``key`` is the option that managers of the server made the
    right one, ``retired`` tells that they took the question out, ``accepted`` that they have what was typed count.
    """

    asking: Asking
    given: Given
    correct: bool
    points: int
    standing: QuestionStanding | None
    in_server: bool
    doubled: bool
    misconception: Misconception | None
    is_last: bool
    terms: list[Term] = field(default_factory=list)
    sureness: Sureness | None = None
    key: FilePlace | None = None
    retired: bool = False
    accepted: bool = False

    @property
    def right_option(self) -> FilePlace:
        """The option that is right here: the managers' where they changed the key, else the course's."""
        return FilePlace(self.asking.question.key) if self.key is None else self.key


class Summary(NamedTuple):
    """A finished run, and where it leaves the learner.

    ``to_read`` is the section of the first question that was missed of those that a lesson explains. ``myth`` is the belief
    behind the first wrong choice that had one. ``due`` is of the run's course; ``points_today`` were earned where the run
    was taken, in a server or (direct messages) everywhere.
    """

    run: Run
    missed: list[Question]
    section: SectionRef | None
    to_read: Section | None = None
    myth: Misconception | None = None
    streak: Streak = Streak(0, today=False, grace_used=False)
    due: Due = Due()
    points_today: int = 0

    @property
    def step(self) -> NextStep:
        """The one thing to do next."""
        return next_step(len(self.missed), self.due.now)
