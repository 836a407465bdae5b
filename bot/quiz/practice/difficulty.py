"""How hard a question is and how able a learner: learned from the answers, by an Elo rating on the scale of Rasch.

Difficulty and ability are logits; who is as able as a question is hard answers it right half the time. After each answer
both move by K times the surprise (Pelánek 2016, *Applications of the Elo rating system in adaptive educational systems*,
https://doi.org/10.1016/j.compedu.2016.03.017). A question starts where its author put it.
"""

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from bot.packs.models import Difficulty

TARGET_SHARES: Mapping[Difficulty, tuple[float, float]] = {
    "easy": (0.75, 0.90),
    "medium": (0.50, 0.75),
    "hard": (0.30, 0.50),
}
"""The share of right first answers that an author means by a difficulty, from and to."""

FIRST_K, LAST_K, SETTLED_AFTER = 0.4, 0.05, 50
"""How far one answer moves an estimate: from 0.4 down to 0.05 at the 50th answer, and so from then on."""


class Estimate(NamedTuple):
    """A difficulty or an ability in logits, and of how many answers it was learned."""

    logit: float = 0.0
    answers: int = 0

    def moved(self, surprise: float) -> "Estimate":
        """The estimate after one more answer; a positive surprise moves it up."""
        return Estimate(self.logit + step(self.answers) * surprise, self.answers + 1)


def step(answers: int) -> float:
    """K after so many answers."""
    return FIRST_K - (FIRST_K - LAST_K) * min(1.0, answers / SETTLED_AFTER)


def expected_share(ability: float, difficulty: float) -> float:
    """The share of right answers to expect of that ability at that difficulty."""
    return 1 / (1 + math.exp(min(700.0, difficulty - ability)))


def start(difficulty: Difficulty) -> float:
    """The difficulty that its author means: at ability 0, the middle of the target shares comes out."""
    share = sum(TARGET_SHARES[difficulty]) / 2
    return -math.log(share / (1 - share))


def after_answer(ability: Estimate, difficulty: Estimate, *, right: bool) -> tuple[Estimate, Estimate]:
    """Both estimates after an answer."""
    surprise = float(right) - expected_share(ability.logit, difficulty.logit)
    return ability.moved(surprise), difficulty.moved(-surprise)


def ability_of(answers: Iterable[tuple[str, bool]], difficulties: Mapping[str, float]) -> float:
    """A learner's ability after these answers (question, right or not), oldest first; an unknown question tells nothing."""
    ability = Estimate()
    for question_id, right in answers:
        if question_id in difficulties:
            ability = after_answer(ability, Estimate(difficulties[question_id]), right=right)[0]
    return ability.logit
