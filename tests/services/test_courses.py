"""Packs are read anew without a restart; a broken one changes nothing and says why."""

import shutil
import threading
from pathlib import Path

import pytest
from in_english import refused, say
from lives import lives

from bot.errors import UserError
from bot.packs.library import Library
from bot.packs.loading import load_packs
from bot.services.lesson.courses import Courses, WouldLose
from bot.services.server.servers import Servers
from bot.services.server.zones import Zones
from bot.workers import Workers

pytestmark = pytest.mark.asyncio
TEA = Path(__file__).parents[1] / "ui" / "packs"


@pytest.fixture
async def courses(tmp_path, store):
    """The courses of a folder that a test may change, and the library in force."""
    folder = tmp_path / "packs"
    shutil.copytree(TEA, folder)
    library, workers = Library(load_packs(folder)), Workers()
    yield Courses(library, lives(Servers, store, library, Zones()), workers, folder), library, folder / "tea"
    await workers.close()
    assert workers.pids == []


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


async def test_what_was_changed_is_in_force_after_the_reload(courses):
    reloading, library, folder = courses
    edit(folder / "lessons" / "serving.yaml", "title: Serving", "title: At the table")
    before = library.question("tea", "fresh-water")
    assert await reloading.reload() == (1, len(library.packs[0].questions), 0)
    assert library.section("tea", "serving").section.title == "At the table"
    assert library.find_section("at the table").section.id == "serving"
    assert library.question("tea", "fresh-water") == before


FRIDAY = """\
questions:
  - {stem: 2+2=?, options: [3, 4], answer: 4}
  - {stem: Which?, options: [a, a], answer: a}
  - {stem: Who?, options: [a, b], answer: c}
"""


async def test_a_question_that_cannot_be_asked_is_logged_with_its_place_and_the_others_are_asked(courses, caplog):
    reloading, library, folder = courses
    friday = folder.parent / "friday"
    (friday / "questions").mkdir(parents=True)
    (friday / "pack.yaml").write_text("standard: plain\ntitle: Friday\n", "utf-8")
    (friday / "questions" / "all.yaml").write_text(FRIDAY, "utf-8")
    await reloading.load()
    assert [one.stem for one in library.questions("friday")] == ["2+2=?"]
    told = [line for line in caplog.messages if "warning: left out" in line]
    assert len(told) == 2
    assert told[0].startswith(
        "friday/questions/all.yaml:3:33: warning: left out: questions.1.options.1.text: a text that"
    )
    assert (await reloading.reload()).left_out == 2


async def test_a_broken_pack_leaves_the_old_one_in_force_and_names_the_fault(courses):
    reloading, library, folder = courses
    edit(folder / "lessons" / "serving.yaml", "title: Serving", "titel: Serving")
    with refused(UserError, r"(?s)stay as they were.*serving\.yaml:2:1: titel"):
        await reloading.reload()
    assert library.section("tea", "serving").section.title == "Serving"
    edit(folder / "lessons" / "serving.yaml", "titel: Serving", "title: Mended")
    await reloading.reload()
    assert library.section("tea", "serving").section.title == "Mended"


async def test_a_folder_that_is_gone_is_told(courses):
    reloading, library, folder = courses
    shutil.rmtree(folder)
    with refused(UserError, "No pack in"):
        await reloading.reload()
    assert library.packs


async def test_a_reload_that_would_lose_most_questions_is_made_only_when_that_is_wanted(courses, caplog):
    reloading, library, folder = courses
    before = library.packs[0].questions
    for file in (folder / "questions").iterdir():
        file.unlink()
    with refused(WouldLose, f"{len(before)} of the {len(before)} questions would be gone"):
        await reloading.reload()
    assert library.packs[0].questions == before
    assert "say yes, or restart the bot" in caplog.text
    assert await reloading.reload(though_less=True) == (1, 0, 0)
    assert await reloading.reload() == (1, 0, 0)


async def test_a_question_folder_that_cant_be_read_is_no_empty_one(courses):
    reloading, library, folder = courses
    before = library.packs[0].questions
    shutil.rmtree(folder / "questions")
    (folder / "questions").symlink_to("questions")
    for though_less in (False, True):
        with refused(UserError, r"tea/questions:1:1: a folder that can be read"):
            await reloading.reload(though_less=though_less)
    assert library.packs[0].questions == before


async def test_a_start_with_a_course_without_questions_says_so(courses, caplog):
    reloading, library, folder = courses
    for file in (folder / "questions").iterdir():
        file.unlink()
    await reloading.load()
    assert "the course tea has no questions" in caplog.text
    assert library.packs[0].questions == []


async def test_of_many_faults_as_many_are_told_as_a_message_takes(courses, caplog):
    reloading, _library, folder = courses
    (folder / "glossary.yaml").write_text("terms:\n" + "  - {id: a, nam: b}\n" * 90, encoding="utf-8")
    with pytest.raises(UserError) as refused:
        await reloading.reload()
    assert len(say(refused.value.fact)) < 3_100
    assert say(refused.value.fact).splitlines()[-1].startswith("and ")
    assert say(refused.value.fact).endswith(" more")
    assert caplog.text.count("glossary.yaml:") > say(refused.value.fact).count("glossary.yaml:")


async def test_courses_that_are_being_written_are_waited_for(courses):
    reloading, library, folder = courses
    before = library.packs[0].questions
    texts = {file: file.read_bytes() for file in (folder / "questions").iterdir()}
    for file in texts:
        file.unlink()
    writer = threading.Timer(0.05, lambda: [file.write_bytes(text) for file, text in texts.items()])
    writer.start()
    assert await reloading.reload(though_less=True) == (1, len(before), 0)
    writer.join()
    assert library.packs[0].questions == before
