"""The bot's own emojis: uploaded once, shown in the letters' place, and done without where they may not be."""

import base64
from collections.abc import Awaitable
from typing import Any

import pytest
from aiohttp import web
from contract import faults_of
from hosting import Bot, Member, until, walk

from bot.playground.api_errors import ApiError
from bot.playground.limits import check_emoji
from bot.playground.rest import Exchange
from bot.ui.emojis import FOLDER
from bot.ui.marks import EMOJIS


def uploads(exchanges: list[Exchange]) -> list[str]:
    return [one.body["name"] for one in exchanges if one.method == "POST" and one.route.endswith("/emojis")]


def written(message: dict[str, Any]) -> str:
    return "\n".join(one["content"] for one in walk(message["components"]) if one["type"] == 10)


async def test_they_are_uploaded_at_the_first_start_alone_and_stand_where_letters_stood(bot: Bot):
    world, exchanges = bot.playground.world, []
    await until(bot.playground, lambda: len(world.emojis) == len(EMOJIS), "the emojis")
    assert {one["name"] for one in world.emojis.values()} == set(EMOJIS)
    bot.playground.rest.record = exchanges.append
    await bot.stop()
    world.emojis.popitem()
    await bot.start()
    await until(bot.playground, lambda: len(world.emojis) == len(EMOJIS), "the missing one")
    assert len(uploads(exchanges)) == 1
    assert [fault for exchange in exchanges for fault in faults_of(exchange)] == []
    ids = {one["name"]: one["id"] for one in world.emojis.values()}

    def letters() -> Awaitable[dict[str, Any]]:
        return Member(bot.playground).command("quiz", questions=1)

    shown = written(await letters())
    while "<:" not in shown:  # it learns the ids a moment after Discord gave the last one
        shown = written(await letters())
    assert f"<:letter_a:{ids['letter_a']}> · " in shown
    assert ids["letter_a"] in world.emoji_pictures


async def test_where_they_can_not_be_uploaded_letters_are_plain(bot: Bot):
    await bot.stop()
    bot.playground.world.emojis.clear()
    tried: list[str] = []

    async def refuse(request: web.Request) -> web.StreamResponse | None:
        if not request.path.endswith("/emojis"):
            return None
        tried.append(request.method)
        return web.json_response({"message": "Missing Access", "code": 50001}, status=403)

    bot.playground.rest.intercept = refuse
    await bot.start()
    assert "**A** · " in written(await Member(bot.playground).command("quiz", questions=1))
    assert tried == ["GET"]


@pytest.mark.parametrize(
    ("name", "image"),
    [
        ("a", "data:image/png;base64,AAAA"),
        ("no spaces", "data:image/png;base64,AAAA"),
        ("taken", "data:image/png;base64,AAAA"),
        ("fine", "data:text/html;base64,AAAA"),
        ("fine", "data:image/png;base64,"),
        ("fine", "data:image/png;base64,?"),
        ("fine", None),
        ("fine", "data:image/png;base64," + base64.b64encode(bytes(300_000)).decode()),
    ],
)
def test_what_discord_would_refuse_is_refused(name: str, image: str | None):
    with pytest.raises(ApiError):
        check_emoji({"name": name, "image": image}, {"taken"})


def test_every_emoji_has_a_picture_that_discord_takes():
    for name in EMOJIS:
        picture = (FOLDER / f"{name}.png").read_bytes()
        image = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
        assert check_emoji({"name": name, "image": image}, ()) == picture
