"""The documents: short, linked, and in step with what they speak of."""

import re

import pytest

from bot.exchange.formats import READ, WRITTEN
from bot.packs.loading import read_pack
from bot.settings import CHECKOUT, settings_help

DOCS = CHECKOUT / "docs"
PAGES = [CHECKOUT / "README.md", *sorted(DOCS.glob("*.md"))]
FORMATS = (DOCS / "formats.md").read_text("utf-8")


def test_the_readme_is_short():
    assert len((CHECKOUT / "README.md").read_text("utf-8").splitlines()) < 150


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_to_one(page):
    links = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_is_linked_from_the_readme():
    readme = (CHECKOUT / "README.md").read_text("utf-8")
    assert [page.name for page in PAGES[1:] if f"docs/{page.name}" not in readme] == []


@pytest.mark.parametrize("setting", settings_help(), ids=lambda setting: setting.name)
def test_every_setting_has_its_line(setting):
    assert f"`{setting.name}`" in (DOCS / "settings.md").read_text("utf-8")


def test_the_table_of_formats_says_what_is_read_and_written():
    rows = re.findall(r"^\| ([a-z-]+) \| (yes|no) \| (yes|no) \|", FORMATS, re.MULTILINE)
    assert {name for name, read, _ in rows if read == "yes"} == set(READ)
    assert {name for name, _, written in rows if written == "yes"} == set(WRITTEN)


def test_the_example_course_is_sound_and_has_every_form():
    loaded = read_pack(DOCS / "example-pack", thorough=True)
    assert [str(one) for one in loaded.faults] == []
    assert {one.form for one in loaded.pack.questions} == {"choice", "several", "typed", "order"}
    assert (len(loaded.pack.questions), len(loaded.pack.sections)) == (13, 3)
    assert sorted(file.name for file in loaded.pack.pictures.values()) == ["dance.png", "flight.png"]


def test_the_smallest_course_of_the_page_is_a_course(tmp_path):
    head, questions = re.findall(r"```yaml\n(.*?)```", (DOCS / "write-a-course.md").read_text("utf-8"), re.DOTALL)[:2]
    (tmp_path / "friday" / "questions").mkdir(parents=True)
    (tmp_path / "friday" / "pack.yaml").write_text(head, "utf-8")
    (tmp_path / "friday" / "questions" / "all.yaml").write_text(questions, "utf-8")
    loaded = read_pack(tmp_path / "friday", thorough=True)
    assert [str(one) for one in loaded.faults] == []
    assert loaded.pack.questions[0].key == 1
