"""What an author is told about a broken pack: file, line, column, field, and what was expected."""

from pathlib import Path

import pytest
from in_english import refused, say
from small_pack import FILES, HEAD, QUESTION, QUESTIONS, another_question, broken, write_pack

from bot.commands.check import check_packs
from bot.errors import PackError
from bot.packs.faults import Fault
from bot.packs.files import pack_folders
from bot.packs.loading import load_packs, read_pack, read_packs

Q = "questions/water.yaml"
L = "lessons/leaves.yaml"
P = "pack.yaml"


def only_fault(root: Path, demo_ids: list[str] | None = None) -> Fault:
    loaded = read_pack(root, demo_ids)
    assert len(loaded.errors) == 1, [str(fault) for fault in loaded.faults]
    return loaded.errors[0]


def test_the_small_pack_is_sound(tmp_path):
    loaded = read_pack(write_pack(tmp_path), [])
    assert loaded.faults == []
    assert loaded.pack is not None
    assert [section.id for section in loaded.pack.sections] == ["leaves", "water"]


SHAPE = [
    # a key that is not known, with and without a near one
    (
        Q,
        "    difficulty: easy\n    dificulty: easy\n",
        "    difficulty: easy\n",
        7,
        5,
        "questions.0.dificulty",
        'did you mean "difficulty"?',
    ),
    (L, "colour: green\nremember:", "remember:", 12, 1, "colour", 'no key "colour" here'),
    (P, "titel: Tea\ntitle: Tea", "title: Tea", 2, 1, "titel", 'did you mean "title"?'),
    # wrong types
    (Q, "core: maybe", "core: true", 7, 11, "questions.0.core", "true or false, not 'maybe'"),
    (Q, "stem: 12", "stem: How hot should the water for green tea be?", 10, 11, "questions.0.stem", "text, not 12"),
    (Q, "source: water: hot", "source: https://example.org/tea", 23, 18, "", "valid YAML"),
    (P, "sections: leaves", "sections: [leaves, water]", 4, 11, "sections", "a list, not 'leaves'"),
    (
        Q,
        "difficulty: brutal",
        "difficulty: easy",
        6,
        17,
        "questions.0.difficulty",
        "'easy', 'medium' or 'hard', not 'brutal'",
    ),
    (Q, "family: Heat!", "family: heat", 8, 13, "questions.0.family", "small letters, digits and single hyphens"),
    (
        Q,
        "source: http://example.org/tea",
        "source: https://example.org/tea",
        23,
        13,
        "questions.0.source",
        "starts with https://",
    ),
    # an unquoted sentence with a colon
    (L, "  - Remember: one plant", "  - It is one plant.", 13, 5, "remember.0", "put the line in quotes"),
    # too long
    (L, f"title: {'x' * 61}", "title: Leaves", 2, 8, "title", "at most 60 characters, not 61"),
    # a missing field points at where it should stand
    (Q, "", "    kind: recall\n", 2, 5, "questions.0.kind", "this field is required"),
    (L, "", "summary: Where they grow.\n", 1, 1, "summary", "this field is required"),
    # a key twice
    (Q, "    core: true\n    core: false\n", "    core: true\n", 8, 5, "core", "it is there already in line 7"),
    # what YAML offers and a pack does without
    (P, "title: &name Tea", "title: Tea", 2, 8, "", "no anchors (&) or aliases (*)"),
    (P, "title: *name", "title: Tea", 2, 8, "", "no anchors (&) or aliases (*)"),
    (P, "title: Tea\rsubject: *name", "title: Tea", 3, 10, "", "no anchors (&) or aliases (*)"),
    (P, "title:   !!str  &name Tea", "title: Tea", 2, 10, "", "no anchors (&) or aliases (*)"),
    (P, "title: [Tea, *name]", "title: Tea", 2, 14, "", "no anchors (&) or aliases (*)"),
    (P, "title: {Tea: &name}", "title: Tea", 2, 14, "", "no anchors (&) or aliases (*)"),
    (P, "title: !!str Tea", "title: Tea", 2, 8, "", "no tags (!)"),
    (P, "title: ! Tea", "title: Tea", 2, 8, "", "no tags (!)"),
    (P, "title: !=2 Tea", "title: Tea", 2, 8, "", "no tags (!)"),
    (P, "title: !=2 [Tea]", "title: Tea", 2, 8, "", "no tags (!)"),
    (P, "? [a, b]\n: c\ntitle: Tea", "title: Tea", 2, 3, "", "a plain word as a key"),
    (P, "title: Tea\n---\n", "title: Tea\n", 3, 1, "", "another document"),
]


