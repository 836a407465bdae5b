"""When a family of questions is due again: FSRS, through the ``fsrs`` package.

One card for each (member, family), no learning steps; retention 0.9 and at most 60 days unless somebody chose otherwise:
the numbers suit a course of one lesson (https://github.com/open-spaced-repetition/py-fsrs).
"""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from fsrs import Card as FsrsCard
from fsrs import Rating, Scheduler, State

from bot.clock import DAY_MS, utc
from bot.quiz.question.asking import Sureness

GUESS_DAYS = 3
"""After a right guess a family comes back within so many days."""


class Aim(NamedTuple):
    """What reviews aim at: the share still known when a family comes back, and the most days until it does."""

    retention: float = 0.9
    most_days: int = 60

    @property
    def model(self) -> str:
        """The model's version and settings: stored with every card, so that it is known which ones to recompute."""
        return f"fsrs-6/{self.retention:.2f}/{self.most_days}"

    @classmethod
    def of(cls, model: str) -> "Aim":
        """The settings that a card's model was made with."""
        _version, retention, most_days = model.split("/")
        return cls(float(retention), int(most_days))


USUAL = Aim()


class Card(NamedTuple):
    """How well a member knows a family: FSRS's stability (days) and difficulty, when it is due, and by which model."""

    stability: float
    difficulty: float
    reviewed_ms: int
    due_ms: int
    model: str = USUAL.model


@dataclass(frozen=True)
class FamilyAnswer:
    """One answer to a question of the family."""

    question_id: str
    correct: bool
    sureness: Sureness | None
    answered_ms: int


def review(
    card: Card | None,
    correct: bool,
    now_ms: int,
    sureness: Sureness | None = None,
    *,
    other: bool = False,
    aim: Aim = USUAL,
) -> Card:
    """The card after an answer; a first answer makes the card.

    Wrong is FSRS's Again; right is Good, as a guess Hard and at most three days, and sure on another sibling than before
    (``other``) Easy: one lucky guess has one chance in three or four, two on siblings hardly any. A right answer before the
    card is due leaves it as it was: repeating at once says little about memory.
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
    after, _log = _scheduler(aim).review_card(before, rating, now)
    assert after.stability is not None and after.difficulty is not None
    due_ms = _ms(after.due)
    if rating is Rating.Hard:
        due_ms = min(due_ms, _ms(now) + GUESS_DAYS * DAY_MS)
    return Card(after.stability, after.difficulty, _ms(now), due_ms, aim.model)


def known_now(card: Card, now_ms: int) -> float:
    """The chance that what the card stands for is still known: FSRS's curve of forgetting, from 1 down towards 0."""
    before = FsrsCard(card_id=0, state=State.Review, stability=card.stability, last_review=utc(card.reviewed_ms))
    return float(_scheduler(USUAL).get_card_retrievability(before, utc(max(now_ms, card.reviewed_ms))))


@functools.cache
def _scheduler(aim: Aim) -> Scheduler:
    return Scheduler(
        desired_retention=aim.retention,
        learning_steps=(),
        relearning_steps=(),
        maximum_interval=aim.most_days,
        enable_fuzzing=False,
    )


def replay(given: Iterable[FamilyAnswer], aim: Aim = USUAL) -> Card | None:
    """The card after all these answers to one family, oldest first; None without any.

    For when an answer's sureness becomes known later, and for another version of the model.
    """
    card: Card | None = None
    right: set[str] = set()
    for answer in given:
        other = bool(right - {answer.question_id})
        card = review(card, answer.correct, answer.answered_ms, answer.sureness, other=other, aim=aim)
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
