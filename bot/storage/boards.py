"""What a leaderboard shows, read from the totals and the ratings.

Members who hide or left stand on no board: neither in its lines nor in anybody's place.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from bot.model.boards import Entry, Rated, Total
from bot.quiz.board.ranking import ACCURACY_FROM, BoardKind
from bot.quiz.board.rating import Rating
from bot.quiz.board.totals import IN_COMPETITIONS
from bot.storage.lists import ids, listed
from bot.storage.sqlite.hints import BY_WHO_IS_GONE
from bot.storage.store import Reads, Row


class Ranked(NamedTuple):
    """Where a server's board has its entries from: a query for (member_id, value, since, and what is shown)."""

    guild_id: int
    sql: str
    values: Sequence[object]
    is_rating: bool = False

    def entry(self, row: Row) -> Entry:
        """An entry from its row."""
        member_id, value, _since, *shown = row
        return Entry(value, Rated(member_id, Rating(*shown)) if self.is_rating else Total(member_id, *shown))


_TOTALS = "FROM total WHERE guild_id = ? AND period = ? AND section = ?"
SHOWN = (
    "NOT EXISTS (SELECT 1 FROM member_setting s WHERE s.member_id = b.member_id AND s.hidden = 1)"
    " AND NOT EXISTS (SELECT 1 FROM membership g WHERE g.guild_id = ? AND g.member_id = b.member_id"
    " AND g.gone_ms IS NOT NULL)"
)
# Counting all and then the few who are not shown costs far less than asking of each whether they are.
_ABSENT = (
    "(SELECT count(*) FROM member_setting AS s CROSS JOIN ({0}) AS b"
    " WHERE b.member_id = s.member_id AND s.hidden = 1 AND {1})"
    f" + (SELECT count(*) FROM membership AS g {BY_WHO_IS_GONE} CROSS JOIN ({{0}}) AS b"
    " WHERE b.member_id = g.member_id AND g.guild_id = ? AND g.gone_ms IS NOT NULL AND {1} AND NOT EXISTS"
    " (SELECT 1 FROM member_setting s WHERE s.member_id = g.member_id AND s.hidden = 1))"
)


def ranked(kind: BoardKind, guild_id: int, period: str, section: str = "") -> Ranked:
    """A server's board of that kind, of one section (``pack/section``) or all; that of ratings knows no period."""
    if kind is BoardKind.RATING:
        sql = (
            "SELECT member_id, mu - 3 * sigma AS value, at_ms AS since, mu, sigma, games FROM rating WHERE guild_id = ?"
        )
        return Ranked(guild_id, sql, (guild_id,), is_rating=True)
    if kind is BoardKind.ACCURACY:
        share = "CAST(correct AS DOUBLE PRECISION) / answers"
        shown = f"SELECT member_id, {share} AS value, -answers AS since, points, answers, correct"
        return Ranked(guild_id, f"{shown} {_TOTALS} AND answers >= ?", (guild_id, period, section, ACCURACY_FROM))
    section = IN_COMPETITIONS if kind is BoardKind.COMPETITION else section
    shown = "SELECT member_id, points AS value, last_ms AS since, points, answers, correct"
    return Ranked(guild_id, f"{shown} {_TOTALS}", (guild_id, period, section))


async def page(db: Reads, board: Ranked, offset: int, count: int) -> list[Entry]:
    """``count`` entries from ``offset``, highest value first; who got there first stands first among equals.

    Among equal accuracies, who answered more.
    """
    rows = await db.rows(
        f"SELECT * FROM ({board.sql}) AS b WHERE {SHOWN} ORDER BY value DESC, since, member_id LIMIT ? OFFSET ?",
        (*board.values, board.guild_id, count, offset),
    )
    return [board.entry(row) for row in rows]


async def of_member(db: Reads, board: Ranked, member_id: int) -> Entry | None:
    """One member's entry, shown or not; None when they have none."""
    rows = await db.rows(f"SELECT * FROM ({board.sql}) AS b WHERE member_id = ?", (*board.values, member_id))
    return board.entry(rows[0]) if rows else None


async def place(db: Reads, board: Ranked, value: float) -> int:
    """The place that this value gives: one more than the members shown with a higher one."""
    [[ahead, absent]] = await db.rows(
        f"SELECT n, CASE WHEN n > 0 THEN {_ABSENT.format(board.sql, 'value > ?')} ELSE 0 END"
        f" FROM (SELECT count(*) AS n FROM ({board.sql}) AS b WHERE value > ?) AS ahead",
        (*board.values, value, *board.values, board.guild_id, value, *board.values, value),
    )
    return int(ahead) - int(absent) + 1


async def ahead(db: Reads, board: Ranked, value: float) -> Entry | None:
    """The shown member with the lowest value above this one; None when nobody has more."""
    rows = await db.rows(
        f"SELECT * FROM ({board.sql}) AS b WHERE value > ? AND {SHOWN} ORDER BY value LIMIT 1",
        (*board.values, value, board.guild_id),
    )
    return board.entry(rows[0]) if rows else None


async def size(db: Reads, board: Ranked) -> int:
    """How many members the board shows."""
    [[count, absent]] = await db.rows(
        f"SELECT (SELECT count(*) FROM ({board.sql}) AS b), {_ABSENT.format(board.sql, 'true')}",
        (*board.values, *board.values, *board.values, board.guild_id),
    )
    return int(count) - int(absent)


async def sharing(db: Reads, board: Ranked, value: float) -> int:
    """How many shown members have that value."""
    [[count]] = await db.rows(
        f"SELECT count(*) FROM ({board.sql}) AS b WHERE value = ? AND {SHOWN}", (*board.values, value, board.guild_id)
    )
    return int(count)


async def is_shared(db: Reads, board: Ranked, own: Entry) -> bool:
    """Whether another shown member has the same value."""
    rows = await db.rows(
        f"SELECT 1 FROM ({board.sql}) AS b WHERE value = ? AND member_id != ? AND {SHOWN} LIMIT 1",
        (*board.values, own.value, own.of.member_id, board.guild_id),
    )
    return bool(rows)


async def stored(db: Reads, guild_id: int, member_ids: Collection[int]) -> set[int]:
    """Of these members, those of whom the server still has totals: nobody who was deleted."""
    rows = await db.rows(
        f"SELECT j.id FROM {ids()} AS j WHERE EXISTS (SELECT 1 FROM total AS t WHERE t.guild_id = ?"
        " AND t.period = 'all' AND t.section = '' AND t.member_id = j.id)",
        (listed(member_ids), guild_id),
    )
    return {member_id for (member_id,) in rows}


async def absent(db: Reads, guild_id: int, member_ids: Collection[int]) -> set[int]:
    """Of these members, those that no board of the server shows: who hide or left."""
    rows = await db.rows(
        f"SELECT b.member_id FROM (SELECT id AS member_id FROM {ids()} AS j) AS b WHERE NOT ({SHOWN})",
        (listed(member_ids), guild_id),
    )
    return {member_id for (member_id,) in rows}


async def answers_given(db: Reads, guild_id: int, period: str, member_id: int, section: str = "") -> int:
    """How many answers a member gave in a period."""
    rows = await db.rows(f"SELECT answers {_TOTALS} AND member_id = ?", (guild_id, period, section, member_id))
    return int(rows[0][0]) if rows else 0
