"""Pictures of a course on the playground's page, as on a phone."""

import contextlib
import shutil
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import yaml
from hosting import Bot
from playwright.async_api import Locator, expect
from tabs import OpenTab
from test_page import picture, press, run

from bot.playground.server import Playground
from bot.settings import CHECKOUT

PHONE = {"viewport": {"width": 390, "height": 844}}
DANCE, FLIGHT = "A comb. The wavy line", "The hive seen from above."
PAGE = """\
id: flight
title: Finding flowers
pages:
  - title: From the dance to the flowers
    text: A bee that comes home dances on the comb, and others fly where the dance points.
    picture: flight.png
    alt: The hive seen from above, with a line to the sun and one to flowers.
    after: The angle between the two lines is the angle of the dance.
"""
TERMS = """\
terms:
  - id: waggle-dance
    name: Waggle dance
    meaning: A walk on the comb that tells others where flowers are.
    picture: dance.png
    alt: A comb with the wavy line of a dance.
"""


def course(folder: Path) -> Path:
    """The example course, with its question about a picture alone, and a page and a term with pictures."""
    example = shutil.copytree(CHECKOUT / "docs" / "example-pack", folder / "bees")
    asked = yaml.safe_load((example / "questions" / "flowers.yaml").read_text("utf-8"))["questions"]
    kept = [{**one, "section": "flight"} for one in asked if "picture" in one]
    shutil.rmtree(example / "questions")
    shutil.rmtree(example / "lessons")
    for name, text in {
        "pack.yaml": "id: bees\ntitle: Honey bees\nstandard: explained\nsections: [flight]\n",
        "questions/flowers.yaml": yaml.safe_dump({"questions": kept}, allow_unicode=True),
        "lessons/flight.yaml": PAGE,
        "glossary.yaml": TERMS,
    }.items():
        (example / name).parent.mkdir(exist_ok=True)
        (example / name).write_text(text, "utf-8")
    return folder


async def seen(message: Locator, words: str) -> None:
    """The message has a picture with these words, and the browser has drawn it."""
    image = message.locator(f'button.picture img[alt^="{words}"]')
    await expect(image).to_be_visible()
    await image.scroll_into_view_if_needed()
    width = await image.evaluate("image => image.decode().then(() => image.naturalWidth)")
    assert width == 720


async def press_until(message: Locator, label: str, words: str) -> None:
    """Press a button that has just come, until it is not taken for the press before it any more."""
    for _ in range(60):
        await press(message, label)
        with contextlib.suppress(AssertionError):
            return await expect(message).to_contain_text(words, timeout=3_000)
    raise AssertionError(f"{label} never led to {words}")


async def test_pictures_are_seen_in_a_quiz_a_game_a_page_and_a_term(
    tabs: Callable[[], AbstractAsyncContextManager[OpenTab]],
    playground: Playground,
    tmp_path: Path,
    screenshots: Path | None,
):
    running = Bot(playground, tmp_path / "data", STUDYHALL_PACKS_DIR=str(course(tmp_path / "packs")))
    await running.start()
    async with tabs() as open_tab:
        page = await open_tab(**PHONE)
        lesson = await run(page, "lesson", section="Finding flowers")
        await seen(lesson, FLIGHT[:24])
        await picture(page, screenshots, "pictures-lesson")
        term = await run(page, "term", name="Waggle dance")
        await seen(term, "A comb with")
        await picture(page, screenshots, "pictures-term")
        quiz = await run(page, "quiz", questions="3")
        await seen(quiz, DANCE)
        await picture(page, screenshots, "pictures-question")
        await press(quiz, "A")
        await expect(quiz).to_contain_text("How sure")
        await seen(quiz, DANCE)
        await picture(page, screenshots, "pictures-outcome")
        await press_until(quiz, "Why not the others?", "The rule")
        await seen(quiz, FLIGHT)
        await picture(page, screenshots, "pictures-rule")
        lobby = await run(page, "compete", rounds="3", pace="calm")
        await press(lobby, "Host controls")
        await press(page.locator("[data-message-id]").last, "Start")
        asked = page.locator("[data-message-id]", has_text="Round 1 of 1").last
        await expect(asked).to_contain_text("have answered")
        await seen(asked, DANCE)
        await picture(page, screenshots, "pictures-round")
        await press(asked, "A")
        await expect(asked).to_contain_text("My result")
        await seen(asked, DANCE)
        await picture(page, screenshots, "pictures-reveal")
    assert await running.stop() == 0, running.log()
