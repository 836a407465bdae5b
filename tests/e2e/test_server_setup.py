"""`/studyhall setup` and `/settings` of the real bot, in the playground's server."""

import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from contract import faults_of
from hosting import Bot, Member, button, text, walk

from bot.playground.acts import ActError
from bot.playground.rest import Exchange


def menu(message: dict[str, Any], kind: int) -> dict[str, Any]:
    return next(component for component in walk(message["components"]) if component["type"] == kind)


async def test_the_owner_sets_the_server_up_and_others_may_not(bot: Bot):
    exchanges: list[Exchange] = []
    bot.playground.rest.record = exchanges.append
    ada, grace = Member(bot.playground, 0), Member(bot.playground, 1)
    with pytest.raises(ActError, match="You're not allowed to use this command here"):
        await grace.command("studyhall", "setup")
    screen = await ada.command("studyhall", "setup", time_zone="Europe/Berlin")
    assert "**Time zone**: Europe/Berlin" in text(screen)
    quiz_night = list(bot.playground.world.channels)[1]
    screen = await ada._click(screen, menu(screen, 8)["custom_id"], [quiz_night])
    assert f"**Where**: <#{quiz_night}>" in text(screen)
    assert menu(screen, 8)["default_values"] == [{"id": quiz_night, "type": "channel"}]
    screen = await ada._click(screen, menu(screen, 6)["custom_id"], [bot.playground.world.guild_id])
    assert "**Who opens competitions**: everybody" in text(screen)
    screen = await ada.press(screen, "30 days")
    assert "30 days each; this one ends" in text(screen)
    refused = await grace.command("compete")
    assert f"Competitions are played in <#{quiz_night}> here." in text(refused)
    assert [fault for exchange in exchanges for fault in faults_of(exchange)] == []


async def test_settings_hold_after_a_kill(bot: Bot):
    ada = Member(bot.playground)
    screen = await ada.press(await ada.command("settings"), "1.5 times")
    assert "**1.5 times** the usual time" in text(screen)
    await bot.stop()
    await bot.start()
    screen = await ada.press(screen, "Hide me")
    assert "**1.5 times**" in text(screen)
    assert "**not shown** to others" in text(screen)
    assert button(screen, "✓ Hide me")["disabled"]


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="a system with SIGHUP")
async def test_sighup_reads_the_packs_anew_and_a_broken_one_changes_nothing(playground, tmp_path):
    packs = tmp_path / "packs"
    shutil.copytree(Path(__file__).parents[1] / "ui" / "packs", packs)
    lesson = packs / "tea" / "lessons" / "serving.yaml"
    bot = Bot(playground, tmp_path / "data", STUDYHALL_PACKS_DIR=str(packs))
    await bot.start()
    ada = Member(playground)

    async def contents_after_hangup(content: str, line: str) -> str:
        lesson.write_text(content, encoding="utf-8")
        before = bot.log().count(line)
        bot.process.send_signal(signal.SIGHUP)
        while bot.log().count(line) == before:
            await ada.command("help")  # the bot goes on answering meanwhile
        return text(await ada.command("lesson"))

    sound = lesson.read_text("utf-8")
    changed = sound.replace("title: Serving", "title: At the table")
    assert "At the table" in await contents_after_hangup(changed, "reloaded 1 course")
    assert "At the table" in await contents_after_hangup("title: [", "the packs were not reloaded")
    assert "Serving" in await contents_after_hangup(sound, "reloaded 1 course")
    assert await bot.stop() == 0
