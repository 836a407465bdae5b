"""Which pages a member has read, and which they read last."""

from bot.model.lessons import PagePlace
from bot.storage.store import Reads, Transaction


async def mark_read(tx: Transaction, member_id: int, pack_id: str, place: PagePlace, now_ms: int) -> None:
    """Note that the member opened this page now."""
    await tx.run(
        "INSERT INTO page_read (member_id, pack_id, section_id, page, read_ms) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (member_id, pack_id, section_id, page) DO UPDATE SET read_ms = excluded.read_ms",
        (member_id, pack_id, place.section_id, place.page, now_ms),
    )


async def pages_read(db: Reads, member_id: int, pack_id: str) -> set[PagePlace]:
    """Every page of the pack that the member has opened."""
    rows = await db.rows(
        "SELECT section_id, page FROM page_read WHERE member_id = ? AND pack_id = ?", (member_id, pack_id)
    )
    return {PagePlace(section_id, page) for section_id, page in rows}


async def last_read(db: Reads, member_id: int) -> tuple[str, PagePlace] | None:
    """The pack and page that the member opened last."""
    rows = await db.rows(
        "SELECT pack_id, section_id, page FROM page_read WHERE member_id = ? ORDER BY read_ms DESC LIMIT 1",
        (member_id,),
    )
    return (rows[0][0], PagePlace(rows[0][1], rows[0][2])) if rows else None