@pytest.mark.parametrize(("file", "new", "old", "line", "column", "field", "expected"), SHAPE)
def test_a_fault_of_shape_is_told_with_its_place(tmp_path, file, new, old, line, column, field, expected):
    fault = only_fault(broken(tmp_path, file, old, new))
    assert (fault.file, fault.line, fault.column, fault.field) == (f"tea/{file}", line, column, field)
    assert expected in fault.expected
    assert str(fault).startswith(f"tea/{file}:{line}:{column}: ")


MEANING = [
    # options
    (Q, "\n        correct: true\n", "\n", "questions.0.options", "exactly one option with correct: true, not 0"),
    (
        Q,
        "Boiling\n",
        "Boiling\n        correct: true\n",
        "questions.0.options",
        "exactly one option with correct: true, not 2",
    ),
    # names that lead nowhere
    (Q, "section: water", "section: milk", "questions.0.section", "a section of this pack, not milk"),
    (Q, "topic: heat", "topic: sugar", "questions.0.topic", "a topic of pack.yaml, not sugar"),
    (Q, "enemies: []", "enemies: [black-tea]", "questions.0.enemies.0", "the id of a question, not black-tea"),
    (
        P,
        "{id: heat, title: Heat, section: water}",
        "{id: heat, title: Heat, section: milk}",
        "topics.1.section",
        "not milk",
    ),
    (P, "    section: water\n", "    section: milk\n", "misconceptions.0.section", "a section of this pack, not milk"),
    (P, "[leaves, water]", "[leaves, water, cups]", "sections.2", "a lesson with the id cups"),
    (P, "[leaves, water]", "[leaves, water, water]", "sections.2", "each section once"),
    (P, "{id: heat, title: Heat", "{id: picking, title: Heat", "topics.1.id", "picking is taken"),
    (P, "Hotter water makes", "__Hotter__ water makes", "misconceptions.0.belief", "in backticks"),
    (L, "demos: []", "demos: [kettle]", "demos.0", "a demo (cup, pot), not kettle"),
    (P, 'its own temperature."\n', 'its own temperature."\n    demo: kettle\n', "misconceptions.0.demo", "not kettle"),
    (
        L,
        "  - title: The bush\n",
        "  - title: The bush\n    refutes: [colder]\n",
        "pages.0.refutes.0",
        "a misconception of pack.yaml, not colder",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "field", "expected"), MEANING)
def test_a_fault_of_meaning_is_told_with_its_place(tmp_path, file, old, new, field, expected):
    faults = read_pack(broken(tmp_path, file, old, new), ["pot", "cup"]).errors
    told = [fault for fault in faults if fault.field == field]
    assert len(told) == 1, [str(fault) for fault in faults]
    assert expected in told[0].expected
    assert told[0].file == f"tea/{file}"
    text = (tmp_path / "tea" / file).read_text("utf-8").splitlines()
    key = field.split(".")[-1]
    assert key in text[told[0].line - 1] or key.isdigit()


def test_a_wrong_option_needs_a_misconception_and_the_right_one_none(tmp_path):
    options = QUESTIONS.replace("        misconception: hotter-is-better\n", "", 1)
    options = options.replace("correct: true\n", "correct: true\n        misconception: hotter-is-better\n")
    faults = read_pack(write_pack(tmp_path, **{Q: options})).errors
    assert [(fault.line, fault.field) for fault in faults] == [
        (12, "questions.0.options.0"),
        (16, "questions.0.options.1.misconception"),
    ]
    assert "a misconception" in faults[0].expected
    assert "no misconception on the right option" in faults[1].expected


def test_an_unknown_misconception_is_named(tmp_path):
    questions = QUESTIONS.replace("hotter-is-better", "colder-is-better", 1)
    fault = only_fault(write_pack(tmp_path, **{Q: questions}))
    assert fault.field == "questions.0.options.0.misconception"
    assert "not colder-is-better" in fault.expected


