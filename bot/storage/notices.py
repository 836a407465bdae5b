"""What a member is told with the next reply that only they see, once."""

from bot.facts import Fact, from_text, to_text
from bot.storage.store import Reads, Transaction


async def add(tx: Transaction, member_id: int, fact: Fact, now_ms: int) -> None:
    """Keep a word for a member; the same fact again adds nothing."""
    await tx.run(
        "INSERT INTO notice (member_id, fact, at_ms) SELECT ?, ?, ?"
        " WHERE NOT EXISTS (SELECT 1 FROM notice WHERE member_id = ? AND fact = ?)",
        (member_id, to_text(fact), now_ms, member_id, to_text(fact)),
    )


async def of_member(db: Reads, member_id: int) -> dict[int, Fact]:
    """A member's notices by number, oldest first."""
    rows = await db.rows("SELECT id, fact FROM notice WHERE member_id = ? ORDER BY id", (member_id,))
    return {number: fact for number, text in rows if (fact := from_text(text))}


async def done(tx: Transaction, notice_ids: list[int]) -> None:
    """Forget notices that were told."""
    await tx.run_many("DELETE FROM notice WHERE id = ?", [(notice_id,) for notice_id in notice_ids])
