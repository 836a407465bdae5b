"""What is typed into the form of a question, and what a question looks like in it."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.exchange.compiling import Outline, compiled, pack_of, refused
from bot.exchange.drafts import Draft, LeftOut, right_of
from bot.exchange.packs import draft_of
from bot.exchange.typed_form import Typed, read_typed, typed_of
from bot.exchange.zips import course_of, packed_course, unpacked

FRIDAY = Outline("Friday", sections=("Sums", "漢字"))


def read(question: str, answers: str, **more: str) -> Draft:
    found = read_typed(Typed(question, answers, **{"section": "Sums"} | more), "q1")
    assert isinstance(found, Draft), found
    return found


def test_a_star_marks_the_right_answer_and_reasons_stand_in_the_same_order():
    draft = read("Capital of France?", "London\n* Paris\n\nRome", reasons="No.\nYes.")
    assert [one.text for one in draft.choices] == ["London", "Paris", "Rome"]
    assert right_of(draft) == [1]
    assert [one.why for one in draft.choices] == ["No.", "Yes.", ""]


def test_several_stars_make_a_question_of_several():
    assert read("Which are even?", "* 2\n3\n* 4").form == "several"
    assert read("Which is even?", "* 2\n3", form="several").form == "several"


def test_the_first_block_of_code_is_the_questions_code():
    draft = read("What does it print?\n```python\nprint(1)\n```\nThink.", "* 1\n2")
    assert (draft.stem, draft.code, draft.code_language) == ("What does it print?\nThink.", "print(1)", "python")


@pytest.mark.parametrize(
    ("answers", "number", "tolerance"),
    [("3.14 ± 0.01", 3.14, 0.01), ("3,14 +- 0,5", 3.14, 0.5), ("-2", -2.0, 0.0), ("1e3", 1000.0, 0.0)],
)
def test_one_number_is_compared_as_a_number(answers, number, tolerance):
    draft = read("How much?", answers, form="typed")
    assert (draft.number, draft.tolerance, draft.accepted) == (number, tolerance, ())


def test_every_line_of_a_typed_question_is_accepted():
    assert read("Capital of France?", "Paris\nparis, France\nParis", form="typed").accepted == (
        "Paris",
        "paris, France",
    )


def test_lines_of_code_are_put_in_order_with_their_spaces():
    draft = read("Make it work.", "```python\ndef f():\n    x = 1\n    return x\n```", form="order")
    assert [one.text for one in draft.choices] == ["def f():", "    x = 1", "    return x"]
    assert draft.items_are_code


@pytest.mark.parametrize(
    ("typed", "place", "why"),
    [
        (Typed("", "* a\nb"), "Question", "write what is asked"),
        (Typed("```\nx\n```", "* a\nb"), "Question", "code alone"),
        (Typed("Q?", "  \n "), "Answers", "write the answers"),
        (Typed("Q?", "a\nb"), "Answers", "put a star and a space"),
        (Typed("Q?", "* a\n* "), "Answers", "a star without an answer"),
        (Typed("Q?", "* a"), "Answers", "only one answer"),
        (Typed("Q?", "* a\nb", reasons="1\n2\n3"), "Reasons", "3 reasons for 2 answers"),
        (Typed("Q?", "a\nb", form="order"), "Answers", "3 to 8 lines, not 2"),
        (Typed("Q?", "* a\nb\nc", form="order"), "Answers", "an order needs no stars"),
        (Typed("Q?", "\n".join(map(str, range(60))), form="typed"), "Answers", "at most 50"),
    ],
)
def test_what_can_not_be_taken_is_told_with_its_field(typed, place, why):
    found = read_typed(typed)
    assert isinstance(found, LeftOut)
    assert found.place == place
    assert why in found.why


WORDS = (
    st.text(alphabet="abcdefgh ijklmÄß漢字が١", min_size=1, max_size=30)
    .map(lambda one: " ".join(one.split()))
    .filter(bool)
)
LINES = st.lists(WORDS, min_size=3, max_size=8, unique_by=str.casefold)


@given(WORDS, LINES, st.sampled_from(["choice", "several", "typed", "order"]), st.data())
def test_what_was_typed_comes_back_into_the_form_as_the_same_question(stem, lines, form, data):
    right = data.draw(st.sets(st.integers(0, len(lines) - 1), min_size=1)) if form == "several" else {0}
    marked = [f"* {one}" if form in ("choice", "several") and n in right else one for n, one in enumerate(lines)]
    draft = read(f"{stem}?", "\n".join(marked), form=form)
    made = compiled(FRIDAY, [draft])
    assume(not made.faults)  # two answers that look the same
    [question] = made.questions
    again = read_typed(replace(typed_of(draft_of(question, "Sums", "")), section="Sums"), "q1")
    assert isinstance(again, Draft)
    assert compiled(FRIDAY, [again]).questions == [question]


def test_faults_are_told_in_the_words_of_the_form():
    drafts = [
        replace(read("x" * 1_600, "* a\nb"), name="long"),
        replace(read("Which?", "* a\na"), name="same"),
        replace(read("Hi <@123>?", "* a\nb"), name="ping"),
        replace(read("Fine?", "* a\nb"), name="fine"),
    ]
    made = compiled(FRIDAY, drafts)
    assert [one.id for one in made.questions] == ["fine"]
    assert made.faults["long"] == ["Question: at most 1500 characters, not 1600"]
    assert made.faults["same"][0].startswith("Answer B: a text that differs")
    assert made.faults["ping"][0].startswith("Question: nothing that pings")


def test_an_explained_course_asks_for_reasons_a_rule_and_a_source():
    explained = replace(FRIDAY, standard="explained")
    made = compiled(explained, [read("Q?", "* a\nb")])
    assert made.questions == []
    assert {one.partition(":")[0] for one in made.faults["q1"]} >= {"Explanation", "Source"}
    whole = read("Q?", "* a\nb", reasons="It is.\nIt is not.", explanation="The rule.", source="A book")
    assert [one.id for one in compiled(explained, [whole]).questions] == ["q1"]


def test_a_title_that_would_ping_is_refused():
    assert refused(Outline("Hi <@12> you"))
    assert refused(replace(FRIDAY, sections=("A <t:1:R>",)))
    assert refused(FRIDAY) == []


def test_a_course_taken_away_as_a_zip_comes_back_whole():
    drafts = [
        replace(read("What is 2 + 2?", "3\n* 4", reasons="No.\nYes.", explanation="Count."), name="q1"),
        replace(read("Which kanji is water?", "* 水\n火"), name="q2", section="漢字"),
        replace(read("Pi?", "3.14 ± 0.01", form="typed"), name="q3"),
    ]
    questions = compiled(FRIDAY, drafts).questions
    hard = questions[0].model_copy(update={"difficulty": "hard"})
    pack = pack_of("own-7", FRIDAY, [hard, *questions[1:]])
    again, outline, left_out = course_of(unpacked(packed_course(pack, FRIDAY)).files)
    assert left_out == []
    assert outline.sections == FRIDAY.sections
    assert {one.id: (one.content_hash, one.section, one.difficulty) for one in again.questions} == {
        one.id: (one.content_hash, one.section, one.difficulty) for one in pack.questions
    }
