"""Clicks on games that the message clicked does not offer: from strangers, and from where the game is not."""

import pytest
from evening import Channel, opened, rows
from hosting import Bot, Member, text

HOSTS = [
    "controls:0",
    "controls:1",
    *("host.start", "host.sections", "host.pause:1", "host.resume:1", "host.wait:1", "host.next:1"),
    *("host.skip:1", "host.skip_yes:1", "host.end:0", "host.end:1", "host.end_yes:0", "host.end_yes:1"),
]
LEADS = ["start", "cancel", "pause", "resume", "skip:0:open", "end", "csv", "sections", "accept", "decline", *HOSTS]
ANYBODY = ["join", "leave", "team:1", "pick:0:0", "sure:0:1", "mine:0", "others:0", "practise", "rematch"]
PASSING = {"member", "alive", "post"}
"""What changes by itself: the name of who acted last, the sign that the bot is there, which messages have arrived."""


def stored(bot: Bot) -> dict[str, list[tuple]]:
    tables = {name for (name,) in rows(bot.data_dir, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    return {table: rows(bot.data_dir, f"SELECT * FROM {table}") for table in tables - PASSING}


def game_id(action: str) -> str:
    name, _, rest = action.partition(":")
    whole = name if "." in name else f"game.{name}"
    return ":".join(["sh", whole, "1", *([rest] if rest else [])])


@pytest.mark.parametrize("begun", [False, True], ids=["lobby", "round"])
async def test_a_game_obeys_its_host_and_managers_and_only_where_it_is_played(playground, bot: Bot, begun):
    ada, grace, linus = (Member(playground, number) for number in range(3))
    lobby = await opened(grace, pace="calm", starts_in=60)
    shown = lobby
    if begun:
        await grace.steer(lobby, "Start")
        shown = await Channel(playground).open(0)
        while '"opened_ms":null' in str(rows(bot.data_dir, "SELECT head FROM competition")):
            await linus.command("help")  # until the bot knows its message and has counted the time from it
    message = await linus.command("help")
    alone = next(one.id for one in playground.world.channels.values() if one.recipient == ada.id)
    elsewhere = await Member(playground, 0, alone).command("help")
    while rows(bot.data_dir, "SELECT lobby_message_id FROM competition") == [(None,)]:
        await linus.command("help")  # until the bot has stored which message is the lobby
    before, seen = stored(bot), text(ada.sees(shown))
    for action in LEADS:
        assert text(await linus.forge(message, game_id(action))).strip(), action
        assert stored(bot) == before, action
    for action in LEADS + ANYBODY:  # Ada manages the server, but this is not where the game is
        assert "in another server" in text(await ada.forge(elsewhere, game_id(action))), action
        assert stored(bot) == before, action
    assert text(ada.sees(shown)) == seen
    assert " ERROR " not in bot.log()