def test_an_id_given_twice_is_told_at_the_second_place_even_in_another_file(tmp_path):
    fault = only_fault(write_pack(tmp_path, **{"questions/zz.yaml": QUESTIONS}))
    assert (fault.file, fault.line, fault.field) == ("tea/questions/zz.yaml", 2, "questions.0.id")
    assert "green-tea is taken" in fault.expected


def test_two_lessons_with_one_id_are_told(tmp_path):
    fault = only_fault(write_pack(tmp_path, **{"lessons/zz.yaml": FILES["lessons/water.yaml"]}))
    assert (fault.file, fault.field) == ("tea/lessons/zz.yaml", "id")


LINTED = [
    (L, 'print("tea")', "x = " + "1" * 60, "pages.0.code", "code lines of at most 60 characters, not 64"),
    (L, 'print("tea")', "\n      ".join(["pass"] * 21), "pages.0.code", "at most 20 lines of code, not 21"),
    (L, "Tea grows on a bush.", "Tea, @everyone, grows.", "pages.0.text", "nothing that pings"),
    (L, "Tea grows on a bush.", "Tea is __init__, green.", "pages.0.text", "`__init__` in backticks"),
    (L, "Tea grows on a bush.", "See ```tea", "pages.0.text", "every ``` closed by another"),
    (Q, "for green tea be?", "for @everyone here be?", "questions.0.stem", "(@everyone)"),
    (Q, "for green tea be?", "for <@123456> here be?", "questions.0.stem", "(<@123456>)"),
    (Q, "About 75 degrees", "Warm, <#42>", "questions.0.options.1.text", "(<#42>)"),
    (Q, "How hot should the water for green tea be?", "How hot is it, really?", "questions.0.stem", "at least 6 words"),
    (Q, "for green tea be?", "for green tea be.", "questions.0.stem", "ends in ? or :"),
    (Q, "text: As hot as it gets under pressure", "text: Boiling", "questions.0.options.2.text", "differs"),
    (Q, "text: As hot as it gets under pressure", "text: All of the above", "questions.0.options.2.text", "shuffled"),
    (Q, "text: As hot as it gets under pressure", "text: Both A and B", "questions.0.options.2.text", "shuffled"),
    (
        Q,
        "Pressure raises the heat further, and green leaves can't bear it.",
        "Boiling water draws bitter stuff out of the green leaves at once.",
        "questions.0.options.2.why",
        "a reason of its own",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "field", "expected"), LINTED)
def test_what_a_schema_cannot_say_is_an_error_too(tmp_path, file, old, new, field, expected):
    fault = only_fault(broken(tmp_path, file, old, new))
    assert fault.field == field
    assert expected in fault.expected


def test_a_thin_reason_is_a_warning_that_stops_nothing(tmp_path):
    root = broken(tmp_path, Q, "Pressure raises the heat further, and green leaves can't bear it.", "It burns them.")
    loaded = read_pack(root)
    assert loaded.pack is not None
    assert loaded.errors == []
    assert [fault.level for fault in loaded.faults] == ["warning"]
    assert "warning: " in str(loaded.faults[0])
    assert load_packs(tmp_path)


def test_several_faults_are_all_told_in_order(tmp_path):
    root = write_pack(
        tmp_path,
        **{
            Q: QUESTIONS.replace("core: true", "core: maybe").replace("kind: recall", "kind: guess"),
            L: FILES[L].replace("title: Leaves", "titel: Leaves"),
            P: HEAD.replace("title: Tea\n", "").replace("section: leaves}", "section: 5}"),
        },
    )
    faults = read_pack(root).faults
    assert faults == sorted(faults)
    assert {(fault.file, fault.field) for fault in faults} == {
        (f"tea/{L}", "titel"),
        (f"tea/{L}", "title"),
        (f"tea/{P}", "title"),
        (f"tea/{P}", "topics.0.section"),
        (f"tea/{Q}", "questions.0.kind"),
        (f"tea/{Q}", "questions.0.core"),
    }


def test_a_fault_in_one_file_does_not_make_others_look_broken(tmp_path):
    friend = another_question("black-tea").replace("enemies: []", "enemies: [green-tea]")
    root = write_pack(
        tmp_path,
        **{Q: QUESTIONS.replace("core: true", "core: maybe"), "questions/black.yaml": "questions:\n" + friend},
    )
    assert only_fault(root).field == "questions.0.core"


