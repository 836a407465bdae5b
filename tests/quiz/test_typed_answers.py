"""What is typed: texts are taken forgivingly, numbers as the course's language writes them, slips are told from mistakes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.quiz.question.typed import folded, is_accepted, is_near, is_near_enough, number_of

TAKEN = [
    ("café", "Cafe"),
    ("  New   York. ", "new york"),
    ("Straße", "strasse"),
    ("don’t", "don't"),
    ("ｶﾞ", "ガ"),
    ("Ελλάδα", "ελλαδα"),
    ("שָׁלוֹם", "שלום"),
    ("مُحَمَّد", "محمد"),
    ("well-known", "well known"),
    ("...", "…"),
]
OTHERS = [
    ("が", "か"),
    ("हिन्दी", "हिनदी"),
    ("-1", "1"),
    ("[1, 2]", "1, 2"),
    ("C++", "C"),
    ("a_b", "a b"),
    ("", "x"),
    ("  ", "x"),
]


@pytest.mark.parametrize(("typed", "accepted"), TAKEN)
def test_case_spaces_width_and_marks_are_forgiven(typed, accepted):
    assert is_accepted(typed, [accepted])
    assert is_accepted(accepted, ["something else", typed])


@pytest.mark.parametrize(("typed", "accepted"), OTHERS)
def test_what_is_another_answer_is_not_taken(typed, accepted):
    assert not is_accepted(typed, [accepted])


def test_marks_count_where_the_question_says_so():
    assert not is_accepted("cafe", ["café"], marks=True)
    assert is_accepted("CAFE\u0301", ["café"], marks=True)


@given(st.text(max_size=40))
def test_what_was_folded_folds_to_itself(text):
    assert folded(folded(text)) == folded(text)


NEAR = [
    ("recieve", "receive"),
    ("mitochondra", "mitochondria"),
    ("mitochondriaa", "mitochondria"),
    ("the recieve", "the receive"),
]
NOT_NEAR = [
    ("cat", "cut"),
    ("receive", "receive"),
    ("deceived", "receive"),
    ("1234567", "1234568"),
    ("a b", "a b c"),
    ("", "receive"),
]


@pytest.mark.parametrize(("typed", "right"), NEAR)
def test_a_letter_in_a_long_word_is_a_slip(typed, right):
    assert is_near(typed, [right])


@pytest.mark.parametrize(("typed", "right"), NOT_NEAR)
def test_short_words_numbers_and_more_than_a_letter_are_no_slip(typed, right):
    assert not is_near(typed, [right])


NUMBERS = [
    ("3,14", "de", 3.14),
    ("3,14", "en", 3.14),
    ("3.14", "de", 3.14),
    ("1,000", "en", 1000),
    ("1,000", "de", 1),
    ("1.000,5", "de", 1000.5),
    ("1 000", "fr", 1000),
    ("1'000.5", "de-CH", 1000.5),
    ("1,000,000", "en", 1_000_000),
    ("1e3", "en", 1000),
    ("50 %", "en", 50),
    ("−5", "en", -5),
    ("٣", "ar", 3),
    (".5", "en", 0.5),
    ("0", "ja", 0),
]


@pytest.mark.parametrize(("typed", "language", "value"), NUMBERS)
def test_a_number_is_read_as_the_language_writes_it(typed, language, value):
    assert number_of(typed, language) == value


@pytest.mark.parametrize("typed", ["", "x", "1.2.3", "1,2,3", "1.2,3.4", "1e999", "one", "1 apple", "--1"])
def test_what_is_no_number_is_none(typed):
    assert number_of(typed) is None


@given(st.floats(-1e12, 1e12, allow_nan=False))
def test_a_number_as_python_prints_it_is_read_back(value):
    assert is_near_enough(number_of(repr(value)), value, 0)


def test_a_number_is_right_within_its_tolerance():
    assert [is_near_enough(one, 10, 0.1) for one in (9.9, 10.1, 10.11, None)] == [True, True, False, False]
    assert is_near_enough(0.1 + 0.2, 0.3, 0)
