"""Code whose lines are named has line numbers."""

import pytest
from small_course import question

from bot.packs.models import Question
from bot.packs.numbered import numbered

CODE = "\n".join(f"step_{number}()" for number in range(1, 11)) + "\n"


def asked(stem: str = "What does it print?", code: str = CODE, why: str = "So it is.") -> Question:
    made = question("q", stem=stem, code=code)
    first = made.options[0].model_copy(update={"why": why})
    return made.model_copy(update={"options": [first, *made.options[1:]]})


@pytest.mark.parametrize(
    "text",
    ["Which change of line 7 repairs it?", "It is in lines 3 and 4.", "Line 10 is first.", "In Zeile 3 steht es."],
)
def test_it_is_numbered_where_a_text_names_a_line(text):
    for one in (asked(stem=text), asked(why=text)):
        lines = numbered(one).split("\n")
        assert (lines[0], lines[9]) == (" 1 │ step_1()", "10 │ step_10()")


@pytest.mark.parametrize(
    "text", ["How many lines does it print?", "The line is long.", "An airline 7 flies.", "Deadline 7"]
)
def test_it_is_not_where_none_does(text):
    assert numbered(asked(stem=text)) == CODE.rstrip()


def test_numbers_count_towards_what_a_phone_shows():
    assert numbered(asked("See line 1.", "x" * 56)).startswith("1 │ ")
    assert numbered(asked("See line 1.", "x" * 57)) == "x" * 57


def test_blank_lines_have_a_number_and_nothing_behind_it():
    assert numbered(asked("See line 3.", "a\n\nb\n")) == "1 │ a\n2 │\n3 │ b"
