"""What a leaderboard shows, read from the totals and the ratings.

Members who hide stand on no board: neither in its lines nor in anybody's place.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.quiz.ranking import ACCURACY_FROM, BoardKind
from bot.quiz.rating import Rating
from bot.storage.store import Reads, Row

IN_COMPETITIONS = "in:competition"
"""The section under which totals count what was earned in competitions."""


@dataclass(frozen=True)
class Total:
    """A member's totals in one server and period."""

    member_id: int
    points: int
    answers: int
    correct: int


@dataclass(frozen=True)
class Rated:
    """A member's rating in one server."""

    member_id: int
    rating: Rating


@dataclass(frozen=True)
class Entry:
    """A member on a board; ``value`` is what the board orders by."""

    value: float
    of: Total | Rated


@dataclass(frozen=True)
class Ranked:
    """Where a board's entries come from: a query for (member_id, value, since, and what is shown)."""

    sql: str
    values: Sequence[object]
    is_rating: bool = False

    def entry(self, row: Row) -> Entry:
        """An entry from its row."""
        member_id, value, _since, *shown = row
        return Entry(value, Rated(member_id, Rating(*shown)) if self.is_rating else Total(member_id, *shown))


_TOTALS = "FROM total WHERE guild_id = ? AND period = ? AND section = ?"
_SHOWN = "NOT EXISTS (SELECT 1 FROM member_setting s WHERE s.member_id = b.member_id AND s.hidden = 1)"
# Counting all and then the few who hide costs far less than asking of each whether they hide.
_HIDDEN = "SELECT count(*) FROM member_setting AS s CROSS JOIN ({}) AS b ON b.member_id = s.member_id AND s.hidden = 1"


def ranked(kind: BoardKind, guild_id: int, period: str) -> Ranked:
    """A server's board of that kind; the board of ratings knows no period."""
    if kind is BoardKind.RATING:
        sql = (
            "SELECT member_id, mu - 3 * sigma AS value, at_ms AS since, mu, sigma, games FROM rating WHERE guild_id = ?"
        )
        return Ranked(sql, (guild_id,), is_rating=True)
    if kind is BoardKind.ACCURACY:
        shown = "SELECT member_id, correct * 1.0 / answers AS value, -answers AS since, points, answers, correct"
        return Ranked(f"{shown} {_TOTALS} AND answers >= ?", (guild_id, period, "", ACCURACY_FROM))
    section = IN_COMPETITIONS if kind is BoardKind.COMPETITION else ""
    shown = "SELECT member_id, points AS value, last_ms AS since, points, answers, correct"
    return Ranked(f"{shown} {_TOTALS}", (guild_id, period, section))


async def page(db: Reads, board: Ranked, offset: int, count: int) -> list[Entry]:
    """``count`` entries from ``offset``, highest value first; who got there first stands first among equals.

    Among equal accuracies, who answered more.
    """
    rows = await db.rows(
        f"SELECT * FROM ({board.sql}) AS b WHERE {_SHOWN} ORDER BY value DESC, since, member_id LIMIT ? OFFSET ?",
        (*board.values, count, offset),
    )
    return [board.entry(row) for row in rows]


async def of_member(db: Reads, board: Ranked, member_id: int) -> Entry | None:
    """One member's entry, hidden or not; None when they have none."""
    rows = await db.rows(f"SELECT * FROM ({board.sql}) AS b WHERE member_id = ?", (*board.values, member_id))
    return board.entry(rows[0]) if rows else None


async def place(db: Reads, board: Ranked, value: float) -> int:
    """The place that this value gives: one more than the members shown with a higher one."""
    [[ahead, hidden]] = await db.rows(
        f"SELECT (SELECT count(*) FROM ({board.sql}) AS b WHERE value > ?), ({_HIDDEN.format(board.sql)} WHERE value > ?)",
        (*board.values, value, *board.values, value),
    )
    return int(ahead) - int(hidden) + 1


async def size(db: Reads, board: Ranked) -> int:
    """How many members the board shows."""
    [[count, hidden]] = await db.rows(
        f"SELECT (SELECT count(*) FROM ({board.sql}) AS b), ({_HIDDEN.format(board.sql)})",
        (*board.values, *board.values),
    )
    return int(count) - int(hidden)


async def answers_given(db: Reads, guild_id: int, period: str, member_id: int) -> int:
    """How many answers a member gave in a period."""
    rows = await db.rows(f"SELECT answers {_TOTALS} AND member_id = ?", (guild_id, period, "", member_id))
    return int(rows[0][0]) if rows else 0
