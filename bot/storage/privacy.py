"""What is stored of a member, table by table, and how all of it is deleted.

What many share stays without the person: an answer, a competition or a demo then names a stand-in, a random negative
number that no Discord id can be and that nothing maps back.
"""

import json
import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, NamedTuple

from bot.clock import DAY_MS
from bot.quiz.question.asking import Given
from bot.storage import competitions
from bot.storage.calendar import daily, schedules
from bot.storage.given import option_of, text_of
from bot.storage.sqlite.remembered import Deletion, hash_of
from bot.storage.store import Reads, Store, Transaction

GONE = "someone who left"
_SHARED_RUNS = (competitions.MODE, daily.MODE)
"""The modes of answers whose run belongs to many; any other's is the member's own."""
_SHARED_ANSWERS = (
    ("competition_answer", "competition_id", "round", competitions.MODE),
    ("daily_answer", "daily_id", "0", daily.MODE),
)
"""Where else what was answered in such a run is kept: the table, its run and position there, and its mode."""
Run = tuple[str, int]
"""A mode, and the number of a run that belongs to many."""


# A text that is no JSON must not keep anybody from being deleted.
_HOST = "CASE WHEN json_valid(head) THEN CAST(json_extract(head, '$.host_id') AS BIGINT) END"
_CHALLENGED = "CASE WHEN json_valid(setup) THEN CAST(json_extract(setup, '$.duel_with') AS BIGINT) END"


class Named(NamedTuple):
    """A table with rows that name members.

    ``names`` is the condition for those of one member, ``seen`` the column that tells when the member did something.
    """

    table: str
    names: str = "member_id = ?"
    seen: str = ""


TABLES = (
    Named("member", seen="seen_ms"),
    Named("membership"),
    Named("member_setting"),
    Named("notice"),
    Named("page_read", seen="read_ms"),
    Named("practice_run", seen="started_ms"),
    Named("practice_question", "run_id IN (SELECT id FROM practice_run WHERE member_id = ?)"),
    Named("answer", seen="answered_ms"),
    Named("card", seen="reviewed_ms"),
    Named("total", seen="last_ms"),
    Named("rating", seen="at_ms"),
    Named("competition", f"{_HOST} = ? OR {_CHALLENGED} = ?"),
    Named("competition_player", seen="joined_ms"),
    Named("competition_answer"),
    Named("competition_result"),
    Named("rating_before"),
    Named("place_change"),
    Named("demo_run", seen="created_ms"),
    Named("prediction", seen="at_ms"),
    Named("report", seen="at_ms"),
    Named("daily_answer", seen="stamp_ms"),
    Named("schedule"),
    Named("role_grant"),
    Named("course_draft", seen="changed_ms"),
    Named("course_import"),
    Named("course_question"),
    Named("course_version"),
)
"""Every table that names members; a test fails when one is missing."""

_REMEMBER = (
    "INSERT INTO deleted_member (hash, at_ms, by_retention) VALUES (?, ?, ?)"
    " ON CONFLICT (hash, at_ms) DO UPDATE SET by_retention ="
    " CASE WHEN excluded.by_retention = 0 THEN 0 ELSE deleted_member.by_retention END"
)
_DELETED = (
    "member",
    "membership",
    "member_setting",
    "notice",
    "page_read",
    "practice_run",
    "card",
    "total",
    "rating",
    "place_change",
    "prediction",
    "report",
    "role_grant",
    "course_draft",
)
_NAMELESS = ("course_import", "course_question", "course_version")
"""What a member published for a server stays there, without them."""


def _of(named: Named, member_id: int) -> list[int]:
    return [member_id] * named.names.count("?")


async def counts(db: Reads, member_id: int) -> dict[str, int]:
    """How many rows of each table name a member."""
    columns = ", ".join(f"(SELECT count(*) FROM {one.table} WHERE {one.names})" for one in TABLES)
    [row] = await db.rows(f"SELECT {columns}", [value for one in TABLES for value in _of(one, member_id)])
    return {one.table: count for one, count in zip(TABLES, row, strict=True)}


async def everything(db: Store, member_id: int) -> dict[str, list[dict[str, Any]]]:
    """Every row that names a member, by table and column; what such a row says of another member is left out.

    Ids are texts, because many programs read numbers of that size wrong.
    """
    found = {}
    for one in TABLES:
        columns = await db.columns(one.table)
        rows = await db.rows(f"SELECT * FROM {one.table} WHERE {one.names}", _of(one, member_id))
        found[one.table] = [
            {name: _shown(name, value, member_id) for name, value in zip(columns, row, strict=True)} for row in rows
        ]
    return found