FILES_OF_BYTES = [
    (b"", 1, "some content; the file is empty"),
    (b"# only words to the author\n", 1, "some content; the file is empty"),
    (b"title: t\xe9\n", 1, "text in UTF-8"),
    (b"id: tea\ntitle: \xff\xfe\n", 2, "text in UTF-8"),
    ("id: tea\ntitle: grün\n".encode("utf-16"), 1, "text in UTF-8"),
    (b"id: " + b"[" * 500_000, 1, "nesting at most 40 levels deep"),
    (b"id: " + b"[\n" * 1_400, 40, "nesting at most 40 levels deep"),
    (b"id: " + b"[" * 1_001 + b"]" * 1_001, 1, "nesting at most 40 levels deep"),
    (b"id: " + b"{a: " * 100_000, 1, "nesting at most 40 levels deep"),
    (b"id: " + b"[" * 41 + b"]" * 41, 1, "nesting at most 40 levels deep"),
    (b"- " * 100_000 + b"a", 1, "nesting at most 40 levels deep"),
    (b'[[[[[\n"]]]]]",\n' * 60_000, 17, "nesting at most 40 levels deep"),
    (b"# " + b"x" * 2_000_000, 1, "a file of at most 1024 KiB"),
    ("title: früh, spät, schön\nid: a\x07b\n".encode(), 2, "no control characters (found U+0007)"),
    (b"id: a\x00b\n", 1, "no control characters (found U+0000)"),
    (b"id: " + b"9" * 5_000, 1, "valid YAML"),
    (b"id: [\n", 2, "valid YAML"),
    (b"\tid: tea\n", 1, "valid YAML"),
]


@pytest.mark.parametrize(("content", "line", "expected"), FILES_OF_BYTES)
def test_a_file_that_is_no_usable_yaml_is_told_in_one_sentence(tmp_path, content, line, expected):
    fault = only_fault(write_pack(tmp_path, **{P: content}))
    assert (fault.file, fault.line) == (f"tea/{P}", line)
    assert expected in fault.expected
    assert len(str(fault)) < 300


SYNTAX = [
    (b"\tid: tea\n", "1:1: valid YAML: spaces instead of a tab"),
    (b"a:\n\t- b\n", "2:1: valid YAML: spaces instead of a tab"),
    (
        b"a: b: c\n",
        "1:5: valid YAML: no ': ' here; put text that holds one in quotes, and close what is open before it",
    ),
    (b"a: `x` is\n", "1:4: valid YAML: quotes around text that starts with `"),
    (b"a: @x\n", "1:4: valid YAML: quotes around text that starts with @"),
    (
        b"a: 'b\nc: d\n",
        "3:1: valid YAML: a line that begins where its neighbours begin, every quote and bracket closed, and text in "
        "quotes if it holds ': ' or starts with a special character",
    ),
    (
        b"a: 1\n---\nb: 2\n",
        "2:1: valid YAML: one document in a file, and another document begins here; take the --- out",
    ),
    (b"id: [" + b"9" * 5_000 + b"]\n", "1:6: valid YAML: a number of at most 300 digits, or quotes"),
]


@pytest.mark.parametrize(("content", "told"), SYNTAX)
def test_what_the_parser_refuses_is_told_in_words_of_ours(tmp_path, content, told):
    assert str(only_fault(write_pack(tmp_path, **{P: content}))) == f"tea/{P}:{told}"


LIMITS = [
    (P, "title: Tea\n", 'title: ""\n', "title: some text, not ''"),
    (P, "title: Tea\n", "title: Tea\nreview_within_days: 1\n", "review_within_days: at least 2, not 1"),
    (P, "title: Tea\n", "title: Tea\nreview_within_days: 366\n", "review_within_days: at most 365, not 366"),
    (P, "title: Tea\n", "title: Tea\nreview_within_days: soon\n", "review_within_days: a whole number, not 'soon'"),
    (P, "title: Tea\n", "title: Tea\nreview_within_days: 2.5\n", "review_within_days: a whole number, not 2.5"),
    (P, "sections: [leaves, water]", "sections: []", "sections: at least 1 in the list, not []"),
    (Q, "stem: How hot should the water for green tea be?", "stem: ''", "stem: some text, not ''"),
    (L, "  - It is one plant.", "  - a\n  - b\n  - c\n  - d\n  - e\n  - f", "at most 5 in the list, not ['a', 'b'"),
    (
        P,
        "title: Tea\n",
        "title: Tea\nblueprint: {topics: {}, difficulties: {guess: [1, 1, 1]}}\n",
        "blueprint.difficulties.guess: 'recall', 'understand', 'apply', 'debug' or 'design', not 'guess'",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "told"), LIMITS)
