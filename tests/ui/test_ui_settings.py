"""`/settings`: what a member chooses for themselves, and what boards then show."""

import pytest
from hall import Hall
from test_ui_leaderboard import earn, lines

from bot.clock import utc
from bot.facts import said, to_text


async def test_settings_are_private_and_begin_with_the_usual(hall: Hall):
    shown = await hall.alice.slash("settings")
    assert shown.private
    assert "You have the usual time in competitions" in shown.text
    assert "nobody can tell who that is" in shown.text
    assert "You are shown to the others." in shown.text
    assert shown.enabled == ["1.5 times", "2 times", "85%", "95%", "Hide me"]
    assert "Off. When on, I send you a message once a day" in shown.text
    assert hall.rows("SELECT * FROM member_setting") == []


@pytest.mark.parametrize(("label", "factor"), [("1.5 times", 1.5), ("2 times", 2.0)])
async def test_extra_time_is_chosen_in_place_and_taken_back(hall: Hall, label: str, factor: float):
    shown = await hall.alice.slash("settings")
    answer = await hall.alice.click(shown, label)
    assert answer.id == shown.id
    assert f"You have **{factor:g} times** the usual time" in shown.text
    assert f"✓ {label}" in shown.buttons
    assert hall.rows("SELECT time_factor, hidden FROM member_setting") == [(factor, 0)]
    await hall.alice.click(shown, "Usual time")
    assert "You have the usual time" in shown.text
    assert hall.rows("SELECT time_factor, hidden FROM member_setting") == [(1.0, 0)]


async def test_settings_work_in_direct_messages_and_hold_everywhere(hall: Hall):
    shown = await hall.alice.in_dm.slash("settings")
    await hall.alice.in_dm.click(shown, "2 times")
    await hall.restart()
    assert "**2 times**" in (await hall.alice.slash("settings")).text
    assert "the usual time" in (await hall.bob.slash("settings")).text


@pytest.mark.parametrize(
    "custom_id", ["sh:settings.time:11", "sh:settings.time:100", "sh:settings.boards:maybe", "sh:settings.retention:x"]
)
async def test_a_choice_that_is_not_offered_changes_nothing(hall: Hall, custom_id: str):
    shown = await hall.alice.slash("settings")
    assert "from an earlier version" in (await hall.alice.forge(shown, custom_id)).text
    assert hall.rows("SELECT * FROM member_setting") == []


async def test_a_time_zone_is_found_by_its_city_and_a_wrong_one_changes_nothing(hall: Hall):
    assert [one["name"] for one in await hall.alice.type_option("settings", "time_zone", "berl")] == ["Europe/Berlin"]
    assert "in Europe/Berlin" in (await hall.alice.slash("settings", time_zone="berlin")).text
    refused = await hall.alice.slash("settings", time_zone="Atlantis")
    assert "I don't know that time zone." in refused.text
    assert hall.rows("SELECT time_zone FROM member_setting") == [("Europe/Berlin",)]


async def test_reminders_are_switched_on_by_an_hour_and_off_by_one_button(hall: Hall):
    shown = await hall.alice.slash("settings")
    await hall.alice.choose(shown, "18")
    assert "I message you at **18:00** in UTC" in shown.text
    assert hall.rows("SELECT reminder_hour FROM member_setting") == [(18,)]
    await hall.alice.click(shown, "No reminders")
    assert "Off. When on" in shown.text
    assert hall.rows("SELECT reminder_hour FROM member_setting") == [(None,)]


async def test_how_much_to_remember_is_one_of_three(hall: Hall):
    shown = await hall.alice.slash("settings")
    await hall.alice.click(shown, "95%")
    assert "✓ 95%" in shown.buttons
    assert hall.rows("SELECT retention FROM member_setting") == [(0.95,)]


