"""Seasons that were held, the one that is on, and the results that are still to be posted."""

from bot.model.posts import Kind, Post, What
from bot.model.seasons import HeldSeason
from bot.model.shards import EVERY_SERVER, Holdings
from bot.quiz.calendar.periods import Season
from bot.storage import posts, servers
from bot.storage.lists import of_held
from bot.storage.store import Reads, Transaction


async def change(tx: Transaction, guild_id: int, chosen: Season | None, now_ms: int) -> None:
    """Managers chose: the season that is on ends now, and the first of the new ones begins."""
    for row in await tx.rows(
        "SELECT guild_id, started_ms, ends_ms FROM season WHERE guild_id = ? AND closed_ms IS NULL", (guild_id,)
    ):
        was = HeldSeason(*row)
        await _close(tx, HeldSeason(guild_id, was.started_ms, min(was.ends_ms, now_ms)), now_ms)
    if chosen:
        await _begin(tx, guild_id, chosen, now_ms)


async def end(tx: Transaction, season: HeldSeason, now_ms: int) -> None:
    """A season is over, and the next one begins where there are still seasons. Once; a second time changes nothing."""
    if not await tx.rows(
        "SELECT 1 FROM season WHERE guild_id = ? AND started_ms = ? AND closed_ms IS NULL",
        (season.guild_id, season.started_ms),
    ):
        return
    await _close(tx, season, now_ms)
    chosen = (await servers.load(tx, season.guild_id)).season
    if chosen:
        await _begin(tx, season.guild_id, chosen, season.ends_ms)


async def _close(tx: Transaction, season: HeldSeason, now_ms: int) -> None:
    """Keep its result, and have it posted; a season in which nobody earned anything is forgotten."""
    place = (season.guild_id, season.started_ms)
    if not await tx.rows(
        "SELECT 1 FROM total WHERE guild_id = ? AND period = ? AND section = '' AND points > 0 LIMIT 1",
        (season.guild_id, season.key),
    ):
        await tx.run("DELETE FROM season WHERE guild_id = ? AND started_ms = ?", place)
        return
    await tx.run(
        "UPDATE season SET ends_ms = ?, closed_ms = ? WHERE guild_id = ? AND started_ms = ?",
        (season.ends_ms, now_ms, *place),
    )
    channels = await channels_of(tx, season.guild_id)
    if channels:
        await posts.add(tx, What(Kind.SEASON, season.started_ms), season.guild_id, channels[0], now_ms)


async def _begin(tx: Transaction, guild_id: int, chosen: Season, moment_ms: int) -> None:
    started_ms, ends_ms = chosen.start(moment_ms), chosen.end(moment_ms)
    await tx.run(
        "INSERT INTO season (guild_id, started_ms, ends_ms) VALUES (?, ?, ?)"
        " ON CONFLICT (guild_id, started_ms) DO UPDATE SET ends_ms = excluded.ends_ms, closed_ms = NULL",
        (guild_id, started_ms, ends_ms),
    )


async def channels_of(db: Reads, guild_id: int) -> list[int]:
    """Where a server's results go, the best place first: the chosen channels, else where things happened lately."""
    chosen = (await servers.load(db, guild_id)).channels
    rows = await db.rows(
        "SELECT channel_id FROM (SELECT channel_id, max(created_ms) AS at_ms FROM competition WHERE guild_id = ?"
        " GROUP BY channel_id UNION ALL SELECT channel_id, max(asked_ms) FROM daily WHERE guild_id = ? GROUP BY channel_id"
        " UNION ALL SELECT channel_id, max(created_ms) FROM demo_run WHERE guild_id = ? GROUP BY channel_id) AS lately"
        " GROUP BY channel_id ORDER BY max(at_ms) DESC",
        (guild_id, guild_id, guild_id),
    )
    return list(dict.fromkeys([*chosen, *(channel_id for (channel_id,) in rows)]))


async def due(db: Reads, now_ms: int, held: Holdings = EVERY_SERVER) -> list[HeldSeason]:
    """The seasons whose end has come in the servers that are held."""
    ours, values = of_held(held)
    rows = await db.rows(
        "SELECT guild_id, started_ms, ends_ms FROM season"
        f" WHERE closed_ms IS NULL AND ends_ms <= ? AND {ours} ORDER BY ends_ms",
        (now_ms, *values),
    )
    return [HeldSeason(*row) for row in rows]


async def next_end_ms(db: Reads, held: Holdings = EVERY_SERVER) -> int | None:
    """When the next season ends in the servers that are held."""
    ours, values = of_held(held)
    [[at_ms]] = await db.rows(f"SELECT min(ends_ms) FROM season WHERE closed_ms IS NULL AND {ours}", values)
    return None if at_ms is None else int(at_ms)


async def past(db: Reads, guild_id: int, most: int) -> list[HeldSeason]:
    """The seasons of a server that are over, the last one first."""
    rows = await db.rows(
        "SELECT guild_id, started_ms, ends_ms FROM season WHERE guild_id = ? AND closed_ms IS NOT NULL"
        " ORDER BY started_ms DESC LIMIT ?",
        (guild_id, most),
    )
    return [HeldSeason(*row) for row in rows]


async def load(db: Reads, guild_id: int, started_ms: int) -> HeldSeason | None:
    """The season that began then, if it is over."""
    rows = await db.rows(
        "SELECT guild_id, started_ms, ends_ms FROM season"
        " WHERE guild_id = ? AND started_ms = ? AND closed_ms IS NOT NULL",
        (guild_id, started_ms),
    )
    return HeldSeason(*rows[0]) if rows else None


async def post_elsewhere(tx: Transaction, post: Post) -> None:
    """Its channel is out of reach: the next best one takes its place; without any it is not posted."""
    channels = await channels_of(tx, post.guild_id)
    at = channels.index(post.channel_id) + 1 if post.channel_id in channels else len(channels)
    if at < len(channels):
        await posts.move(tx, post.id, channels[at])
    else:
        await posts.drop(tx, post.id)
