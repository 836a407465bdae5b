"""Is a wrong key found among learners of differing abilities, and are good questions left in peace?"""

from functools import cache
from random import Random

import pytest
from rasch_learners import a_bank, asked_of_many

from bot.quiz.question.items import Weight, flags

CHANCES = range(40)


@cache
def flagged(guessing: float, members: int = 200) -> tuple[list[set[str]], list[set[str]]]:
    """The flags that leave a question out, of those with a planted wrong key and of good ones, in many banks.

    200 members who answer 25 of 50 questions give each some 100 first attempts.
    """
    planted, good = [], []
    for seed in CHANCES:
        chance = Random(seed)
        bank = a_bank(chance, guessing=guessing)
        _, figures = asked_of_many(bank, chance, members, each=25)
        for made, one in zip(bank, figures, strict=True):
            urgent = {flag.name for flag in flags(one, None) if flag.weight <= Weight.REVIEW}
            (planted if made.planted else good).append(urgent)
    return planted, good


@pytest.mark.parametrize("guessing", [0.0, 0.5, 1.0])
def test_a_planted_wrong_key_is_flagged_within_a_hundred_first_attempts(guessing):
    planted, _ = flagged(guessing)
    assert len(planted) == 120
    assert all(planted)
    assert sum("suspect key" in names for names in planted) >= 0.97 * len(planted)


@pytest.mark.parametrize("guessing", [0.0, 0.5, 1.0])
def test_fewer_than_one_good_question_in_fifty_is_flagged(guessing):
    _, good = flagged(guessing)
    assert len(good) == 1_880
    leave_out = [names & {"suspect key", "negative", "ambiguous"} for names in good]
    assert sum(bool(names) for names in leave_out) < len(good) / 50
    assert sum("suspect key" in names for names in good) < len(good) / 200


def test_many_answers_leave_no_doubt():
    planted, good = flagged(0.5, members=1_200)
    assert all("suspect key" in names for names in planted)
    assert not any("suspect key" in names for names in good)
