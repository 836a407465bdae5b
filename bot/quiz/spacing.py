"""When a family of questions is due again: FSRS, through the ``fsrs`` package.

One card for each (member, family), no learning steps, retention 0.9, at most 60 days: the numbers suit a course of one
lesson (https://github.com/open-spaced-repetition/py-fsrs).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from fsrs import Card as FsrsCard
from fsrs import Rating, Scheduler, State

from bot.clock import utc

MODEL = "fsrs-6/0.90/60"
"""Stored with every card, so that another model knows which ones to recompute."""
DAY_MS = 86_400_000
GUESS_DAYS = 3
"""After a right guess a family comes back within so many days."""

_SCHEDULER = Scheduler(
    desired_retention=0.9, learning_steps=(), relearning_steps=(), maximum_interval=60, enable_fuzzing=False
)


@dataclass(frozen=True)
class Card:
    """How well a member knows a family: FSRS's stability (days) and difficulty, and when it is due."""

    stability: float
    difficulty: float
    reviewed_ms: int
    due_ms: int


class Sureness(IntEnum):
    """How sure a member says they were, after the choice."""

    GUESS = 0
    THINK = 1
    SURE = 2


@dataclass(frozen=True)
class Given:
    """One answer to a question of the family."""

    question_id: str
    correct: bool
    sureness: Sureness | None
    answered_ms: int


def review(
    card: Card | None, correct: bool, now_ms: int, sureness: Sureness | None = None, *, other: bool = False
) -> Card:
    """The card after an answer; a first answer makes the card.

    Wrong is FSRS's Again; right is Good, as a guess Hard and at most three days, and sure on another sibling than before
    (``other``) Easy: one lucky guess has one chance in four, two on siblings hardly any. A right answer before the card
    is due leaves it as it was: repeating at once says little about memory.
    """
    if card is not None and correct and now_ms < card.due_ms:
        return card
    now = utc(max(now_ms, card.reviewed_ms if card else 0))
    before = FsrsCard(card_id=0, due=now)
    if card is not None:
        before = FsrsCard(
            card_id=0,
            state=State.Review,
            stability=card.stability,
            difficulty=card.difficulty,
            due=utc(card.due_ms),
            last_review=utc(card.reviewed_ms),
        )
    rating = _rating(correct, sureness, other=other)
    after, _log = _SCHEDULER.review_card(before, rating, now)
    assert after.stability is not None and after.difficulty is not None
    due_ms = _ms(after.due)
    if rating is Rating.Hard:
        due_ms = min(due_ms, _ms(now) + GUESS_DAYS * DAY_MS)
    return Card(after.stability, after.difficulty, _ms(now), due_ms)


def replay(given: Iterable[Given]) -> Card | None:
    """The card after all these answers to one family, oldest first; None without any.

    For when an answer's sureness becomes known later, and for another version of the model.
    """
    card: Card | None = None
    right: set[str] = set()
    for answer in given:
        other = bool(right - {answer.question_id})
        card = review(card, answer.correct, answer.answered_ms, answer.sureness, other=other)
        if answer.correct:
            right.add(answer.question_id)
    return card


def _rating(correct: bool, sureness: Sureness | None, *, other: bool) -> Rating:
    if not correct:
        return Rating.Again
    if sureness is Sureness.GUESS:
        return Rating.Hard
    return Rating.Easy if sureness is Sureness.SURE and other else Rating.Good


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
