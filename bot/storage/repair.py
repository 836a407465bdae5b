"""Rebuilds what managers' decisions make of answers, and the totals of the boards from what they count."""

from collections.abc import Iterator
from typing import NamedTuple

from bot.model.servers import Server
from bot.quiz.periods import SEASON_KEY
from bot.storage import regrading, servers, totals
from bot.storage.store import Store, Transaction
from bot.storage.totals import Counted, Key, Periods, Sums


class Change(NamedTuple):
    """A total that was wrong: (points, answers, right ones) before and after; None where there is none."""

    key: Key
    before: tuple[int, int, int] | None
    after: tuple[int, int, int] | None


async def repair_totals(store: Store) -> list[Change]:
    """Make every total the sum of what it counts, in one transaction; returns those that had been wrong.

    Before that, whatever a decision of managers touches (answers, cards, competitions, ratings) is graded as it says.

    Answers of members who were deleted count for nobody. Weeks and months go by the time zone that a server has now.
    Seasons from before its present setting are left alone.
    """
    return await store.write(rebuild)


async def rebuild(tx: Transaction, *, everything: bool = False) -> list[Change]:
    """The same within a transaction; with ``everything`` also what no decision touches: cards, competitions, ratings."""
    await regrading.rebuild(tx, everything=everything)
    chosen = {guild_id: await servers.load(tx, guild_id) for [guild_id] in await tx.rows("SELECT guild_id FROM server")}
    counted = await _counted(tx, chosen)
    stored = {
        (guild_id, period, section, member_id): (points, answers, correct)
        for guild_id, period, section, member_id, points, answers, correct in await tx.rows(
            "SELECT guild_id, period, section, member_id, points, answers, correct FROM total"
        )
        if not _is_an_earlier_season(period, chosen.get(guild_id, Server()))
    }
    await totals.drop(tx, [key for key in stored if key not in counted])
    await totals.put(tx, counted.items())
    return list(_changes(stored, {key: sums.shown for key, sums in counted.items()}))


async def _counted(tx: Transaction, chosen: dict[int, Server]) -> dict[Key, Sums]:
    counted: dict[Key, Sums] = {}
    periods: dict[int, Periods] = {}

    def periods_of(guild_id: int) -> Periods:
        if guild_id not in periods:
            periods[guild_id] = Periods(chosen.get(guild_id, Server()))
        return periods[guild_id]

    for guild_id, member_id, *row in await tx.rows(
        "SELECT guild_id, member_id, pack_id, section_id, mode, points, correct, answered_ms FROM answer"
        " WHERE guild_id IS NOT NULL AND member_id > 0 AND NOT void ORDER BY id"
    ):
        totals.add_answer(counted, guild_id, member_id, Counted(*row), periods_of(guild_id))
    for guild_id, member_id, bonus, at_ms in await tx.rows(
        "SELECT c.guild_id, r.member_id, r.bonus, c.ended_ms FROM competition_result r"
        " JOIN competition c ON c.id = r.competition_id"
        " WHERE r.bonus > 0 AND c.ended_ms IS NOT NULL AND r.member_id > 0"
    ):
        totals.add_bonus(counted, guild_id, member_id, bonus, at_ms, periods_of(guild_id))
    return counted


def _is_an_earlier_season(period: str, server: Server) -> bool:
    if not period.startswith(SEASON_KEY):
        return False
    return server.season is None or int(period.removeprefix(SEASON_KEY)) < server.season.started_ms


def _changes(before: dict[Key, tuple[int, int, int]], after: dict[Key, tuple[int, int, int]]) -> Iterator[Change]:
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            yield Change(key, before.get(key), after.get(key))
