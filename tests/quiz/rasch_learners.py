"""Learners who are not there: each has an ability, and answers questions by chance as Rasch says."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from bank import question

from bot.packs.models import Question
from bot.quiz.question.statistics import Attempt, Figures, Tally

PACK = "tea"


@dataclass(frozen=True)
class Made:
    """A question whose truth is known: ``truth`` is the right option, ``shares`` how the wrong ones share the errors."""

    question: Question
    logit: float
    truth: int
    shares: tuple[float, ...]
    guessing: float

    @property
    def planted(self) -> bool:
        """Whether the bank calls a wrong option right."""
        return self.truth != self.question.key

    def answered_by(self, ability: float, chance: Random) -> int:
        knows = 1 / (1 + math.exp(self.logit - ability))
        lucky = self.guessing / len(self.question.options)
        if chance.random() < lucky + (1 - lucky) * knows:
            return self.truth
        wrong = [place for place in range(len(self.question.options)) if place != self.truth]
        return chance.choices(wrong, self.shares)[0]


def made(name: str, logit: float, chance: Random, *, planted: bool = False, guessing: float = 0.5) -> Made:
    one = question(name, options=chance.choice([3, 4]), difficulty="medium")
    count = len(one.options)
    truth = chance.randrange(1, count) if planted else one.key
    return Made(one, logit, truth, tuple(chance.gammavariate(2, 1) for _ in range(count - 1)), guessing)


def attempt(one: Question, chosen: int, **known: int) -> Attempt:
    return Attempt(one.id, one.content_hash, chosen, chosen == one.key, **known)


def a_bank(chance: Random, size: int = 50, planted: int = 3, guessing: float = 0.5) -> list[Made]:
    """Questions from 80 % right at ability 0 down to 33 %; some have a wrong key."""
    wrong = set(chance.sample(range(size), planted))
    return [
        made(f"q{n}", chance.uniform(-1.4, 0.7), chance, planted=n in wrong, guessing=guessing) for n in range(size)
    ]


def asked_of_many(
    bank: Sequence[Made], chance: Random, members: int, each: int, abilities: float = 1.0
) -> tuple[Tally, list[Figures]]:
    """Members of differing abilities answer ``each`` questions, chosen by chance."""
    tally = Tally({(PACK, one.question.id): one.question.difficulty for one in bank})
    for _ in range(members):
        ability = chance.gauss(0, abilities)
        tally.add(
            PACK, [attempt(one.question, one.answered_by(ability, chance)) for one in chance.sample(list(bank), each)]
        )
    return tally, [tally.figures(PACK, one.question) for one in bank]
