"""Which files are read: none is passed over without a word, and none that nobody meant stops a start."""

import os
from pathlib import Path

import pytest
from in_english import refused, say
from small_pack import FILES, QUESTIONS, another_question, write_pack

from bot.commands.check import check_packs
from bot.errors import PackError
from bot.packs.loading import load_packs, read_packs

MORE = "questions:\n" + another_question("black-tea")


def warnings(folder) -> list[str]:
    return [str(fault) for one in read_packs(folder) for fault in one.faults]


@pytest.mark.parametrize("name", ["one.yml", "one.YAML", "one.Yml"])
def test_a_file_of_questions_is_read_whatever_it_writes_for_yaml(tmp_path, name):
    write_pack(tmp_path, **{f"questions/{name}": MORE})
    [pack] = load_packs(tmp_path)
    assert {one.id for one in pack.questions} == {"green-tea", "black-tea"}
    assert warnings(tmp_path) == []


def test_every_kind_of_file_may_end_in_yml(tmp_path):
    moved = {name.replace(".yaml", ".yml"): text for name, text in FILES.items()}
    write_pack(
        tmp_path, **dict.fromkeys(FILES), **moved, **{"glossary.yml": "terms:\n  - {id: a, name: b, meaning: c}\n"}
    )
    [pack] = load_packs(tmp_path)
    assert (len(pack.sections), len(pack.questions), len(pack.terms)) == (2, 1, 1)


UNREAD = [
    ("questions/one.json", "a file whose name ends in .yaml or .yml; this one is not read"),
    ("questions/one.gift", "a file whose name ends in .yaml or .yml; this one is not read"),
    ("questions/one.txt", "a file whose name ends in .yaml or .yml; this one is not read"),
    ("questions/one.yaml~", "a file whose name ends in .yaml or .yml; this one is not read"),
    ("lessons/one.md", "a file whose name ends in .yaml or .yml; this one is not read"),
    ("Questions/one.yaml", "pack.yaml, glossary.yaml, lessons/, questions/ and pictures/; this is not read"),
    ("one.yaml", "pack.yaml, glossary.yaml, lessons/, questions/ and pictures/; this is not read"),
    ("pack.yml", "pack.yaml, glossary.yaml, lessons/, questions/ and pictures/; this is not read"),
]


@pytest.mark.parametrize(("name", "told"), UNREAD)
def test_what_is_not_read_is_named_and_stops_nothing(tmp_path, name, told, capsys):
    write_pack(tmp_path, **{name: MORE})
    shown = name if not name.startswith("Questions") else "Questions"
    assert warnings(tmp_path) == [f"tea/{shown}:1:1: warning: {told}"]
    assert len(load_packs(tmp_path)) == 1
    assert check_packs(tmp_path, tmp_path) == 0
    assert f"tea/{shown}:1:1: warning: {told}" in capsys.readouterr().out


def test_a_folder_within_the_questions_is_named(tmp_path):
    write_pack(tmp_path, **{"questions/week-1/one.yaml": MORE})
    assert warnings(tmp_path) == [
        "tea/questions/week-1:1:1: warning: files right in questions/; this folder is not read"
    ]


@pytest.mark.parametrize("name", [".#one.yaml", "._one.yaml", ".one.yaml.swp", "@eaDir/one.yaml", "lost+found/x"])
@pytest.mark.parametrize("where", ["", "questions/", "lessons/"])
def test_what_editors_and_systems_leave_behind_is_passed_over(tmp_path, name, where):
    write_pack(tmp_path, **{where + name: b"\x00\xff not YAML"})
    assert warnings(tmp_path) == []
    assert len(load_packs(tmp_path)) == 1


def test_a_lock_of_an_editor_that_leads_nowhere_is_passed_over(tmp_path):
    root = write_pack(tmp_path)
    (root / "questions" / ".#water.yaml").symlink_to("somebody@host.1234")
    assert warnings(tmp_path) == []


@pytest.mark.parametrize("name", ["@eaDir", "lost+found", ".git", "_drafts", "pictures", "$RECYCLE.BIN"])
def test_a_folder_beside_the_packs_that_is_none_stops_nothing(tmp_path, name):
    write_pack(tmp_path)
    (tmp_path / name).mkdir()
    (tmp_path / name / "thing.png").write_bytes(b"png")
    assert warnings(tmp_path) == []
    assert [pack.id for pack in load_packs(tmp_path)] == ["tea"]


def test_a_course_without_its_head_is_named_and_the_others_start(tmp_path):
    write_pack(tmp_path)
    (tmp_path / "coffee" / "questions").mkdir(parents=True)
    (tmp_path / "coffee" / "questions" / "all.yaml").write_text(QUESTIONS, "utf-8")
    (tmp_path / "stray.yaml").write_text(QUESTIONS, "utf-8")
    assert warnings(tmp_path) == [
        "coffee/pack.yaml:1:1: warning: this file; without it the folder is no course",
        "stray.yaml:1:1: warning: a folder for each course; this file is not read",
    ]
    assert [pack.id for pack in load_packs(tmp_path)] == ["tea"]


