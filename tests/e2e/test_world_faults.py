"""What happens to the places and the people that the bot works with: deleted, closed to it, gone in mid-game."""

from collections.abc import Callable

import pytest
from by_itself import public, schedule
from evening import Channel, faults_of_results, opened, rows, until_row
from hosting import Bot, Member, buttons, text, until

DAY = 86_400
SEND_MESSAGES = 1 << 11


def next_day(bot: Bot) -> None:
    """Let midnight come, in the server's time zone."""
    bot.playground.world.shift(DAY + 3 - bot.playground.world.now_ms() // 1000 % DAY)


async def test_who_leaves_the_server_in_mid_game_stays_in_its_results_and_nobody_else_is_held_up(quick: Bot):
    ada, grace, linus = (Member(quick.playground, number) for number in range(3))
    channel = Channel(quick.playground)
    await grace.steer(await opened(grace, ada, linus), "Start")
    asked = await channel.open(0)
    for one, letter in ((ada, "A"), (grace, "B"), (linus, "C")):
        assert "Locked in" in text(await one.press(asked, letter))
    quick.playground.world.remove_member(grace.id)  # who leads the game
    for number in (1, 2):
        asked = await channel.open(number)
        await ada.press(asked, "A")
        await linus.press(asked, "B")
        await channel.reveal(number)
    podium = await channel.podium()
    assert all(name in text(podium) for name in ("Ada", "Grace", "Linus"))
    results = rows(quick.data_dir, "SELECT member_id FROM competition_result ORDER BY member_id")
    assert results == sorted((int(one.id),) for one in (ada, grace, linus))
    assert faults_of_results(quick.data_dir) == []
    assert "Leaderboard" in text(await ada.command("leaderboard"))
    assert "of 3" in text(await linus.press(await channel.reveal(0), "My result"))
    assert " ERROR " not in quick.log()


async def test_a_lobby_whose_host_left_the_server_begins_by_itself(playground, tmp_path):
    hasty = Bot(playground, tmp_path / "data", STUDYHALL_PACE_FACTOR="0.02")
    await hasty.start()
    ada, grace = Member(playground), Member(playground, 1)
    await opened(grace, ada)
    playground.world.remove_member(grace.id)
    await Channel(playground).reveal(0)
    assert await hasty.stop() == 0


async def test_a_server_that_is_deleted_in_mid_game_disturbs_nobody(quick: Bot):
    playground = quick.playground
    ada = Member(playground)
    alone = Member(playground, 0, next(one.id for one in playground.world.channels.values() if one.recipient == ada.id))
    practice = await alone.command("quiz")
    await schedule(ada, what="daily", time="00:00")
    await ada.command("daily")
    [question] = public(quick, "Question of the day")
    await ada.press(question, "A")
    await ada.steer(await opened(ada, Member(playground, 1)), "Start")
    asked = await Channel(playground).open(0)
    assert "Locked in" in text(await ada.press(asked, "A"))

    playground.world.delete_guild()
    await until_row(
        quick.data_dir,
        "SELECT phase, head ->> '$.reason.code' = 'channel of a game lost' FROM competition",
        ("paused", 1),
    )
    next_day(quick)
    await until_row(quick.data_dir, "SELECT count(*) FROM daily WHERE closed_ms IS NOT NULL", (1,))
    await until_row(quick.data_dir, "SELECT count(*) FROM schedule WHERE next_ms IS NULL", (1,))

    outcome = text(await alone.press(practice, "A"))
    assert "✅ Right" in outcome or "Not quite" in outcome
    assert rows(quick.data_dir, "SELECT mode FROM answer ORDER BY mode") == [
        ("competition",),
        ("daily",),
        ("practice",),
    ]
    assert rows(quick.data_dir, "SELECT member_id, choice FROM competition_answer") == [(int(ada.id), 0)]
    await quick.stop()
    await quick.start()
    assert "Question 2 of" in text(await alone.press(alone.sees(practice), "Next ▶"))  # without what is open elsewhere
    assert " ERROR " not in quick.log()


def channel_gone(bot: Bot, question: dict) -> None:
    bot.playground.world.delete_channel(question["channel_id"])


def may_not_write(bot: Bot, question: dict) -> None:
    bot.playground.world.channels[question["channel_id"]].bot_permissions = 0


@pytest.mark.parametrize("fault", [channel_gone, may_not_write], ids=lambda one: one.__name__)
async def test_a_question_of_the_day_whose_channel_is_lost_counts_and_the_next_comes_elsewhere(
    bot: Bot, fault: Callable[[Bot, dict], None]
):
    ada = Member(bot.playground)
    elsewhere = Member(bot.playground, 0, list(bot.playground.world.channels)[1])
    await ada.command("daily")
    [question] = public(bot, "Question of the day")
    await ada.press(question, "A")
    fault(bot, question)
    bot.playground.world.shift(DAY + 60)
    await until_row(bot.data_dir, "SELECT mode, count(*) FROM answer GROUP BY mode", ("daily", 1))
    await elsewhere.command("daily")
    [another] = [one for one in public(bot, "Question of the day") if one["id"] != question["id"]]
    assert another["channel_id"] == elsewhere.channel_id
    assert "Locked in **B**" in text(await elsewhere.press(another, "B"))
    assert " ERROR " not in bot.log()


async def test_a_question_of_the_day_whose_message_was_deleted_has_its_result_posted_anew(bot: Bot):
    ada, grace = Member(bot.playground), Member(bot.playground, 1)
    await ada.command("daily")
    [question] = public(bot, "Question of the day")
    await grace.press(question, "A")
    bot.playground.acts.delete(ada.id, ada.channel_id, question["id"])
    bot.playground.world.shift(DAY + 60)
    await until(bot.playground, lambda: public(bot, "-# Result"), "the result")
    [result] = public(bot, "-# Result")
    assert "My answer" in buttons(result)
    assert "you chose A" in text(await grace.press(result, "My answer"))


@pytest.mark.parametrize("what", ["daily", "competition"])
async def test_a_schedule_whose_channel_was_deleted_pauses_and_says_why(bot: Bot, what):
    ada = Member(bot.playground)
    elsewhere = Member(bot.playground, channel=list(bot.playground.world.channels)[1])
    await schedule(ada, what=what, time="00:00", **({} if what == "daily" else {"days": "every day"}))
    bot.playground.world.delete_channel(ada.channel_id)
    next_day(bot)
    await until_row(bot.data_dir, "SELECT count(*) FROM schedule WHERE next_ms IS NULL", (1,))
    screen = await schedule(elsewhere)
    assert "⏸️ **Paused.** I can't write in that channel (Unknown Channel)" in text(screen)
    assert rows(bot.data_dir, "SELECT count(*) FROM daily") == [(0,)]
    assert rows(bot.data_dir, "SELECT count(*) FROM competition WHERE phase != 'cancelled'") == [(0,)]
