"""Files on the playground's page: chosen, dropped and pasted, for commands, forms and messages."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from filing import filing
from playwright.async_api import Locator, Page, expect
from tabs import OpenTab
from test_page import picture

from bot.playground.server import Playground

SHEET = {"name": "Week 3.csv", "mimeType": "text/csv", "buffer": b"question,answer\n2 + 2,4\n"}
PHOTO = {"name": "bee.svg", "mimeType": "image/svg+xml", "buffer": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}
BOUNDS = "() => document.documentElement.scrollWidth"
DROPPED = """name => {
  const dropped = new DataTransfer();
  dropped.items.add(new File(["hello"], name, {type: "text/plain"}));
  return dropped;
}"""
PASTE = """(target, name) => {
  const data = new DataTransfer();
  data.items.add(new File(["hello"], name, {type: "text/plain"}));
  target.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
async def open_taker(
    tabs: Callable[[], AbstractAsyncContextManager[OpenTab]], playground: Playground, tmp_path: Path
) -> AsyncIterator[OpenTab]:
    """Tabs of a playground whose bot takes files."""
    async with filing(playground, tmp_path), tabs() as tab:
        yield tab


async def start(page: Page, command: str) -> Locator:
    """Type a command's name; its form."""
    await page.click("#composer")
    await page.keyboard.type(f"/{command} ")
    return page.get_by_role("group", name=f"Command /{command}")


async def drop(page: Page, name: str) -> None:
    """Let a file fall onto the page."""
    await page.locator("#main").dispatch_event("drop", {"dataTransfer": await page.evaluate_handle(DROPPED, name)})


@pytest.mark.parametrize("size", [{"width": 1280, "height": 800}, {"width": 360, "height": 740}])
async def test_a_command_gets_the_file_that_was_chosen(open_taker: OpenTab, screenshots, size: dict):
    page = await open_taker(0, viewport=size)
    form = await start(page, "take")
    await page.get_by_test_id("run-command").click()
    await expect(page.get_by_role("alert")).to_have_text("file: please choose a file")
    await page.get_by_test_id("option-file").set_input_files([SHEET])
    await expect(form).to_contain_text("Week 3.csv")
    await expect(form).to_contain_text("24 bytes")
    await expect(page.get_by_test_id("option-add")).to_be_focused()
    await picture(page, screenshots, f"chosen-{size['width']}")
    assert await page.evaluate(BOUNDS) <= size["width"]
    await form.get_by_role("button", name="Remove Week 3.csv").click()
    await expect(form).not_to_contain_text("Week 3.csv")
    await page.get_by_test_id("option-file").set_input_files([SHEET])
    await expect(form).to_contain_text("24 bytes")
    await page.keyboard.press("Enter")
    shown = page.locator("[data-message-id]").last
    await expect(shown).to_contain_text("Week_3.csv · 24 bytes · text/csv · no picture")


async def test_a_file_over_the_limit_is_refused_before_it_is_sent(open_taker: OpenTab, tmp_path: Path, screenshots):
    page = await open_taker()
    large = tmp_path / "all-of-it.zip"
    large.write_bytes(bytes(10 * 1024 * 1024 + 1))
    form = await start(page, "take")
    await page.get_by_test_id("option-file").set_input_files(large)
    told = page.get_by_role("alert")
    await expect(told).to_have_text("file: all-of-it.zip is too large. Choose a file of at most 10 MB.")
    await picture(page, screenshots, "too-large")
    await expect(form).not_to_contain_text("all-of-it.zip")


async def test_a_file_is_dropped_on_the_page_or_pasted(open_taker: OpenTab):
    page = await open_taker()
    form = await start(page, "take")
    await drop(page, "first.txt")
    await expect(form).to_contain_text("first.txt5 bytes")
    await page.get_by_test_id("option-add").evaluate(PASTE, "second.txt")
    await expect(page.get_by_role("group", name="picture")).to_contain_text("second.txt5 bytes")
    await drop(page, "third.txt")
    await expect(page.get_by_role("alert")).to_have_text("/take has no room for this file.")
    await page.get_by_test_id("run-command").click()
    await expect(page.locator("[data-message-id]").last).to_contain_text("second.txt · 5 bytes · text/plain")


async def test_a_message_is_sent_with_files_and_its_menu_hands_them_to_commands(open_taker: OpenTab, screenshots):
    page = await open_taker()
    await page.get_by_test_id("attach").set_input_files([SHEET, PHOTO])
    await drop(page, "notes.txt")
    await expect(page.locator(".file-chip")).to_have_count(3)
    await page.get_by_role("button", name="Remove bee.svg").click()
    await page.fill("#composer", "What the course should ask")
    await picture(page, screenshots, "composed")
    await page.keyboard.press("Enter")
    said = page.locator("[data-message-id]").first
    await expect(said.get_by_role("link", name="Week_3.csv")).to_be_visible()
    await expect(page.locator(".file-chip")).to_have_count(0)
    await said.hover()
    await said.get_by_role("button", name="More for this message").click()
    for name in ("Take its files", "Count its letters"):
        await expect(page.get_by_role("menuitem", name=name)).to_be_visible()
    await page.get_by_role("menuitem", name="Take its files").click()
    told = page.locator("[data-message-id]").last
    await expect(told).to_contain_text("notes.txt · 5 bytes")
    await picture(page, screenshots, "message-files")


async def test_a_form_has_room_for_files(open_taker: OpenTab, screenshots):
    page = await open_taker(0, viewport={"width": 390, "height": 740})
    await start(page, "hand_in")
    await page.get_by_test_id("run-command").click()
    form = page.get_by_test_id("modal")
    await form.get_by_role("button", name="Submit").click()
    await expect(form).to_contain_text("Please choose a file.")
    await page.get_by_test_id("upload-work").set_input_files([SHEET])
    await expect(form).to_contain_text("24 bytes")
    await expect(form).not_to_contain_text("Please choose a file.")
    await picture(page, screenshots, "form-files")
    await form.get_by_role("button", name="Submit").click()
    await expect(page.locator("[data-message-id]").last).to_contain_text("Week_3.csv · 24 bytes")
