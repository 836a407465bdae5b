"""The totals of the boards, and what they count, as they are kept."""

from collections.abc import Iterable

from bot.quiz.board.totals import Counted, Key, Sums
from bot.storage.store import Reads, Transaction

Shown = tuple[int, int, int]
"""Points, answers, right ones."""


async def put(tx: Transaction, sums: Iterable[tuple[Key, Sums]]) -> None:
    """Store totals in place of what there was."""
    await tx.run_many(
        "INSERT INTO total (guild_id, period, section, member_id, points, answers, correct, last_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (guild_id, period, section, member_id)"
        " DO UPDATE SET points = excluded.points, answers = excluded.answers, correct = excluded.correct,"
        " last_ms = excluded.last_ms",
        [(*key, *one.shown, one.last_ms) for key, one in sums],
    )


async def drop(tx: Transaction, keys: Iterable[Key]) -> None:
    """Remove totals that count nothing any more."""
    await tx.run_many(
        "DELETE FROM total WHERE guild_id = ? AND period = ? AND section = ? AND member_id = ?", list(keys)
    )


async def stored(db: Reads) -> dict[Key, Shown]:
    """Every total."""
    rows = await db.rows("SELECT guild_id, period, section, member_id, points, answers, correct FROM total")
    return {
        (guild_id, period, section, member_id): (points, answers, correct)
        for guild_id, period, section, member_id, points, answers, correct in rows
    }


async def counted_answers(db: Reads) -> list[tuple[int, int, Counted]]:
    """Every answer that counts in a server, with the server and the member; of who was deleted, none does."""
    rows = await db.rows(
        "SELECT guild_id, member_id, pack_id, section_id, mode, points, correct, answered_ms FROM answer"
        " WHERE guild_id IS NOT NULL AND member_id > 0 AND void = 0 ORDER BY id"
    )
    return [(guild_id, member_id, Counted(*row)) for guild_id, member_id, *row in rows]


async def bonuses(db: Reads) -> list[tuple[int, int, int, int]]:
    """Every bonus of a competition: the server, the member, the points, when it ended."""
    rows = await db.rows(
        "SELECT c.guild_id, r.member_id, r.bonus, c.ended_ms FROM competition_result r"
        " JOIN competition c ON c.id = r.competition_id"
        " WHERE r.bonus > 0 AND c.ended_ms IS NOT NULL AND r.member_id > 0"
    )
    return [(guild_id, member_id, bonus, at_ms) for guild_id, member_id, bonus, at_ms in rows]
