"""Packs are read anew without a restart; a broken one changes nothing and says why."""

import shutil
from pathlib import Path

import pytest

from bot.errors import UserError
from bot.packs.library import Library
from bot.packs.loading import load_packs
from bot.services.courses import Courses
from bot.services.servers import Servers
from bot.services.zones import Zones
from bot.workers import Workers

pytestmark = pytest.mark.asyncio
TEA = Path(__file__).parents[1] / "ui" / "packs"


@pytest.fixture
async def courses(tmp_path, store):
    """The courses of a folder that a test may change, and the library in force."""
    folder = tmp_path / "packs"
    shutil.copytree(TEA, folder)
    library, workers = Library(load_packs(folder)), Workers()
    yield Courses(library, Servers(store, library, Zones()), workers, folder), library, folder / "tea"
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
    assert await reloading.reload() == f"1 course with {len(library.packs[0].questions)} questions"
    assert library.section("tea", "serving").section.title == "At the table"
    assert library.find_section("at the table").section.id == "serving"
    assert library.question("tea", "fresh-water") == before


async def test_a_broken_pack_leaves_the_old_one_in_force_and_names_the_fault(courses):
    reloading, library, folder = courses
    edit(folder / "lessons" / "serving.yaml", "title: Serving", "titel: Serving")
    with pytest.raises(UserError, match=r"(?s)stay as they were.*serving\.yaml:2:1: titel"):
        await reloading.reload()
    assert library.section("tea", "serving").section.title == "Serving"
    edit(folder / "lessons" / "serving.yaml", "titel: Serving", "title: Mended")
    await reloading.reload()
    assert library.section("tea", "serving").section.title == "Mended"


async def test_a_folder_that_is_gone_is_told(courses):
    reloading, library, folder = courses
    shutil.rmtree(folder)
    with pytest.raises(UserError, match="No pack in"):
        await reloading.reload()
    assert library.packs
