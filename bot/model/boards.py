"""What stands on a leaderboard."""

from typing import NamedTuple

from bot.quiz.board.improvement import Improvement
from bot.quiz.board.rating import Rating
from bot.quiz.board.streaks import Streak


class Total(NamedTuple):
    """A member's totals in one server and period."""

    member_id: int
    points: int
    answers: int
    correct: int


class Rated(NamedTuple):
    """A member's rating in one server."""

    member_id: int
    rating: Rating


class InARow(NamedTuple):
    """A member's days in a row in one server."""

    member_id: int
    streak: Streak


class Improved(NamedTuple):
    """A member who does better in one server than before."""

    member_id: int
    improvement: Improvement


Of = Total | Rated | InARow | Improved


class Entry(NamedTuple):
    """A member on a board; ``value`` is what the board orders by."""

    value: float
    of: Of


class SectionTotal(NamedTuple):
    """What a member answered in a section; ``section`` is ``pack/section``."""

    member_id: int
    name: str | None
    section: str
    answers: int
    right: int
    points: int
