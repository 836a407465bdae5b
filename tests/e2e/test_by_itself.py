"""The question of the day and what is scheduled, by the real bot in the playground: days go by, and the bot is killed."""

import signal
from typing import Any

import engines
from by_itself import public, schedule
from contract import faults_of
from hosting import Bot, Member, buttons, text, until

from bot.playground.rest import Exchange

DAY = 86_400


def next_day(bot: Bot, seconds: int = DAY) -> None:
    bot.playground.world.shift(seconds)


def rows(bot: Bot, sql: str) -> list[tuple[Any, ...]]:
    return engines.rows(bot.database, sql)


async def test_a_question_a_kill_and_the_next_day(bot: Bot):
    exchanges: list[Exchange] = []
    bot.playground.rest.record = exchanges.append
    ada, grace, linus = (Member(bot.playground, n) for n in range(3))
    link = await ada.command("daily")
    [question] = public(bot, "Question of the day")
    assert question["id"] in text(link)
    for who, letter in ((ada, "A"), (grace, "B")):
        assert f"Locked in **{letter}**" in text(await who.press(question, letter))
    await bot.stop(signal.SIGKILL)
    assert rows(bot, "SELECT count(*) FROM answer") == [(0,)]
    await bot.start()
    assert "You had locked in **A**" in text(await ada.press(question, "C"))
    assert "Locked in **C**" in text(await linus.press(question, "C"))
    next_day(bot, DAY + 60)
    await until(bot.playground, lambda: "My answer" in buttons(ada.sees(question)), "the result")
    result = ada.sees(question)
    assert "of 3** got it right." in text(result)
    assert public(bot, "Question of the day") == []
    assert "you chose B" in text(await grace.press(result, "My answer"))
    assert rows(bot, "SELECT mode, count(*) FROM answer GROUP BY mode") == [("daily", 3)]
    await grace.command("daily")
    [another] = public(bot, "Question of the day")
    assert "you 2 days, this server 2 days" in text(await grace.press(another, "A"))
    assert [fault for exchange in exchanges for fault in faults_of(exchange)] == []


async def test_days_off_are_made_up_once(bot: Bot):
    ada = Member(bot.playground)
    screen = await schedule(ada, what="daily", time="00:00")
    assert "Every day at 00:00" in text(screen)
    next_day(bot)
    await until(bot.playground, lambda: public(bot, "Question of the day"), "the first question")
    [question] = public(bot, "Question of the day")
    await ada.press(question, "A")
    await bot.stop(signal.SIGKILL)
    next_day(bot, 3 * DAY)
    await bot.start()
    await until(bot.playground, lambda: public(bot, "-# Result"), "the result of the first")
    await until(bot.playground, lambda: public(bot, "Question of the day"), "today's question")
    link = text(await ada.command("daily"))
    assert f"/{public(bot, 'Question of the day')[0]['id']}" in link
    assert len(public(bot, "Question of the day")) == 1
    assert [one["id"] for one in public(bot, "-# Result")] == [question["id"]]
    assert rows(bot, "SELECT count(*), count(message_id) FROM daily") == [(2, 2)]


async def test_a_recurring_competition_opens_its_lobby_and_stands_in_the_list_of_events(bot: Bot):
    exchanges: list[Exchange] = []
    bot.playground.rest.record = exchanges.append
    world = bot.playground.world
    ada, grace = Member(bot.playground, 0), Member(bot.playground, 1)
    await schedule(ada, what="daily", time="00:00")
    screen = await schedule(ada, what="competition", time="00:00", days="every day", rounds=3, pace="quick", lobby=60)
    await until(bot.playground, lambda: world.events, "the event")
    [event] = world.events.values()
    assert event["name"] == "Competition: all sections"
    assert event["description"] == (
        "3 rounds at quick pace, classic scoring. The lobby is open for 60 minutes; press Join there."
    )
    assert event["entity_metadata"] == {"location": "#study-hall"}
    first_start = event["scheduled_start_time"]
    now_s = world.now_ms() // 1000
    next_day(bot, DAY - now_s % DAY)  # midnight, by the server's time zone
    await until(bot.playground, lambda: public(bot, "Nobody is in yet"), "the lobby")
    [lobby] = public(bot, "Nobody is in yet")
    assert "when Ada starts it" in text(lobby)
    assert "Only the host or a manager" in text(await grace.steer(lobby, "Start"))
    assert "You're in" in text(await grace.press(lobby, "Join"))
    await bot.stop(signal.SIGKILL)
    await bot.start()
    await until(bot.playground, lambda: public(bot, "**1 in**"), "the lobby goes on")
    await ada.steer(lobby, "Start")
    await until(bot.playground, lambda: public(bot, "Round 1 of 3"), "the first round")
    await until(
        bot.playground,
        lambda: [one for one in world.events.values() if one["scheduled_start_time"] != first_start],
        "the event of the next day",
    )
    assert len(public(bot, "## 🏁 Competition")) == 1
    assert len(world.events) == 1
    screen = await ada.press(await ada.press(screen, "Remove 2"), "Yes, remove it")
    assert "Competition ·" not in text(screen)
    assert world.events == {}
    routes = {f"{one.method} {one.route}" for one in exchanges}
    events = "/guilds/{guild_id}/scheduled-events"
    assert {f"POST {events}", f"PATCH {events}/{{guild_scheduled_event_id}}"} <= routes
    assert f"DELETE {events}/{{guild_scheduled_event_id}}" in routes
    assert [fault for exchange in exchanges for fault in faults_of(exchange)] == []


async def test_without_the_permission_for_events_a_schedule_works_and_says_what_is_missing(bot: Bot):
    await bot.stop()
    bot.playground.world.bot_may_create_events = False
    await bot.start()
    screen = await schedule(Member(bot.playground), what="competition", time="19:00", days="Friday")
    assert "allow me to *Create Events*" in text(screen)
    assert bot.playground.world.events == {}


async def test_a_schedule_whose_channel_is_closed_to_the_bot_pauses_and_says_why(bot: Bot):
    ada = Member(bot.playground)
    elsewhere = Member(bot.playground, channel=list(bot.playground.world.channels)[1])
    await schedule(ada, what="daily", time="00:00")
    bot.playground.world.channels[ada.channel_id].bot_permissions = 0
    next_day(bot)
    while not rows(bot, "SELECT 1 FROM schedule WHERE next_ms IS NULL"):
        await elsewhere.command("help")  # the bot goes on answering meanwhile
    screen = await schedule(elsewhere)
    assert "⏸️ **Paused.** I can't write in that channel (Missing Access)" in text(screen)
    assert rows(bot, "SELECT count(*) FROM daily") == [(0,)]
