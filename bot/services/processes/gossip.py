"""What happened in one process and is kept in the memory of others: told by the database, and looked up after a gap."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple

from bot.errors import StorageError, StudyhallError
from bot.services.happenings import Happenings, MemberChosen, MemberDeleted, MemberLeavesGames
from bot.services.lifecycle import Lifecycle

if TYPE_CHECKING:  # with asyncpg, which not everybody has
    from bot.storage.postgres.leases import LeaseTable

AGAIN_SECONDS = 5.0
LEAVES_SECONDS = 0.5
"""How long a deletion waits for another process to take the member out of a game."""

_log = logging.getLogger(__name__)


class Hearers(NamedTuple):
    """What is done when it was told: that leases or courses changed, that a member chose, leaves their games, is deleted."""

    leases: Callable[[], None]
    courses: Callable[[], Awaitable[object]]
    chosen: Callable[[int], Awaitable[object]]
    leaves_games: Callable[[int], Awaitable[object]]
    deleted: Callable[[int], None]
    gap: Callable[[], Awaitable[None]]


class Gossip:
    """Passes on what others need to know; a lost word is no harm, as everything is looked up again after a gap."""

    def __init__(self, table: "LeaseTable", life: Lifecycle, hearers: Hearers) -> None:
        self._table = table
        self._hearers = hearers
        self._background = life.background("gossip")
        self._catching_up = self._background.routine(self._catch_up, again_seconds=AGAIN_SECONDS, name="gossip-gap")
        self._introduce(life.happenings)

    def _introduce(self, happenings: Happenings) -> None:
        happenings.hear(MemberChosen, lambda one: self._tell(f"chosen {one.member_id}"))
        happenings.hear(MemberDeleted, lambda one: self._tell(f"deleted {one.member_id}"))
        happenings.hear(MemberLeavesGames, self._leaves_games)

    async def _leaves_games(self, one: MemberLeavesGames) -> None:
        await self._tell(f"leaves {one.member_id}")
        await asyncio.sleep(LEAVES_SECONDS)

    async def courses_changed(self) -> None:
        """Have every process reload its courses."""
        await self._tell("courses")

    async def _tell(self, what: str) -> None:
        try:
            await self._table.tell(what)
        except StorageError as refused:
            _log.info("others were not told (%s): %s", what, refused)

    def hear(self, what: str) -> None:
        """Somebody told something; we ourselves, perhaps."""
        word, _, about = what.partition(" ")
        if word == "leases":
            self._hearers.leases()
        elif word == "courses":
            self._background.spawn(self._reload_courses(), "gossip-courses")
        elif word == "chosen":
            self._background.spawn(self._hearers.chosen(int(about)), "gossip-chosen")
        elif word == "leaves":
            self._background.spawn(self._hearers.leaves_games(int(about)), "gossip-leaves")
        elif word == "deleted":
            self._hearers.deleted(int(about))

    def gap(self) -> None:
        """Something may not have been heard: look at everything."""
        self._catching_up.wake()
        self._hearers.leases()

    async def _catch_up(self) -> None:
        await self._hearers.gap()

    async def _reload_courses(self) -> None:
        try:
            await self._hearers.courses()
        except StudyhallError as refused:  # a broken pack is logged where it is found
            _log.info("the courses were not reloaded: %s", refused)
