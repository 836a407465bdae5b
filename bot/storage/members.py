"""Names and avatars of members, as they were at their last interaction in a server (guild 0: direct messages)."""

from collections.abc import Iterable

from bot.model.members import Face
from bot.storage.lists import ids, listed
from bot.storage.locks import of_member
from bot.storage.store import Reads, Store, Transaction


async def remember(tx: Transaction, guild_id: int, member_id: int, face: Face, now_ms: int) -> None:
    """Keep the name that a member goes by in a server, and the avatar."""
    await tx.run(
        "INSERT INTO member (guild_id, member_id, name, avatar, seen_ms) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (guild_id, member_id) DO UPDATE SET name = excluded.name, avatar = excluded.avatar,"
        " seen_ms = excluded.seen_ms",
        (guild_id, member_id, face.name, face.avatar, now_ms),
    )


async def note(store: Store, guild_id: int, member_id: int, face: Face, now_ms: int) -> None:
    """The same, in a transaction of its own."""
    await store.write(lambda tx: remember(tx, guild_id, member_id, face, now_ms), of_member(member_id))


async def names(db: Reads, guild_id: int, member_ids: Iterable[int]) -> dict[int, str]:
    """The known names of these members in that server."""
    found = await db.rows(
        f"SELECT member_id, name FROM member WHERE guild_id = ? AND member_id IN {ids()}",
        (guild_id, listed(member_ids)),
    )
    return dict(found)


async def faces(db: Reads, guild_id: int, member_ids: Iterable[int]) -> dict[int, Face]:
    """The known names and avatars of these members in that server."""
    found = await db.rows(
        f"SELECT member_id, name, avatar FROM member WHERE guild_id = ? AND member_id IN {ids()}",
        (guild_id, listed(member_ids)),
    )
    return {member_id: Face(name, avatar) for member_id, name, avatar in found}


async def seen_since(db: Reads, guild_id: int, since_ms: int, most: int) -> list[int]:
    """The members who did something in a server since then, the latest first, at most so many."""
    rows = await db.rows(
        "SELECT member_id FROM member WHERE guild_id = ? AND seen_ms >= ? ORDER BY seen_ms DESC LIMIT ?",
        (guild_id, since_ms, most),
    )
    return [member_id for (member_id,) in rows]
