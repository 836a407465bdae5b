"""Demos that were opened in a channel, the predictions made, and every result."""

from bot.model.demos import DemoRun
from bot.model.posts import Kind, What
from bot.model.shards import EVERY_SERVER, Holdings
from bot.storage import posts
from bot.storage.lists import listed, of_held, words
from bot.storage.store import Reads, Row, Transaction

_COLUMNS = "r.id, r.demo_id, r.guild_id, r.channel_id, p.message_id, r.member_id, r.state, r.created_ms, r.result"
_RUNS = "demo_run r LEFT JOIN post p ON p.kind = 'demo' AND p.of_id = r.id"


async def create(
    tx: Transaction, demo_id: str, guild_id: int | None, channel_id: int, member_id: int, now_ms: int
) -> DemoRun:
    """Store a demo that has just been opened."""
    [[run_id]] = await tx.rows(
        "INSERT INTO demo_run (demo_id, guild_id, channel_id, member_id, state, created_ms)"
        " VALUES (?, ?, ?, ?, 'predicting', ?) RETURNING id",
        (demo_id, guild_id, channel_id, member_id, now_ms),
    )
    await posts.add(tx, What(Kind.DEMO, run_id), guild_id or 0, channel_id, now_ms)
    return DemoRun(run_id, demo_id, guild_id, channel_id, None, member_id, "predicting", now_ms, None)


async def load(db: Reads, run_id: int) -> DemoRun | None:
    """The run, or None."""
    return _first(await db.rows(f"SELECT {_COLUMNS} FROM {_RUNS} WHERE r.id = ?", (run_id,)))


async def open_runs(db: Reads, held: Holdings = EVERY_SERVER) -> list[DemoRun]:
    """Runs that were not finished in the servers that are held, oldest first."""
    ours, values = of_held(held, "r.guild_id")
    rows = await db.rows(
        f"SELECT {_COLUMNS} FROM {_RUNS} WHERE r.state IN ('predicting', 'queued', 'running') AND {ours} ORDER BY r.id",
        values,
    )
    return [DemoRun(*row) for row in rows]


async def move(tx: Transaction, run_id: int, from_states: tuple[str, ...], to_state: str) -> bool:
    """Change the state if it is one of ``from_states``; says whether it was."""
    changed = await tx.rows(
        f"UPDATE demo_run SET state = ? WHERE id = ? AND state IN {words()} RETURNING id",
        (to_state, run_id, listed(from_states)),
    )
    return bool(changed)


async def finish(tx: Transaction, run_id: int, state: str, result: str | None, now_ms: int) -> None:
    """Store how the run ended; ``result`` is JSON."""
    await tx.run(
        "UPDATE demo_run SET state = ?, result = ?, ended_ms = ? WHERE id = ?", (state, result, now_ms, run_id)
    )
    await _drop_unshown(tx, run_id)


async def cancel(tx: Transaction, run_id: int) -> bool:
    """End a run that has not begun; says whether there was one."""
    if not await move(tx, run_id, ("predicting", "queued"), "failed"):
        return False
    await _drop_unshown(tx, run_id)
    return True


async def _drop_unshown(tx: Transaction, run_id: int) -> None:
    for post in await posts.waiting(tx, Kind.DEMO, of=run_id):
        await posts.drop(tx, post.id)


async def predict(tx: Transaction, run_id: int, member_id: int, choice: str, now_ms: int) -> None:
    """Store a member's prediction; the last one counts."""
    await tx.run(
        "INSERT INTO prediction (run_id, member_id, choice, at_ms) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (run_id, member_id) DO UPDATE SET choice = excluded.choice, at_ms = excluded.at_ms",
        (run_id, member_id, choice, now_ms),
    )


async def predictions(db: Reads, run_id: int) -> dict[int, str]:
    """Each member's prediction."""
    return dict(await db.rows("SELECT member_id, choice FROM prediction WHERE run_id = ? ORDER BY at_ms", (run_id,)))


def _first(rows: list[Row]) -> DemoRun | None:
    return DemoRun(*rows[0]) if rows else None
