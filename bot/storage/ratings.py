"""Ratings of a server's members, from the results of its competitions."""

from collections.abc import Iterable, Mapping

from bot.quiz.board.rating import Rating
from bot.storage.lists import ids, listed
from bot.storage.store import Reads, Transaction


async def load(db: Reads, guild_id: int, member_ids: Iterable[int]) -> dict[int, Rating]:
    """The ratings of those who have one."""
    rows = await db.rows(
        f"SELECT member_id, mu, sigma, games FROM rating WHERE guild_id = ? AND member_id IN {ids()}",
        (guild_id, listed(member_ids)),
    )
    return {member_id: Rating(mu, sigma, games) for member_id, mu, sigma, games in rows}


async def save(tx: Transaction, guild_id: int, ratings: Mapping[int, Rating], now_ms: int) -> None:
    """Store ratings as they are after a game."""
    await tx.run_many(
        "INSERT INTO rating (guild_id, member_id, mu, sigma, games, at_ms) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (guild_id, member_id) DO UPDATE SET mu = excluded.mu, sigma = excluded.sigma,"
        " games = excluded.games, at_ms = excluded.at_ms",
        [(guild_id, member_id, one.mu, one.sigma, one.games, now_ms) for member_id, one in ratings.items()],
    )


async def save_before(tx: Transaction, competition_id: int, ratings: Mapping[int, Rating]) -> None:
    """Store with which ratings the players of a competition came into it."""
    await tx.run_many(
        "INSERT INTO rating_before (competition_id, member_id, mu, sigma, games) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (competition_id, member_id) DO UPDATE SET mu = excluded.mu, sigma = excluded.sigma,"
        " games = excluded.games",
        [(competition_id, member_id, one.mu, one.sigma, one.games) for member_id, one in ratings.items()],
    )
