"""What members chose for themselves, in every server: extra time, and whether boards show them."""

from dataclasses import dataclass

from bot.storage.store import Reads, Transaction


@dataclass(frozen=True)
class Chosen:
    """A member's choices. ``time_factor`` is 1, 1.5 or 2."""

    time_factor: float = 1.0
    hidden: bool = False


async def load(db: Reads, member_id: int) -> Chosen:
    """A member's choices; the defaults where nothing was chosen yet."""
    rows = await db.rows("SELECT time_factor, hidden FROM member_setting WHERE member_id = ?", (member_id,))
    return Chosen(rows[0][0], bool(rows[0][1])) if rows else Chosen()


async def save(tx: Transaction, member_id: int, chosen: Chosen) -> None:
    """Store a member's choices."""
    await tx.run(
        "INSERT INTO member_setting (member_id, time_factor, hidden) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET"
        " time_factor = excluded.time_factor, hidden = excluded.hidden",
        (member_id, chosen.time_factor, chosen.hidden),
    )


async def time_factors(db: Reads) -> dict[int, float]:
    """Everybody who asked for extra time."""
    return dict(await db.rows("SELECT member_id, time_factor FROM member_setting WHERE time_factor != 1"))
