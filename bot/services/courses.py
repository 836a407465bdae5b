"""The packs anew without a restart: read and checked elsewhere, then put in force at once, or not at all."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from bot.demos.registry import DEMOS
from bot.errors import PackError, UserError, WorkerError
from bot.packs.library import Library
from bot.packs.models import Pack
from bot.services.servers import Servers
from bot.workers import Limits, Workers

READ_SECONDS = 60.0
MEMORY_MIB = 2048

_log = logging.getLogger(__name__)


def packs_or_faults(packs_dir: Path) -> list[Pack] | str:
    """All packs, or what is wrong with them in words: what a worker process can send back."""
    from bot.packs.loading import load_packs  # with the YAML library a thirtieth of a start, and not needed to log in

    try:
        return load_packs(packs_dir, DEMOS)
    except PackError as problem:
        return problem.text


def _amount(packs: Sequence[Pack]) -> str:
    questions = sum(len(pack.questions) for pack in packs)
    return f"{len(packs)} course{'s' * (len(packs) != 1)} with {questions:,} question{'s' * (questions != 1)}"


class Courses:
    """Reloads the packs; a broken one leaves what is in force as it is."""

    def __init__(self, library: Library, servers: Servers, workers: Workers, packs_dir: Path) -> None:
        self._library = library
        self._servers = servers
        self._workers = workers
        self._packs_dir = packs_dir
        self._one_at_a_time = asyncio.Lock()

    async def load(self) -> None:
        """Read every pack for the first time. Raises PackError naming the faults."""
        found = await asyncio.to_thread(packs_or_faults, self._packs_dir)
        if isinstance(found, str):
            raise PackError(found)
        self._library.replace(found)
        _log.info("loaded %s from %s", _amount(self._library.packs), self._packs_dir)

    async def reload(self) -> str:
        """Read every pack anew, in a process of its own; returns what is in force now, in words.

        Games and quizzes that are on keep their questions as they were. Raises UserError naming the faults.
        """
        async with self._one_at_a_time:
            found = await self._read()
            if isinstance(found, str):
                _log.warning("the packs were not reloaded: %s", found)
                raise UserError(f"The courses stay as they were. {found}")
            self._library.replace(found)
            await self._servers.load()
        words = _amount(found)
        _log.info("reloaded %s from %s", words, self._packs_dir)
        return words

    async def _read(self) -> list[Pack] | str:
        worker = await self._workers.start("studyhall-packs", Limits(memory_mib=MEMORY_MIB, nice=5))
        try:
            return await worker.call(packs_or_faults, self._packs_dir, wall_seconds=READ_SECONDS)
        except WorkerError as problem:
            _log.warning("reading the packs failed: %s", problem)
            return "They could not be read in time. Whoever runs this bot should look at the log."
        finally:
            await worker.close()
