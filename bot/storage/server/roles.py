"""Which roles servers give, and who earned them."""

from bot.model.roles import SEASON, Grant, Reward
from bot.model.shards import EVERY_SERVER, Holdings
from bot.storage.lists import of_held
from bot.storage.store import Reads, Transaction

_REWARD = "guild_id, part, role_id, chosen_ms, hand_on, handled_ms"
_GRANT = "guild_id, member_id, part, won_ms, role_id, given_ms, taking_ms, taken_ms"


async def rewards(db: Reads, of: int | Holdings = EVERY_SERVER) -> list[Reward]:
    """What a server, or all those that are held, give roles for."""
    ours, values = of_held(of) if isinstance(of, Holdings) else ("guild_id = ?", (of,))
    rows = await db.rows(f"SELECT {_REWARD} FROM role_reward WHERE {ours} ORDER BY guild_id, part", values)
    return [Reward(guild, part, role, chosen, bool(on), handled) for guild, part, role, chosen, on, handled in rows]


async def set_reward(tx: Transaction, reward: Reward) -> None:
    """Give this role for it from now on."""
    await tx.run(
        f"INSERT INTO role_reward ({_REWARD}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (guild_id, part) DO UPDATE SET"
        " role_id = excluded.role_id",
        reward,
    )


async def set_hand_on(tx: Transaction, guild_id: int, *, hand_on: bool) -> None:
    """Let the winner's role go to the next winner, or stay."""
    await tx.run("UPDATE role_reward SET hand_on = ? WHERE guild_id = ? AND part = ?", (hand_on, guild_id, SEASON))


async def drop_reward(tx: Transaction, guild_id: int, part: str) -> None:
    """Give no role for it any more; what waits to be given is not, and what was given stays."""
    waiting = await tx.rows(f"SELECT {_GRANT} FROM role_grant WHERE guild_id = ? AND given_ms IS NULL", (guild_id,))
    for row in waiting:
        if (grant := Grant(*row)).reward == part:
            await forget_grant(tx, grant)
    await tx.run("DELETE FROM role_reward WHERE guild_id = ? AND part = ?", (guild_id, part))


async def handled(tx: Transaction, guild_id: int, started_ms: int) -> None:
    """The season that began then was dealt with."""
    await tx.run(
        "UPDATE role_reward SET handled_ms = ? WHERE guild_id = ? AND part = ?", (started_ms, guild_id, SEASON)
    )


async def earn(tx: Transaction, grant: Grant) -> None:
    """A member has earned a role; a second time changes nothing."""
    await tx.run(
        "INSERT INTO role_grant (guild_id, member_id, part, won_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (grant.guild_id, grant.member_id, grant.part, grant.won_ms),
    )


async def earned(db: Reads, guild_id: int, member_id: int) -> set[str]:
    """What a member has earned roles for in a server."""
    rows = await db.rows("SELECT part FROM role_grant WHERE guild_id = ? AND member_id = ?", (guild_id, member_id))
    return {part for (part,) in rows}


async def held(db: Reads, guild_id: int) -> list[Grant]:
    """The winners' roles in a server that were given and not taken."""
    rows = await db.rows(
        f"SELECT {_GRANT} FROM role_grant WHERE guild_id = ? AND part LIKE ? AND given_ms IS NOT NULL"
        " AND taken_ms IS NULL ORDER BY won_ms, member_id",
        (guild_id, f"{SEASON}:%"),
    )
    return [Grant(*row) for row in rows]


async def waiting(db: Reads, of: int | Holdings = EVERY_SERVER) -> list[Grant]:
    """What is to be given or taken in a server, or in all those that are held, the longest ago first."""
    ours, values = of_held(of) if isinstance(of, Holdings) else ("guild_id = ?", (of,))
    rows = await db.rows(
        f"SELECT {_GRANT} FROM role_grant WHERE (given_ms IS NULL OR (taking_ms IS NOT NULL AND taken_ms IS NULL))"
        f" AND {ours} ORDER BY won_ms, guild_id, member_id",
        values,
    )
    return [Grant(*row) for row in rows]


async def given(tx: Transaction, grant: Grant, role_id: int, now_ms: int) -> None:
    """The member has the role."""
    await _set(tx, grant, "role_id = ?, given_ms = ?", role_id, now_ms)


async def take(tx: Transaction, grant: Grant, now_ms: int) -> None:
    """The role is to be taken."""
    await _set(tx, grant, "taking_ms = ?", now_ms)


async def taken(tx: Transaction, grant: Grant, now_ms: int) -> None:
    """The member no longer has it by this."""
    await _set(tx, grant, "taken_ms = ?", now_ms)


async def forget_grant(tx: Transaction, grant: Grant) -> None:
    """It comes to nothing: the member is gone, or the role is given no more."""
    await tx.run(
        "DELETE FROM role_grant WHERE guild_id = ? AND member_id = ? AND part = ?",
        (grant.guild_id, grant.member_id, grant.part),
    )


async def _set(tx: Transaction, grant: Grant, columns: str, *values: int) -> None:
    await tx.run(
        f"UPDATE role_grant SET {columns} WHERE guild_id = ? AND member_id = ? AND part = ?",
        (*values, grant.guild_id, grant.member_id, grant.part),
    )


async def last_answer(db: Reads) -> int:
    """The number of the newest answer."""
    [[number]] = await db.rows("SELECT max(id) FROM answer")
    return number or 0


async def answered_since(db: Reads, number: int) -> tuple[int, set[tuple[int, int, str]]]:
    """Who answered in which server and course since that answer, and the number of the newest one.

    Those who hide from boards are left out: a role would show them.
    """
    rows = await db.rows(
        "SELECT guild_id, member_id, pack_id, max(id) FROM answer a WHERE id > ? AND guild_id IS NOT NULL AND member_id > 0"
        " AND NOT EXISTS (SELECT 1 FROM member_setting s WHERE s.member_id = a.member_id AND s.hidden = 1)"
        " GROUP BY guild_id, member_id, pack_id",
        (number,),
    )
    return max([number, *(row[3] for row in rows)]), {(guild, member, pack) for guild, member, pack, _ in rows}
