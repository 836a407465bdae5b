"""What the managers of a server chose: time zone, seasons, who may host and where, courses, when reasons are told."""

import json

from bot.model.servers import Server
from bot.quiz.calendar.periods import Season
from bot.storage.store import Reads, Transaction


async def load(db: Reads, guild_id: int) -> Server:
    """A server's choices; the defaults where nothing was chosen yet."""
    rows = await db.rows(
        "SELECT time_zone, season_days, season_started_ms, may_host, channels, courses, reasons_at_once, authors_role,"
        " suggestions, second_reader FROM server WHERE guild_id = ?",
        (guild_id,),
    )
    if not rows:
        return Server()
    time_zone, days, started_ms, may_host, channels, courses, at_once, role, suggestions, second = rows[0]
    return Server(
        time_zone,
        Season(started_ms, days) if days and started_ms is not None else None,
        may_host,
        tuple(json.loads(channels)) if channels else (),
        tuple(json.loads(courses)) if courses else (),
        reasons_at_once=bool(at_once),
        authors_role=role,
        suggestions=bool(suggestions),
        second_reader=bool(second),
    )


async def load_all(db: Reads) -> dict[int, Server]:
    """The choices of every server that made any."""
    return {guild_id: await load(db, guild_id) for (guild_id,) in await db.rows("SELECT guild_id FROM server")}


async def courses(db: Reads) -> dict[int, tuple[str, ...]]:
    """The packs chosen by each server that chose."""
    rows = await db.rows("SELECT guild_id, courses FROM server WHERE courses IS NOT NULL")
    return {guild_id: tuple(json.loads(chosen)) for guild_id, chosen in rows}


async def save(tx: Transaction, guild_id: int, server: Server) -> None:
    """Store a server's choices."""
    await tx.run(
        "INSERT INTO server (guild_id, time_zone, season_days, season_started_ms, may_host, channels, courses,"
        " reasons_at_once, authors_role, suggestions, second_reader) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (guild_id) DO UPDATE SET"
        " time_zone = excluded.time_zone, season_days = excluded.season_days, season_started_ms = excluded.season_started_ms,"
        " may_host = excluded.may_host, channels = excluded.channels, courses = excluded.courses,"
        " reasons_at_once = excluded.reasons_at_once, authors_role = excluded.authors_role,"
        " suggestions = excluded.suggestions, second_reader = excluded.second_reader",
        (
            guild_id,
            server.time_zone,
            server.season.days if server.season else None,
            server.season.started_ms if server.season else None,
            server.may_host,
            json.dumps(server.channels) if server.channels else None,
            json.dumps(server.courses) if server.courses else None,
            server.reasons_at_once,
            server.authors_role,
            server.suggestions,
            server.second_reader,
        ),
    )
