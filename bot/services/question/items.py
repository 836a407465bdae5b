"""How good the questions are, by everybody's first answers: reports for authors, levels for learners. Nobody is named."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.clock import Clock
from bot.errors import StorageError
from bot.packs.library import Library
from bot.packs.models import Pack
from bot.quiz.practice.difficulty import ability_of, expected_share
from bot.quiz.question.items import ItemReport, item_reports
from bot.quiz.question.statistics import SHOWN_FROM, Tally, difficulties
from bot.services.lifecycle import Lifecycle
from bot.storage.question import statistics
from bot.storage.store import Reads

FRESH_MS = 600_000
"""For so long what was counted is good enough."""

_log = logging.getLogger(__name__)


class Bank(NamedTuple):
    """The statistics of every question in force, the worst first; reliability (KR-20) by course, None where not known.

    ``attempts`` are all first attempts, those at older versions of a question too; ``levels`` tells how hard each
    question is, in logits, by course and question.
    """

    reports: Sequence[ItemReport]
    reliability: Mapping[str, float | None]
    attempts: int
    counted_ms: int
    levels: Mapping[tuple[str, str], float]

    @property
    def missing(self) -> int:
        """How many first attempts it takes until there is anything to tell."""
        return max(0, SHOWN_FROM - self.attempts)

    @property
    def flagged(self) -> int:
        """How many questions have a flag."""
        return sum(bool(one.flags) for one in self.reports)


class Items:
    """What `/studyhall items` and ``python -m bot items`` show, and how hard each question is for a learner."""

    def __init__(self, library: Library, db: Reads, clock: Clock, life: Lifecycle) -> None:
        self._library = library
        self._db = db
        self._clock = clock
        self._background = life.background("count-items")
        self._bank: Bank | None = None
        self._packs: Sequence[Pack] = ()
        self._counting: asyncio.Task[Bank] | None = None

    async def bank(self, guild_id: int | None = None) -> Bank:
        """The statistics as a server sees them, at most ten minutes old: of every pack, and of its own courses.

        Raises StorageError when the database does not answer.
        """
        counted = self._bank if self._bank and self._fresh(self._bank) else await asyncio.shield(self._count())
        return _seen_in(counted, {pack.id for pack in (*self._packs, *self._library.own(guild_id))})

    async def expected(self, member_id: int, pack_id: str) -> Mapping[str, float] | None:
        """The share of right answers to expect of a member, by question; None while too little was answered for that.

        It never waits for the counting: when what it knows is old, that begins in the background.
        """
        bank = self._bank
        if not (bank and self._fresh(bank)):
            self._count()
        if bank is None or bank.missing:
            return None
        levels = {question_id: level for (pack, question_id), level in bank.levels.items() if pack == pack_id}
        ability = ability_of(await statistics.first_attempts_of(self._db, member_id, pack_id), levels)
        return {question_id: expected_share(ability, level) for question_id, level in levels.items()}

    def _fresh(self, bank: Bank) -> bool:
        return self._packs is self._library.packs and 0 <= self._clock.now_ms() - bank.counted_ms < FRESH_MS

    def _count(self) -> "asyncio.Task[Bank]":
        """One counting at a time, for all who ask meanwhile."""
        if self._counting is None or self._counting.done():
            self._counting = self._background.start(self._counted())
            self._counting.add_done_callback(_note_failure)
        return self._counting

    async def _counted(self) -> Bank:
        on_disk, now_ms = self._library.packs, self._clock.now_ms()
        packs = [*on_disk, *self._library.own_packs]
        tally = Tally({(pack.id, one.id): one.difficulty for pack in packs for one in pack.questions})
        async for batch in statistics.first_attempts(self._db):  # a batch is counted in a few milliseconds
            for one in batch:
                tally.add(one.pack_id, one.attempts)
        self._bank = await asyncio.to_thread(_bank, packs, tally, now_ms)
        self._packs = on_disk
        return self._bank


def _seen_in(bank: Bank, pack_ids: set[str]) -> Bank:
    """The same without the courses of other servers."""
    if pack_ids >= bank.reliability.keys():
        return bank
    return bank._replace(
        reports=[one for one in bank.reports if one.figures.pack_id in pack_ids],
        reliability={pack_id: one for pack_id, one in bank.reliability.items() if pack_id in pack_ids},
    )


def _bank(packs: Sequence[Pack], tally: Tally, now_ms: int) -> Bank:
    figures = [tally.figures(pack.id, question) for pack in packs for question in pack.questions]
    reliability = {pack.id: tally.reliability(pack.id) for pack in packs}
    return Bank(item_reports(figures), reliability, tally.attempts, now_ms, difficulties(figures))


def _note_failure(counting: "asyncio.Task[Bank]") -> None:
    if counting.cancelled() or (problem := counting.exception()) is None:
        return
    if isinstance(problem, StorageError):
        _log.warning("the questions' statistics wait: %s", problem)
    else:
        _log.error("the questions' statistics could not be counted", exc_info=problem)
