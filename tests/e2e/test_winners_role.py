"""A winner's role, over the wire: chosen in the setup, given at a season's end, handed on at the next, with its crashes."""

import contextlib
import signal
import sqlite3
from typing import Any

from hosting import Bot, Member, text, until, walk

MONTH_SECONDS = 30 * 86_400


def roles_of(bot: Bot) -> dict[str, list[str]]:
    """Who has which of the roles that the bot gives."""
    world = bot.playground.world
    names = {one["id"]: one["global_name"] for one in world.members.values()}
    return {names[one]: given for one, given in world.people()["roles"].items() if given}


def season_menu(panel: dict[str, Any]) -> str:
    return next(one["custom_id"] for one in walk(panel["components"]) if one.get("custom_id", "").endswith(":season"))


def rows(bot: Bot, sql: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(bot.database)) as database:
        return database.execute(sql).fetchall()


async def win(bot: Bot, member: Member) -> None:
    """Answer until there are points, then let the season pass."""
    while not rows(bot, f"SELECT 1 FROM answer WHERE member_id = {member.id} AND points > 0 AND answered_ms >"
                        " (SELECT max(started_ms) FROM season)"):  # fmt: skip
        question = await member.command("quiz", questions=1)
        await member.press(question, "A")
    bot.playground.world.shift(MONTH_SECONDS)


async def test_the_winners_role_is_given_and_handed_on_though_the_bot_is_killed_between(calm: Bot):
    world = calm.playground.world
    ada, grace = Member(calm.playground), Member(calm.playground, 1)
    setup = await ada.press(await ada.command("studyhall", "setup"), "30 days")
    panel = await ada.press(setup, "Roles…")
    refused = await ada._click(panel, season_menu(panel), [world.role_named("Moderators")["id"]])
    assert "may manage messages" in text(refused)
    await ada._click(panel, season_menu(panel), [world.role_named("Season champion")["id"]])
    assert "handed on to the next winner" in text(ada.sees(panel))
    await win(calm, grace)
    await until(calm.playground, lambda: roles_of(calm) == {"Grace": ["Season champion"]}, "Grace's role")
    await win(calm, ada)
    await calm.stop(signal.SIGKILL)
    await calm.start()
    await until(calm.playground, lambda: roles_of(calm) == {"Ada": ["Season champion"]}, "Ada's role")
