"""Somebody who calls a workbench over HTTP."""

from pathlib import Path
from typing import Any

import aiohttp

from bot.workbench.server import Workbench


class Caller:
    """Whoever has the page's address."""

    def __init__(self, workbench: Workbench, session: aiohttp.ClientSession, folder: Path) -> None:
        self.workbench = workbench
        self.session = session
        self.folder = folder

    async def call(self, name: str, **asked: object) -> Any:
        async with self.session.post(f"{self.workbench.address}call/{name}", json=asked) as response:
            return await response.json()

    def events(self) -> Any:
        """What the page follows."""
        return self.session.get(f"{self.workbench.address}events")