def test_a_limit_of_the_model_is_told_in_words_of_ours(tmp_path, file, old, new, told):
    assert told in str(only_fault(broken(tmp_path, file, old, new)))


def test_a_missing_file_is_told(tmp_path):
    fault = only_fault(write_pack(tmp_path, **{P: None}))
    assert str(fault) == "tea/pack.yaml:1:1: this file; it is missing"


def test_a_byte_order_mark_does_no_harm(tmp_path):
    assert read_pack(write_pack(tmp_path, **{P: b"\xef\xbb\xbf" + HEAD.encode()})).faults == []


def test_a_start_with_broken_packs_lists_every_fault_of_every_pack(tmp_path):
    broken(tmp_path / "one", Q, "core: true", "core: maybe").rename(tmp_path / "first")
    broken(tmp_path / "two", Q, "kind: recall", "kind: guess").rename(tmp_path / "second")
    (tmp_path / "one").rmdir()
    (tmp_path / "two").rmdir()
    with pytest.raises(PackError) as told:
        load_packs(tmp_path)
    assert "3 faults" in say(told.value.fact)
    assert "second/pack.yaml:1:5: id: an id of its own; first and second share the id tea" in say(told.value.fact)
    assert "first/questions/water.yaml:7:11" in say(told.value.fact)
    assert "second/questions/water.yaml:5:11" in say(told.value.fact)


def test_a_folder_without_packs_says_where_it_looked(tmp_path):
    with refused(PackError, "STUDYHALL_PACKS_DIR"):
        load_packs(tmp_path / "nowhere")
    with refused(PackError, str(tmp_path)):
        load_packs(tmp_path)


def faults_of(root: Path) -> set[str]:
    """The errors of a start, and whether it is one for `check` as well."""
    found = {str(fault) for one in read_packs(root) for fault in one.errors}
    thorough = {str(fault) for one in read_packs(root, thorough=True) for fault in one.errors}
    assert found == thorough
    return found


def test_two_packs_may_not_share_an_id(tmp_path):
    write_pack(tmp_path / "a")
    (tmp_path / "a" / "tea").rename(tmp_path / "one")
    (tmp_path / "a").rmdir()
    write_pack(tmp_path / "b")
    (tmp_path / "b" / "tea").rename(tmp_path / "two")
    (tmp_path / "b").rmdir()
    with refused(PackError, "share the id tea"):
        load_packs(tmp_path)
    assert faults_of(tmp_path) == {"two/pack.yaml:1:5: id: an id of its own; one and two share the id tea"}
    assert check_packs(tmp_path, tmp_path) == 1
    (tmp_path / "two" / "pack.yaml").write_text(HEAD.replace("id: tea", "id: more-tea"), "utf-8")
    assert len(load_packs(tmp_path)) == 2
    assert check_packs(tmp_path, tmp_path) == 0


def test_a_packs_id_is_its_own_even_where_the_other_pack_is_broken(tmp_path):
    broken(tmp_path, Q, "core: true", "core: maybe").rename(tmp_path / "one")
    write_pack(tmp_path).rename(tmp_path / "two")
    assert len(faults_of(tmp_path)) == 2


def test_what_breaks_a_rule_for_authors_alone_is_a_warning_and_starts(tmp_path):
    write_pack(tmp_path)
    [loaded] = read_packs(tmp_path, thorough=True)
    assert loaded.errors == []
    assert [fault.field for fault in loaded.faults] == ["questions.0.explanation"]
    assert check_packs(tmp_path, tmp_path) == 0
    assert check_packs(tmp_path, tmp_path, strict=True) == 1
    assert load_packs(tmp_path)


BLANKS = [
    (P, "title: Tea", 'title: "  "', "title"),
    (P, "title: Tea", 'title: "\u200b\u3164"', "title"),
    (P, "{id: heat, title: Heat", '{id: heat, title: "\u2800"', "topics.1.title"),
    (L, "title: Leaves", 'title: " "', "title"),
    (L, "summary: Where they grow.", "summary: ' '", "summary"),
    (L, "title: The bush", "title: ' '", "pages.0.title"),
    (L, "text: Tea grows on a bush.", "text: ' '", "pages.0.text"),
    (L, "  - It is one plant.", "  - ' '", "remember.0"),
    (Q, "text: Boiling\n", "text: ' '\n", "questions.0.options.0.text"),
    (
        Q,
        "why: Boiling water draws bitter stuff out of the green leaves at once.",
        "why: ' '",
        "questions.0.options.0.why",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "field"), BLANKS)
