"""What a database holds: its sizes, which cost nothing to ask, and the first attempts, read page by page."""

import itertools
from collections.abc import AsyncIterator
from typing import NamedTuple

from bot.errors import StorageError
from bot.quiz.question.statistics import Attempt
from bot.storage.competitions import MODE as COMPETITION
from bot.storage.store import Reads, Store

PAGE = 1_000
"""About how many answers are read at once: a few milliseconds of work for the database and for who counts them."""
_LAST_ID = 2**63 - 1


class Sizes(NamedTuple):
    """Answers ever stored (deleted ones too), and bytes of the file."""

    answers: int
    database_bytes: int


async def sizes(db: Store) -> Sizes | None:
    """The sizes now, or None when the database does not answer."""
    try:
        [[answers]] = await db.rows("SELECT coalesce(max(id), 0) FROM answer")
        return Sizes(answers, await db.bytes())
    except StorageError:
        return None


class MemberAttempts(NamedTuple):
    """The first attempts of one member in one course, oldest first. Who it was is not told."""

    pack_id: str
    attempts: list[Attempt]


async def first_attempts(db: Reads, page: int = PAGE) -> AsyncIterator[list[MemberAttempts]]:
    """Every member's first answer in each family, whatever the mode, in batches of whole members.

    They are right or wrong by the course's key, whatever managers decided in their servers: it is the course's questions
    that these figures are about.

    A stand-in for a member who was deleted is left out: it has the answers of one run, and nothing tells which of them
    were the first. Nothing is locked between two pages, so writes and other reads pass.
    """
    after = 0
    while after < _LAST_ID:
        ends = await db.rows(
            "SELECT member_id FROM answer WHERE member_id > ? ORDER BY member_id LIMIT 1 OFFSET ?", (after, page - 1)
        )
        last = int(ends[0][0]) if ends else _LAST_ID
        rows = await db.rows(
            "WITH first AS (SELECT min(id) AS id FROM answer WHERE member_id > ? AND member_id <= ?"
            " GROUP BY member_id, pack_id, family)"
            " SELECT a.member_id, a.pack_id, a.question_id, a.question_hash, a.chosen,"
            " CASE WHEN r.course_key IS NULL THEN a.correct WHEN a.chosen = r.course_key THEN 1 ELSE 0 END, c.elapsed_ms,"
            " c.sureness FROM first JOIN answer AS a ON a.id = first.id"
            " LEFT JOIN competition_answer AS c ON a.mode = ? AND c.competition_id = a.run_id AND c.round = a.position"
            " AND c.member_id = a.member_id LEFT JOIN ruling AS r ON r.guild_id = a.guild_id AND r.pack_id = a.pack_id"
            " AND r.question_id = a.question_id AND r.question_hash = a.question_hash ORDER BY a.member_id, a.pack_id, a.id",
            (after, last, COMPETITION),
        )
        if rows:
            yield [
                MemberAttempts(pack_id, [Attempt(row[2], row[3], row[4], bool(row[5]), row[6], row[7]) for row in own])
                for (_, pack_id), own in itertools.groupby(rows, key=lambda row: row[:2])
            ]
        after = last


async def first_attempts_of(db: Reads, member_id: int, pack_id: str) -> list[tuple[str, bool]]:
    """One member's first answers in the families of a course, oldest first: the question, and whether it was right."""
    rows = await db.rows(
        "SELECT a.question_id, a.correct FROM (SELECT min(id) AS id FROM answer WHERE member_id = ? AND pack_id = ?"
        " GROUP BY family) AS first JOIN answer AS a ON a.id = first.id ORDER BY a.id",
        (member_id, pack_id),
    )
    return [(question_id, bool(correct)) for question_id, correct in rows]
