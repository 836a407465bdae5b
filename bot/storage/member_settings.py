"""What members chose for themselves, in every server: extra time, boards, reminders, how much to remember."""

from datetime import date

from bot.model.members import Chosen, Reminded
from bot.quiz.practice.reminding import DAYS_APART
from bot.storage.store import Reads, Transaction


async def load(db: Reads, member_id: int) -> Chosen:
    """A member's choices; the defaults where nothing was chosen yet."""
    rows = await db.rows(
        "SELECT time_factor, hidden, time_zone, reminder_hour, retention FROM member_setting WHERE member_id = ?",
        (member_id,),
    )
    if not rows:
        return Chosen()
    [(time_factor, hidden, time_zone, reminder_hour, retention)] = rows
    return Chosen(time_factor, bool(hidden), time_zone, reminder_hour, retention)


async def save(tx: Transaction, member_id: int, chosen: Chosen) -> None:
    """Store a member's choices."""
    await tx.run(
        "INSERT INTO member_setting (member_id, time_factor, hidden, time_zone, reminder_hour, retention)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (member_id) DO UPDATE SET time_factor = excluded.time_factor,"
        " hidden = excluded.hidden, time_zone = excluded.time_zone, reminder_hour = excluded.reminder_hour,"
        " retention = excluded.retention",
        (
            member_id,
            chosen.time_factor,
            chosen.hidden,
            chosen.time_zone,
            chosen.reminder_hour,
            chosen.retention,
        ),
    )


async def time_factors(db: Reads) -> dict[int, float]:
    """Everybody who asked for extra time."""
    return dict(await db.rows("SELECT member_id, time_factor FROM member_setting WHERE time_factor != 1"))


async def wanting_reminders(db: Reads) -> list[Reminded]:
    """Everybody who switched reminders on."""
    rows = await db.rows(
        "SELECT member_id, time_zone, reminder_hour, reminded_on FROM member_setting WHERE reminder_hour IS NOT NULL"
    )
    return [Reminded(who, zone, hour, date.fromisoformat(last) if last else None) for who, zone, hour, last in rows]


async def stop_reminding(tx: Transaction, member_id: int) -> bool:
    """Switch a member's reminders off; False when they want none any more."""
    rows = await tx.rows(
        "UPDATE member_setting SET reminder_hour = NULL WHERE member_id = ? AND reminder_hour IS NOT NULL RETURNING 1",
        (member_id,),
    )
    return bool(rows)


async def remind_on(tx: Transaction, member_id: int, day: date) -> bool:
    """Note that the member is reminded on that day; False when they were already, or want none any more."""
    rows = await tx.rows(
        "UPDATE member_setting SET reminded_on = ? WHERE member_id = ? AND reminder_hour IS NOT NULL"
        " AND (coalesce(reminded_on, '') < ? OR reminded_on > ?) RETURNING 1",
        (day.isoformat(), member_id, day.isoformat(), (day + DAYS_APART).isoformat()),
    )
    return bool(rows)
