"""What a course may leave out: pack.yaml says what it promises, and only that is asked of it."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_pack import FILES, HEAD, write_pack

from bot.packs.loading import Loaded, load_packs, read_pack
from bot.packs.models import Pack
from bot.packs.prose import as_typed, seen
from bot.packs.shorthand import LONGEST_ID, made_id

FRIDAY = """\
standard: plain
title: Friday quiz
"""
SUMS = """\
questions:
  - stem: 2+2=?
    section: Sums
    options: [3, 4]
    answer: 4
  - stem: Is zero even?
    section: Sums
    options: [true, false]
    answer: A
  - stem: Which one is water?
    section: 漢字
    options: [水, 火, 木]
    answer: 水
"""


def course(folder: Path, head: str = FRIDAY, questions: str = SUMS, **files: str) -> Loaded:
    """A folder with a head and a file of questions, as read."""
    found = {"pack.yaml": head, "questions/all.yaml": questions, **files}
    for name, text in found.items():
        path = folder / "friday" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return read_pack(folder / "friday", thorough=True)


def sound(loaded: Loaded) -> Pack:
    assert [str(one) for one in loaded.faults] == []
    assert loaded.pack is not None
    return loaded.pack


def test_a_plain_course_is_a_title_and_questions_with_what_is_right(tmp_path):
    pack = sound(course(tmp_path))
    assert (pack.id, pack.head.title) == ("friday-quiz", "Friday quiz")
    assert [(one.title, one.pages) for one in pack.sections] == [("Sums", []), ("漢字", [])]
    asked = [(one.stem, [option.text for option in one.options], one.key) for one in pack.questions]
    assert asked == [
        ("2+2=?", ["3", "4"], 1),
        ("Is zero even?", ["true", "false"], 0),
        ("Which one is water?", ["水", "火", "木"], 0),
    ]
    assert {one.section for one in pack.questions} == {section.id for section in pack.sections}
    assert [one.title for one in load_packs(tmp_path)[0].head.topics] == ["Sums", "漢字"]


def test_a_course_with_one_section_need_not_say_which(tmp_path):
    pack = sound(course(tmp_path, FRIDAY, "questions: [{stem: 2+2=?, options: ['3', '4'], answer: '4'}]"))
    assert [section.title for section in pack.sections] == ["Friday quiz"]
    assert pack.questions[0].section == pack.sections[0].id


def test_a_question_without_an_id_keeps_the_one_that_follows_from_what_it_asks(tmp_path):
    first = sound(course(tmp_path / "first"))
    shifted = SUMS.replace(
        "questions:\n", "questions:\n  - {stem: 1+1=?, section: Sums, options: ['2', '3'], answer: A}\n"
    )
    second = sound(course(tmp_path / "second", questions=shifted))
    assert {one.id for one in first.questions} < {one.id for one in second.questions}


def test_ids_may_be_written_in_any_alphabet(tmp_path):
    head = FRIDAY + "id: Übungen\nsections: [動詞, 名詞]\n"
    questions = """\
questions:
  - {id: 質問一, section: 動詞, stem: 行く？, options: [go, come], answer: go, enemies: [質問二]}
  - {id: 質問二, section: 名詞, stem: 水？, options: [water, fire], answer: water}
"""
    pack = sound(course(tmp_path, head + "language: ja\n", questions))
    one, other = pack.questions
    assert one.enemies == [other.id]
    assert [section.title for section in pack.sections] == ["動詞", "名詞"]
    assert one.section == pack.sections[0].id


@given(st.text(min_size=1, max_size=80))
def test_every_name_has_an_id_that_fits_and_stays_the_same(name):
    found = made_id(name)
    assert 1 <= len(found) <= LONGEST_ID
    assert made_id(found) == found == made_id(name)


def test_names_that_differ_in_what_ids_cannot_hold_get_ids_that_differ():
    names = ["schon", "schön", "水", "火", "x" * 60, "x" * 61, "Kanji N5", "a", "à"]
    assert len({made_id(name) for name in names}) == len(names)
    assert made_id("Kanji N5") == "kanji-n5"


def test_what_the_author_typed_is_shown_as_it_was_typed(tmp_path):
    questions = """\
questions:
  - stem: "2*3*4 = ?"
    section: Sums
    options: ["_24_", "||9||", "a ~~b~~ c"]
    answer: _24_
