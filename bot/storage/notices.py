"""What a member is told with the next reply that only they see, once."""

from bot.storage.store import Reads, Transaction


async def add(tx: Transaction, member_id: int, words: str, now_ms: int) -> None:
    """Keep a word for a member; a second one of the same words adds nothing."""
    await tx.run(
        "INSERT INTO notice (member_id, words, at_ms) SELECT ?, ?, ?"
        " WHERE NOT EXISTS (SELECT 1 FROM notice WHERE member_id = ? AND words = ?)",
        (member_id, words, now_ms, member_id, words),
    )


async def waiting(db: Reads) -> set[int]:
    """The members for whom there is something."""
    return {member_id for (member_id,) in await db.rows("SELECT DISTINCT member_id FROM notice")}


async def take(tx: Transaction, member_id: int) -> list[str]:
    """A member's notices, oldest first; they are gone then."""
    rows = await tx.rows("DELETE FROM notice WHERE member_id = ? RETURNING id, words", (member_id,))
    return [words for _, words in sorted(rows)]
