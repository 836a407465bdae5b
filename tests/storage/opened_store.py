"""A store that is closed whatever becomes of the test: an open one would keep the process from ending."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from bot.storage.store import Store


@contextlib.asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Store]:
    """Open the store at ``path`` for the length of a block."""
    store = await Store.open(path)
    try:
        yield store
    finally:
        await store.close()