def _shown(name: str, value: object, member_id: int) -> object:
    if isinstance(value, str) and name in ("head", "setup", "result", "given", "reason", "remark", "fact"):
        inner = _json(value)
        if name == "given" and isinstance(inner, dict):  # whether it is right may be a secret still
            inner.pop("right", None)
        return _only_own(inner, member_id) if isinstance(inner, dict) else inner
    return str(value) if isinstance(value, int) and name.endswith("_id") else value


def _only_own(inner: dict[str, Any], member_id: int) -> dict[str, Any]:
    kept = {**inner}
    if kept.get("duel_with") not in (None, member_id):
        kept["duel_with"] = kept["duel_name"] = "another member"
    if kept.get("host_id") not in (None, member_id):
        kept["host_id"] = "another member"
    return {name: str(value) if value == member_id else value for name, value in kept.items()}


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


# Deleting


async def delete(tx: Transaction, member_id: int, at_ms: int, *, by_retention: bool = False) -> int | None:
    """Delete a member, who asked for it or (``by_retention``) did not; returns how many rows named them.

    None, and nothing is changed, while they are in a game that is on: they have to be taken out of it first.
    """
    if await live_games(tx, member_id):
        return None
    rows = sum((await counts(tx, member_id)).values())
    if not rows:
        if not by_retention:
            await _ask_too(tx, member_id, at_ms)
        return 0
    await _texts_without(tx, member_id)
    games = await _games_without(tx, member_id)
    dailies = await _dailies_without(tx, member_id)
    await _answers_without(tx, member_id, games | dailies)
    await schedules.forget(tx, member_id)
    for (run_id,) in await tx.rows("SELECT id FROM demo_run WHERE member_id = ?", (member_id,)):
        await tx.run("UPDATE demo_run SET member_id = ? WHERE id = ?", (_stand_in(), run_id))
    for table in _DELETED:  # the questions of a practice go with it
        await tx.run(f"DELETE FROM {table} WHERE member_id = ?", (member_id,))
    await tx.run("DELETE FROM course_import WHERE member_id = ? AND state = 'read'", (member_id,))
    for table in _NAMELESS:
        await tx.run(f"UPDATE {table} SET member_id = NULL WHERE member_id = ?", (member_id,))
    await tx.run(
        _REMEMBER,
        (hash_of(await salt(tx), member_id), at_ms, by_retention),
    )
    await tx.run("UPDATE privacy SET rebuild_since_ms = coalesce(rebuild_since_ms, ?)", (at_ms,))
    return rows


async def _ask_too(tx: Transaction, member_id: int, at_ms: int) -> None:
    """Who was deleted by retention, and asks for it now, is not to be brought back either."""
    before = await tx.rows(
        "SELECT min(by_retention) FROM deleted_member WHERE hash = ?", (hash_of(await salt(tx), member_id),)
    )
    if before == [(True,)]:
        await tx.run(_REMEMBER, (hash_of(await salt(tx), member_id), at_ms, False))


async def live_games(db: Reads, member_id: int) -> list[int]:
    """The games that are on and that a member leads, plays or is challenged in."""
    [hosted] = [one for one in TABLES if one.table == "competition"]
    rows = await db.rows(
        f"SELECT id FROM competition c WHERE {competitions.IS_LIVE} AND ({hosted.names} OR EXISTS"
        " (SELECT 1 FROM competition_player p WHERE p.competition_id = c.id AND p.member_id = ?))",
        (*_of(hosted, member_id), member_id),
    )
    return [competition_id for (competition_id,) in rows]


async def _dailies_without(tx: Transaction, member_id: int) -> dict[Run, int]:
    """Take the member out of questions of the day that are open, and put a stand-in into each that is closed."""
    await daily.forget(tx, member_id)
    answered = await tx.rows("SELECT daily_id FROM daily_answer WHERE member_id = ?", (member_id,))
    stand_ins = {daily_id: _stand_in() for (daily_id,) in answered}
    await daily.stand_in(tx, member_id, list(stand_ins.items()))
    return {(daily.MODE, daily_id): stand_in for daily_id, stand_in in stand_ins.items()}


