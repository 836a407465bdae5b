"""A competition about pictures: each is uploaded with its round, and is there until the end, whatever happens to the bot."""

import signal
from pathlib import Path
from typing import Any

from evening import Channel, opened, rows
from hosting import Bot, Member, text, until, walk
from painted import BEES

from bot.playground.rest import Exchange
from bot.playground.server import Playground

GALLERY = 12
PICTURES = {
    "Which bee is this?": ("A bee with eyes that meet.", BEES["pictures/drone.jpg"]),
    "How many sides has a cell of this frame?": ("A frame with cells of wax.", BEES["pictures/frame.png"]),
}


def shown_in(playground: Playground, message: dict[str, Any]) -> list[tuple[str, bytes]]:
    """The pictures that members see in a message: the words of each, and its file's bytes."""
    galleries = [one for one in walk(message["components"]) if one["type"] == GALLERY]
    items = [item for one in galleries for item in one["items"]]
    files = [playground.world.files.at(item["media"]["url"]) for item in items]
    return [(item["description"], file.data) for item, file in zip(items, files, strict=True)]


def uploads(exchanges: list[Exchange]) -> list[str]:
    """By which requests pictures of the course were uploaded to the channel."""
    in_channels = [one for one in exchanges if one.route.startswith("/channels/")]
    return [one.method for one in in_channels for file in one.uploads.values() if file.filename.startswith("picture-")]


def pictures_of(message: dict[str, Any]) -> list[tuple[str, bytes]]:
    """What a message should show by what it asks."""
    return [picture for stem, picture in PICTURES.items() if stem in text(message)]


async def test_each_round_shows_its_picture_until_its_reveal_and_uploads_it_once(bees: Bot):
    playground, channel = bees.playground, Channel(bees.playground)
    ada, grace = Member(playground), Member(playground, 1)
    exchanges: list[Exchange] = []
    playground.rest.record = exchanges.append
    lobby = await opened(ada, grace, rounds=3, pace="calm")
    assert shown_in(playground, lobby) == []
    await ada.steer(lobby, "Start")
    for number in range(2):
        asked = await channel.open(number)
        wanted = pictures_of(asked)
        assert len(wanted) == 1
        assert shown_in(playground, asked) == wanted
        await grace.press(asked, "A")
        await until(playground, lambda asked=asked: "**1** of 2" in text(ada.sees(asked)), "the count is edited")
        assert shown_in(playground, ada.sees(asked)) == wanted
        await ada.press(asked, "B")
        reveal = await channel.reveal(number)
        assert reveal["id"] == asked["id"]
        assert shown_in(playground, reveal) == wanted
        mine = await grace.press(reveal, "My result")
        assert shown_in(playground, mine) == wanted
        assert mine["attachments"] == []
        why = await grace.press(reveal, "Why?")
        assert shown_in(playground, why)[:1] == wanted
        await ada.steer(ada.sees(reveal), "Next round")
    await channel.podium()
    assert rows(bees.data_dir, "SELECT reading_ms FROM competition_round") == [(5_000,), (5_000,)], (
        "they look at it, too"
    )
    assert uploads(exchanges) == ["POST", "POST"], "each round brings its picture, and no edit brings it again"
    said = str([(one.body, [file.filename for file in one.uploads.values()]) for one in exchanges])
    assert [name for name in ("drone.jpg", "frame.png", "heads.webp") if name in said] == []


async def test_a_killed_bot_shows_the_picture_again_with_its_first_edit(bees: Bot):
    playground, channel = bees.playground, Channel(bees.playground)
    ada, grace = Member(playground), Member(playground, 1)
    lobby = await opened(ada, grace, rounds=3, pace="calm")
    await ada.steer(lobby, "Start")
    asked = await channel.open(0)
    wanted = pictures_of(asked)
    await bees.stop(signal.SIGKILL)
    await bees.start()
    await grace.press(asked, "A")
    await until(playground, lambda: "**1** of 2" in text(ada.sees(asked)), "the count is edited")
    assert shown_in(playground, ada.sees(asked)) == wanted
    await ada.press(asked, "B")
    await bees.stop(signal.SIGKILL)
    await bees.start()
    reveal = await channel.reveal(0)
    assert reveal["id"] == asked["id"]
    assert shown_in(playground, reveal) == wanted
    assert len(reveal["attachments"]) == 1


async def test_a_game_goes_on_without_pictures_that_are_gone(bees: Bot, tmp_path: Path):
    playground, channel = bees.playground, Channel(bees.playground)
    ada, grace = Member(playground), Member(playground, 1)
    await ada.steer(await opened(ada, grace, rounds=3, pace="calm"), "Start")
    asked = await channel.open(0)
    await bees.stop(signal.SIGKILL)
    for name in ("questions/bees.yaml", "lessons/hive.yaml", "glossary.yaml"):
        path = tmp_path / "packs" / "bees" / name
        lines = path.read_text("utf-8").splitlines()
        path.write_text("\n".join(one for one in lines if "picture" not in one and "alt:" not in one), "utf-8")
    await bees.start()
    for number in range(2):
        asked = await channel.open(number)
        for member, letter in ((grace, "A"), (ada, "B")):
            await member.press(asked, letter)
        reveal = await channel.reveal(number)
        assert "The course no longer has this picture. It showed: A " in text(reveal)
        assert shown_in(playground, reveal) == []
        await ada.steer(ada.sees(reveal), "Next round")
    await channel.podium()
