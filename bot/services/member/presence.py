"""Who is still in a server: those that a board shows are looked for now and then, and who left is on no board.

Discord tells only those who may see all members when one leaves; everybody else has to ask, so it is asked seldom.
"""

import contextlib
import logging
from collections.abc import Collection
from typing import Protocol

from bot.clock import DAY_MS, Clock
from bot.errors import StudyhallError
from bot.services.lifecycle import Lifecycle
from bot.storage import memberships
from bot.storage.locks import of_member
from bot.storage.store import Store

CHECKED_FOR_MS = DAY_MS
"""Who was seen or looked for within this time is not looked for again."""
AT_ONCE = 5
"""How many are looked for when a board is shown."""

_log = logging.getLogger(__name__)


class Roll(Protocol):
    """A server's list of members in Discord."""

    async def is_member(self, guild_id: int, member_id: int) -> bool | None:
        """Whether they are in the server; None when Discord does not tell now."""
        ...


class Presence:
    """Looks for members in the background, a few at a time."""

    def __init__(self, store: Store, clock: Clock, life: Lifecycle) -> None:
        self._store = store
        self._clock = clock
        self._roll: Roll | None = None
        self._gone: set[tuple[int, int]] = set()
        self._background = life.background("presence")
        self._under_way: set[int] = set()

    def attach(self, roll: Roll) -> None:
        """Say who asks Discord."""
        self._roll = roll

    async def load(self) -> None:
        """Learn who left; to be called before anybody can do something."""
        self._gone = await memberships.gone(self._store)

    async def saw(self, guild_id: int | None, member_id: int) -> None:
        """The member does something in the server: who was gone is back."""
        if guild_id is None or (guild_id, member_id) not in self._gone:
            return
        now_ms = self._clock.now_ms()
        with contextlib.suppress(StudyhallError):
            await self._store.write(
                lambda tx: memberships.returned(tx, guild_id, member_id, now_ms), of_member(member_id)
            )
            self._gone.discard((guild_id, member_id))

    def shown(self, guild_id: int, member_ids: Collection[int]) -> None:
        """A board shows these members: some of those who were not seen for a day are looked for, and nobody waits for it."""
        if self._roll is None or not member_ids or guild_id in self._under_way:
            return
        self._under_way.add(guild_id)
        self._background.spawn(self._look(guild_id, set(member_ids), self._roll))

    async def _look(self, guild_id: int, member_ids: set[int], roll: Roll) -> None:
        try:
            since_ms = self._clock.now_ms() - CHECKED_FOR_MS
            for member_id in await memberships.unchecked(self._store, guild_id, member_ids, since_ms, AT_ONCE):
                asked_ms = self._clock.now_ms()
                is_there = await roll.is_member(guild_id, member_id)
                if is_there is not None:
                    await self._note(guild_id, member_id, asked_ms, is_there=is_there)
        except Exception as problem:
            _log.warning("who is still in server %d was not found out: %s", guild_id, problem)
        finally:
            self._under_way.discard(guild_id)

    async def _note(self, guild_id: int, member_id: int, asked_ms: int, *, is_there: bool) -> None:
        self._gone.add((guild_id, member_id))  # before the write: what they do meanwhile is noticed
        gone = False
        try:
            gone = await self._store.write(
                lambda tx: memberships.checked(tx, guild_id, member_id, asked_ms, is_there=is_there),
                of_member(member_id),
            )
        finally:
            if not gone:
                self._gone.discard((guild_id, member_id))
