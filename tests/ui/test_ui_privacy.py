"""`/privacy`: what is stored of you, as a list and as a file, and gone on request."""

import json

import pytest
from filled_store import traces
from hall import Hall, assert_fits_discord
from test_ui_leaderboard import earn

from bot.storage.privacy import TABLES
from bot.ui.layouts import Screen
from bot.ui.member.privacy import KINDS, ask_screen, stored_screen

NOTHING = "Nothing is stored about you."


def test_every_table_is_told_in_one_kind():
    told = [table for _, tables, _ in KINDS for table in tables]
    assert sorted(told) == sorted(one.table for one in TABLES)


def shown_of(screen: Screen) -> str:
    assert_fits_discord(screen.view().to_components())
    return "\n".join(block for block in screen.blocks if isinstance(block, str))


def test_one_screen_is_enough_for_everything():
    text = shown_of(stored_screen({one.table: 1_234_567 for one in TABLES}))
    assert len(text) < 2_000
    assert "1,234,567 quizzes, 1,234,567 questions" in text
    single = shown_of(stored_screen({one.table: 1 for one in TABLES}))
    assert "1 quiz, 1 question" in single
    assert "1 opened or challenged to, 1 played, 1 answer, 1 result" in single
    assert "Now 1 entry names you." in shown_of(ask_screen({"card": 1}))


@pytest.mark.parametrize("command", ["privacy show", "privacy delete"])
async def test_of_who_did_nothing_nothing_is_stored(hall: Hall, command: str):
    shown = await hall.alice.slash(command)
    assert shown.private
    assert shown.text == NOTHING
    assert hall.rows("SELECT * FROM member") == []


async def test_show_tells_what_is_stored_and_why(hall: Hall):
    await earn(hall.alice, 2, 1)
    await hall.alice.slash("lesson", section="Brewing")
    shown = await hall.alice.slash("privacy show")
    assert shown.private
    for words in (
        "**Name** · 1 server",
        "your name and your avatar's hash as last seen there, so that boards can show who you are",
        "**Answers** · 3 answers",
        "**Memory** · 3 ideas",
        "**Reading** · 1 page",
    ):
        assert words in shown.text
    assert "Demos" not in shown.text
    assert (await hall.bob.slash("privacy show")).text == NOTHING


async def test_in_direct_messages_it_tells_of_every_server_too(hall: Hall):
    await earn(hall.alice, 1)
    assert "**Answers** · 1 answer" in (await hall.alice.in_dm.slash("privacy show")).text
    assert (await hall.alice.in_dm.slash("privacy export")).files
    asked = await hall.alice.in_dm.slash("privacy delete")
    await hall.alice.in_dm.click(asked, "Delete everything")
    assert "Everything is deleted." in asked.text


async def test_export_is_a_private_file_of_every_row(hall: Hall):
    await earn(hall.alice, 2)
    await earn(hall.bob, 1)
    shown = await hall.alice.slash("privacy export")
    assert shown.private
    [(name, content)] = shown.files.items()
    assert name == "studyhall-my-data.json"
    exported = json.loads(content)
    assert exported["of_member"] == str(hall.alice.id)
    assert len(exported["tables"]["answer"]) == 2
    assert {row["member_id"] for row in exported["tables"]["answer"]} == {str(hall.alice.id)}
    assert exported["tables"]["member"][0]["name"] == "alice"
    assert str(hall.bob.id) not in content.decode()


async def test_delete_asks_first_and_keeping_changes_nothing(hall: Hall):
    await earn(hall.alice, 2)
    before = hall.everything_stored()
    asked = await hall.alice.slash("privacy delete")
    assert asked.private
    assert asked.enabled == ["Delete everything", "Keep it"]
    for words in ("entries name you", "Gone, in every server", "Stays without you", "This can't be undone"):
        assert words in asked.text
    assert hall.everything_stored() == before
    kept = await hall.alice.click(asked, "Keep it")
    assert kept.id == asked.id
    assert "Nothing was deleted." in asked.text
    assert asked.enabled == []
    assert hall.everything_stored() == before


async def test_after_the_deletion_nothing_tells_of_the_member(hall: Hall):
    await earn(hall.alice, 2, 1)
    await earn(hall.bob, 1)
    await hall.alice.click(await hall.alice.slash("settings"), "2 times")
    asked = await hall.alice.slash("privacy delete")
    done = await hall.alice.click(asked, "Delete everything")
    assert done.id == asked.id
    assert "**Everything is deleted.**" in asked.text
    assert traces(hall.settings.database_path, hall.alice.id, "alice") == set()
    assert (await hall.alice.slash("privacy show")).text == NOTHING
    board = (await hall.bob.slash("leaderboard")).text
    assert "bob" in board
    assert "alice" not in board
    assert "someone" not in board
    assert "You have the usual time" in (await hall.alice.slash("settings")).text
    assert hall.rows("SELECT count(*) FROM answer") == [(4,)]


async def test_pressing_delete_twice_says_that_nothing_is_left(hall: Hall):
    await earn(hall.alice, 1)
    one, other = await hall.alice.slash("privacy delete"), await hall.alice.slash("privacy delete")
    await hall.alice.click(one, "Delete everything")
    await hall.alice.click(other, "Delete everything")
    assert other.text == NOTHING
    assert len(hall.rows("SELECT * FROM deleted_member")) == 1
