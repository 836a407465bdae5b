"""Markup in a pack's texts: what Discord would show otherwise than it is written is told, with the way to write it."""

import json

import pytest
from small_pack import FILES, HEAD, QUESTIONS, broken, write_pack

from bot.packs.loading import read_pack

Q = "questions/water.yaml"
L = "lessons/leaves.yaml"
P = "pack.yaml"

EVERY_TEXT = [
    (P, "title: Tea\n", "title"),
    (P, "title: Picking,", "topics.0.title"),
    (P, "How tea is made.", "description"),
    (P, '"Hotter water makes better tea."', "misconceptions.0.belief"),
    (P, '"Each kind has its own temperature."', "misconceptions.0.correction"),
    (L, "title: Leaves\n", "title"),
    (L, "Where they grow.", "summary"),
    (L, "title: The bush\n", "pages.0.title"),
    (L, "Tea grows on a bush.", "pages.0.text"),
    (L, "It is one plant.", "remember.0"),
    (Q, "How hot should the water for green tea be?", "questions.0.stem"),
    (Q, "text: Boiling\n", "questions.0.options.0.text"),
    (Q, "Boiling water draws bitter stuff out of the green leaves at once.", "questions.0.options.0.why"),
    (Q, "Green leaves are not oxidised, so they want water well below boiling.", "questions.0.explanation"),
]


def told(tmp_path, file: str, old: str, text: str) -> list[str]:
    """The errors of the pack with a text in the place of another; the key of the old one is kept."""
    key, mark, _ = old.partition(": ") if old.startswith(("title", "text")) else ("", "", "")
    end = old[-1] if old[-1] in "\n," else ""
    new = f"{key}{mark}{json.dumps(text, ensure_ascii=False)}{end}"
    if ">-" in FILES[file] and old in FILES[file].split(">-")[1]:
        new = text
    root = broken(tmp_path, file, old, new)
    return [f"{fault.field}: {fault.expected}" for fault in read_pack(root).errors]


@pytest.mark.parametrize(("file", "old", "field"), EVERY_TEXT)
@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("||", r"`||` in backticks, or \|\|: Discord hides what stands between two of them"),
        ("~~", r"`~~` in backticks, or \~\~: Discord strikes out what stands between two of them"),
    ],
)
def test_a_mark_is_told_in_every_text_of_a_pack(tmp_path, file, old, field, mark, expected):
    text = f"What is the value of x {mark} y {mark} z in this program?"
    assert told(tmp_path, file, old, text) == [f"{field}: {expected}"]


STEM = "How hot should the water for green tea be?"
MISREAD = [
    ("What is 2*3*4 in this old program?", r"`*` in backticks, or \*: Discord stresses"),
    ("What is 2 ** 3 ** 4 in this program?", r"`*` in backticks, or \*: Discord stresses"),
    ("What does (*a,*b) mean in this call?", r"`*` in backticks, or \*: Discord stresses"),
    ("What does *args mean in this call here?", r"`*` in backticks, or \*: with another one"),
    ("What does **kwargs mean in this call?", r"`*` in backticks, or \*: with another one"),
    ("What does _private mean in this class?", "`_private` in backticks, or *stars* to stress a word"),
    ("What is __name__ in this old program?", "`__name__` in backticks: Discord underlines"),
    ("What goes into the gap of x = ____ here?", "`__` in backticks"),
    ("What does `print print in this program?", "every ` closed by another"),
    ("What does ```print(1)``` print in this program?", "a question has `code` for it"),
    ("What is due at <t:1700000000:R> in this program?", "turns into something else (<t:1700000000:R>)"),
    ("What does <:tea:123456> mean in this program?", "turns into something else (<:tea:123456>)"),
    ("What does </quiz:123456> do in this program?", "turns into something else (</quiz:123456>)"),
    ("What does it print?\n# tea is this in the program?", "Discord makes a heading, a quote or a list"),
]


@pytest.mark.parametrize(("stem", "expected"), MISREAD)
def test_what_discord_would_show_otherwise_is_an_error(tmp_path, stem, expected):
    [fault] = told(tmp_path, Q, STEM, stem)
    assert fault.startswith("questions.0.stem: ")
    assert expected in fault


AS_WRITTEN = [
    "Which of these kettles is **NOT** ready after a minute?",
    "Which of these is a *queue* of things that wait?",
    "What does `a || b`, `~~x`, `*args` and `__name__` mean here?",
    r"What is 2\*3\*4, \_x\_ and a \|\| b in this program?",
    "What does except* do with a group of errors?",
    "Why is snake_case_here no word of the tongue?",
    "Why does 3 < 4 and 5 > 2 hold, and 4 * 5 = 20?",
    "Why does it end here?\n- because of this\n- or of that?",
]


@pytest.mark.parametrize("stem", AS_WRITTEN)
def test_what_discord_shows_as_written_is_left_alone(tmp_path, stem):
    assert told(tmp_path, Q, STEM, stem) == []


@pytest.mark.parametrize("text", ["> 5 seconds", "# a comment", "- 3", "-# small", "1. first"])
def test_an_option_that_begins_like_a_block_would_become_one(tmp_path, text):
    [fault] = told(tmp_path, Q, "text: Boiling\n", text)
    assert fault.startswith("questions.0.options.0.text: `")
    assert told(tmp_path, Q, "text: Boiling\n", f"`{text}`") == []


def test_a_page_may_hold_lists_quotes_and_headings(tmp_path):
    text = "## Tea\n> It grows.\n\n- green\n- black\n\n1. **Pick** it\n2. *Dry* it\n```\nx * y || z\n```"
    assert told(tmp_path, L, "Tea grows on a bush.", text) == []


@pytest.mark.parametrize(("file", "old"), [(P, "title: Tea\n"), (L, "title: Leaves\n"), (L, "title: The bush\n")])
def test_a_title_is_bold_already(tmp_path, file, old):
    [fault] = told(tmp_path, file, old, "All **black** tea")
    assert "no ** here, where everything is bold already; *black* stresses it" in fault
    assert told(tmp_path, file, old, "All *black* tea") == []


COMMENTS = [
    (Q, "stem: How hot should the water for green tea be?", "stem: What will a #define be?", "questions.0.stem"),
    (Q, "text: Boiling\n", "text: Boiling #1\n", "questions.0.options.0.text"),
    (Q, "out of the green leaves at once.", "out of #green leaves at once.", "questions.0.options.0.why"),
    (L, "text: Tea grows on a bush.", "text: Tea grows on a #bush.", "pages.0.text"),
    (L, "  - It is one plant.", "  - It is one #plant.", "remember.0"),
]


@pytest.mark.parametrize(("file", "old", "new", "field"), COMMENTS)
def test_a_text_that_yaml_cuts_at_a_comment_is_a_warning_where_it_is_cut(tmp_path, file, old, new, field):
    faults = [fault for fault in read_pack(broken(tmp_path, file, old, new)).faults if "comment" in fault.expected]
    [fault] = faults
    assert (fault.level, fault.field) == ("warning", field)
    line = (tmp_path / "tea" / file).read_text("utf-8").splitlines()[fault.line - 1]
    assert line[fault.column - 1] == "#"


def test_a_comment_that_cuts_nothing_is_no_matter(tmp_path):
    questions = QUESTIONS.replace("core: true", "core: true  # every reader knows it").replace(
        "stem: How hot should the water for green tea be?", 'stem: "How hot should the #1 tea be, in fact?"  # a note'
    )
    head = HEAD.replace("id: tea", "id: tea  # the name")
    assert read_pack(write_pack(tmp_path, **{Q: questions, P: head})).faults == []
