"""Pictures of a course on the playground's page, as on a phone."""

import shutil
from pathlib import Path

import yaml
from conftest import tabs_of
from hosting import Bot
from playwright.async_api import Browser, Locator, expect
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
    """The example course, with its questions about the dance alone, and a page and a term with pictures."""
    example = shutil.copytree(CHECKOUT / "docs" / "example-pack", folder / "bees")
    asked = yaml.safe_load((example / "questions" / "flowers.yaml").read_text("utf-8"))["questions"]
    kept = [{**one, "section": "flight"} for one in asked if one["id"] in ("read-the-dance", "dance-straight-up")]
    kept.sort(key=lambda one: "picture" not in one)
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


async def test_pictures_are_seen_in_a_quiz_a_game_a_page_and_a_term(
    browser: Browser, playground: Playground, tmp_path: Path, screenshots: Path | None
):
    running = Bot(playground, tmp_path / "data", STUDYHALL_PACKS_DIR=str(course(tmp_path / "packs")))
    await running.start()
    async with tabs_of(browser, playground) as open_tab:
        page = await open_tab(**PHONE)
        lesson = await run(page, "lesson", section="Finding flowers")
        await seen(lesson, FLIGHT[:24])
        await picture(page, screenshots, "pictures-lesson")
        term = await run(page, "term", name="Waggle dance")
        await seen(term, "A comb with")
        await picture(page, screenshots, "pictures-term")
        quiz = await run(page, "quiz", questions="3")
        while DANCE not in await quiz.inner_html():
            await press(quiz, "A")
            await press(quiz, "Next ▶")
            await expect(quiz).to_contain_text("Question 2")
        await seen(quiz, DANCE)
        await picture(page, screenshots, "pictures-question")
        await press(quiz, "A")
        await expect(quiz).to_contain_text("How sure")
        await seen(quiz, DANCE)
        await picture(page, screenshots, "pictures-outcome")
        await press(quiz, "Why not the others?")
        await seen(quiz, FLIGHT)
        await picture(page, screenshots, "pictures-rule")
        lobby = await run(page, "compete", rounds="3", pace="calm")
        await press(lobby, "Host controls")
        await press(page.locator("[data-message-id]").last, "Start")
        for number in (1, 2):
            round_ = page.locator("[data-message-id]", has_text=f"Round {number} of 2").last
            await expect(round_).to_contain_text("have answered")
            has_picture = "dances like this" in await round_.inner_text()
            if has_picture:
                await seen(round_, DANCE)
                await picture(page, screenshots, "pictures-round")
            await press(round_, "A")
            await expect(round_).to_contain_text("My result")
            if has_picture:
                await seen(round_, DANCE)
                await picture(page, screenshots, "pictures-reveal")
                break
    assert await running.stop() == 0, running.log()
