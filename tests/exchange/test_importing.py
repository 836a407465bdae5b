"""What an import does to a course, and what the person at the terminal is told."""

from pathlib import Path

import pytest

from bot.cli import main
from bot.exchange.formats import READ, TEXTS, read
from bot.packs.loading import read_pack

CSV = "question,option a,option b,answer,section,explanation\n"
FIRST = CSV + "What is 2+2?,3,4,B,Sums,\nWhich is water?,水,火,A,Kanji,\n"


def run(*arguments: object) -> int:
    return main([str(one) for one in arguments])


def course(folder: Path) -> dict[str, str]:
    loaded = read_pack(folder)
    assert [str(one) for one in loaded.faults] == []
    return {one.id: one.stem for one in loaded.pack.questions}


@pytest.fixture
def sheet(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "quiz.csv"
    file.write_text(FIRST, "utf-8")
    return file


def test_a_file_becomes_a_course_that_a_start_takes(sheet, capsys):
    assert run("import", sheet, "--into", "packs/quiz") == 0
    assert "quiz.csv (csv): 2 imported." in capsys.readouterr().out
    assert sorted(course(Path("packs/quiz")).values()) == ["What is 2+2?", "Which is water?"]
    assert [one.title for one in read_pack(Path("packs/quiz")).pack.sections] == ["Sums", "Kanji"]


def test_the_same_file_again_adds_nothing(sheet, capsys):
    run("import", sheet, "--into", "packs/quiz")
    before = course(Path("packs/quiz"))
    capsys.readouterr()
    assert run("import", sheet, "--into", "packs/quiz") == 0
    assert "2 there already." in capsys.readouterr().out
    assert course(Path("packs/quiz")) == before


def test_a_mended_sheet_changes_its_questions_and_makes_no_second_ones(sheet, capsys):
    run("import", sheet, "--into", "packs/quiz")
    before = course(Path("packs/quiz"))
    sheet.write_text(
        FIRST.replace("What is 2+2?", "How much is 2+2?").replace("Sums,\n", "Sums,Count.\n") + "New?,a,b,A,Sums,\n",
        "utf-8",
    )
    assert run("import", sheet, "--into", "packs/quiz") == 0
    assert "1 imported, 1 changed (--update takes the changes), 1 there already." in capsys.readouterr().out
    assert set(before.items()) < set(course(Path("packs/quiz")).items())
    assert run("import", sheet, "--into", "packs/quiz", "--update") == 0
    after = course(Path("packs/quiz"))
    assert set(before) < set(after)
    assert sorted(after.values()) == ["How much is 2+2?", "New?", "Which is water?"]
    assert {one.explanation for one in read_pack(Path("packs/quiz")).pack.questions} == {"", "Count."}


def test_another_question_in_the_same_row_is_new_and_told_as_doubtful(sheet, capsys):
    run("import", sheet, "--into", "packs/quiz")
    sheet.write_text(FIRST.replace("What is 2+2?,3,4", "Where do whales sleep at night?,x,y"), "utf-8")
    run("import", sheet, "--into", "packs/quiz")
    assert "row 2: taken as a new question" in capsys.readouterr().out
    assert len(course(Path("packs/quiz"))) == 3


def test_what_is_left_out_is_named_with_its_place_and_told_by_the_exit_status(sheet, capsys):
    sheet.write_text(CSV + "Fine?,a,b,A,,\nNo right one?,a,b,z,,\n", "utf-8")
    assert run("import", sheet, "--into", "packs/quiz") == 3
    assert "1 imported, 1 left out: the answer 'z' is none of the options (row 3)." in capsys.readouterr().out
    sheet.write_text(CSV + "No right one?,a,b,z,,\n", "utf-8")
    assert run("import", sheet, "--into", "packs/other") == 4
    assert not Path("packs/other").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"hello there", "This looks like no format"),
        (b"PK\x03\x04 broken", "This looks like no format"),
    ],
)
def test_a_file_of_no_format_is_refused_in_a_sentence(sheet, capsys, content, words):
    sheet.write_bytes(content)
    assert run("import", sheet, "--into", "packs/quiz") == 1
    assert words in capsys.readouterr().err
    assert not Path("packs").exists()


