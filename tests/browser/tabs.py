"""What opens a tab of the playground's page, and the browser for it; Debian's own, nothing is downloaded."""

import shutil
from collections.abc import Awaitable, Callable

from playwright.async_api import Page

OpenTab = Callable[..., Awaitable[Page]]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """The browser's path, where there is one."""
    return next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
