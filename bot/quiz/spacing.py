"""When a family of questions is due again: FSRS, through the ``fsrs`` package.

One card for each (member, family), no learning steps, retention 0.9, at most 60 days: the numbers suit a course of one
lesson (https://github.com/open-spaced-repetition/py-fsrs).
"""

from dataclasses import dataclass
from datetime import datetime

from fsrs import Card as FsrsCard
from fsrs import Rating, Scheduler, State

from bot.clock import utc

MODEL = "fsrs-6/0.90/60"
"""Stored with every card, so that another model knows which ones to recompute."""

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


def review(card: Card | None, correct: bool, now_ms: int) -> Card:
    """The card after an answer; a first answer makes the card.

    A right answer before the card is due leaves it as it was: repeating at once says little about memory.
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
    after, _log = _SCHEDULER.review_card(before, Rating.Good if correct else Rating.Again, now)
    assert after.stability is not None and after.difficulty is not None
    return Card(after.stability, after.difficulty, _ms(now), _ms(after.due))


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
