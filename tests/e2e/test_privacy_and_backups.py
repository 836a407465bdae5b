"""Deletion, backup and restore as whoever uses and runs the real bot meets them."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import engines
import pytest
from hosting import Bot, Member, buttons, text, until

CHECKOUT = Path(__file__).parents[2]


async def delete(member: Member) -> str:
    """Have everything deleted; returns what is told then."""
    asked = await member.command("privacy", "delete")
    return text(await member.press(asked, "Delete everything"))


def rows(bot: Bot, sql: str) -> list[tuple[Any, ...]]:
    return engines.rows(bot.database, sql)


async def command(bot: Bot, *arguments: str) -> tuple[int, str]:
    """Run a command of `python -m bot` on the bot's data; returns its exit code and all that it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        cwd=CHECKOUT,
        env={**os.environ, "STUDYHALL_DATA_DIR": str(bot.data_dir)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_who_is_in_a_lobby_is_taken_out_of_it_and_everybody_sees_that(bot: Bot):
    ada, grace = Member(bot.playground, 0), Member(bot.playground, 1)
    lobby = await ada.command("compete")
    await grace.press(lobby, "Join")
    await until(bot.playground, lambda: "Grace" in text(ada.sees(lobby)), "the lobby names Grace")
    assert "You were taken out of a game first." in await delete(grace)
    await until(bot.playground, lambda: "Grace" not in text(ada.sees(lobby)), "the lobby forgets Grace")
    assert rows(bot, "SELECT member_id FROM competition_player") == [(int(ada.id),)]
    assert text(await grace.command("privacy", "show")) == "Nothing is stored about you."


async def test_a_host_who_is_deleted_leaves_the_lobby_to_the_next(bot: Bot):
    ada, grace = Member(bot.playground, 0), Member(bot.playground, 1)
    lobby = await ada.command("compete")
    await grace.press(lobby, "Join")
    await delete(ada)
    leads = ("host: Grace", "when Grace starts it")
    await until(bot.playground, lambda: any(one in text(grace.sees(lobby)) for one in leads), "Grace leads")


async def test_a_duel_that_was_declined_has_no_rematch_with_who_is_gone(bot: Bot):
    ada, grace = Member(bot.playground, 0), Member(bot.playground, 1)
    challenge = await ada.command("duel", member=grace.id)
    await grace.press(await grace.press(challenge, "Decline"), "Yes, decline it")
    await until(bot.playground, lambda: not buttons(ada.sees(challenge)), "the duel is declined")
    await delete(grace)
    assert "Challenge somebody else with `/duel`." in text(await ada.forge(challenge, "sh:game.rematch:1"))
    assert engines.traces(bot.database, int(ada.id))
    assert not engines.traces(bot.database, int(grace.id))


@pytest.mark.sqlite
async def test_a_backup_is_made_beside_the_bot_and_restored_only_without_it(bot: Bot):
    ada = Member(bot.playground, 0)
    question = await ada.command("quiz", questions=1)
    await ada.press(question, "A")
    copy = bot.data_dir.parent / "copy.db"
    code, said = await command(bot, "backup", str(copy))
    assert (code, "1 answer" in said, copy.exists()) == (0, True, True), said
    assert "Everything is deleted." in await delete(ada)
    code, said = await command(bot, "restore", str(copy))
    assert (code, "A Studyhall is running on the data folder" in said) == (1, True), said
    await bot.stop(signal.SIGKILL)
    code, said = await command(bot, "restore", str(copy))
    assert (code, "1 member had been deleted since; that was done again." in said) == (0, True), said
    await bot.start()
    assert text(await ada.command("privacy", "show")) == "Nothing is stored about you."
    assert rows(bot, "SELECT count(*) FROM answer") == [(1,)]