"""
    [question] = sound(course(tmp_path, questions=questions)).questions
    assert [seen(text) for text in (question.stem, *(one.text for one in question.options))] == [
        "2*3*4 = ?",
        "_24_",
        "||9||",
        "a ~~b~~ c",
    ]
    assert question.key == 0


@pytest.mark.parametrize(
    "kept", ["**bold** and *slanted*", "`a * b * c`", "5 * 3 * 2", "snake_case_name", "it's 100 %"]
)
def test_sound_markup_stays(kept):
    assert as_typed(kept, "option") == kept


@given(st.text("ab *_~|`\\1.#>-\n", max_size=30))
def test_typing_again_changes_nothing_more(text):
    once = as_typed(text, "option")
    assert as_typed(once, "option") == once


LACKS = [
    (
        "plain",
        "    options: [3, 4]\n    answer: 5\n",
        "questions.0.options",
        "or its text or letter under `answer`, not 0",
    ),
    ("plain", "    options: [3]\n    answer: 3\n", "questions.0.options", "at least 2 in the list"),
    ("explained", "    options: [3, 4]\n    answer: 4\n", "questions.0.options.0.why", "this field is required"),
]


@pytest.mark.parametrize(("standard", "options", "field", "expected"), LACKS)
def test_what_a_standard_asks_for_is_told_with_its_place(tmp_path, standard, options, field, expected):
    told = "    explanation: Count on.\n    source: A book\n" if standard == "explained" else ""
    questions = f"questions:\n  - stem: 2+2=?\n    section: Sums\n{options}{told}"
    loaded = course(tmp_path, FRIDAY.replace("plain", standard), questions)
    assert any(fault.field == field and expected in fault.expected for fault in loaded.left_out), loaded.faults
    assert {fault.line for fault in loaded.left_out if fault.field == field} <= {2, 4}


def test_an_explained_course_needs_reasons_a_rule_and_a_source_and_no_more(tmp_path):
    questions = """\
questions:
  - stem: Which statement lists the names of all tables?
    section: Queries
    code_language: sql
    code: |
      SELECT name
      \tFROM sqlite_master;
    options:
      - {text: The one above, correct: true, why: That table has a row for each table that there is in it.}
      - {text: None that SQL has, why: Each engine has a table of its own for what there is in it.}
    explanation: >-
      In SQLite the schema is a table like any other, so a query can read it. Each table, index and view
      has one row there, with its name and the statement that made it.
    source: The manual of the group, page 12
