"""Texts of many things are cut at their place and say how many more there are; whatever is shown, a message takes it."""

import pytest

from bot.quiz.practice.reviewing import Due
from bot.services.practice.reviews import CourseDue
from bot.ui.layouts import MAX_BYTES, MAX_TEXT, RULE, Button, Row, Screen, note
from bot.ui.practice.review import review_screen
from bot.wording import as_many, visible


def texts(screen: Screen) -> list[str]:
    return [item.content for item in screen.view().walk_children() if hasattr(item, "content")]


@pytest.mark.parametrize("count", [1, 10, 33, 200])
def test_reviews_of_any_number_of_courses_are_shown(count):
    courses = [CourseDue(f"pack-{n}", f"Course {n}", Due(n % 3, 1, 2, 3)) for n in range(count)]
    shown = "\n".join(texts(review_screen(courses)))
    assert ("**Course 0**" in shown) == (count > 1)
    assert (shown.endswith(" more")) == (count == 200)


@pytest.mark.parametrize(
    "screen",
    [
        note("x" * 20_000),
        note("𝕏" * 3_900),
        Screen([f"line {n}" for n in range(100)]),
        Screen([*(f"line {n}" for n in range(60)), RULE, Row([Button("on", "sh:x")]), *["y" * 300] * 30]),
    ],
)
def test_whatever_a_screen_holds_a_message_takes_it(screen):
    shown = texts(screen)
    assert len("".join(shown)) <= MAX_TEXT
    assert len("".join(shown).encode()) <= MAX_BYTES
    assert sum(1 for _ in screen.view().walk_children()) <= 40
    assert shown[0][:6] == str(screen.blocks[0])[:6]


def test_a_list_is_cut_between_its_parts_and_counts_the_rest():
    assert as_many(["one", "two"], 100) == "one, two"
    assert as_many(["part"] * 40, 30) == "part, part, part and 37 more"
    assert as_many(["line"] * 4, 15, "\n") == "line\nand 3 more"
    assert as_many(["x" * 50, "y"], 30) == "x" * 18 + "… and 1 more"
    assert as_many([], 10) == ""
    for most in range(20, 60):
        assert len(as_many([f"part {n}" for n in range(30)], most)) <= most


def test_what_steers_a_terminal_is_written_out():
    assert visible("é 日本 👍 plain") == "é 日本 👍 plain"
    assert visible("\x1b]0;t\a\nforged\u202e\udcff") == r"\x1b]0;t\x07\nforged\u202e\udcff"
    assert visible("one\ntwo\x7f", keep="\n") == "one\ntwo\\x7f"
