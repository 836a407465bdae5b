"""The outbox: every message that is to be in a channel once, whatever it shows; done when the message's id is stored."""

from bot.model.posts import OF_A_GAME, Kind, Post, What
from bot.model.shards import EVERY_SERVER, Holdings
from bot.storage.lists import listed, of_held, words
from bot.storage.store import Reads, Row, Transaction

_COLUMNS = "id, kind, of_id, number, guild_id, channel_id, created_ms, attempt, message_id"


def _post(row: Row) -> Post:
    id_, kind, of_id, number, *rest = row
    return Post(id_, What(Kind(kind), of_id, number), *rest)


async def add(tx: Transaction, what: What, guild_id: int, channel_id: int, now_ms: int) -> None:
    """A message is to be posted, once."""
    await tx.run(
        "INSERT INTO post (kind, of_id, number, guild_id, channel_id, created_ms) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (kind, of_id, number, guild_id) DO NOTHING",
        (*what, guild_id, channel_id, now_ms),
    )


async def of_game(db: Reads, competition_id: int) -> list[Post]:
    """Every message of a competition, in order."""
    rows = await db.rows(
        f"SELECT {_COLUMNS} FROM post WHERE kind IN {words()} AND of_id = ? ORDER BY id",
        (listed(OF_A_GAME), competition_id),
    )
    return [_post(row) for row in rows]


async def waiting(db: Reads, *kinds: Kind, of: int | None = None, held: Holdings = EVERY_SERVER) -> list[Post]:
    """The messages of these kinds that are not known to be in their channel, in order; of one thing, or of all.

    Only those of servers that are held.
    """
    one = "" if of is None else " AND of_id = ?"
    ours, values = of_held(held)
    rows = await db.rows(
        f"SELECT {_COLUMNS} FROM post WHERE message_id IS NULL AND kind IN {words()}{one} AND {ours} ORDER BY id",
        (listed(kinds), *(() if of is None else (of,)), *values),
    )
    return [_post(row) for row in rows]


async def posted(tx: Transaction, post_id: int, message_id: int) -> None:
    """Store which message it is."""
    await tx.run("UPDATE post SET message_id = ? WHERE id = ?", (message_id, post_id))


async def again(tx: Transaction, post: Post, now_ms: int) -> None:
    """The message was deleted in the channel: it is to be posted again, unless somebody else has just found that too."""
    await tx.run(
        "UPDATE post SET message_id = NULL, attempt = attempt + 1, created_ms = ? WHERE id = ? AND attempt = ?",
        (now_ms, post.id, post.attempt),
    )


async def move(tx: Transaction, post_id: int, channel_id: int) -> None:
    """It is to be in another channel."""
    await tx.run("UPDATE post SET channel_id = ? WHERE id = ?", (channel_id, post_id))


async def drop(tx: Transaction, post_id: int) -> None:
    """It is not posted: nobody waits for it any more."""
    await tx.run("DELETE FROM post WHERE id = ?", (post_id,))
