"""The four forms of a question: what is given, whether it is right, and how it is kept."""

from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.packs.models import Option, Question
from bot.quiz.practice.picking import option_order
from bot.quiz.question.asking import Given, Lettering, chose, given_by, is_right, is_slip, lettering, orders_of, shares
from bot.storage.given import RIGHT, given_of, option_of, text_of


def question(form: str, *texts: str, right: str = "", **more) -> Question:
    options = [Option(text=text, correct=text in right.split()) for text in texts]
    about = {"section": "s", "topic": "s", "kind": "recall", "difficulty": "easy", "core": True, "family": "q"}
    return Question(id="q", form=form, stem="What?", options=options, **about, **more)


CHOICE = question("choice", "a", "b", "c", right="b")
SEVERAL = question("several", "a", "b", "c", "d", right="b d")
ORDER = question("order", "one", "two", "three", orders=[[2, 1, 3]])
TYPED = question("typed", accepted=["mitochondria", "the mitochondria"], near_counts=True)
NUMBER = question("typed", number=3.14, tolerance=0.01, language="de")


def test_a_choice_is_right_by_its_option():
    given = given_by(CHOICE, lettering("210"), 1)
    assert given == chose(1) and is_right(given, CHOICE.key)
    assert not is_right(given_by(CHOICE, lettering("210"), 0), CHOICE.key)


def test_several_are_right_as_exactly_that_set_in_whatever_order():
    shown = lettering("3210")  # d c b a
    assert is_right(given_by(SEVERAL, shown, (2, 0)), SEVERAL.key)
    assert given_by(SEVERAL, shown, (2, 0)).options == (1, 3)
    for wrong in [(0,), (0, 1), (0, 1, 2), (0, 1, 2, 3)]:
        assert not is_right(given_by(SEVERAL, shown, wrong), SEVERAL.key)


def test_an_order_is_right_in_each_of_the_orders_that_are_accepted():
    shown = lettering("201")  # three one two
    right = [placed for placed in permutations(range(3)) if is_right(given_by(ORDER, shown, placed), ORDER.key)]
    assert {tuple(shown.order[place] for place in placed) for placed in right} == {(0, 1, 2), (1, 0, 2)}


def test_a_text_is_right_as_one_of_those_accepted_and_a_slip_only_where_it_counts():
    nothing = Lettering(())
    assert is_right(given_by(TYPED, nothing, " The  MITOCHONDRIA "), TYPED.key)
    slip = given_by(TYPED, nothing, "mitochondra")
    assert not is_right(slip, TYPED.key) and is_slip(TYPED, slip)
    assert is_right(given_by(TYPED, nothing, "mitochondra", near=True), TYPED.key)
    strict = TYPED.model_copy(update={"near_counts": False})
    assert not is_right(given_by(strict, nothing, "mitochondra", near=True), TYPED.key)


def test_a_number_is_read_by_the_language_of_the_course():
    assert [is_right(given_by(NUMBER, Lettering(()), text), 0) for text in ("3,14", "3.15", "3,2", "pi")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("asked", "submitted"),
    [
        (CHOICE, 3), (CHOICE, (1,)), (CHOICE, "b"),
        (SEVERAL, ()), (SEVERAL, (4,)), (SEVERAL, (1, 1)), (SEVERAL, 1),
        (ORDER, (0, 1)), (ORDER, (0, 1, 1)), (ORDER, (0, 1, 3)), (ORDER, "one"),
        (TYPED, ""), (TYPED, "   "), (TYPED, 0),
    ],
)  # fmt: skip
def test_what_a_question_cannot_be_answered_by_is_nothing(asked, submitted):
    assert given_by(asked, lettering(range(len(asked.options))), submitted) is None


def test_no_more_is_taken_than_a_member_can_type():
    assert len(given_by(TYPED, Lettering(()), "x" * 500).text) == 100


@given(st.integers(0, 10**6), st.integers(3, 8), st.data())
def test_an_order_is_never_shown_as_it_is_right(seed, size, data):
    extra = data.draw(st.lists(st.permutations(range(1, size + 1)), max_size=3))
    asked = question("order", *(f"item {n}" for n in range(size)), orders=extra)
    shown = option_order(asked, Random(seed))
    assert sorted(shown) == list(range(size))
    assert list(shown) not in orders_of(asked)


@pytest.mark.parametrize(
    "one",
    [
        chose(2),
        Given((1, 3), right=True),
        Given((1,), right=False),
        Given((2, 0, 1), right=False, in_order=True),
        Given(text="“x”\n", right=True),
    ],
)
def test_what_was_given_is_kept_and_graded_the_same_by_its_column(one):
    assert given_of(option_of(one), text_of(one)) == one
    if one.right is not None:
        assert (option_of(one) == RIGHT) is one.right


def test_shares_count_the_right_answers_and_each_option():
    every = [given_by(SEVERAL, lettering("0123"), places) for places in ((1, 3), (1,), (0, 3))]
    assert shares(every, SEVERAL.key) == (3, 1, {0: 1, 1: 2, 3: 2})


@pytest.mark.parametrize(("asked", "share"), [(CHOICE, 1 / 3), (SEVERAL, 1 / 15), (ORDER, 2 / 6), (TYPED, 0)])
def test_guessing_gets_less_right_the_more_answers_there_are(asked, share):
    assert asked.guessed_share == pytest.approx(share)


def test_only_what_is_asked_makes_another_version():
    assert SEVERAL.content_hash != question("order", "a", "b", "c", "d", right="b d").content_hash
    again = {"accepted": ["mitochondria", "the mitochondria"], "near_counts": False, "explanation": "Energy."}
    assert TYPED.content_hash == question("typed", **again).content_hash
    assert TYPED.content_hash != question("typed", **again | {"accepted": ["mitochondria"]}).content_hash


@pytest.mark.parametrize("one", [SEVERAL, ORDER, TYPED, NUMBER], ids=lambda one: one.form + one.id)
def test_a_question_that_a_game_kept_is_the_same_version_as_in_its_course(one):
    assert type(one).model_validate_json(one.model_dump_json()).content_hash == one.content_hash
