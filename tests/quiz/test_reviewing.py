"""What is due, and which sibling is asked for it."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import DAY_MS
from bot.packs.models import Question
from bot.quiz.practice.picking import Seen
from bot.quiz.practice.reviewing import Due, count_due, pick_due
from bot.quiz.practice.spacing import FamilyAnswer, replay, review
from bot.quiz.question.asking import Sureness

NOW = 1_795_348_800_000
RIGHT, WRONG = True, False


def question(name: str, family: str, *enemies: str) -> Question:
    return Question.model_validate(
        {
            "id": name,
            "section": "water",
            "topic": "heat",
            "kind": "recall",
            "difficulty": "easy",
            "core": True,
            "family": family,
            "enemies": list(enemies),
            "stem": f"What is it that {name} asks about?",
            "options": [
                {"text": f"{name} {n}", "correct": not n, "why": "Because.", "misconception": "hotter" if n else None}
                for n in range(3)
            ],
            "explanation": "A rule that is long enough to be one.",
        }
    )


@pytest.mark.parametrize(
    ("days", "due"),
    [
        ([], Due(0, 0, 0, 0)),
        ([-3, 0], Due(2, 0, 0, 0)),
        ([0.01, 1, 1.01, 7, 7.01, 60], Due(0, 2, 2, 2, NOW + round(0.01 * DAY_MS))),
    ],
)
def test_what_is_due_is_counted_by_when(days: list[float], due: Due):
    assert count_due([NOW + round(day * DAY_MS) for day in days], NOW) == due


def picked(questions: list[Question], due: dict[str, int], seen: dict[str, int], count: int = 10) -> list[str]:
    known = {name: Seen(at, correct=True) for name, at in seen.items()}
    return [one.id for one in pick_due(questions, known, due, count, NOW, Random(1))]


def test_each_due_family_is_asked_once_the_longest_due_first():
    questions = [question("a1", "a"), question("a2", "a"), question("b1", "b"), question("c1", "c")]
    assert picked(questions, {"a": NOW - 1, "b": NOW - 9, "c": NOW + 1}, {"a1": 5}) == ["b1", "a2"]


def test_a_sibling_that_was_never_met_goes_first_then_the_one_not_seen_for_longest():
    siblings = [question(f"a{n}", "a") for n in range(3)]
    assert picked(siblings, {"a": NOW}, {"a0": 1, "a1": 2}) == ["a2"]
    assert picked(siblings, {"a": NOW}, {"a0": 3, "a1": 2, "a2": 9}) == ["a1"]


def test_enemies_do_not_meet_while_there_is_another_sibling():
    questions = [question("a1", "a"), question("b1", "b", "a1"), question("b2", "b")]
    assert picked(questions, {"a": NOW - 2, "b": NOW - 1}, {"b2": 1}) == ["a1", "b2"]
    assert picked(questions[:2], {"a": NOW - 2, "b": NOW - 1}, {}) == ["a1", "b1"]


def test_a_sitting_has_an_end_and_nothing_due_gives_nothing():
    many = [question(f"q{n}", f"f{n}") for n in range(30)]
    due = {f"f{n}": NOW - n for n in range(30)}
    assert len(picked(many, due, {}, 10)) == 10
    assert picked(many, {}, {}) == []


def test_a_right_guess_comes_back_within_three_days_and_a_wrong_answer_soon():
    guess = review(None, RIGHT, NOW, Sureness.GUESS)
    assert 0 < guess.due_ms - NOW <= 3 * DAY_MS
    known = review(guess, RIGHT, guess.due_ms, None)
    late = review(known, RIGHT, known.due_ms, Sureness.GUESS)
    assert late.due_ms - known.due_ms <= 3 * DAY_MS
    assert review(known, WRONG, known.due_ms).due_ms < review(known, RIGHT, known.due_ms).due_ms


def test_sure_on_another_sibling_waits_longer_than_sure_on_the_same_one():
    first = review(None, RIGHT, NOW, Sureness.SURE)
    same = review(first, RIGHT, first.due_ms, Sureness.SURE)
    other = review(first, RIGHT, first.due_ms, Sureness.SURE, other=True)
    assert same == review(first, RIGHT, first.due_ms)
    assert other.due_ms > same.due_ms
    wrong = review(first, WRONG, first.due_ms, Sureness.SURE, other=True)
    assert wrong == review(first, WRONG, first.due_ms)


answers = st.lists(
    st.tuples(st.sampled_from("abc"), st.booleans(), st.sampled_from([None, *Sureness]), st.integers(0, 40)),
    max_size=12,
)


@given(answers)
def test_replaying_all_answers_gives_the_card_that_was_kept_step_by_step(steps):
    at, card, right, given_ = NOW, None, set(), []
    for name, correct, sure, days in steps:
        at += days * DAY_MS
        card = review(card, correct, at, sure, other=bool(right - {name}))
        right |= {name} if correct else set()
        given_.append(FamilyAnswer(name, correct, sure, at))
    assert replay(given_) == card
    if card:
        assert card.due_ms - card.reviewed_ms <= 60 * DAY_MS
