"""Privacy: what is stored of a member, as a list and as a file, and how all of it is deleted, traces in the file too."""

import asyncio
import json
import logging
from typing import NamedTuple

from bot.clock import DAY_MS, Clock, utc
from bot.errors import StudyhallError, UserError
from bot.facts import Code, fact
from bot.services.competition.games import Competitions
from bot.services.happenings import MemberDeleted, MemberLeavesGames
from bot.services.lifecycle import Lifecycle
from bot.services.member.settings import MemberSettings
from bot.services.sure_time import ALWAYS_SURE, TimeCheck
from bot.storage import competitions, privacy
from bot.storage.privacy import Announced
from bot.storage.sqlite import remembered
from bot.storage.store import Store, Transaction

HOUR_SECONDS = 3_600.0
FIRST_SECONDS = 60.0
"""How long after the start the first chores are looked at."""
AGAIN_SECONDS = 600.0
REBUILT_AT_ONCE_BYTES = 64 << 20
"""A larger file is rebuilt when no game is on: for that long all writes wait."""
MOST_BYTES = 9_000_000
"""What Discord takes as a file, with some room."""
TRIES = 5
NOTICE_MS = DAY_MS
"""How long before members are deleted for being away that is announced."""
PORTION = 50
"""How many of them are deleted in an hour; of very many, a 24th of those that are left."""

_log = logging.getLogger(__name__)


class Deleted(NamedTuple):
    """What a deletion did: how many rows had named the member, and how many games they were taken out of."""

    rows: int
    games: int


class Retention(NamedTuple):
    """That so many members, not seen for ``days`` days, are deleted from ``from_ms`` on."""

    members: int
    days: int
    from_ms: int


