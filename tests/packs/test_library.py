"""How the house finds sections and questions in the packs in force."""

import pytest
from in_english import refused
from small_pack import HEAD, QUESTIONS, another_question, write_pack

from bot.errors import NotFound
from bot.packs.library import Library
from bot.packs.loading import load_packs

HARD = another_question("black-tea").replace("difficulty: easy", "difficulty: hard")


@pytest.fixture
def library(tmp_path):
    write_pack(tmp_path, **{"questions/water.yaml": QUESTIONS + HARD})
    return Library(load_packs(tmp_path))


@pytest.fixture
def two_courses(tmp_path):
    write_pack(tmp_path)
    root = write_pack(
        tmp_path / "x", **{"pack.yaml": HEAD.replace("id: tea", "id: mate").replace("title: Tea", "title: Mate")}
    )
    root.rename(tmp_path / "mate")
    (tmp_path / "x").rmdir()
    return Library(load_packs(tmp_path))


@pytest.mark.parametrize("text", ["water", "tea/water", "Water", " WATER ", "TEA/Water"])
def test_a_section_is_found_by_id_key_or_title_whatever_its_case(library, text):
    assert library.find_section(text).key == "tea/water"


@pytest.mark.parametrize(
    "text", ["Ｗａｔｅｒ", "wàter", "wa ter", "tea  ›  WATER", "Tea > Water", "2. Water", "Tea: water"]
)
def test_a_section_is_found_in_any_spelling_that_is_unique(library, text):
    assert library.find_section(text).key == "tea/water"


def test_a_spelling_that_two_sections_share_is_asked_back(two_courses):
    with refused(NotFound, r"\*Mate › Water\* or \*Tea › Water\*"):
        two_courses.find_section("WATER")
    assert two_courses.find_section("tea water").key == "tea/water"


def test_every_title_that_is_shown_is_taken_back(library, two_courses):
    for known in (library, two_courses):
        for ref in known.sections:
            assert known.find_section(known.title(ref)) == ref
    assert two_courses.find_part("mate").section is None
    assert two_courses.find_part("Mate › all sections").pack.id == "mate"
    assert two_courses.find_part("Mate › Water").section.id == "water"
    assert library.find_part("water").section.id == "water"


@pytest.mark.parametrize("text", ["", "milk", "tea/", "tea/milk", "mate/water", "💥"])
def test_an_unknown_section_is_answered_with_the_titles_there_are(library, text):
    with refused(NotFound, r"Leaves, Water\."):
        library.find_section(text)


def test_with_two_courses_a_title_names_its_course(two_courses):
    titles = [two_courses.title(ref) for ref in two_courses.sections]
    assert titles == ["Mate › Leaves", "Mate › Water", "Tea › Leaves", "Tea › Water"]
    assert two_courses.find_section("tea › water").key == "tea/water"
    assert two_courses.find_section("mate/water").key == "mate/water"


def test_questions_are_narrowed_by_section_and_difficulty(library):
    def ids(*asked):
        return [question.id for question in library.questions("tea", *asked)]

    assert ids() == ["green-tea", "black-tea"]
    assert ids("water", "hard") == ["black-tea"]
    assert ids("water", "medium") == []


def test_a_section_without_questions_draws_on_the_whole_course(library):
    assert len(library.questions("tea", "leaves")) == 2


def test_what_is_not_there_any_more_is_said(library):
    assert library.question("tea", "white-tea") is None
    assert library.misconception("tea", None) is None
    assert library.misconception("tea", "hotter-is-better").belief == "Hotter water makes better tea."
    with refused(NotFound, "is gone"):
        library.pack("milk")
    with refused(NotFound, "/lesson"):
        library.section("tea", "milk")


def test_a_question_is_a_new_version_when_its_key_or_an_option_changes(library):
    question = library.question("tea", "green-tea")
    other_key = question.model_copy(
        update={"options": [o.model_copy(update={"correct": i == 0}) for i, o in enumerate(question.options)]}
    )
    reworded = question.model_copy(update={"explanation": "Green leaves want water well below boiling, that is all."})
    assert question.key == 1
    assert other_key.model_copy(deep=True).content_hash != question.content_hash or other_key.key != 0
    fresh = type(question).model_validate(other_key.model_dump())
    assert fresh.key == 0
    assert fresh.content_hash != question.content_hash
    assert type(question).model_validate(reworded.model_dump()).content_hash == question.content_hash


GLOSSARY = """\
terms:
  - id: infusion
    name: infusion
    also: [brew]
    meaning: Leaves drawn in water.
  - id: leaf
    name: leaf
    also: [leaves]
    meaning: What is picked.
"""


@pytest.fixture
def with_glossary(tmp_path):
    return Library(load_packs(write_pack(tmp_path, **{"glossary.yaml": GLOSSARY}).parent))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Leaves make an infusion; a leaf alone does not.", ["leaf", "infusion"]),
        ("Two brews.", ["infusion"]),
        ("A brewery is something else, and so is a leaflet.", []),
        ("", []),
    ],
)
def test_the_terms_of_a_text_are_found_as_whole_words_in_the_order_of_their_use(with_glossary, text, expected):
    assert [term.id for term in with_glossary.terms_in("tea", text)] == expected


def test_what_a_message_speaks_of_is_found_by_terms_and_by_titles_of_sections(with_glossary):
    found = with_glossary.mentions("My infusion went wrong. Is it the WATER?")
    assert [one.name for one in found.terms] == ["infusion"]
    assert [one.title for one in found.sections] == ["Water"]
    assert found.users["infusion"] == {
        one.id for one in found.pack.questions if found.terms[0] in with_glossary.terms_of("tea", one)
    }
    assert with_glossary.mentions("Anybody up for a game of chess?") is None


def test_a_pack_without_a_glossary_has_no_terms_and_says_so(library):
    assert library.terms_in("tea", "Leaves") == []
    with refused(NotFound, "no glossary here yet"):
        library.find_term("leaf")
