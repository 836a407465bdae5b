"""Who of a server's members is known to have left it, and when each was last looked for."""

from collections.abc import Collection

from bot.storage.lists import ids, listed
from bot.storage.store import Reads, Transaction


async def gone(db: Reads) -> set[tuple[int, int]]:
    """Everybody who left: pairs of server and member."""
    rows = await db.rows("SELECT guild_id, member_id FROM membership WHERE gone_ms IS NOT NULL")
    return {(guild_id, member_id) for guild_id, member_id in rows}


async def unchecked(db: Reads, guild_id: int, member_ids: Collection[int], since_ms: int, most: int) -> list[int]:
    """Of these members, those neither seen nor looked for since then, the longest unheard of first, at most so many."""
    rows = await db.rows(
        f"SELECT m.member_id FROM {ids()} AS j JOIN member AS m ON m.guild_id = ? AND m.member_id = j.id"
        " LEFT JOIN membership AS c ON c.guild_id = m.guild_id AND c.member_id = m.member_id"
        " WHERE c.gone_ms IS NULL AND m.seen_ms < ? AND coalesce(c.checked_ms, 0) < ?"
        " ORDER BY CASE WHEN c.checked_ms > m.seen_ms THEN c.checked_ms ELSE m.seen_ms END, m.member_id LIMIT ?",
        (listed(member_ids), guild_id, since_ms, since_ms, most),
    )
    return [member_id for (member_id,) in rows]


async def checked(tx: Transaction, guild_id: int, member_id: int, now_ms: int, *, is_there: bool) -> bool:
    """Note what Discord said of a member of whom anything is stored; says whether they are now known to be gone.

    Who did something here after they were asked about is not gone.
    """
    rows = await tx.rows(
        "INSERT INTO membership (guild_id, member_id, checked_ms, gone_ms) SELECT guild_id, member_id, :now,"
        " CASE WHEN :there OR seen_ms >= :now THEN NULL ELSE :now END FROM member"
        " WHERE guild_id = :guild AND member_id = :member"
        " ON CONFLICT (guild_id, member_id)"
        " DO UPDATE SET checked_ms = excluded.checked_ms, gone_ms = excluded.gone_ms RETURNING gone_ms",
        {"now": now_ms, "there": is_there, "guild": guild_id, "member": member_id},
    )
    return bool(rows) and rows[0][0] is not None


async def returned(tx: Transaction, guild_id: int, member_id: int, now_ms: int) -> None:
    """The member did something in the server: they are there."""
    await tx.run(
        "UPDATE membership SET gone_ms = NULL, checked_ms = ? WHERE guild_id = ? AND member_id = ?",
        (now_ms, guild_id, member_id),
    )