class Privacy:
    """What `/privacy` does, and the deletion of members who were not seen for ``retention_days`` (0: never)."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        games: Competitions,
        member_settings: MemberSettings,
        life: Lifecycle,
        *,
        retention_days: int = 0,
        first_seconds: float = FIRST_SECONDS,
        time: TimeCheck = ALWAYS_SURE,
    ) -> None:
        self._ours = life.ours
        self._happenings = life.happenings
        self._store = store
        self._clock = clock
        self._games = games
        self._member_settings = member_settings
        self._retention_days = retention_days
        self._first_seconds = first_seconds
        self._time = time
        self._background = life.background("privacy", finishes=True)
        self._doing = self._background.routine(self.chores, again_seconds=AGAIN_SECONDS, name="privacy-chores")
        self._file = asyncio.Lock()
        """Holdings while a member is deleted, and while the file is rebuilt: what comes between is in the next rebuild."""

    async def load(self) -> None:
        """Take up what a stop or a crash interrupted; to be called before anybody can ask for a deletion."""
        await self._remember()
        if not self._retention_days and await privacy.announced(self._store):
            await self._store.write(lambda tx: privacy.announce(tx, None))
        waiting = await privacy.chores(self._store)
        if self._retention_days or waiting.rebuild_since_ms is not None:
            self._doing.wake(self._first_seconds)

    async def counts(self, member_id: int) -> dict[str, int]:
        """How many rows name a member, by table."""
        return await privacy.counts(self._store, member_id)

    async def export(self, member_id: int) -> str:
        """Every row that names a member, as JSON. Raises UserError when it is more than Discord takes as a file."""
        tables = await privacy.everything(self._store, member_id)
        text = await asyncio.to_thread(
            json.dumps,
            {
                "of_member": str(member_id),
                "exported_at": utc(self._clock.now_ms()).isoformat(timespec="seconds"),
                "times": "names that end in _ms: milliseconds since 1970, UTC",
                "tables": tables,
            },
            indent=1,
            ensure_ascii=False,
        )
        if len(text.encode()) > MOST_BYTES:
            raise UserError(fact(Code.EXPORT_TOO_LARGE, member=member_id))
        return text

    async def delete(self, member_id: int) -> Deleted:
        """Delete a member: taken out of games that are on, then out of every table, then out of the file's free space.

        Raises UserError when they join games faster than they can be taken out.
        """
        deleted = await self._delete(member_id)
        await self._remember()
        if deleted.rows or deleted.games:
            await self._leave_no_traces()
        return deleted

    async def retain(self) -> int:
        """Look for members not seen for so long: announce it, and a day later delete them; returns how many went now.

        It is done in portions, so that a mistake can be stopped; a stop ends it after the member it is at, and the next
        start goes on. Nobody is deleted while the time is not sure.
        """
        if not self._retention_days or not self._ours().has(None) or not await self._time.is_sure():
            return 0
        now_ms, announced = self._clock.now_ms(), await privacy.announced(self._store)
        if announced and announced.at_ms <= now_ms:
            return await self._sweep(announced) if now_ms - announced.at_ms >= NOTICE_MS else 0
        if announced or not 0 <= now_ms - (await privacy.chores(self._store)).swept_ms < DAY_MS:
            await self._announce(now_ms)
        return 0

    async def announced(self) -> Retention | None:
        """Whom retention will delete, and from when on."""
        announced = await privacy.announced(self._store)
        if announced is None or not self._retention_days:
            return None
        members = await privacy.unseen_since(self._store, self._before_ms(announced))
        return Retention(len(members), self._retention_days, announced.at_ms + NOTICE_MS) if members else None

    def _before_ms(self, announced: Announced) -> int:
        """A setting that was raised since spares those who were announced; a lowered one needs an announcement."""
        return min(announced.before_ms, self._clock.now_ms() - self._retention_days * DAY_MS)

    async def _announce(self, now_ms: int) -> None:
        before_ms = now_ms - self._retention_days * DAY_MS
        unseen = len(await privacy.unseen_since(self._store, before_ms))
        what = Announced(now_ms, before_ms) if unseen else None

        async def job(tx: Transaction) -> None:
            await privacy.announce(tx, what)
            await privacy.swept(tx, now_ms)

        await self._store.write(job)
        if what:
            _log.warning(
                "%d member(s) not seen for %d days will be deleted from %s on. To keep them, set STUDYHALL_RETENTION_DAYS to "
                "0 and start again",
                unseen,
                self._retention_days,
                f"{utc(now_ms + NOTICE_MS):%Y-%m-%d %H:%M} UTC",
            )

    async def _sweep(self, announced: Announced) -> int:
        before_ms = self._before_ms(announced)
        unseen = await privacy.unseen_since(self._store, before_ms)
        deleted = 0
        for member_id in unseen[: max(PORTION, len(unseen) // 24)]:
            if self._background.closing:
                break
            if await privacy.is_unseen(self._store, member_id, before_ms):
                deleted += (await self._delete(member_id, before_ms)).rows > 0
        if deleted:
            await self._remember()
            await self._leave_no_traces()
            _log.info("%d member(s) not seen for %d days were deleted", deleted, self._retention_days)
        if not self._background.closing and not await privacy.unseen_since(self._store, before_ms):
            await self._announce(self._clock.now_ms())  # those who became due since
        return deleted

    async def _delete(self, member_id: int, unseen_since_ms: int | None = None) -> Deleted:
        async def job(tx: Transaction) -> int | None:
            if unseen_since_ms is not None and not await privacy.is_unseen(tx, member_id, unseen_since_ms):
                return 0
            return await privacy.delete(tx, member_id, self._clock.now_ms(), by_retention=unseen_since_ms is not None)

        games = 0
        for _ in range(TRIES):
            games += await self._games.forget(member_id)
            async with self._file:
                rows = await self._store.write(job)
            if rows is not None:
                if rows:
                    self._member_settings.forget(member_id)
                    await self._happenings.tell(MemberDeleted(member_id))
                return Deleted(rows, games)
            await asyncio.sleep(0)  # a click that was stored in between is on its way into the game
            await self._happenings.tell(MemberLeavesGames(member_id))
        raise UserError(fact(Code.DELETED_WHILE_PLAYING))

    async def _remember(self) -> None:
        """Have every deletion in the file beside the database too: one that is brought back does not know the later ones.

        Where a server keeps the database there is no such file; its operator writes one with `python -m bot deletions`.
        """
        if self._store.path is None or not (known := await privacy.deletions(self._store)):
            return
        file = remembered.deletions_file(self._store.path)
        try:
            await asyncio.to_thread(remembered.add_deletions, file, known)
        except OSError as problem:
            _log.error("%s could not be written (%s); it is tried again at the next deletion", file, problem.strerror)

    # Traces and chores

    async def _leave_no_traces(self) -> None:
        small = await self._store.bytes() <= REBUILT_AT_ONCE_BYTES
        if not await self._tidied(rebuild=small) or not small:
            self._doing.wake(AGAIN_SECONDS)

    async def _tidied(self, *, rebuild: bool) -> bool:
        try:
            async with self._file:
                if not await self._store.tidy(rebuild=rebuild):
                    return False
                if rebuild:
                    await self._store.write(privacy.rebuilt)
        except StudyhallError as refused:
            _log.warning("the file still holds traces of what was deleted: %s", refused)
            return False
        return True

    async def chores(self) -> float | None:
        """Do what is due: rebuild the file without what was deleted, and look for members not seen for long.

        Returns in how many seconds to look again.
        """
        await self.retain()
        now_ms, since_ms = self._clock.now_ms(), (await privacy.chores(self._store)).rebuild_since_ms
        is_quiet = not self._games.live and not await competitions.live_ids(self._store)
        if since_ms is not None and (is_quiet or now_ms - since_ms > DAY_MS):
            await self._tidied(rebuild=True)
        if (await privacy.chores(self._store)).rebuild_since_ms is not None:
            return AGAIN_SECONDS
        return HOUR_SECONDS if self._retention_days else None
