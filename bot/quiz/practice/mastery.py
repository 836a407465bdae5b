"""How well a learner knows a section, from their answers, and how sure that is.

A family's share of right answers has a Beta posterior over its answers, later ones weighing more, drawn towards the
section's own share (an empirical prior); then FSRS's curve takes off what has probably been forgotten since. A section
is the mean of its families, those not met included: of them little is known, so few answers give a wide interval.

A wrong answer never raises the share: the curve starts again at a right answer only, since what the explanation of a wrong
one taught has not been shown yet.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from bot.packs.models import Question
from bot.quiz.practice.spacing import Aim, Card, FamilyAnswer, known_now, replay

FADING = 0.6
"""What an answer weighs less for each later one of its family."""
PRIOR_ANSWERS = 2.0
DRAWN_FROM = 3
"""Right answers in a section before its bar shows anything. Wrong ones don't count, or they would make a bar appear."""
NINETY_PERCENT = 1.645
"""Standard deviations to each side of the mean that hold 90 %."""


class Level(StrEnum):
    """What the share means, in words."""

    NOT_BEGUN = "not begun"
    TOO_EARLY = "too early to say"
    SHAKY = "shaky"
    ON_THE_WAY = "on the way"
    GOOD = "good"
    SOLID = "solid"


class Mastery(NamedTuple):
    """The share of right answers to expect today on a section's questions, and where it lies nine times in ten."""

    share: float
    low: float
    high: float
    answers: int
    right: int

    @property
    def cells(self) -> int:
        """How many of a bar's ten cells are full; a further wrong answer never makes it more."""
        return round(self.share * 10) if self.right >= DRAWN_FROM else 0

    @property
    def level(self) -> Level:
        """The words for it: none before the interval is narrower than half of everything."""
        if not self.answers:
            return Level.NOT_BEGUN
        if self.high - self.low > 0.5:
            return Level.TOO_EARLY
        for level, above in ((Level.SOLID, 0.85), (Level.GOOD, 0.7), (Level.ON_THE_WAY, 0.45)):
            if self.share >= above:
                return level
        return Level.SHAKY


def guessed_shares(questions: Iterable[Question]) -> dict[str, float]:
    """By family, the share of right answers of somebody who knows nothing: by the number of its options."""
    chances: dict[str, list[float]] = {}
    for question in questions:
        chances.setdefault(question.family, []).append(question.guessed_share)
    return {family: sum(shares) / len(shares) for family, shares in chances.items()}


def mastery(
    guessed: Mapping[str, float], given: Mapping[str, Sequence[FamilyAnswer]], cards: Mapping[str, Card], now_ms: int
) -> Mastery:
    """How well a section is known. ``guessed`` has its families, each with the share that guessing gets right.

    ``given`` are the answers by family, oldest first.
    """
    answers = [one for family in guessed for one in given.get(family, ())]
    right = sum(one.correct for one in answers)
    expected = (right + 1.0) / (len(answers) + 2.0)
    spread = expected * (1 - expected) / (len(answers) + 3.0)
    means, variance, from_prior = [], 0.0, 0.0
    for family in guessed:
        weighed = [(FADING**age, one.correct) for age, one in enumerate(reversed(given.get(family, ())))]
        weight = PRIOR_ANSWERS + sum(part for part, _ in weighed)
        share = (PRIOR_ANSWERS * expected + sum(part * correct for part, correct in weighed)) / weight
        variance += share * (1 - share) / (weight + 1)
        from_prior += PRIOR_ANSWERS / weight
        if family in cards and share > guessed[family]:
            share = guessed[family] + (share - guessed[family]) * _kept(given.get(family, ()), cards[family], now_ms)
        means.append(share)
    count = max(1, len(guessed))
    share = sum(means) / count
    # What is unsure about the section's own share is unsure about all of its families at once.
    deviation = math.sqrt(variance / count**2 + (from_prior / count) ** 2 * spread)
    reach = NINETY_PERCENT * deviation
    return Mastery(share, max(0.0, share - reach), min(1.0, share + reach), len(answers), right)


def _kept(given: Sequence[FamilyAnswer], card: Card, now_ms: int) -> float:
    """How much is still known of what the family's last right answer showed; all of it where there was none to forget."""
    shown = max((place for place, one in enumerate(given) if one.correct), default=None)
    if shown is None:
        return 1.0
    if shown < len(given) - 1:
        card = replay(given[: shown + 1], Aim.of(card.model)) or card
    return known_now(card, now_ms)
