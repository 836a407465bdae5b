"""What happens by itself in a server: when, where, what, and which occurrences were begun."""

import functools
from datetime import date

from pydantic import TypeAdapter

from bot.facts import Fact, from_text, to_text
from bot.model.schedules import COMPETITION, Recurring, Schedule
from bot.model.shards import EVERY_SERVER, Holdings
from bot.quiz.calendar.schedule import Occurrence, Weekly
from bot.quiz.competition.state import NOBODY
from bot.storage.lists import of_held
from bot.storage.store import Reads, Row, Transaction

_COLUMNS = (
    "id, guild_id, channel_id, member_id, kind, hour, minute, weekdays, setup, made_ms, next_ms, reason, remark, event_id,"
    " event_ms"
)


@functools.cache
def _setup_json() -> TypeAdapter[Recurring]:
    """Made at the first use: a start has other things to do."""
    return TypeAdapter(Recurring)


def _schedule(row: Row) -> Schedule:
    id_, guild, channel, member, _, hour, minute, days, setup, made_ms, next_ms, reason, remark, event, event_ms = row
    return Schedule(
        guild_id=guild,
        channel_id=channel,
        member_id=member,
        weekly=Weekly(hour, minute, frozenset(n for n, on in enumerate(days) if on == "1")),
        setup=_setup_json().validate_json(setup) if setup else None,
        made_ms=made_ms,
        next_ms=next_ms,
        id=id_,
        reason=from_text(reason),
        remark=from_text(remark),
        event_id=event,
        event_ms=event_ms,
    )


async def add(tx: Transaction, schedule: Schedule) -> Schedule:
    """Store a new one; returns it with its id."""
    rows = await tx.rows(
        "INSERT INTO schedule (guild_id, channel_id, member_id, kind, hour, minute, weekdays, setup, made_ms, next_ms)"
        f" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING {_COLUMNS}",
        (
            schedule.guild_id,
            schedule.channel_id,
            schedule.member_id,
            schedule.kind,
            schedule.weekly.hour,
            schedule.weekly.minute,
            _text(schedule.weekly),
            _setup_text(schedule.setup),
            schedule.made_ms,
            schedule.next_ms,
        ),
    )
    return _schedule(rows[0])


def _setup_text(setup: Recurring | None) -> str | None:
    return _setup_json().dump_json(setup).decode() if setup else None


def _text(weekly: Weekly) -> str:
    return "".join("1" if day in weekly.weekdays else "0" for day in range(7))


async def of_guild(db: Reads, guild_id: int) -> list[Schedule]:
    """Everything that is scheduled in a server, in the order in which it was made."""
    rows = await db.rows(f"SELECT {_COLUMNS} FROM schedule WHERE guild_id = ? ORDER BY id", (guild_id,))
    return [_schedule(row) for row in rows]


async def load(db: Reads, schedule_id: int) -> Schedule | None:
    """One of them."""
    rows = await db.rows(f"SELECT {_COLUMNS} FROM schedule WHERE id = ?", (schedule_id,))
    return _schedule(rows[0]) if rows else None


async def due(db: Reads, now_ms: int, held: Holdings = EVERY_SERVER) -> list[Schedule]:
    """Those whose time has come in the servers that are held, the longest ago first."""
    ours, values = of_held(held)
    rows = await db.rows(
        f"SELECT {_COLUMNS} FROM schedule WHERE next_ms <= ? AND {ours} ORDER BY next_ms, id", (now_ms, *values)
    )
    return [_schedule(row) for row in rows]


async def next_due_ms(db: Reads, held: Holdings = EVERY_SERVER) -> int | None:
    """When the next one is due in the servers that are held."""
    ours, values = of_held(held)
    [[at_ms]] = await db.rows(f"SELECT min(next_ms) FROM schedule WHERE next_ms IS NOT NULL AND {ours}", values)
    return None if at_ms is None else int(at_ms)


async def with_other_event(db: Reads, held: Holdings = EVERY_SERVER) -> list[Schedule]:
    """Recurring competitions, in servers that are held, whose next occurrence is not the one that an event shows."""
    ours, values = of_held(held)
    rows = await db.rows(
        f"SELECT {_COLUMNS} FROM schedule WHERE kind = ? AND (event_ms != next_ms"
        f" OR (event_ms IS NULL) != (next_ms IS NULL)) AND {ours} ORDER BY id",
        (COMPETITION, *values),
    )
    return [_schedule(row) for row in rows]


