"""What a leaderboard shows, read from the totals."""

from dataclasses import dataclass

from bot.storage.store import Reads


@dataclass(frozen=True)
class Total:
    """A member's totals in one server and period."""

    member_id: int
    points: int
    answers: int
    correct: int


async def page(db: Reads, guild_id: int, period: str, section: str, offset: int, count: int) -> list[Total]:
    """``count`` entries from ``offset``, most points first; who got there first stands first among equals."""
    rows = await db.rows(
        "SELECT member_id, points, answers, correct FROM total WHERE guild_id = ? AND period = ? AND section = ?"
        " ORDER BY points DESC, last_ms, member_id LIMIT ? OFFSET ?",
        (guild_id, period, section, count, offset),
    )
    return [Total(*row) for row in rows]


async def of_member(db: Reads, guild_id: int, period: str, section: str, member_id: int) -> Total | None:
    """One member's totals, or None without any answer."""
    rows = await db.rows(
        "SELECT member_id, points, answers, correct FROM total"
        " WHERE guild_id = ? AND period = ? AND section = ? AND member_id = ?",
        (guild_id, period, section, member_id),
    )
    return Total(*rows[0]) if rows else None


async def place(db: Reads, guild_id: int, period: str, section: str, points: int) -> int:
    """The place that this many points give: one more than the members with more."""
    [[ahead]] = await db.rows(
        "SELECT count(*) FROM total WHERE guild_id = ? AND period = ? AND section = ? AND points > ?",
        (guild_id, period, section, points),
    )
    return int(ahead) + 1


async def size(db: Reads, guild_id: int, period: str, section: str) -> int:
    """How many members the board has."""
    [[count]] = await db.rows(
        "SELECT count(*) FROM total WHERE guild_id = ? AND period = ? AND section = ?", (guild_id, period, section)
    )
    return int(count)
