"""The questions whose answer is still a secret somewhere: of rounds that are open, and of the day."""

from bot.storage.competitions import IS_LIVE
from bot.storage.store import Reads

_ROUNDS = (
    "SELECT r.question_id FROM competition AS c JOIN competition_round AS r"
    f" ON r.competition_id = c.id AND r.round = c.round WHERE c.{IS_LIVE} AND c.phase IN ('asking', 'paused')"
    " AND c.pack_id = :pack"
)
_DAILIES = "SELECT d.question_id FROM daily AS d WHERE d.closed_ms IS NULL AND d.pack_id = :pack"
_KNOWN_IN = "IN (SELECT m.guild_id FROM member AS m WHERE m.member_id = :member)"


async def in_server(db: Reads, guild_id: int, pack_id: str) -> set[str]:
    """The questions of a course that are open in a server."""
    values = {"pack": pack_id, "guild": guild_id}
    rows = await db.rows(f"{_ROUNDS} AND c.guild_id = :guild UNION {_DAILIES} AND d.guild_id = :guild", values)
    return {question_id for (question_id,) in rows}


async def for_member(db: Reads, guild_id: int | None, member_id: int, pack_id: str) -> set[str]:
    """The questions of a course that are open in this server, or wherever else the member is known to take part."""
    values = {"pack": pack_id, "guild": guild_id, "member": member_id}
    rows = await db.rows(
        f"{_ROUNDS} AND (c.guild_id = :guild OR c.guild_id {_KNOWN_IN} OR EXISTS (SELECT 1 FROM competition_player"
        " AS p WHERE p.competition_id = c.id AND p.member_id = :member) OR EXISTS (SELECT 1 FROM competition_answer"
        f" AS a WHERE a.competition_id = c.id AND a.member_id = :member)) UNION {_DAILIES} AND (d.guild_id = :guild"
        f" OR d.guild_id {_KNOWN_IN} OR EXISTS (SELECT 1 FROM daily_answer AS a WHERE a.daily_id = d.id"
        " AND a.member_id = :member))",
        values,
    )
    return {question_id for (question_id,) in rows}


async def to_come(db: Reads, guild_id: int, pack_id: str) -> set[str]:
    """The questions of a server's games that are on which were not revealed yet, those of later rounds too."""
    rows = await db.rows(
        "SELECT r.question_id FROM competition AS c JOIN competition_round AS r ON r.competition_id = c.id"
        f" WHERE c.{IS_LIVE} AND c.guild_id = ? AND c.pack_id = ?"
        " AND (r.round > c.round OR r.round = c.round AND c.phase != 'revealing')",
        (guild_id, pack_id),
    )
    return {question_id for (question_id,) in rows}
