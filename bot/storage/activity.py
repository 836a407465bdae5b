"""What a server's members did lately, as boards of streaks and of improvement count it."""

from collections.abc import Sequence

from bot.quiz.board.improvement import Tries
from bot.storage.lists import ids, listed
from bot.storage.store import Reads

QUARTER_MS = 900_000
"""Within a quarter of an hour no time zone begins another day."""


async def first_answers(
    db: Reads, guild_id: int, member_ids: Sequence[int], before_ms: int, now_ms: int
) -> dict[int, tuple[Tries, Tries]]:
    """These members' first answers to questions in a server: from ``before_ms`` until ``now_ms``, and since then.

    A question that a member had answered anywhere is no first answer any more.
    """
    rows = await db.rows(  # `+`: by the member's answers, not by all of the server's
        "SELECT a.member_id, count(*) FILTER (WHERE a.answered_ms < :now),"
        " count(*) FILTER (WHERE a.correct = 1 AND a.answered_ms < :now),"
        " count(*) FILTER (WHERE a.answered_ms >= :now),"
        " count(*) FILTER (WHERE a.correct = 1 AND a.answered_ms >= :now)"
        f" FROM {ids(':members')} AS j CROSS JOIN answer AS a WHERE a.member_id = j.id"
        " AND a.answered_ms >= :before AND +a.guild_id = :guild AND a.void = 0 AND NOT EXISTS (SELECT 1 FROM answer AS e"
        " WHERE e.member_id = a.member_id AND e.pack_id = a.pack_id AND e.question_id = a.question_id"
        " AND e.answered_ms < a.answered_ms) GROUP BY a.member_id",
        {"members": listed(member_ids), "guild": guild_id, "before": before_ms, "now": now_ms},
    )
    return {member_id: (Tries(b_right, b), Tries(n_right, n)) for member_id, b, b_right, n, n_right in rows}


async def moments(db: Reads, guild_id: int, member_ids: Sequence[int]) -> dict[int, list[int]]:
    """When these members answered in a server, to the quarter of an hour.

    The question of the day was answered when it was clicked, not when it closed.
    """
    found: dict[int, list[int]] = {}
    for member_id, at_ms in await db.rows(  # `+`: as above
        f"SELECT DISTINCT a.member_id, a.answered_ms / :quarter * :quarter FROM {ids(':members')} AS j"
        " CROSS JOIN answer AS a WHERE a.member_id = j.id AND +a.guild_id = :guild AND a.mode != 'daily'"
        f" UNION SELECT a.member_id, a.stamp_ms / :quarter * :quarter FROM {ids(':members')} AS j"
        " CROSS JOIN daily_answer AS a CROSS JOIN daily AS d"
        " WHERE a.member_id = j.id AND d.id = a.daily_id AND d.guild_id = :guild",
        {"members": listed(member_ids), "guild": guild_id, "quarter": QUARTER_MS},
    ):
        found.setdefault(member_id, []).append(at_ms)
    return found