def test_where_no_folder_is_a_pack_what_looks_like_one_is_named(tmp_path):
    write_pack(tmp_path, **{"pack.yaml": None, "pack.yaml.txt": FILES["pack.yaml"]})
    with pytest.raises(PackError) as told:
        load_packs(tmp_path)
    assert "tea/pack.yaml:1:1: warning: this file; without it the folder is no course" in say(told.value.fact)


def test_a_course_of_no_questions_is_a_warning(tmp_path):
    write_pack(tmp_path, **{"questions/water.yaml": None})
    assert warnings(tmp_path) == [
        "tea/pack.yaml:1:1: warning: questions in questions/*.yaml; there are none, so nothing of this course can be asked"
    ]
    assert check_packs(tmp_path, tmp_path) == 0


def unlisted_in_place_of(folder, how: str) -> None:
    if how == "a loop of links":
        folder.symlink_to(folder.name)
    elif how == "a link to nowhere":
        folder.symlink_to("nowhere")
    else:
        folder.write_text("not a folder")


@pytest.mark.parametrize("how", ["a loop of links", "a link to nowhere", "a file"])
@pytest.mark.parametrize("name", ["questions", "lessons"])
def test_a_folder_that_cant_be_listed_is_an_error_not_an_empty_one(tmp_path, name, how, capsys):
    root = write_pack(tmp_path, **{one: None for one in FILES if one.startswith(name)})
    (root / name).rmdir()
    unlisted_in_place_of(root / name, how)
    with refused(PackError, f"tea/{name}:1:1: a folder"):
        load_packs(tmp_path)
    assert check_packs(tmp_path, tmp_path) == 1
    assert f"tea/{name}:1:1: a folder" in capsys.readouterr().out


def test_a_course_that_cant_be_looked_into_is_an_error_beside_those_that_can(tmp_path):
    write_pack(tmp_path)
    unlisted_in_place_of(tmp_path / "coffee", "a loop of links")
    with refused(PackError, "coffee:1:1: a folder that can be read"):
        load_packs(tmp_path)


def test_a_place_for_packs_that_cant_be_listed_is_told_as_that(tmp_path):
    unlisted_in_place_of(tmp_path / "packs", "a loop of links")
    unlisted_in_place_of(tmp_path / "file", "a file")
    for place in (tmp_path / "packs", tmp_path / "file", tmp_path / ("long" * 100)):
        with refused(PackError, "can't be read"):
            load_packs(place)


def test_a_pipe_is_not_waited_for_and_not_called_missing(tmp_path):
    root = write_pack(tmp_path)
    os.mkfifo(root / "questions" / "more.yaml")
    with refused(PackError, r"questions/more.yaml:1:1: a file that can be read; this is .* a pipe"):
        load_packs(tmp_path)


class Meddling(set[str]):
    """The demos that a lesson may name; whoever looks one up has a file changed under the reader, as often as told."""

    def __init__(self, root: Path, times: int) -> None:
        super().__init__({"kettle"})
        self._root, self._left = root, times

    def __contains__(self, demo: object) -> bool:
        if self._left:
            self._left -= 1
            text = f"questions:\n{another_question(f'black-tea-{self._left}')}"
            (self._root / "questions" / "more.yaml").write_text(text)
        return super().__contains__(demo)


def test_files_that_change_while_they_are_read_are_read_again(tmp_path):
    lesson = FILES["lessons/leaves.yaml"].replace("demos: []", "demos: [kettle]")
    root = write_pack(tmp_path, **{"lessons/leaves.yaml": lesson})
    [pack] = load_packs(tmp_path, Meddling(root, 2))
    assert {one.id for one in pack.questions} == {"green-tea", "black-tea-0"}
    with refused(PackError, "are being changed"):
        load_packs(tmp_path, Meddling(root, 50))


def test_what_steers_a_terminal_or_forges_a_line_is_written_out_in_faults(tmp_path, capsys):
    root = write_pack(tmp_path, **{"glossary.yaml": 'terms: []\n"x\\e]0;owned\\a\\nforged: error": 1\n'})
    name = os.fsdecode(b"\x1b[31mred\nforged\xff\xe2\x80\xae.txt")
    (root / "questions" / name).write_text("")
    assert check_packs(tmp_path, tmp_path) == 1
    out = capsys.readouterr().out
    assert not any(one in out for one in ("\x1b", "\a", "\u202e", "\udcff"))
    assert not any(line.startswith("forged") for line in out.splitlines())
    assert "\\x1b[31mred\\nforged\\udcff\\u202e.txt" in out
