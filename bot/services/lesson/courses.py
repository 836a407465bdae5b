"""Reload the packs without a restart: read and checked elsewhere, then put in force at once, or not at all."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from bot.demos.registry import DEMOS
from bot.errors import PackError, UserError, WorkerError
from bot.facts import Code, Fact, fact, said
from bot.packs.files import stamps_of
from bot.packs.library import Library
from bot.packs.models import Pack
from bot.services.server.servers import Servers
from bot.wording import counted
from bot.workers import Limits, Workers

READ_SECONDS = 60.0
SETTLED_SECONDS = 0.5
SETTLING_LOOKS = 20
MOST_TOLD = 20
"""So many questions of a course that are left out are logged one by one."""
MEMORY_MIB = 2048

_log = logging.getLogger(__name__)


def packs_or_faults(packs_dir: Path) -> list[Pack] | str:
    """All packs, or what is wrong with them in words: what a worker process can send back."""
    from bot.packs.loading import load_packs  # with the YAML library a thirtieth of a start, and not needed to log in

    _wait_until_written(packs_dir)
    try:
        return load_packs(packs_dir, DEMOS)
    except PackError as problem:
        return str(problem)


def _wait_until_written(packs_dir: Path) -> None:
    """Wait while somebody seems to be writing the packs: until nothing was changed for `SETTLED_SECONDS`."""
    for _ in range(SETTLING_LOOKS):
        changed_ns = max((changed_ns for _, _, changed_ns in stamps_of(packs_dir).values()), default=0)
        age_seconds = time.time() - changed_ns / 1e9
        if not 0 <= age_seconds < SETTLED_SECONDS:
            return
        time.sleep(SETTLED_SECONDS - age_seconds)


class Amount(NamedTuple):
    """How much there is to learn."""

    courses: int
    questions: int
    left_out: int = 0
    """Questions that can't be shown or graded, and so are not asked."""

    def __str__(self) -> str:
        """As the log has it."""
        without = f" ({self.left_out:,} left out)" if self.left_out else ""
        return f"{counted(self.courses, 'course')} with {counted(self.questions, 'question')}{without}"


def _amount(packs: Sequence[Pack]) -> Amount:
    return Amount(len(packs), sum(len(pack.questions) for pack in packs), sum(len(pack.left_out) for pack in packs))


def _warn(packs: Sequence[Pack]) -> None:
    """Log which questions are not asked, and which courses have none."""
    for pack in packs:
        for one in pack.left_out[:MOST_TOLD]:
            _log.warning("%s", one)
        if (more := len(pack.left_out) - MOST_TOLD) > 0:
            _log.warning("and %d more questions of %s are left out; `python -m bot check` lists them", more, pack.id)
        if not pack.questions:
            _log.warning("the course %s has no questions: nothing of it can be asked", pack.id)


class WouldLose(UserError):
    """A reload that would take most of the questions away, and was not asked to."""


class Courses:
    """Reloads the packs; a broken one leaves what is in force as it is."""

    def __init__(self, library: Library, servers: Servers, workers: Workers, packs_dir: Path) -> None:
        self._library = library
        self._servers = servers
        self._workers = workers
        self._packs_dir = packs_dir
        self._one_at_a_time = asyncio.Lock()
        self._hash, self._hashed = "", tuple[Pack, ...]()
        self.changed: Callable[[str], Awaitable[None]] | None = None
        """Called when somebody has reloaded them here, with the hash from before: it is one act for all processes."""

    async def load(self) -> None:
        """Read every pack for the first time. Raises PackError naming the faults."""
        found = await asyncio.to_thread(packs_or_faults, self._packs_dir)
        if isinstance(found, str):
            raise PackError(said(found))
        self._library.replace(found)
        _warn(found)
        _log.info("loaded %s from %s", _amount(self._library.packs), self._packs_dir)

    @property
    def hash(self) -> str:
        """What tells whether another process has the same courses."""
        if self._hashed is not self._library.packs:
            whole = hashlib.blake2b(digest_size=16)
            for pack in sorted(self._library.packs, key=lambda one: one.id):
                whole.update(pack.model_dump_json().encode())
            self._hash, self._hashed = whole.hexdigest(), self._library.packs
        return self._hash

    async def reload(self, *, though_less: bool = False) -> Amount:
        """The same as `reload_here`, in every process."""
        before = self.hash if self.changed else ""
        amount = await self.reload_here(though_less=though_less)
        if self.changed:
            await self.changed(before)
        return amount

    async def reload_here(self, *, though_less: bool = False) -> Amount:
        """Read every pack again, in a process of its own; returns how much is in force now.

        Games and quizzes that are on keep their questions as they were. Raises UserError naming the faults, and WouldLose
        where more than half of the questions would be gone, unless that is wanted (``though_less``).
        """
        async with self._one_at_a_time:
            found = await self._read()
            if isinstance(found, Fact):
                _log.warning("the packs were not reloaded: %s", found)
                raise UserError(fact(Code.COURSES_STAY, why=found))
            before, lost = self._lost(found)
            if lost * 2 > before and not though_less:
                _log.warning(
                    "the packs were not reloaded: %d of %d questions would be gone. If that is meant, choose Reload "
                    "courses in /studyhall setup and say yes, or restart the bot",
                    lost,
                    before,
                )
                left = _amount(found)
                raise WouldLose(
                    fact(
                        Code.COURSES_WOULD_LOSE,
                        lost=lost,
                        before=before,
                        courses=left.courses,
                        questions=left.questions,
                    )
                )
            self._library.replace(found)
            await self._servers.load()
        _warn(found)
        amount = _amount(found)
        _log.info("reloaded %s from %s", amount, self._packs_dir)
        return amount

    def _lost(self, found: Sequence[Pack]) -> tuple[int, int]:
        """How many questions are in force, and how many of them are not among what was found."""
        before = {(pack.id, question.id) for pack in self._library.packs for question in pack.questions}
        after = {(pack.id, question.id) for pack in found for question in pack.questions}
        return len(before), len(before - after)

    async def _read(self) -> list[Pack] | Fact:
        worker = await self._workers.start("studyhall-packs", Limits(memory_mib=MEMORY_MIB, nice=5))
        try:
            found = await worker.call(packs_or_faults, self._packs_dir, wall_seconds=READ_SECONDS)
            return said(found) if isinstance(found, str) else found
        except WorkerError as problem:
            _log.warning("reading the packs failed: %s", problem)
            return fact(Code.COURSES_NOT_READ)
        finally:
            await worker.close()
