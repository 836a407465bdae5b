"""What the totals of the boards count: answers, and the bonuses of competitions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from bot.model.servers import Server
from bot.storage.answers import sections_of
from bot.storage.boards import IN_COMPETITIONS
from bot.storage.store import Transaction

QUARTER_MS = 900_000
Key = tuple[int, str, str, int]
"""Server, period, section, member."""


@dataclass
class Sums:
    """What is kept for a key."""

    points: int = 0
    answers: int = 0
    correct: int = 0
    first_ms: int | None = None
    earned_ms: int | None = None

    def add(self, points: int, answers: int, correct: int, at_ms: int) -> None:
        """Count one answer or bonus."""
        self.points += points
        self.answers += answers
        self.correct += correct
        self.first_ms = at_ms if self.first_ms is None else min(self.first_ms, at_ms)
        if points > 0:
            self.earned_ms = max(self.earned_ms or at_ms, at_ms)

    @property
    def shown(self) -> tuple[int, int, int]:
        """Points, answers, right ones."""
        return self.points, self.answers, self.correct

    @property
    def last_ms(self) -> int:
        """When the last points were earned, which orders equals; without any, the first answer."""
        return self.earned_ms or self.first_ms or 0


class Counted(NamedTuple):
    """An answer as totals count it."""

    pack_id: str
    section_id: str
    mode: str
    points: int
    correct: bool
    answered_ms: int


class Periods:
    """A server's periods, worked out once a quarter of an hour: no time zone cuts finer, and seasons are asked apart."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._known: dict[tuple[int, int | None], list[str]] = {}

    def at(self, moment_ms: int) -> list[str]:
        """Every period that an answer at this moment counts for."""
        season = self._server.season
        key = moment_ms // QUARTER_MS, season.start(moment_ms) if season else None
        if key not in self._known:
            self._known[key] = self._server.periods(moment_ms)
        return self._known[key]


def add_answer(sums: dict[Key, Sums], guild_id: int, member_id: int, one: Counted, periods: Periods) -> None:
    """Count an answer in every total that it belongs to."""
    for period in periods.at(one.answered_ms):
        for section in sections_of(one.pack_id, one.section_id, one.mode):
            own = sums.setdefault((guild_id, period, section, member_id), Sums())
            own.add(one.points, 1, one.correct, one.answered_ms)


def add_bonus(sums: dict[Key, Sums], guild_id: int, member_id: int, bonus: int, at_ms: int, periods: Periods) -> None:
    """Count the bonus of a competition that ended then."""
    for period in periods.at(at_ms):
        for section in ("", IN_COMPETITIONS):
            sums.setdefault((guild_id, period, section, member_id), Sums()).add(bonus, 0, 0, at_ms)


async def put(tx: Transaction, sums: Iterable[tuple[Key, Sums]]) -> None:
    """Store totals in place of what there was."""
    await tx.run_many(
        "INSERT INTO total (guild_id, period, section, member_id, points, answers, correct, last_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET points = excluded.points,"
        " answers = excluded.answers, correct = excluded.correct, last_ms = excluded.last_ms",
        [(*key, *one.shown, one.last_ms) for key, one in sums],
    )


async def drop(tx: Transaction, keys: Iterable[Key]) -> None:
    """Remove totals that count nothing any more."""
    await tx.run_many(
        "DELETE FROM total WHERE guild_id = ? AND period = ? AND section = ? AND member_id = ?", list(keys)
    )