async def _games_without(tx: Transaction, member_id: int) -> dict[Run, int]:
    """Put a stand-in into each competition that is over; returns them by run."""
    [hosted] = [one for one in TABLES if one.table == "competition"]
    rows = await tx.rows(
        f"SELECT id FROM competition WHERE {hosted.names}"
        " UNION SELECT competition_id FROM competition_player WHERE member_id = ?",
        (*_of(hosted, member_id), member_id),
    )
    stand_ins = {competition_id: _stand_in() for (competition_id,) in rows}
    for competition_id, stand_in in stand_ins.items():
        [(head, setup)] = await tx.rows("SELECT head, setup FROM competition WHERE id = ?", (competition_id,))
        await tx.run(
            "UPDATE competition SET head = ?, setup = ? WHERE id = ?",
            (_renamed(head, member_id, stand_in), _renamed(setup, member_id, stand_in), competition_id),
        )
        # Extra time says something of a person too.
        await tx.run(
            "UPDATE competition_player SET member_id = ?, time_factor = 1 WHERE competition_id = ? AND member_id = ?",
            (stand_in, competition_id, member_id),
        )
        for table in ("competition_answer", "competition_result", "rating_before"):
            await tx.run(
                f"UPDATE {table} SET member_id = ? WHERE competition_id = ? AND member_id = ?",
                (stand_in, competition_id, member_id),
            )
    return {(competitions.MODE, competition_id): stand_in for competition_id, stand_in in stand_ins.items()}


async def _texts_without(tx: Transaction, member_id: int) -> None:
    """Of what the member typed only whether it was right stays: their words may say who they are.

    What managers had count stays right for good, since nobody could tell without the text.
    """
    right, no_text = Given(right=True), '%"text": ""%'
    for table, run, position, mode in _SHARED_ANSWERS:
        await tx.run(
            f"UPDATE {table} SET given = ? WHERE member_id = ? AND given NOT LIKE ? AND EXISTS (SELECT 1 FROM answer a"
            f" WHERE a.mode = ? AND a.run_id = {table}.{run} AND a.position = {position}"
            f" AND a.member_id = {table}.member_id AND a.correct = 1)",
            (text_of(right), member_id, no_text, mode),
        )
    await tx.run(
        "UPDATE answer SET given = ?, chosen = ? WHERE member_id = ? AND given NOT LIKE ? AND correct = 1",
        (text_of(right), option_of(right), member_id, no_text),
    )
    for table in ("answer", "competition_answer", "daily_answer"):
        for is_right in (True, False):
            await tx.run(
                f"UPDATE {table} SET given = ? WHERE member_id = ? AND given LIKE ? AND given NOT LIKE ?",
                (text_of(Given(right=is_right)), member_id, f'%"right": {str(is_right).lower()}%', no_text),
            )


def _renamed(text: str, member_id: int, stand_in: int) -> str:
    inner = _json(text)
    if not isinstance(inner, dict):
        return text
    if inner.get("host_id") == member_id:
        inner["host_id"] = stand_in
    if inner.get("duel_with") == member_id:
        inner |= {"duel_with": stand_in, "duel_name": GONE}
    return json.dumps(inner, separators=(",", ":"), ensure_ascii=False)


async def _answers_without(tx: Transaction, member_id: int, shared: dict[Run, int]) -> None:
    """Answers stay as statistics: those of a run with a stand-in of its own, to the day instead of the millisecond."""
    for mode, run_id in await tx.rows("SELECT DISTINCT mode, run_id FROM answer WHERE member_id = ?", (member_id,)):
        if mode in _SHARED_RUNS:
            stand_in, new_run_id, grain_ms = shared.get((mode, run_id)) or _stand_in(), run_id, 1
        else:  # a practice of somebody else may get this one's number
            stand_in = new_run_id = _stand_in()
            grain_ms = DAY_MS
        await tx.run(
            "UPDATE answer SET member_id = ?, run_id = ?, answered_ms = answered_ms - answered_ms % ?"
            " WHERE mode = ? AND run_id = ? AND member_id = ?",
            (stand_in, new_run_id, grain_ms, mode, run_id, member_id),
        )


def _stand_in() -> int:
    return -1 - secrets.randbelow(2**62)


# What is remembered of deletions


async def salt(db: Reads) -> bytes:
    """What the hashes of this database are made with."""
    [[found]] = await db.rows("SELECT salt FROM privacy")
    return bytes(found)


async def deletions(db: Reads) -> list[Deletion]:
    """Every deletion, oldest first."""
    own = await salt(db)
    rows = await db.rows("SELECT hash, at_ms, by_retention FROM deleted_member ORDER BY at_ms")
    return [Deletion(own, bytes(hash_), at_ms, bool(by_retention)) for hash_, at_ms, by_retention in rows]


Leave = Callable[[Transaction, int], Awaitable[None]]
"""Takes a member out of every game that is on."""


class Reapplied(NamedTuple):
    """How many members were deleted again, and the deletions that were undone, of members whom the database holds."""

    deleted: int
    undone: list[Deletion]