async def test_a_reminder_comes_as_a_direct_message_and_one_button_ends_them(hall: Hall):
    question = await hall.alice.slash("quiz", questions=1)
    await hall.alice.click(question, question.letter("The right answer"))
    hall.run_sql("UPDATE card SET due_ms = 0")
    hour = utc(hall.app.clock.now_ms()).hour
    await hall.alice.choose(await hall.alice.slash("settings"), str(hour))
    await hall.app.services.reminders.remind()
    [letter] = hall.messages(hall.alice.in_dm.channel)
    assert "**1 idea is** due for review in Tea" in letter.text
    assert letter.enabled == ["Review 1 now", "No more reminders"]
    sitting = await hall.alice.in_dm.click(letter, "Review 1 now")
    assert "Question 1 of 1" in sitting.text
    await hall.alice.in_dm.click(letter, "No more reminders")
    assert "Reminders are off." in letter.text
    assert hall.rows("SELECT reminder_hour FROM member_setting") == [(None,)]


async def test_what_was_kept_for_a_member_comes_with_their_next_command_once(hall: Hall):
    word = to_text(said("A word for you."))
    hall.run_sql("INSERT INTO notice (member_id, fact, at_ms) VALUES (?, ?, 1)", hall.alice.id, word)
    assert "A word for you." not in (await hall.bob.slash("help")).text
    told = await hall.alice.slash("help")
    assert told.private
    assert told.text == "📌 A word for you."
    assert "A word for you." not in (await hall.alice.slash("help")).text
    assert hall.rows("SELECT * FROM notice") == []


async def test_who_hides_is_not_shown_to_others_and_sees_their_own_place_in_private(hall: Hall):
    await earn(hall.alice, 3)
    await earn(hall.bob, 1)
    await hall.alice.click(await hall.alice.slash("settings"), "Hide me")
    board = await hall.bob.slash("leaderboard")
    assert lines(board.text) == ["🥇 **bob** · 10 points"]
    own = await hall.alice.slash("leaderboard")
    assert own.private
    assert len(lines(own.text)) == 1
    assert "**alice, you're 1st**\n-# 30 points" in own.text
    assert "only you see this line" in own.text
    assert all("alice" not in shown.text for shown in hall.messages())
    await hall.alice.click(await hall.alice.slash("settings"), "Show me")
    assert len(lines((await hall.bob.slash("leaderboard")).text)) == 2


async def test_a_public_board_is_not_turned_for_who_hides_now(hall: Hall):
    await earn(hall.alice, 1)
    board = await hall.alice.slash("leaderboard")
    before = board.text
    await hall.alice.click(await hall.alice.slash("settings"), "Hide me")
    copy = await hall.alice.choose_in(board, "board.period", "week")
    assert copy.private
    assert board.text == before
    turned = await hall.alice.choose_in(copy, "board.period", "month")
    assert turned.id == copy.id


async def test_accuracy_says_how_many_answers_are_missing(hall: Hall):
    await earn(hall.alice, 2, 1)
    board = await hall.alice.slash("leaderboard", board="accuracy")
    assert "**alice, you're not on this board yet.** 17 more answers put you on it." in board.text
    hall.run_sql("UPDATE total SET answers = 30, correct = 28 WHERE member_id = ?", hall.alice.id)
    await hall.alice.choose_in(board, "board.period", "all")
    assert "🥇 **alice** · 93.3 %\n-# 28 of 30 right" in board.text


async def test_without_seasons_the_board_says_so(hall: Hall):
    board = await hall.alice.slash("leaderboard", period="season")
    assert "Leaderboard · All time" in board.text
    assert "This server has no seasons, so this is all time." in board.text
    assert "This season" not in board.buttons


async def test_a_zone_is_echoed_as_it_was_understood_with_the_time_there(hall: Hall):
    shown = await hall.alice.slash("settings", time_zone="GMT+2")
    assert "in UTC+2, where it is 02:00 now" in shown.text
    shown = await hall.manager.slash("studyhall setup", time_zone="GMT+2")
    assert "**Time zone**: UTC+2, where it is 02:00 now" in shown.text
    assert hall.rows("SELECT time_zone FROM server") == [("UTC+02:00",)]


async def test_a_stored_zone_that_the_machine_forgot_breaks_nothing(hall: Hall):
    await hall.alice.slash("settings", time_zone="Berlin")
    hall.run_sql("UPDATE member_setting SET time_zone = 'Atlantis/Poseidonis'")
    assert "in Atlantis/Poseidonis, where it is" in (await hall.alice.slash("settings")).text
    assert "Your progress" in (await hall.alice.slash("progress")).text