def test_a_text_of_blanks_would_be_refused_by_discord_and_is_refused_before(tmp_path, file, old, new, field):
    fault = only_fault(broken(tmp_path, file, old, new))
    assert (fault.field, fault.expected) == (field, "some text that can be seen, not only blanks")
    assert faults_of(tmp_path) == {str(fault)}


UNSHOWABLE = [
    (P, "title: Tea", 'title: "Tea\\0"', "U+0000"),
    (L, "title: Leaves", 'title: "Lea\\u202eves"', "U+202E"),
    (Q, "text: Boiling\n", 'text: "Boi\\u2028ling"\n', "U+2028"),
    (Q, "text: Boiling\n", 'text: "Boi\\aling"\n', "U+0007"),
]


@pytest.mark.parametrize(("file", "old", "new", "told"), UNSHOWABLE)
def test_what_an_escape_puts_into_a_text_must_be_showable_too(tmp_path, file, old, new, told):
    assert f"no control characters, and none that turn the writing direction (found {told})" in (
        only_fault(broken(tmp_path, file, old, new)).expected
    )


def test_a_title_is_one_line(tmp_path):
    fault = only_fault(broken(tmp_path, L, "title: Leaves", "title: |-\n  Lea\n  ves"))
    assert (fault.field, fault.expected) == ("title", "a single line, not 'Lea\\nves'")


def test_hidden_folders_are_no_packs_and_a_pack_may_be_named_itself(tmp_path):
    root = write_pack(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "_drafts").mkdir()
    assert pack_folders(tmp_path) == ([root], [])
    assert pack_folders(root) == ([root], [])
    assert [pack.id for pack in load_packs(root)] == ["tea"]


def test_a_page_and_a_question_must_fit_their_screen(tmp_path):
    page = (
        FILES[L].replace("Tea grows on a bush.", "tea " * 250).replace("output:", f"after: {'tea ' * 150}\n    output:")
    )
    assert "a page of at most 1500 characters" in only_fault(write_pack(tmp_path / "page", **{L: page})).expected
    long = QUESTION.replace("Green leaves are not oxidised", "tea " * 190)
    for words in ("Boiling water draws", "At that heat the sweet", "Pressure raises the heat"):
        long = long.replace(words, f"{words} " + words.split()[0].lower() * 3 + " tea" * 70)
    long = long.replace("How hot should", "tea " * 110 + "How hot should")
    long += "    code: |\n" + "".join(f"      {'x' * 58}\n" for _ in range(20))
    fault = only_fault(write_pack(tmp_path / "question", **{Q: "questions:\n" + long}))
    assert "at most 3500 characters with all reasons" in fault.expected


TERMS = """\
terms:
  - id: infusion
    name: infusion
    meaning: Leaves drawn in water.
  - id: brew
    name: brew
    also: [Infusion]
    meaning: The same once more.
    section: milk
"""


def test_a_glossary_says_where_its_names_clash_or_lead_nowhere(tmp_path):
    faults = read_pack(write_pack(tmp_path, **{"glossary.yaml": TERMS}), []).errors
    assert [str(fault) for fault in faults] == [
        "tea/glossary.yaml:6:11: terms.1.name: names of its own; infusion is another term's",
        "tea/glossary.yaml:9:14: terms.1.section: a section of this pack, not milk",
    ]


def test_a_figure_needs_a_demo_and_a_link_a_section_that_are_there(tmp_path):
    extra = "    text: Tea grows on a bush.\n    figure: {text: Measured., demo: kettle}\n    links: [water, milk]\n"
    root = broken(tmp_path, L, "    text: Tea grows on a bush.\n", extra)
    assert [str(fault) for fault in read_pack(root, ["pot"]).errors] == [
        "tea/lessons/leaves.yaml:8:37: pages.0.figure.demo: a demo (pot), not kettle",
        "tea/lessons/leaves.yaml:9:20: pages.0.links.1: a section of this pack, not milk",
    ]
