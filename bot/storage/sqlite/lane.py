"""The one lane in which SQLite writes: what queues up behind each other is committed as one group."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from bot.errors import StudyhallError
from bot.model.shards import Fence
from bot.storage.engine import MAX_BATCH, Item, Job, T, Work
from bot.storage.locks import Lock
from bot.storage.sqlite.database import Sqlite
from bot.telemetry import Durations


class _Changes:
    """A job's transaction: it is alone anyway."""

    def __init__(self, database: Sqlite) -> None:
        self.rows = database.rows
        self.run = database.run
        self.run_many = database.run_many

    async def lock(self, locks: Iterable[Lock]) -> None:
        pass


class _Together:
    """A job that does the work for all the items that queued up for it."""

    def __init__(self, work: Work[Any, Any]) -> None:
        self.work = work
        self.items: list[Any] = []

    async def __call__(self, tx: Any) -> list[Any]:
        return await self.work(tx, self.items)


class Lane:
    """SQLite as an engine.

    Writes queue up and are committed in groups by a task that lives only while there is work: a commit then costs one
    flush for all that waited, and what was acknowledged survives a power cut.
    """

    def __init__(self, database: Sqlite) -> None:
        self.path: Path | None = database.path
        self.commits = Durations()
        self.committed: Callable[[], None] = lambda: None
        self.read = database.read
        self.columns = database.columns
        self.bytes = database.bytes
        self._database = database
        self._waiting: list[tuple[Job[Any], asyncio.Future[Any]]] = []
        self._under_way = 0
        self._tidying: list[tuple[bool, asyncio.Future[bool]]] = []
        self._drain: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """How many writes are not stored yet."""
        return len(self._waiting) + self._under_way

    async def close(self) -> None:
        """Finish what is queued, then close both connections."""
        if self._drain:
            await self._drain
        await self._database.close()

    async def write(self, job: Job[T], locks: Iterable[Lock | Fence] = ()) -> T:
        """Run a job in its turn; one that raises leaves nothing behind and does not touch the others of its group."""
        return await self._queue(job)

    async def write_together(self, work: Work[Item, T], item: Item, locks: Iterable[Lock | Fence] = ()) -> T:
        """What queues up behind each other is one call of ``work``."""
        last, done = self._waiting[-1] if self._waiting else (None, None)
        if isinstance(last, _Together) and done and last.work is work and len(last.items) < MAX_BATCH:
            together = last
        else:
            together = _Together(work)
            done = self._queue(together)
        together.items.append(item)
        place = len(together.items) - 1
        results: Sequence[T] = await asyncio.shield(done)  # one waiter's end must not be that of the others
        return results[place]

    async def told_backup(self) -> int | None:
        """The bot copies it itself."""
        return None

    async def tidy(self, *, rebuild: bool) -> bool:
        """Empty the journal into the file and, to ``rebuild``, rewrite it, between two groups of writes."""
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._tidying.append((rebuild, done))
        self._begin()
        return await done

    def _queue(self, job: Job[T]) -> asyncio.Future[T]:
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, done))
        self._begin()
        return done

    def _begin(self) -> None:
        if self._drain is None:
            self._drain = asyncio.create_task(self._commit_what_waits(), name="store-drain")

    async def _tidy(self) -> None:
        asked, self._tidying = self._tidying, []
        try:
            emptied = await self._database.tidy(rebuild=any(rebuild for rebuild, _ in asked))
        except StudyhallError as refused:
            for _, done in asked:
                if not done.done():
                    done.set_exception(refused)
            return
        self.committed()
        for _, done in asked:
            if not done.done():
                done.set_result(emptied)

    async def _commit_what_waits(self) -> None:
        try:
            while self._waiting or self._tidying:
                if self._tidying:
                    await self._tidy()
                batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
                self._under_way = len(batch)
                try:
                    await self._commit(batch)
                except Exception as problem:
                    error = self._database.error(problem)
                    try:
                        await self._database.undo()
                    finally:  # whatever becomes of it, nobody waits for ever
                        for _job, done in batch:
                            if not done.done():
                                done.set_exception(error)
                self._under_way = 0
        finally:
            self._drain = None

    async def _commit(self, batch: list[tuple[Job[Any], asyncio.Future[Any]]]) -> None:
        began = time.perf_counter()
        await self._database.begin()
        results: list[tuple[asyncio.Future[Any], Any]] = []
        for job, done in batch:
            await self._database.mark()
            try:
                results.append((done, await job(_Changes(self._database))))
            except Exception as problem:
                if self._database.is_at_fault(problem):
                    raise
                await self._database.take_back()
                if not done.done():
                    done.set_exception(problem)
            else:
                await self._database.keep()
        await self._database.commit()
        self.commits.add(time.perf_counter() - began)
        self.committed()
        for done, result in results:
            if not done.done():
                done.set_result(result)
