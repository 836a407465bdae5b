"""How hard a question is and how able a learner, learned from answers."""

from random import Random

import pytest
from bank import question
from hypothesis import given
from hypothesis import strategies as st
from rasch_learners import Made, asked_of_many

from bot.quiz.practice.difficulty import (
    TARGET_SHARES,
    Estimate,
    ability_of,
    after_answer,
    expected_share,
    start,
    step,
)

logits = st.floats(-6, 6)


@pytest.mark.parametrize(("difficulty", "share"), [("easy", 0.825), ("medium", 0.625), ("hard", 0.40)])
def test_at_ability_0_an_authors_difficulty_means_its_target_share(difficulty, share):
    assert expected_share(0, start(difficulty)) == pytest.approx(share)
    low, high = TARGET_SHARES[difficulty]
    assert low < share < high


@given(ability=logits, difficulty=logits, more=st.floats(0.01, 3))
def test_the_abler_and_the_easier_the_larger_the_share(ability, difficulty, more):
    share = expected_share(ability, difficulty)
    assert 0 < share < 1
    assert expected_share(ability + more, difficulty) > share > expected_share(ability, difficulty + more)


def test_no_distance_is_too_large_for_a_share():
    assert expected_share(-5_000, 5_000) == pytest.approx(0)
    assert expected_share(5_000, -5_000) == pytest.approx(1)


def test_steps_fall_from_four_tenths_to_a_twentieth_at_fifty_answers():
    assert [round(step(n), 3) for n in (0, 25, 50, 51, 9_999)] == [0.4, 0.225, 0.05, 0.05, 0.05]


@given(ability=logits, difficulty=logits, right=st.booleans())
def test_a_right_answer_tells_of_an_abler_learner_and_an_easier_question(ability, difficulty, right):
    after, item = after_answer(Estimate(ability, 3), Estimate(difficulty, 7), right=right)
    assert (after.logit > ability) is right
    assert (item.logit < difficulty) is right
    assert (after.answers, item.answers) == (4, 8)


def test_difficulties_are_found_whatever_the_author_had_thought():
    chance = Random(11)
    bank = [
        Made(question(f"q{n}", difficulty=("easy", "medium", "hard")[n % 3]), -2 + n / 10, 0, (1, 1, 1), 0.0)
        for n in range(40)
    ]
    _, found = asked_of_many(bank, chance, members=800, each=20)
    by_truth = [one.difficulty for one in found]
    thirds = [sum(by_truth[n : n + 10]) / 10 for n in (0, 10, 20, 30)]
    assert thirds == sorted(thirds)
    assert thirds[3] - thirds[0] > 2
    assert max(abs(one.difficulty - made.logit) for one, made in zip(found, bank, strict=True)) < 0.9


def test_an_ability_is_learned_from_the_questions_that_are_known():
    levels = {f"q{n}": 0.0 for n in range(30)}
    good = ability_of(((f"q{n}", True) for n in range(30)), levels)
    poor = ability_of(((f"q{n}", False) for n in range(30)), levels)
    assert good > 1
    assert poor == pytest.approx(-good)
    assert ability_of([("gone", True)], levels) == 0
    assert ability_of([], levels) == 0
