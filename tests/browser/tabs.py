"""What opens a tab of the playground's page."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Page

OpenTab = Callable[..., Awaitable[Page]]
