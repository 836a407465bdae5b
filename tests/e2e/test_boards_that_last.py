"""The end of a season and members who leave, by the real bot in the playground: it is killed, and nothing is said twice."""

import signal
from typing import Any

import pytest
from aiohttp import web
from contract import faults_of
from hosting import Bot, Member, text, until, walk
from test_by_itself import DAY, next_day, public, rows

from bot.playground.acts import ActError
from bot.playground.rest import Exchange

SEASON = 30 * DAY


async def earn(member: Member) -> None:
    """Answer questions until one of them was right."""
    for _ in range(20):
        question = await member.command("quiz", questions=1)
        if "✅ Right" in text(await member.press(question, "A")):
            return
    raise AssertionError("twenty questions, and A was never right")


async def begin(bot: Bot, *players: Member) -> None:
    """A season in which these members earned something."""
    owner = Member(bot.playground)
    await owner.press(await owner.command("studyhall", "setup"), "30 days")
    await owner.command("daily")  # so that there is a channel for the result
    for player in players:
        await earn(player)


def results(bot: Bot) -> list[dict[str, Any]]:
    return public(bot, "The season is over")


async def test_a_season_that_ends_while_the_bot_is_off_for_a_day_is_told_once(bot: Bot):
    exchanges: list[Exchange] = []
    bot.playground.rest.record = exchanges.append
    grace = Member(bot.playground, 1)
    await begin(bot, grace)
    await bot.stop(signal.SIGKILL)
    next_day(bot, SEASON + DAY)
    await bot.start()
    await until(bot.playground, lambda: results(bot), "the result")
    [result] = results(bot)
    assert "🥇 Grace" in text(result)
    sent = [one for one in exchanges if one.method == "POST" and "The season is over" in str(one.body)]
    assert [one.body["allowed_mentions"]["parse"] for one in sent] == [[]]
    board = await grace.press(result, "The whole board")
    assert "This season is over." in text(board)
    await bot.stop(signal.SIGKILL)
    await bot.start()
    await grace.command("help")
    assert len(results(bot)) == 1
    assert [fault for exchange in exchanges for fault in faults_of(exchange)] == []


async def test_killed_between_the_message_and_its_id_it_is_not_posted_again(bot: Bot):
    grace = Member(bot.playground, 1)
    await begin(bot, grace)

    async def swallow(request: web.Request, answer: web.StreamResponse) -> None:
        if request.method == "POST" and request.path.endswith("/messages") and results(bot):
            await bot.stop(signal.SIGKILL)

    bot.playground.rest.after = swallow
    next_day(bot, SEASON)
    await until(bot.playground, lambda: results(bot), "the result")
    while bot.process is not None:
        await bot.process.wait()
        bot.process = None
    bot.playground.rest.after = None
    assert rows(bot, "SELECT message_id FROM post WHERE kind = 'season'") == [(None,)]
    next_day(bot, 3_600)  # Discord has forgotten the nonce
    await bot.start()
    while rows(bot, "SELECT 1 FROM post WHERE kind = 'season' AND message_id IS NULL"):
        await grace.command("help")
    assert len(results(bot)) == 1
    assert rows(bot, "SELECT message_id FROM post WHERE kind = 'season'") == [(int(results(bot)[0]["id"]),)]


async def test_a_member_who_leaves_is_looked_for_once_and_dropped(bot: Bot):
    exchanges: list[Exchange] = []
    bot.playground.rest.record = exchanges.append
    ada, grace, linus = (Member(bot.playground, n) for n in range(3))
    for who in (grace, linus):
        await earn(who)
    bot.playground.acts.remove_member(grace.id)
    next_day(bot, DAY + 60)
    board = await ada.command("leaderboard")
    assert "Grace" in text(board)
    asked = "/guilds/{guild_id}/members/{user_id}"
    while len([one for one in exchanges if one.route == asked]) < 2:
        await ada.command("help")
    while not rows(bot, "SELECT 1 FROM membership WHERE gone_ms IS NOT NULL"):
        await ada.command("help")
    again = text(await ada.command("leaderboard"))
    assert "Grace" not in again
    assert "Linus" in again
    assert sorted(one.status for one in exchanges if one.route == asked) == [200, 404]
    assert "Rating" in [option["label"] for one in walk(board["components"]) for option in one.get("options", [])]
    assert [fault for exchange in exchanges for fault in faults_of(exchange)] == []


async def test_only_who_is_there_can_leave_and_the_owner_stays(bot: Bot):
    acts = bot.playground.acts
    owner, grace = list(bot.playground.world.members)[:2]
    acts.remove_member(grace)
    with pytest.raises(ActError, match="is gone"):
        acts.remove_member(grace)
    with pytest.raises(ActError, match="owner of the server can't leave"):
        acts.remove_member(owner)
    assert owner in bot.playground.world.members
