"""Servers and roles on the playground's page."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect
from tabs import OpenTab
from test_page import picture, run

from bot.playground.server import Playground


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    """A playground with two servers, and the bot in both."""
    async with Playground(second_server=True) as running:
        yield running


@pytest.mark.parametrize("size", [{"width": 1280, "height": 800}, {"width": 390, "height": 740}])
async def test_one_goes_from_server_to_server_and_each_has_its_own_people_and_channels(
    open_tab: OpenTab, screenshots, size: dict
):
    page, narrow = await open_tab(0, viewport=size), size["width"] < 761
    people = page.locator("#right")

    async def go(server: str) -> None:
        if narrow:
            await page.get_by_role("button", name="Channels").click()
        await page.get_by_role("button", name=server).click()
        await picture(page, screenshots, f"server-{server.split()[0]}-{size['width']}")
        if narrow:
            await page.keyboard.press("Escape")

    await run(page, "leaderboard")
    await expect(page.get_by_role("heading", name="study-hall", exact=True)).to_be_visible()
    await go("Chess Club")
    await expect(page.get_by_role("heading", name="openings", exact=True)).to_be_visible()
    await expect(page.locator("[data-message-id]")).to_have_count(0)
    await expect(page.locator("#left .channel")).to_have_count(5)
    await expect(page.locator("#left")).to_contain_text("endgames")
    await expect(page.locator("#left")).not_to_contain_text("quiz-night")
    await expect(people.locator("section").first).to_contain_text("Magnus")
    await expect(people.locator(".others")).to_contain_text("Linus")
    board = await run(page, "leaderboard")
    await expect(board).to_contain_text("Leaderboard")
    await expect(page.locator("[data-message-id]")).to_have_count(1)
    await page.reload()
    await expect(page.get_by_role("heading", name="openings", exact=True)).to_be_visible()
    await go("The Study Hall")
    await expect(page.get_by_role("heading", name="study-hall", exact=True)).to_be_visible()
    await expect(people.locator("section").first).to_contain_text("Linus")


async def test_who_is_in_one_server_alone_sees_nothing_of_the_other(open_tab: OpenTab):
    magnus = await open_tab(3)
    await expect(magnus.get_by_role("heading", name="openings", exact=True)).to_be_visible()
    await expect(magnus.locator(".servers")).to_be_hidden()
    await expect(magnus.locator("#left")).not_to_contain_text("study-hall")
    ada = await open_tab(0)
    await ada.fill("#composer", "for the hall alone")
    await ada.keyboard.press("Enter")
    await expect(ada.locator("[data-message-id]")).to_have_count(1)
    await ada.get_by_role("button", name="Chess Club").click()
    await ada.fill("#composer", "for the club")
    await ada.keyboard.press("Enter")
    await expect(magnus.locator("[data-message-id]").last).to_contain_text("for the club")
    await expect(magnus.locator("[data-message-id]")).to_have_count(1)
    linus = await open_tab(2)
    await expect(linus.locator(".servers")).to_be_hidden()
    await expect(linus.locator("[data-message-id]")).to_contain_text("for the hall alone")


async def test_news_of_the_other_server_is_marked_and_a_word_of_the_owner_is_possible_in_each(open_tab: OpenTab):
    ada, grace = await open_tab(0), await open_tab(1)
    await grace.get_by_role("button", name="Chess Club").click()
    await grace.fill("#composer", "Anybody here?")
    await grace.keyboard.press("Enter")
    await expect(ada.get_by_role("button", name="Chess Club, new messages")).to_be_visible()
    await grace.click("#composer")
    await grace.keyboard.type("/studyhall setup ")
    await expect(grace.get_by_test_id("run-command")).to_be_visible()
    await grace.get_by_role("button", name="Leave this command").click()
    await grace.get_by_role("button", name="The Study Hall").click()
    await grace.click("#composer")
    await grace.keyboard.type("/")
    await expect(grace.get_by_role("option").filter(has_text="/quiz").first).to_be_visible()
    await expect(grace.get_by_role("option").filter(has_text="/studyhall")).to_have_count(0)


@pytest.mark.parametrize("size", [{"width": 1280, "height": 800}, {"width": 390, "height": 740}])
async def test_a_role_is_given_seen_by_all_and_taken_away(open_tab: OpenTab, screenshots, size: dict):
    ada, grace = await open_tab(0, viewport=size), await open_tab(1)
    if size["width"] < 761:
        await ada.get_by_role("button", name="Members and clock").click()
    await ada.get_by_role("button", name="Roles of Grace").click()
    await expect(ada.get_by_role("menuitem", name="everyone")).to_have_count(0)
    await picture(ada, screenshots, f"roles-{size['width']}")
    await ada.get_by_role("menuitem", name="Give Authors").click()
    for page in (ada, grace):
        await expect(page.locator("#right .member", has_text="Grace")).to_contain_text("Authors")
    await ada.get_by_role("button", name="Roles of Grace").click()
    await ada.get_by_role("menuitem", name="Give Managers").click()
    await expect(ada.locator("#right .member", has_text="Grace")).to_contain_text("Authors, Managers")
    await picture(ada, screenshots, f"roles-given-{size['width']}")
    await grace.click("#composer")
    await grace.keyboard.type("/studyhall setup ")
    await grace.get_by_test_id("run-command").click()
    await expect(grace.locator("[data-message-id]").last).to_contain_text("Who opens competitions")
    await ada.get_by_role("button", name="Roles of Grace").click()
    await ada.get_by_role("menuitem", name="Take Managers away").click()
    await expect(ada.locator("#right .member", has_text="Grace")).not_to_contain_text("Managers")
    await grace.click("#composer")
    await grace.keyboard.type("/")
    await expect(grace.get_by_role("option").filter(has_text="/quiz").first).to_be_visible()
    await expect(grace.get_by_role("option").filter(has_text="/studyhall")).to_have_count(0)
