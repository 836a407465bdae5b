"""Who improved most: more right at first sight than before, by what is all but certain of the difference."""

import math
from typing import NamedTuple

from bot.quiz.question.statistics import wilson

WINDOW_DAYS = 30
"""The last so many days are held against as many before."""
IMPROVED_FROM = 10
"""How many first answers it takes in both."""
Z90 = 1.281552
"""One side of the interval: nine in ten differences that look like this are at least that large."""


class Tries(NamedTuple):
    """A member's first answers to questions within some time: how many, and how many were right."""

    right: int = 0
    answers: int = 0

    @property
    def share(self) -> float:
        """The share of right ones; 0 where there are none."""
        return self.right / self.answers if self.answers else 0.0


class Improvement(NamedTuple):
    """First answers before and now; ``sure`` is by how much the share of right ones rose at least, in all likelihood."""

    before: Tries
    now: Tries
    sure: float

    @property
    def gain(self) -> float:
        """By how much the share rose, as counted."""
        return self.now.share - self.before.share


def improvement(before: Tries, now: Tries) -> Improvement | None:
    """How much better it went; None for too few answers, or when it went no better."""
    if min(before.answers, now.answers) < IMPROVED_FROM or now.share <= before.share:
        return None
    return Improvement(before, now, least_rise(before, now))


def least_rise(before: Tries, now: Tries, z: float = Z90) -> float:
    """By how much the share rose at least: luck with few answers counts for less than a smaller rise in many.

    The lower end of Newcombe's interval for the difference of two shares, his method 10
    (https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8%3C873::AID-SIM779%3E3.0.CO;2-I). Both need an answer.
    """
    old, new = wilson(before.right, before.answers, z), wilson(now.right, now.answers, z)
    assert old and new
    return now.share - before.share - math.hypot(now.share - new[0], old[1] - before.share)
