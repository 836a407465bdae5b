"""Backups: written by themselves beside the running bot, kept by a rule, and brought back by a command."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from bot.clock import DAY_MS, Clock, utc
from bot.errors import StudyhallError
from bot.services.competition import offline
from bot.services.lifecycle import Lifecycle
from bot.services.sure_time import ALWAYS_SURE, TimeCheck
from bot.storage import privacy
from bot.storage.privacy import Reapplied
from bot.storage.sqlite import backup
from bot.storage.sqlite.backup import BackupWriter, Facts
from bot.storage.sqlite.lock import only_one
from bot.storage.sqlite.remembered import (
    Deletion,
    add_deletions,
    deletions_file,
    deletions_in,
    read_deletions,
    undo_deletions,
    unreadable_lines,
)
from bot.storage.store import Store

HOUR_SECONDS = 3_600.0
FIRST_SECONDS = 60.0
"""How long after the start the first backup is made when one is due."""
LEFTOVER_MS = DAY_MS
SLACK_MS = 60_000
"""By how much a clock may be put back as clocks are, while it runs."""
DELETIONS_SINCE_SCHEMA = 5

_log = logging.getLogger(__name__)


def kept(made: Iterable[datetime], days: int, weeks: int) -> set[datetime]:
    """Which backups stay: the newest of each of the last ``days`` days, and of the last ``weeks`` weeks, that have any.

    So a bot that was off for long does not lose the backups from before with its first new one.
    """
    newest_first = sorted(made, reverse=True)
    keys: tuple[tuple[int, Callable[[datetime], object]], ...] = (
        (days, lambda moment: moment.date()),
        (weeks, lambda moment: moment.isocalendar()[:2]),
    )
    stay: set[datetime] = set()
    for most, key in keys:
        newest_of: dict[object, datetime] = {}
        for moment in newest_first:
            newest_of.setdefault(key(moment), moment)
        stay |= set(list(newest_of.values())[:most])
    return stay


class Backups:
    """Makes a backup every so many hours (0: never); the time of the newest one says when the next is due."""

    def __init__(
        self,
        database: Path,
        clock: Clock,
        life: Lifecycle,
        *,
        every_hours: float,
        keep: tuple[int, int],
        first_seconds: float = FIRST_SECONDS,
        time: TimeCheck = ALWAYS_SURE,
    ) -> None:
        self._database = database
        self._clock = clock
        self._every_ms = round(every_hours * 3_600_000)
        self._keep = keep
        self._first_seconds = first_seconds
        self._time = time
        self._writer = BackupWriter()
        # A backup that is under way is given up at the end, and leaves nothing behind.
        self._background = life.background("backup", finishes=True, stopping=self._writer.stop)
        self._making = self._background.routine(self._make_when_due, again_seconds=HOUR_SECONDS)

    def start(self) -> None:
        """Set the timer; nothing is done at once, so that a start is not held up."""
        if self._every_ms:
            self._making.wake(self._first_seconds)

    async def due_in(self) -> float:
        """How many seconds there are until the next backup is due; 0 when it is.

        One that says it is from later, by a clock that was wrong then, is none to wait for.
        """
        found = await asyncio.to_thread(backup.backups_in, backup.backup_folder(self._database))
        ages_ms = [self._clock.now_ms() - round(one.made.timestamp() * 1000) for one in found]
        youngest_ms = min((age_ms for age_ms in ages_ms if age_ms > -SLACK_MS), default=self._every_ms)
        return max(0, self._every_ms - max(0, youngest_ms)) / 1000

    async def make(self) -> Facts:
        """Make a backup now and, if the time is sure, remove those that the rule does not keep. Raises StorageError."""
        now_ms = self._clock.now_ms()
        target = backup.backup_path(self._database, now_ms)
        facts = await asyncio.to_thread(self._writer.write, self._database, target)
        _log.info("backup %s: %s", target, facts)
        if await self._time.is_sure():
            await asyncio.to_thread(self._clear_up, self._clock.now_ms())
        return facts

    def _clear_up(self, now_ms: int) -> None:
        folder = backup.backup_folder(self._database)
        found = backup.backups_in(folder)
        # One from later was made by a wrong clock: it takes nobody's place, and nothing says how old it is.
        known = [one for one in found if one.made.timestamp() * 1000 <= now_ms + SLACK_MS]
        stay = kept((one.made for one in known), *self._keep)
        for one in known:
            if one.made not in stay:
                one.path.unlink(missing_ok=True)
        backup.remove_leftovers(folder, now_ms - LEFTOVER_MS)

    async def _make_when_due(self) -> float:
        try:
            if not self._time.heard:
                return self._first_seconds  # a backup's name is its time
            if not await self.due_in():
                await self.make()
            # Looked at every hour: the clock may be moved meanwhile.
            return min(HOUR_SECONDS, max(self._first_seconds, await self.due_in()))
        except StudyhallError as problem:
            if not self._background.closing:
                _log.error("%s; it is tried again in an hour", problem)
            return HOUR_SECONDS


class Restored(NamedTuple):
    """What a restore did: what the backup held, the migrations applied, how many members were deleted again and how many
    deletions by retention were undone, where the old database is.

    ``unreadable`` lines of the file of deletions say nothing any more: whoever stood there was not deleted again.
    """

    facts: Facts
    migrations: list[int]
    deleted: int
    brought_back: int
    kept: Path | None
    unreadable: int


async def restore(database: Path, file: Path, now_ms: int, *, keep_members: bool = False) -> Restored:
    """Put a backup in the place of the database, brought up to date and without those who were deleted since.

    With ``keep_members`` those stay whom retention deleted, and not they themselves.
    All of that happens on a copy; the database is exchanged last, and kept. Raises StorageError with what to do, and then
    nothing is changed.
    """
    with only_one(database.parent) as held:
        copy = backup.place_for_copy(database, file)
        facts = await asyncio.to_thread(backup.unpack, file, copy)
        try:
            try:
                applied, again = await _brought_up_to_date(copy, database, facts, now_ms, keep_members)
            except OSError as problem:
                raise backup.not_ready(copy, problem) from problem
            old = await asyncio.to_thread(backup.put_in_place, copy, database, now_ms)
            await asyncio.to_thread(undo_deletions, deletions_file(database), again.undone)
            held.closed()
        finally:
            await asyncio.to_thread(backup.remove, copy)
    brought_back = len({one.hash for one in again.undone})
    unreadable = await asyncio.to_thread(unreadable_lines, deletions_file(database))
    return Restored(facts, applied, again.deleted, brought_back, old, unreadable)


async def _brought_up_to_date(
    copy: Path, database: Path, facts: Facts, now_ms: int, keep_members: bool
) -> tuple[list[int], Reapplied]:
    """Apply to a copy what has changed since: the layout, and who was deleted; returns the migrations, and who."""
    applied = await asyncio.to_thread(backup.bring_up_to_date, copy)
    memory = deletions_file(database)
    await asyncio.to_thread(add_deletions, memory, await asyncio.to_thread(deletions_in, database))
    known = await asyncio.to_thread(read_deletions, memory)
    store = await Store.open(copy)
    try:
        adopt = facts.schema < DELETIONS_SINCE_SCHEMA
        again = await delete_again(store, known, now_ms, adopt_salt=adopt, keep_members=keep_members)
    finally:
        await store.close()
    return applied, again


async def delete_again(
    store: Store, known: Sequence[Deletion], now_ms: int, *, adopt_salt: bool = False, keep_members: bool = False
) -> Reapplied:
    """Delete whoever was deleted since, in a database that no bot runs on, and leave no traces of them.

    With ``adopt_salt`` it is from before deletions were remembered; with ``keep_members`` those stay whom only retention
    deleted.
    """
    again = await store.write(
        lambda tx: privacy.delete_again(
            tx,
            known,
            lambda tx, member_id: offline.take_out(tx, member_id, now_ms),
            adopt_salt=adopt_salt,
            keep_members=keep_members,
        )
    )
    await store.write(lambda tx: privacy.announce(tx, None))
    await store.tidy(rebuild=True)
    await store.write(privacy.rebuilt)
    return again


def made_at(file: Path) -> str:
    """When a backup was made, in words; by its name, else by its file's time."""
    found = [one.made for one in backup.backups_in(file.parent) if one.path.name == file.name]
    moment = found[0] if found else utc(round(file.stat().st_mtime * 1000))
    return f"{moment:%Y-%m-%d %H:%M} UTC"
