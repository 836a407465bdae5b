"""Privacy: what is stored of a member, as a list and as a file, and how all of it is deleted, traces in the file too."""

import asyncio
import json
import logging
from collections.abc import Awaitable
from typing import NamedTuple

from bot.clock import DAY_MS, Clock, utc
from bot.errors import StudyhallError, UserError
from bot.services.competitions import Competitions
from bot.services.member_settings import MemberSettings
from bot.storage import deletions as remembered
from bot.storage import privacy
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

_log = logging.getLogger(__name__)


class Deleted(NamedTuple):
    """What a deletion did: how many rows had named the member, and how many games they were taken out of."""

    rows: int
    games: int


class Privacy:
    """What `/privacy` does, and the deletion of members who were not seen for ``retention_days`` (0: never)."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        games: Competitions,
        member_settings: MemberSettings,
        *,
        retention_days: int = 0,
        first_seconds: float = FIRST_SECONDS,
    ) -> None:
        self._store = store
        self._clock = clock
        self._games = games
        self._member_settings = member_settings
        self._retention_days = retention_days
        self._first_seconds = first_seconds
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._file = asyncio.Lock()
        """Held while a member is deleted, and while the file is rebuilt: what comes between is in the next rebuild."""
        self._closing = False

    async def load(self) -> None:
        """Take up what a stop or a crash interrupted; to be called before anybody can ask for a deletion."""
        await self._remember()
        waiting = await privacy.chores(self._store)
        if self._retention_days or waiting.rebuild_since_ms is not None:
            self._arm(self._first_seconds)

    async def close(self) -> None:
        """Stop the timer; what waits is done after the next start."""
        self._closing = True
        if self._timer:
            self._timer.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

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
            raise UserError(
                "Your data is more than Discord takes as one file. Ask whoever runs this bot to give it to you; your "
                f"member id is {member_id}."
            )
        return text

    async def delete(self, member_id: int) -> Deleted:
        """Delete a member: taken out of games that are on, then out of every table, then out of the file's free space.

        Raises UserError when they join games faster than they can be taken out.
        """
        deleted = await self._delete(member_id)
        if deleted.rows or deleted.games:
            await self._remember()
            await self._leave_no_traces()
        return deleted

    async def sweep(self) -> int:
        """Delete the members who were not seen for so long; returns how many. Who comes back meanwhile stays.

        A stop ends it after the member it is at; the others are looked for after the next start.
        """
        now_ms = self._clock.now_ms()
        before_ms = now_ms - self._retention_days * DAY_MS
        deleted = 0
        for member_id in await privacy.unseen_since(self._store, before_ms):
            if self._closing:
                break
            if await privacy.is_unseen(self._store, member_id, before_ms):
                deleted += (await self._delete(member_id, before_ms)).rows > 0
        else:
            await self._store.write(lambda tx: privacy.swept(tx, now_ms))
        if deleted:
            await self._remember()
            await self._leave_no_traces()
            _log.info("%d member(s) not seen for %d days were deleted", deleted, self._retention_days)
        return deleted

    async def _delete(self, member_id: int, unseen_since_ms: int | None = None) -> Deleted:
        async def job(tx: Transaction) -> int | None:
            if unseen_since_ms is not None and not await privacy.is_unseen(tx, member_id, unseen_since_ms):
                return 0
            return await privacy.delete(tx, member_id, self._clock.now_ms())

        games = 0
        for _ in range(TRIES):
            games += await self._games.forget(member_id)
            async with self._file:
                rows = await self._store.write(job)
            if rows is not None:
                if rows:
                    self._member_settings.forget(member_id)
                return Deleted(rows, games)
            await asyncio.sleep(0)  # a click that was stored in between is on its way into the game
        raise UserError(
            "You play in a game that is on, so nothing was deleted. Stop clicking there, and try again in a moment."
        )

    async def _remember(self) -> None:
        """Have every deletion in the file beside the database too: one that is brought back does not know the later ones."""
        known = await privacy.deletions(self._store)
        if not known:
            return
        file = remembered.deletions_file(self._store.path)
        try:
            await asyncio.to_thread(remembered.add_deletions, file, known)
        except OSError as problem:
            _log.error("%s could not be written (%s); it is tried again at the next deletion", file, problem.strerror)

    # Traces and chores

    async def _leave_no_traces(self) -> None:
        small = await privacy.file_bytes(self._store) <= REBUILT_AT_ONCE_BYTES
        if not await self._tidied(rebuild=small) or not small:
            self._arm(AGAIN_SECONDS)

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

    def _arm(self, seconds: float) -> None:
        if self._closing:
            return
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._spawn_chores)

    def _spawn_chores(self) -> None:
        self._timer = None
        task: asyncio.Task[None] = asyncio.create_task(_logged(self.chores()), name="privacy-chores")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def chores(self) -> None:
        """Do what is due: rebuild the file without what was deleted, and once a day look for members not seen."""
        try:
            await self._chores()
        finally:
            waiting = await privacy.chores(self._store)
            if waiting.rebuild_since_ms is not None:
                self._arm(AGAIN_SECONDS)
            elif self._retention_days:
                self._arm(HOUR_SECONDS)

    async def _chores(self) -> None:
        now_ms, waiting = self._clock.now_ms(), await privacy.chores(self._store)
        if self._retention_days and not 0 <= now_ms - waiting.swept_ms < DAY_MS:
            await self.sweep()
            waiting = await privacy.chores(self._store)
        since_ms = waiting.rebuild_since_ms
        if since_ms is not None and (not self._games.live or now_ms - since_ms > DAY_MS):
            await self._tidied(rebuild=True)


async def _logged(work: Awaitable[None]) -> None:
    try:
        await work
    except StudyhallError as problem:
        _log.warning("a chore waits: %s", problem)
    except Exception:
        _log.exception("a chore failed")
