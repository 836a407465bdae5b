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


async def own_moments(db: Reads, member_id: int) -> list[int]:
    """When a member answered, in whatever course and wherever, to the quarter of an hour."""
    rows = await db.rows(
        "SELECT DISTINCT answered_ms / :quarter * :quarter FROM answer WHERE member_id = :member AND mode != 'daily'"
        " UNION SELECT stamp_ms / :quarter * :quarter FROM daily_answer WHERE member_id = :member",
        {"member": member_id, "quarter": QUARTER_MS},
    )
    return [at_ms for (at_ms,) in rows]


async def own_points(db: Reads, member_id: int, guild_id: int | None, since_ms: int = 0) -> int:
    """The study points that a member earned since then in a server, or (None) everywhere; the bonuses of games too."""
    here = "" if guild_id is None else " AND {}guild_id = :guild"
    [[points]] = await db.rows(
        "SELECT coalesce(sum(points), 0) FROM (SELECT points FROM answer WHERE member_id = :member AND void = 0"
        f" AND answered_ms >= :since{here.format('')} UNION ALL SELECT r.bonus FROM competition_player AS p"
        " JOIN competition AS c ON c.id = p.competition_id JOIN competition_result AS r"
        " ON r.competition_id = p.competition_id AND r.member_id = p.member_id"
        f" WHERE p.member_id = :member AND c.ended_ms >= :since{here.format('c.')}) AS earned",
        {"member": member_id, "since": since_ms} | ({} if guild_id is None else {"guild": guild_id}),
    )
    return int(points)
