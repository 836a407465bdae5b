"""`/settings`: what a member chooses for themselves, and what boards then show."""

import pytest
from hall import Hall
from test_ui_leaderboard import earn, lines


async def test_settings_are_private_and_begin_with_the_usual(hall: Hall):
    shown = await hall.alice.slash("settings")
    assert shown.private
    assert "You have the usual time in competitions" in shown.text
    assert "nobody can tell for whom it is longer" in shown.text
    assert "You are shown to the others." in shown.text
    assert shown.enabled == ["1.5 times", "2 times", "Hide me"]
    assert hall.rows("SELECT * FROM member_setting") == []


@pytest.mark.parametrize(("label", "factor"), [("1.5 times", 1.5), ("2 times", 2.0)])
async def test_extra_time_is_chosen_in_place_and_taken_back(hall: Hall, label: str, factor: float):
    shown = await hall.alice.slash("settings")
    answer = await hall.alice.click(shown, label)
    assert answer.id == shown.id
    assert f"You have **{factor:g} times** the usual time" in shown.text
    assert f"✓ {label}" in shown.buttons
    assert hall.rows("SELECT * FROM member_setting") == [(hall.alice.id, factor, 0)]
    await hall.alice.click(shown, "Usual time")
    assert "You have the usual time" in shown.text
    assert hall.rows("SELECT * FROM member_setting") == [(hall.alice.id, 1.0, 0)]


async def test_settings_work_in_direct_messages_and_hold_everywhere(hall: Hall):
    shown = await hall.alice.in_dm.slash("settings")
    await hall.alice.in_dm.click(shown, "2 times")
    await hall.restart()
    assert "**2 times**" in (await hall.alice.slash("settings")).text
    assert "the usual time" in (await hall.bob.slash("settings")).text


@pytest.mark.parametrize("custom_id", ["sh:settings.time:11", "sh:settings.time:100", "sh:settings.boards:maybe"])
async def test_a_choice_that_is_not_offered_changes_nothing(hall: Hall, custom_id: str):
    shown = await hall.alice.slash("settings")
    assert "from an earlier version" in (await hall.alice.forge(shown, custom_id)).text
    assert hall.rows("SELECT * FROM member_setting") == []


async def test_who_hides_is_not_shown_to_others_and_sees_their_own_place_in_private(hall: Hall):
    await earn(hall.alice, 3)
    await earn(hall.bob, 1)
    await hall.alice.click(await hall.alice.slash("settings"), "Hide me")
    board = await hall.bob.slash("leaderboard")
    assert lines(board.text) == ["🥇 **1.** **bob** · 10 points · 1 of 1 right"]
    own = await hall.alice.slash("leaderboard")
    assert own.private
    assert len(lines(own.text)) == 1
    assert "**Your place**: 🥇 **1.** **alice** · 30 points" in own.text
    assert "nobody else sees this line" in own.text
    assert all("alice" not in shown.text for shown in hall.messages())
    await hall.alice.click(await hall.alice.slash("settings"), "Show me")
    assert len(lines((await hall.bob.slash("leaderboard")).text)) == 2


async def test_a_public_board_is_not_turned_for_who_hides_now(hall: Hall):
    await earn(hall.alice, 1)
    board = await hall.alice.slash("leaderboard")
    before = board.text
    await hall.alice.click(await hall.alice.slash("settings"), "Hide me")
    copy = await hall.alice.click(board, "This week")
    assert copy.private
    assert board.text == before
    turned = await hall.alice.click(copy, "This month")
    assert turned.id == copy.id


async def test_accuracy_says_how_many_answers_are_missing(hall: Hall):
    await earn(hall.alice, 2, 1)
    board = await hall.alice.slash("leaderboard", board="accuracy")
    assert "**Your place**: 17 more answers put you on this board." in board.text
    hall.run_sql("UPDATE total SET answers = 30, correct = 28 WHERE member_id = ?", hall.alice.id)
    await hall.alice.click(board, "All time" if "All time" in board.enabled else "This week")
    assert "**alice** · 93.3 % · 28 of 30 right" in board.text


async def test_without_seasons_the_board_says_so(hall: Hall):
    board = await hall.alice.slash("leaderboard", period="season")
    assert "Leaderboard · All time" in board.text
    assert "There are no seasons here, so this is all time." in board.text
    assert "This season" not in board.buttons