"""
    pack = sound(course(tmp_path, "standard: explained\ntitle: SQL\ncode_language: text\n", questions))
    assert (pack.questions[0].code_language, pack.questions[0].source) == ("sql", "The manual of the group, page 12")


def test_code_is_of_the_language_that_the_course_names(tmp_path):
    questions = "questions: [{stem: What is it?, section: Q, code: SELECT 1, options: ['1', '2'], answer: '1'}]"
    assert sound(course(tmp_path, FRIDAY + "code_language: sql\n", questions)).questions[0].code_language == "sql"


def test_a_licence_holds_for_all_questions_that_name_none(tmp_path):
    questions = SUMS.replace("  - stem: Is zero even?\n", "  - stem: Is zero even?\n    licence: CC0\n")
    pack = sound(course(tmp_path, FRIDAY + "licence: CC BY-SA 4.0\n", questions))
    assert [one.licence for one in pack.questions] == ["CC BY-SA 4.0", "CC0", "CC BY-SA 4.0"]


def test_long_stems_many_options_and_two_hundred_sections_are_taken(tmp_path):
    stem = "When did it happen, and why? " * 20
    entries = [
        {"stem": f"{stem}{n}", "section": f"Section {n}", "options": list("abcdefghij"), "answer": "c"}
        for n in range(200)
    ]
    pack = sound(course(tmp_path, questions=json.dumps({"questions": entries})))
    assert (len(pack.sections), len(pack.questions[0].options), pack.questions[0].key) == (200, 10, 2)


def test_what_cannot_be_shown_in_a_message_is_named_with_its_place(tmp_path):
    questions = f"questions: [{{stem: '{'x' * 1400}', section: Q, code: '{'y' * 1900}', options: [a, b], answer: a}}]"
    [fault] = course(tmp_path, questions=questions).left_out
    assert "at most 2600 characters with its code and options" in fault.expected


UNFIT = {
    "a stem that is too long": f"stem: {'x' * 1_501}\n    options: [a, b]\n    answer: a",
    "too much together": f"stem: {'x' * 1_400}\n    code: {'y' * 1_900}\n    options: [a, b]\n    answer: a",
    "no stem": "options: [a, b]\n    answer: a",
    "an option of blanks": "stem: x?\n    options: [a, ' ']\n    answer: a",
    "too many options": "stem: x?\n    options: [a, b, c, d, e, f, g, h, i, j, k]\n    answer: a",
    "options that look the same": "stem: x?\n    options: [a, '**a**']\n    answer: a",
    "no right option": "stem: x?\n    options: [a, b]\n    answer: c",
    "a form that there is not": "stem: x?\n    form: essay\n    options: [a, b]\n    answer: a",
    "an order of two": "stem: x?\n    items: [a, b]",
    "an answer too long to be typed": f"stem: x?\n    accepted: ['{'x' * 101}']",
    "what pings": "stem: '@everyone?'\n    options: [a, b]\n    answer: a",
    "a picture that is not there": "stem: x?\n    picture: no.png\n    alt: x\n    options: [a, b]\n    answer: a",
    "what stands there already": "stem: 2+2=?\n    options: [3, 4]\n    answer: 4",
}


@pytest.mark.parametrize("what", UNFIT)
def test_a_question_that_cannot_be_shown_or_graded_is_left_out_and_the_others_are_asked(tmp_path, what):
    written = SUMS.replace("  - stem: Is zero", f"  - section: Sums\n    {UNFIT[what]}\n  - stem: Is zero")
    loaded = course(tmp_path, questions=written)
    assert loaded.errors == []
    assert {one.question for one in loaded.left_out} == {1}
    assert all(5 < one.line < 12 and one.file == "friday/questions/all.yaml" for one in loaded.left_out)
    [pack] = load_packs(tmp_path)
    assert [one.stem for one in pack.questions] == ["2+2=?", "Is zero even?", "Which one is water?"]
    [told] = pack.left_out
    assert told.startswith("friday/questions/all.yaml:") and ": warning: left out: questions.1" in told


def test_of_a_question_that_is_left_out_others_may_be_enemies(tmp_path):
    written = SUMS.replace("answer: 4", "answer: 4\n    enemies: [q9]") + "  - {id: q9, section: Sums, stem: x?}\n"
    pack = course(tmp_path, questions=written).pack
    assert pack is not None and len(pack.questions) == 3


def test_every_question_may_be_left_out(tmp_path):
    loaded = course(tmp_path, questions=f"questions: [{{stem: {'x' * 1501}, options: [a, b], answer: a}}]")
    assert loaded.pack is not None and loaded.pack.questions == [] and loaded.errors == []


def test_many_that_are_left_out_are_all_left_out(tmp_path):
    entries = [{"stem": f"{n}?", "section": "Q", "options": ["a", "b"], "answer": "c"} for n in range(300)]
    entries += [{"stem": f"{n}!", "section": "Q", "options": ["a" * 201, "b"], "answer": "b"} for n in range(300)]
    entries.append({"stem": "Fine?", "section": "Q", "options": ["a", "b"], "answer": "b"})
    pack = course(tmp_path, questions=json.dumps({"questions": entries})).pack
    assert pack is not None
    assert [one.stem for one in pack.questions] == ["Fine?"]
    assert len(pack.left_out) == 600


@pytest.mark.parametrize(
    "broken",
    [
        "stemm: x?",
        "stem: [x]",
        "stem: x?\n    enemies: [nothing]",
        "stem: x?\n    answer: a: b",
        "stem: x?\n    topic: nowhere",
    ],
)
def test_a_slip_in_the_file_itself_is_an_error(tmp_path, broken):
    text = f"questions:\n  - section: Sums\n    options: [a, b]\n    answer: a\n    {broken}\n".replace(
        "    answer: a\n    stem: x?\n    answer", "    stem: x?\n    answer"
    )
    loaded = course(tmp_path, questions=text)
    assert loaded.errors and loaded.pack is None


def test_a_page_that_cannot_be_shown_is_an_error(tmp_path):
    lesson = f"id: sums\ntitle: Sums\npages: [{{title: Adding, text: '{'x' * 1_300}'}}]\n"
    questions = SUMS.replace("Sums", "sums")
    assert course(tmp_path, FRIDAY, questions, **{"lessons/a.yaml": lesson}).errors


def test_a_proven_course_is_refused_for_one_question(tmp_path):
    question = FILES["questions/water.yaml"]
    loaded = read_pack(
        write_pack(tmp_path, **{"questions/water.yaml": question.replace("Boiling\n", "x" * 201 + "\n")})
    )
    assert loaded.pack is None and loaded.left_out == [] and len(loaded.errors) == 1


def test_a_course_without_a_standard_is_held_to_what_it_was(tmp_path):
    question = FILES["questions/water.yaml"]
    shorter = question.replace("        why: Boiling water draws bitter stuff out of the green leaves at once.\n", "")
    assert shorter != question
    faults = read_pack(write_pack(tmp_path, **{"questions/water.yaml": shorter})).errors
    assert [(fault.field, fault.expected) for fault in faults] == [
        ("questions.0.options.0.why", "this field is required")
    ]


def test_a_lesson_of_a_plain_course_is_shown_where_there_is_one(tmp_path):
    lesson = "id: sums\ntitle: Sums, first steps\npages: [{title: Adding, text: Put them together.}]\n"
    pack = sound(
        course(
            tmp_path, FRIDAY + "sections: [sums, 漢字]\n", SUMS.replace("Sums", "sums"), **{"lessons/a.yaml": lesson}
        )
    )
    assert [(one.title, len(one.pages)) for one in pack.sections] == [("Sums, first steps", 1), ("漢字", 0)]


def test_an_unknown_standard_is_told_with_those_there_are(tmp_path):
    [fault] = read_pack(write_pack(tmp_path, **{"pack.yaml": HEAD + "standard: strict\n"})).errors
    assert fault.expected == "'proven', 'explained' or 'plain', not 'strict'"