async def delete_again(
    tx: Transaction, known: Sequence[Deletion], leave: Leave, *, adopt_salt: bool, keep_members: bool = False
) -> Reapplied:
    """Apply the deletions that this database does not have yet.

    With ``adopt_salt`` it is from before deletions were remembered and takes over their salt. Deletions of another salt
    belong to another history and are left alone. With ``keep_members`` those whom only retention deleted stay.
    ``leave`` takes each out of the games that are on, first.
    """
    if adopt_salt and known:
        await tx.run("UPDATE privacy SET salt = ?", (known[-1].salt,))
    own, had = await salt(tx), {one.event for one in await deletions(tx)}
    missing: dict[tuple[bytes, bytes], list[Deletion]] = {}
    for one in known:
        if one.event not in had and (adopt_salt or one.salt == own):
            missing.setdefault((one.salt, one.hash), []).append(one)
    deleted, undone = 0, []
    for member_id in await member_ids(tx):
        for salt_ in {salt_ for salt_, _ in missing}:
            key = (salt_, hash_of(salt_, member_id))
            if not (found := missing.get(key)):
                continue
            by_retention = all(one.by_retention for one in found)
            if by_retention and keep_members:
                undone += missing.pop(key)
                continue
            await leave(tx, member_id)
            await delete(tx, member_id, found[-1].at_ms, by_retention=by_retention)
            deleted += 1
    await tx.run_many(
        _REMEMBER,
        [(one.hash, one.at_ms, one.by_retention) for some in missing.values() for one in some if one.salt == own],
    )
    return Reapplied(deleted, undone)


async def member_ids(db: Reads) -> list[int]:
    """Everybody whom any row names."""
    direct = [one.table for one in TABLES if one.names == "member_id = ?"]
    selects = [f"SELECT member_id FROM {table}" for table in direct]
    selects += [f"SELECT {named} FROM competition" for named in (_HOST, _CHALLENGED)]
    rows = await db.rows(f"SELECT DISTINCT member_id FROM ({' UNION ALL '.join(selects)}) AS named WHERE member_id > 0")
    return [member_id for (member_id,) in rows]


async def unseen_since(db: Reads, before_ms: int) -> list[int]:
    """The members who did nothing since then. Of who has only settings it is not known."""
    selects: Iterable[str] = (
        f"SELECT member_id, {one.seen} AS seen_ms FROM {one.table} WHERE member_id > 0" for one in TABLES if one.seen
    )
    rows = await db.rows(
        f"SELECT member_id FROM ({' UNION ALL '.join(selects)}) AS seen GROUP BY member_id HAVING max(seen_ms) < ?",
        (before_ms,),
    )
    return [member_id for (member_id,) in rows]


async def is_unseen(db: Reads, member_id: int, since_ms: int) -> bool:
    """Whether a member did nothing since then."""
    seen = (
        f"SELECT 1 FROM {one.table} WHERE member_id = :member AND {one.seen} >= :since" for one in TABLES if one.seen
    )
    return not await db.rows(f"{' UNION ALL '.join(seen)} LIMIT 1", {"member": member_id, "since": since_ms})


# The file


class Chores(NamedTuple):
    """What waits: since when the file is to be rebuilt (None: it is not), and the last look for members not seen."""

    rebuild_since_ms: int | None
    swept_ms: int


async def chores(db: Reads) -> Chores:
    """What waits to be done."""
    [row] = await db.rows("SELECT rebuild_since_ms, swept_ms FROM privacy")
    return Chores(*row)


async def rebuilt(tx: Transaction) -> None:
    """Note that nothing of what was deleted is left in the file."""
    await tx.run("UPDATE privacy SET rebuild_since_ms = NULL")


async def swept(tx: Transaction, now_ms: int) -> None:
    """Note that members not seen for long were looked for."""
    await tx.run("UPDATE privacy SET swept_ms = ?", (now_ms,))


class Announced(NamedTuple):
    """That members not seen since ``before_ms`` will be deleted, announced at ``at_ms``."""

    at_ms: int
    before_ms: int


async def announced(db: Reads) -> Announced | None:
    """What was announced and is not over."""
    [(at_ms, before_ms)] = await db.rows("SELECT announced_ms, announced_before_ms FROM privacy")
    return None if at_ms is None else Announced(at_ms, before_ms)


async def announce(tx: Transaction, what: Announced | None) -> None:
    """Announce a deletion; None takes the announcement back."""
    await tx.run("UPDATE privacy SET announced_ms = ?, announced_before_ms = ?", what or (None, None))
