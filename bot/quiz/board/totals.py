"""What the totals of the boards count: answers, and the bonuses of competitions."""

from dataclasses import dataclass
from datetime import tzinfo
from typing import NamedTuple

from bot.quiz.calendar.periods import Season, period_keys

QUARTER_MS = 900_000
COMPETITION = "competition"
"""The mode of answers that were given in competitions."""
IN_COMPETITIONS = "in:competition"
"""The section under which totals count what was earned in competitions."""
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

    def __init__(self, zone: tzinfo, season: Season | None) -> None:
        self._zone = zone
        self._season = season
        self._known: dict[tuple[int, int | None], list[str]] = {}

    def at(self, moment_ms: int) -> list[str]:
        """Every period that an answer at this moment counts for."""
        key = moment_ms // QUARTER_MS, self._season.start(moment_ms) if self._season else None
        if key not in self._known:
            self._known[key] = period_keys(moment_ms, self._zone, self._season)
        return self._known[key]


def sections_of(pack_id: str, section_id: str, mode: str) -> tuple[str, ...]:
    """The sections of the totals that an answer counts for: all of them, its own, and what was earned in competitions."""
    own = ("", f"{pack_id}/{section_id}")
    return (*own, IN_COMPETITIONS) if mode == COMPETITION else own


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
