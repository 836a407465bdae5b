"""A lobby names the course where a server has several."""

import pytest
import test_server_courses
from in_english import say
from opened_store import opened
from test_server_courses import ADA, GUILD, opening

from bot.quiz.competition.events import Verdict
from bot.ui.competition.screens import lobby_screen


@pytest.fixture
async def store(tmp_path):
    async with opened(tmp_path / "a.db") as made:
        yield made


# The fixtures of what is shown
servers = test_server_courses.servers
games = test_server_courses.games


async def test_a_lobby_offers_the_sections_of_its_own_course(games, servers):
    view = await games.open(opening("mate"))
    verdict, view = await games.choose_sections(view.game.id, ADA, manager=False, sections=("water", "summary"))
    assert verdict is Verdict.DONE
    assert view.section_titles == ("Mate › Water", "Mate › Summary")
    assert [title for _, title in view.sections] == ["Mate › Leaves", "Mate › Water", "Mate › Summary"]
    assert "## 🏁 Competition · Mate › Water, Mate › Summary\n" in str(lobby_screen(view, say).blocks[0])


async def test_a_lobby_names_the_course_only_where_the_server_has_several(games, servers):
    view = await games.open(opening("mate"))
    assert "## 🏁 Competition · Mate › all sections\n" in str(lobby_screen(view, say).blocks[0])
    await servers.set_courses(GUILD, ["mate"])
    view = await games.view(view.game.id)
    assert "## 🏁 Competition · All sections\n" in str(lobby_screen(view, say).blocks[0])
    assert [title for _, title in view.sections] == ["Leaves", "Water", "Summary"]