async def later_than(db: Reads, now_ms: int, held: Holdings = EVERY_SERVER) -> list[Schedule]:
    """Those, in servers that are held, whose next occurrence is later than that."""
    ours, values = of_held(held)
    rows = await db.rows(f"SELECT {_COLUMNS} FROM schedule WHERE next_ms > ? AND {ours} ORDER BY id", (now_ms, *values))
    return [_schedule(row) for row in rows]


async def begun(db: Reads, schedule_id: int, day: date) -> bool:
    """Whether the occurrence of that day was begun or skipped."""
    return bool(
        await db.rows("SELECT 1 FROM occurrence WHERE schedule_id = ? AND day = ?", (schedule_id, day.isoformat()))
    )


async def bring_forward(tx: Transaction, schedule: Schedule, next_ms: int) -> None:
    """Set when the next occurrence is, unless somebody changed it meanwhile."""
    await tx.run(
        "UPDATE schedule SET next_ms = ? WHERE id = ? AND next_ms = ?", (next_ms, schedule.id, schedule.next_ms)
    )


async def any_begun_after(db: Reads, after_ms: int) -> bool:
    """Whether an occurrence later than that was begun."""
    return bool(await db.rows("SELECT 1 FROM occurrence WHERE at_ms > ? LIMIT 1", (after_ms,)))


async def forget_later(tx: Transaction, after_ms: int) -> None:
    """Forget occurrences later than that: a clock that was wrong began them."""
    await tx.run("DELETE FROM occurrence WHERE at_ms > ?", (after_ms,))


async def begin(tx: Transaction, schedule_id: int, occurrence: Occurrence, next_ms: int, remark: Fact | None) -> bool:
    """Note that an occurrence is dealt with, and when the next one is; False when somebody already did, or it is paused."""
    if not await tx.rows(
        "UPDATE schedule SET next_ms = ?, remark = ? WHERE id = ? AND next_ms <= ? RETURNING id",
        (next_ms, to_text(remark), schedule_id, occurrence.at_ms),
    ):
        return False
    return bool(
        await tx.rows(
            "INSERT INTO occurrence (schedule_id, day, at_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING at_ms",
            (schedule_id, occurrence.day.isoformat(), occurrence.at_ms),
        )
    )


async def set_remark(tx: Transaction, schedule_id: int, remark: Fact) -> None:
    """Say why the last occurrence did not take place."""
    await tx.run("UPDATE schedule SET remark = ? WHERE id = ?", (to_text(remark), schedule_id))


async def set_next(tx: Transaction, schedule_id: int, next_ms: int | None, reason: Fact | None = None) -> None:
    """Set when the next occurrence is; None pauses it for that reason."""
    await tx.run("UPDATE schedule SET next_ms = ?, reason = ? WHERE id = ?", (next_ms, to_text(reason), schedule_id))


async def set_plan(tx: Transaction, schedule: Schedule) -> None:
    """Change where, when and what; the event that shows it is to be brought up to date."""
    await tx.run(
        "UPDATE schedule SET channel_id = ?, hour = ?, minute = ?, weekdays = ?, setup = ?,"
        " event_ms = CASE WHEN next_ms IS NULL THEN event_ms END WHERE id = ?",
        (
            schedule.channel_id,
            schedule.weekly.hour,
            schedule.weekly.minute,
            _text(schedule.weekly),
            _setup_text(schedule.setup),
            schedule.id,
        ),
    )


async def set_event(tx: Transaction, schedule_id: int, event_id: int | None, event_ms: int | None) -> None:
    """Store which event shows which occurrence."""
    await tx.run("UPDATE schedule SET event_id = ?, event_ms = ? WHERE id = ?", (event_id, event_ms, schedule_id))


async def remove(tx: Transaction, schedule_id: int) -> None:
    """Take one away, with what is known of its occurrences."""
    await tx.run("DELETE FROM schedule WHERE id = ?", (schedule_id,))


async def forget(tx: Transaction, member_id: int) -> None:
    """What a member had scheduled stays the server's; nobody leads it any more."""
    await tx.run("UPDATE schedule SET member_id = ? WHERE member_id = ?", (NOBODY, member_id))
