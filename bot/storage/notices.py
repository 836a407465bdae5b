"""What a member is told with the next reply that only they see, once."""

from bot.storage.store import Reads, Transaction


async def add(tx: Transaction, member_id: int, words: str, now_ms: int) -> None:
    """Keep a word for a member; a second one of the same words adds nothing."""
    await tx.run(
        "INSERT INTO notice (member_id, words, at_ms) SELECT ?, ?, ?"
        " WHERE NOT EXISTS (SELECT 1 FROM notice WHERE member_id = ? AND words = ?)",
        (member_id, words, now_ms, member_id, words),
    )


async def of_member(db: Reads, member_id: int) -> dict[int, str]:
    """A member's notices by number, oldest first."""
    return dict(await db.rows("SELECT id, words FROM notice WHERE member_id = ? ORDER BY id", (member_id,)))


async def done(tx: Transaction, notice_ids: list[int]) -> None:
    """Forget notices that were told."""
    await tx.run_many("DELETE FROM notice WHERE id = ?", [(notice_id,) for notice_id in notice_ids])
