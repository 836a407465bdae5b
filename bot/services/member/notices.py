"""Notices: what a member is told with the next reply that only they see."""

from bot.facts import Fact
from bot.storage import notices
from bot.storage.store import Store


class Notices:
    """Hands out what waits for a member."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def waiting(self, member_id: int) -> dict[int, Fact]:
        """What the member was not told yet, by number."""
        return await notices.of_member(self._store, member_id)

    async def told(self, notice_ids: list[int]) -> None:
        """Forget what the member has been told."""
        await self._store.write(lambda tx: notices.done(tx, notice_ids))
