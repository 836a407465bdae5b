"""A headless Chromium for the page's tests."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from hosting import PATIENCE_SECONDS, Bot
from playwright.async_api import Browser, Page, async_playwright, expect
from tabs import FLAGS, OpenTab, chromium

from bot.playground.server import Playground

HOW_TO_GET_IT = "no Chromium here: install it (Debian: apt install chromium) to run the page's tests"
PATIENCE_MS = PATIENCE_SECONDS * 1000
expect.set_options(timeout=PATIENCE_MS)


def chromium_here() -> str:
    """The browser's path. Without one the test is skipped, or fails where STUDYHALL_TEST_BROWSER is set."""
    if path := chromium():
        return path
    if os.environ.get("STUDYHALL_TEST_BROWSER"):
        pytest.fail(HOW_TO_GET_IT)
    pytest.skip(HOW_TO_GET_IT)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A running browser."""
    path = chromium_here()
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        await running.close()


@asynccontextmanager
async def tabs_of(browser: Browser, playground: Playground) -> AsyncIterator[OpenTab]:
    """Opens the page as a member; at the end no tab may have logged an error or broken the page's policy."""
    complaints: list[str] = []

    async def tab(member: int = 0, **context: object) -> Page:
        options: dict = {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"} | context
        page = await (await browser.new_context(**options)).new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        member_id = list(playground.world.players)[member]
        await page.goto(f"{playground.address}?as={member_id}")
        await page.wait_for_selector("[data-testid=bot-status][data-online=true]", state="attached")
        return page

    yield tab
    assert complaints == []


@pytest.fixture
def tabs(browser: Browser, playground: Playground) -> Callable[[], AbstractAsyncContextManager[OpenTab]]:
    """Opens tabs of the playground, whatever bot a test has there."""
    return partial(tabs_of, browser, playground)


@pytest.fixture
async def open_tab(browser: Browser, bot: Bot) -> AsyncIterator[OpenTab]:
    """Tabs of a playground with the bot as it comes."""
    async with tabs_of(browser, bot.playground) as tab:
        yield tab


@pytest.fixture
async def open_quick(browser: Browser, playground: Playground, tmp_path: Path) -> AsyncIterator[OpenTab]:
    """Tabs of a playground whose bot makes short pauses between rounds."""
    running = Bot(playground, tmp_path / "data", STUDYHALL_PAUSE_FACTOR="0.3")
    await running.start()
    async with tabs_of(browser, playground) as tab:
        yield tab
    assert await running.stop() == 0, running.log()


@pytest.fixture
def screenshots() -> Path | None:
    """Where to keep pictures of what the tests saw (STUDYHALL_TEST_SCREENSHOTS), if anywhere."""
    folder = os.environ.get("STUDYHALL_TEST_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder) if folder else None
