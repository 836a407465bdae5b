"""Rebuilds the totals of the boards from what they count: every answer, and the bonuses of competitions."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.quiz.periods import SEASON_KEY
from bot.storage import servers
from bot.storage.answers import sections_of
from bot.storage.boards import IN_COMPETITIONS
from bot.storage.servers import Server
from bot.storage.store import Store, Transaction

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


@dataclass(frozen=True)
class Change:
    """A total that was wrong: (points, answers, right ones) before and after; None where there is none."""

    key: Key
    before: tuple[int, int, int] | None
    after: tuple[int, int, int] | None


async def repair_totals(store: Store) -> list[Change]:
    """Make every total the sum of what it counts, in one transaction; returns those that had been wrong.

    Answers of members who were deleted count for nobody. Weeks and months go by the time zone that a server has now.
    Seasons from before its present setting are left alone.
    """
    return await store.write(_repair)


async def _repair(tx: Transaction) -> list[Change]:
    chosen = {guild_id: await servers.load(tx, guild_id) for [guild_id] in await tx.rows("SELECT guild_id FROM server")}
    counted = await _counted(tx, chosen)
    stored = {
        (guild_id, period, section, member_id): (points, answers, correct)
        for guild_id, period, section, member_id, points, answers, correct in await tx.rows(
            "SELECT guild_id, period, section, member_id, points, answers, correct FROM total"
        )
        if not _is_an_earlier_season(period, chosen.get(guild_id, Server()))
    }
    await tx.run_many(
        "DELETE FROM total WHERE guild_id = ? AND period = ? AND section = ? AND member_id = ?",
        [key for key in stored if key not in counted],
    )
    await tx.run_many(
        "INSERT INTO total (guild_id, period, section, member_id, points, answers, correct, last_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET points = excluded.points,"
        " answers = excluded.answers, correct = excluded.correct, last_ms = excluded.last_ms",
        [(*key, *sums.shown, sums.last_ms) for key, sums in counted.items()],
    )
    return list(_changes(stored, {key: sums.shown for key, sums in counted.items()}))


async def _counted(tx: Transaction, chosen: dict[int, Server]) -> dict[Key, Sums]:
    counted: dict[Key, Sums] = {}

    def count(guild_id: int, sections: tuple[str, ...], member_id: int, sums: tuple[int, int, int], at_ms: int) -> None:
        for period in chosen.setdefault(guild_id, Server()).periods(at_ms):
            for section in sections:
                counted.setdefault((guild_id, period, section, member_id), Sums()).add(*sums, at_ms)

    for guild_id, member_id, pack_id, section_id, mode, points, correct, at_ms in await tx.rows(
        "SELECT guild_id, member_id, pack_id, section_id, mode, points, correct, answered_ms FROM answer"
        " WHERE guild_id IS NOT NULL AND member_id > 0 ORDER BY id"
    ):
        count(guild_id, sections_of(pack_id, section_id, mode), member_id, (points, 1, correct), at_ms)
    for guild_id, member_id, bonus, at_ms in await tx.rows(
        "SELECT c.guild_id, r.member_id, r.bonus, c.ended_ms FROM competition_result r"
        " JOIN competition c ON c.id = r.competition_id"
        " WHERE r.bonus > 0 AND c.ended_ms IS NOT NULL AND r.member_id > 0"
    ):
        count(guild_id, ("", IN_COMPETITIONS), member_id, (bonus, 0, 0), at_ms)
    return counted


def _is_an_earlier_season(period: str, server: Server) -> bool:
    if not period.startswith(SEASON_KEY):
        return False
    return server.season is None or int(period.removeprefix(SEASON_KEY)) < server.season.started_ms


def _changes(before: dict[Key, tuple[int, int, int]], after: dict[Key, tuple[int, int, int]]) -> Iterator[Change]:
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            yield Change(key, before.get(key), after.get(key))
