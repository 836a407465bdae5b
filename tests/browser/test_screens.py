"""The pictures in the documents: those that the script makes, each shown, described and small."""

import re

import pytest
import screens

from bot.packs.loading import read_pack

PAGES = [screens.CHECKOUT / "README.md", *sorted((screens.CHECKOUT / "docs").glob("*.md"))]
SHOWN = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")


def shown_in(page):
    """The pictures that a page shows, each with its alt text."""
    return [(alt, (page.parent / path).resolve()) for alt, path in SHOWN.findall(page.read_text("utf-8"))]


def test_the_folder_holds_what_the_script_makes_and_nothing_else():
    assert {file.name for file in screens.FOLDER.iterdir()} == screens.names()


def test_one_page_shows_all_of_them():
    names = [path.name for _, path in shown_in(screens.CHECKOUT / "docs" / "screens.md")]
    assert sorted(names) == sorted(screens.names())


def test_the_readme_shows_a_reveal_and_a_chart():
    names = {path.name for _, path in shown_in(screens.CHECKOUT / "README.md")}
    assert {"reveal-phone-dark.png", "chart-phone-dark.png"} <= names


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_picture_in_a_document_is_there_and_is_described(page):
    shown = shown_in(page)
    assert [path for _, path in shown if not path.is_file()] == []
    assert [path.name for alt, path in shown if len(alt) < 20] == []


def test_every_picture_of_the_documents_is_small():
    sizes = {file.name: file.stat().st_size for file in screens.FOLDER.glob("*.png")}
    assert {name: size for name, size in sizes.items() if size > screens.MOST_BYTES} == {}
    assert sum(sizes.values()) < screens.MOST_BYTES_IN_ALL


@pytest.mark.parametrize("course", screens.COURSES, ids=lambda course: course.name)
def test_the_courses_on_the_pictures_are_sound(course):
    loaded = read_pack(course, thorough=True)
    assert [str(one) for one in loaded.faults] == []
