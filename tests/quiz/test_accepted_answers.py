"""Typed answers that managers accept: how they are compared, which of them managers see, and what follows for an answer."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_course import question

from bot.quiz.competition.state import RoundPlan
from bot.quiz.question.accepting import (
    AS_TEXTS,
    NOTHING_MORE,
    Accepted,
    Forgiveness,
    TypedText,
    forgiveness_of,
    worth_a_look,
)
from bot.quiz.question.asking import FilePlace, Given, as_counted, is_right
from bot.quiz.question.regrading import Ruling, Rulings
from bot.storage.given import accepted_of, accepted_text

MARKED = Forgiveness(marks=True)
NUMBERS, KOMMA = Forgiveness(numbers_in="en"), Forgiveness(numbers_in="de")
SAME = [
    (AS_TEXTS, "Power  House.", "power house"),
    (AS_TEXTS, "café", "CAFE"),
    (MARKED, "Café", "café"),
    (NUMBERS, "0.50", ".5"),
    (NUMBERS, "1,000", "1e3"),
    (NUMBERS, "-0", "0"),
    (NUMBERS, "Three", "three"),
    (KOMMA, "3,14", "3.14"),
]
OTHER = [
    (AS_TEXTS, "power", "house"),
    (MARKED, "café", "cafe"),
    (NUMBERS, "3.14", "3.1"),
    (NUMBERS, "1,5", "15"),
    (NUMBERS, "3", "three"),
    (KOMMA, "1.000", "1"),
]


@pytest.mark.parametrize(("by", "typed", "accepted"), SAME)
def test_an_accepted_answer_counts_however_it_is_spelled_as_the_question_forgives(by, typed, accepted):
    assert typed in NOTHING_MORE.with_(accepted, by)
    assert accepted in NOTHING_MORE.with_(typed, by)


@pytest.mark.parametrize(("by", "typed", "accepted"), OTHER)
def test_another_answer_does_not(by, typed, accepted):
    assert typed not in NOTHING_MORE.with_(accepted, by)


def test_how_a_question_compares_is_the_questions_own_forgiveness():
    plain = question("w0", form="typed", options=0, accepted=["tea"])
    assert forgiveness_of(plain) == AS_TEXTS
    assert forgiveness_of(question("w0", form="typed", options=0, accepted=["tea"], marks=True)) == MARKED
    assert forgiveness_of(question("w0", form="typed", options=0, number=3.0, language="de")) == KOMMA


TEXTS = st.text("aAbB .é1,", min_size=1, max_size=4)
FORGIVING = st.sampled_from([AS_TEXTS, MARKED, NUMBERS, KOMMA])


@given(st.lists(TEXTS, max_size=5), FORGIVING, TEXTS)
def test_what_is_accepted_comes_back_from_where_it_is_kept_and_can_be_taken_back(texts, by, one):
    accepted = NOTHING_MORE
    for text in texts:
        accepted = accepted.with_(text, by)
    assert accepted_of(accepted_text(accepted)) == accepted
    assert all(text in accepted for text in texts if by.form(text))
    left = accepted.without(one)
    assert one not in left
    assert {by.form(text) for text in left.texts} == {by.form(text) for text in accepted.texts} - {by.form(one)}
    assert bool(left) == bool(left.texts)


@given(st.booleans(), TEXTS, st.lists(TEXTS, max_size=3), FORGIVING)
def test_an_answer_is_right_by_the_course_or_by_what_managers_accept(right, typed, texts, by):
    what, accepted = Given(text=typed, right=right), Accepted(tuple(texts), by)
    wanted = right or (typed in accepted)
    assert is_right(what, 0, accepted) == wanted
    assert RoundPlan("q", FilePlace(0), (), 0, accepted).is_right(what) == wanted
    assert as_counted(what, accepted).right == wanted
    assert is_right(as_counted(what, accepted), 0) == wanted


@given(st.integers(0, 3), st.integers(0, 3), st.lists(TEXTS, max_size=3))
def test_an_option_is_right_whatever_texts_are_accepted(chosen, key, texts):
    assert is_right(Given((FilePlace(chosen),)), key, Accepted(tuple(texts))) == (chosen == key)


def test_a_server_grades_by_its_own_ruling_and_by_the_course_where_there_is_none():
    asked = question("w0", form="typed", options=0, accepted=["tea"])
    what = Given(text="Chai", right=False)
    here = Rulings({("w0", asked.content_hash): Ruling(0, 0, NOTHING_MORE.with_("chai", AS_TEXTS))})
    assert here.is_right(asked, what) and not Rulings().is_right(asked, what)
    assert here.counted(asked, what).right and Rulings().counted(asked, what) == what
    assert Ruling(0, 0, NOTHING_MORE.with_("chai", AS_TEXTS)).in_force and not Ruling(0, 0).in_force


# What managers see

LOOK = [
    ("nobody typed anything", [], [], []),
    ("what one member typed is nobody else's business", [(1, "chai")], [], []),
    ("also where they typed it twice", [(1, "chai"), (1, "Chai")], [], []),
    ("two who typed it make it common", [(1, "chai"), (2, "Chai ")], [], [("chai", 2, 0)]),
    ("one who asks for it is seen", [(1, "chai")], [(1, "chai")], [("chai", 1, 1)]),
    ("also before the answer counts", [], [(1, "chai")], [("chai", 1, 1)]),
    ("pressed twice it counts once", [(1, "chai")], [(1, "chai"), (1, "CHAI")], [("chai", 1, 1)]),
    ("nothing is no answer", [(1, ""), (2, "")], [], []),
]


@pytest.mark.parametrize(("why", "typed", "asked", "seen"), LOOK, ids=[one[0] for one in LOOK])
def test_managers_see_what_is_common_or_asked_for(why, typed, asked, seen):
    found = worth_a_look(typed, asked, AS_TEXTS)
    assert [(one.form, one.members, one.asked) for one in found] == seen


def test_what_most_ask_for_comes_first_then_the_commonest_and_what_is_accepted_last():
    typed = [(1, "chai"), (2, "chai"), (3, "chai"), (1, "leaf"), (2, "leaf"), (4, "brew"), (1, "mate"), (2, "mate")]
    accepted = NOTHING_MORE.with_("Mate", AS_TEXTS)
    found = worth_a_look(typed, [(4, "brew")], AS_TEXTS, accepted)
    assert [(one.text, one.accepted) for one in found] == [
        ("brew", False),
        ("chai", False),
        ("leaf", False),
        ("Mate", True),
    ]
    assert worth_a_look([], [], AS_TEXTS, accepted) == [TypedText("mate", "Mate", 0, 0, accepted=True)]


def test_the_commonest_spelling_is_shown():
    found = worth_a_look([(1, "CHAI"), (2, "Chai"), (3, "Chai")], [], AS_TEXTS)
    assert [one.text for one in found] == ["Chai"]


def test_its_mark_names_it_for_one_version_of_the_question_only():
    one, other = TypedText("chai", "Chai", 2, 0), TypedText("mate", "Mate", 2, 0)
    assert one.mark("v1") == one._replace(text="CHAI").mark("v1")
    assert len({one.mark("v1"), one.mark("v2"), other.mark("v1")}) == 3


@given(
    st.lists(st.tuples(st.integers(1, 4), TEXTS), max_size=12),
    st.lists(st.tuples(st.integers(1, 4), TEXTS), max_size=4),
    FORGIVING,
)
def test_nothing_rare_is_seen_and_nothing_common_or_asked_for_is_missed(typed, asked, by):
    seen = {one.form: one for one in worth_a_look(typed, asked, by)}
    who = Counter(form for _, form in {(member, by.form(text)) for member, text in [*typed, *asked]} if form)
    wanted = {by.form(text) for _, text in asked} - {""}
    assert seen.keys() == {form for form in who if who[form] > 1} | wanted
    assert all(one.members == who[form] and one.asked <= one.members for form, one in seen.items())