def test_a_proven_course_is_left_alone(sheet, capsys):
    here = Path(__file__).parents[2] / "content" / "python-concurrency"
    assert run("import", sheet, "--into", here) == 1
    assert "is a proven course" in capsys.readouterr().err


def with_one_too_many(sheet: Path) -> Path:
    """A course of two questions, and one more that can't be graded."""
    run("import", sheet, "--into", "packs/quiz")
    file = Path("packs/quiz/questions/quiz.yaml")
    file.write_text(file.read_text("utf-8") + "  - {stem: Who?, section: Sums, options: [a, b], answer: c}\n", "utf-8")
    return file


def test_a_check_names_a_question_that_is_left_out_and_goes_well_as_the_start_does(sheet, capsys):
    with_one_too_many(sheet)
    capsys.readouterr()
    assert run("check", "packs/quiz") == 0
    said = capsys.readouterr().out
    assert "quiz/questions/quiz.yaml:16:33: warning: left out: questions.2.options: exactly one option" in said
    assert "quiz: 2 sections, 2 questions (1 left out), 0 errors, 1 warnings" in said
    assert run("check", "packs/quiz", "--strict") == 1


def test_what_is_left_out_of_a_course_is_named_when_it_goes_out_and_mended_before_more_comes_in(sheet, capsys):
    file = with_one_too_many(sheet)
    before = file.read_text("utf-8")
    assert run("export", "packs/quiz", "--to", "gift", "out.gift") == 0
    said = capsys.readouterr().out
    assert "2 questions as gift" in said and "left out: questions.2.options" in said
    sheet.write_text(FIRST + "New?,a,b,A,Sums,\n", "utf-8")
    assert run("import", sheet, "--into", "packs/quiz") == 1
    assert "left out: questions.2.options" in capsys.readouterr().err
    assert file.read_text("utf-8") == before
    assert run("export", "packs/quiz", "--to", "zip", "out.zip") == 0
    assert run("import", "out.zip", "--into", "packs/again") == 3
    assert "  questions/quiz.yaml:16: left out, expected exactly one option" in capsys.readouterr().out
    assert Path("packs/again/questions/quiz.yaml").read_text("utf-8") == before


def test_a_missing_file_is_told(tmp_path, capsys):
    assert run("import", tmp_path / "none.csv") == 1
    assert "can't be read" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["csv", "xlsx", "gift", "moodle-xml", "markdown"])
def test_a_course_goes_out_and_comes_back_as_the_same(sheet, capsys, name):
    run("import", sheet, "--into", "packs/quiz")
    assert run("export", "packs/quiz", "--to", name, f"out.{name}") == 0
    assert "2 questions" in capsys.readouterr().out
    assert run("import", f"out.{name}", "--into", "packs/quiz") == 0
    assert "2 there already." in capsys.readouterr().out
    assert run("export", "packs/quiz", "--to", name, f"out.{name}") == 1  # it is there already
    assert "is there already" in capsys.readouterr().err


def test_without_a_course_a_table_to_fill_in_is_written(sheet, capsys):
    assert run("export", "packs/none", "--to", "xlsx", "template.xlsx") == 0
    assert read(Path("template.xlsx").read_bytes()).found == []


def test_every_format_that_is_read_is_documented():
    assert {one.name for one in TEXTS} <= set(READ)
    assert all(one.documented.startswith("https://") for one in TEXTS)


def test_a_section_that_the_head_does_not_list_is_told_before_anything_is_written(sheet, capsys):
    run("import", sheet, "--into", "packs/quiz")
    head = Path("packs/quiz/pack.yaml")
    head.write_text(head.read_text("utf-8") + "sections: [Sums, Kanji]\n", "utf-8")
    before = course(Path("packs/quiz"))
    sheet.write_text(FIRST + "New?,a,b,A,Geography,\n", "utf-8")
    assert run("import", sheet, "--into", "packs/quiz") == 1
    assert "Add these sections to packs/quiz/pack.yaml, then import again: Geography." in capsys.readouterr().err
    assert course(Path("packs/quiz")) == before
