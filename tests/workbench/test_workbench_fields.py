"""What the form shows of a question, and what it writes back."""

from pathlib import Path
from typing import Any

import pytest

from bot.packs.loading import read_files
from bot.packs.yaml_files import YamlFile, read_text
from bot.settings import CHECKOUT
from bot.workbench.course import bank_texts
from bot.workbench.fields import entry_of, fields_of

PACKS = [
    CHECKOUT / "docs" / "example-pack",
    CHECKOUT / "content" / "python-concurrency",
    CHECKOUT / "tests" / "ui" / "packs" / "tea",
]


def entry(text: str) -> Any:
    read = read_text(text, "one.yaml")
    assert isinstance(read, YamlFile)
    return read.as_written(())


@pytest.mark.parametrize("folder", PACKS, ids=[folder.name for folder in PACKS])
def test_a_form_in_which_nothing_was_changed_writes_what_stood_there(folder: Path):
    banks = [bank for bank in read_files(folder).banks if isinstance(bank, YamlFile)]
    questions = [one for bank in banks for one in bank_texts(bank)]
    assert questions
    for one in questions:
        assert entry_of(fields_of(one), one, short=folder.name != "python-concurrency") == one


def test_an_answer_below_plain_options_marks_the_right_one():
    fields = fields_of(entry("stem: 2+2=?\noptions: [3, 4]\nanswer: 4\n"))
    assert [(one["text"], one["right"]) for one in fields["options"]] == [("3", False), ("4", True)]
    assert fields["form"] == "choice"


def test_a_letter_stays_a_letter_and_a_text_a_text():
    by_letter = entry("options: [red, green]\nanswer: b\n")
    fields = fields_of(by_letter)
    fields["options"][0]["right"], fields["options"][1]["right"] = True, False
    assert entry_of(fields, by_letter, short=True)["answer"] == "A"
    by_text = entry("options: [red, green]\nanswer: green\n")
    fields = fields_of(by_text)
    fields["options"][1]["text"] = "blue"
    assert entry_of(fields, by_text, short=True) == {"options": ["red", "blue"], "answer": "blue"}


def test_options_become_mappings_once_one_has_a_reason():
    before = entry("options: [red, green]\nanswer: green\n")
    fields = fields_of(before)
    fields["options"][1]["why"] = "Grass is."
    found = entry_of(fields, before, short=True)
    assert found == {"options": [{"text": "red"}, {"text": "green", "why": "Grass is."}], "answer": "green"}


def test_what_is_marked_in_mappings_is_said_there():
    before = entry("options:\n- text: red\n  correct: true\n  why: Yes.\n- text: green\n  correct: false\n")
    fields = fields_of(before)
    fields["options"][0]["right"], fields["options"][1]["right"] = False, True
    found = entry_of(fields, before, short=True)
    assert found["options"] == [
        {"text": "red", "correct": False, "why": "Yes."},
        {"text": "green", "correct": True},
    ]


def test_several_right_answers_and_back():
    before = entry("options: [a1, b1, c1]\nanswer: a1\n")
    fields = fields_of(before)
    fields["form"] = "several"
    fields["options"][2]["right"] = True
    several = entry_of(fields, before, short=True)
    assert several["answer"] == ["a1", "c1"]
    assert fields_of(several)["form"] == "several"
    fields = fields_of(several)
    fields["form"] = "choice"
    fields["options"][2]["right"] = False
    assert entry_of(fields, several, short=True) == before


@pytest.mark.parametrize(
    ("form", "more", "written"),
    [
        ("typed", {"accepted": ["bee", ""]}, {"accepted": ["bee"]}),
        ("typed", {"number": "3.5", "tolerance": "0.5"}, {"number": 3.5, "tolerance": 0.5}),
        ("typed", {"number": "many"}, {"number": "many"}),
        ("order", {"items": ["a", "b", "c"]}, {"items": ["a", "b", "c"]}),
        ("order", {"items": ["x = 1"], "items_are_code": True}, {"lines": ["x = 1"]}),
    ],
)
def test_each_form_writes_its_own_keys_alone(form, more, written):
    before = entry("stem: What?\noptions: [3, 4]\nanswer: 4\n")
    found = entry_of({**fields_of(before), "form": form, **more}, before, short=True)
    assert found == {"stem": "What?", **written}


def test_a_block_of_code_keeps_its_last_line_break():
    before = entry("code: |\n  a = 1\n")
    fields = fields_of(before)
    fields["code"] = "a = 2"
    assert entry_of(fields, before, short=True) == {"code": "a = 2\n"}


def test_a_field_that_is_emptied_is_taken_out():
    before = entry("stem: What?\nsource: a book\nenemies: [one, two]\nmarks: true\n")
    fields = {**fields_of(before), "source": "", "enemies": [], "marks": False}
    assert entry_of(fields, before, short=True) == {"stem": "What?"}
