"""What members say is wrong with a question, and that what they typed should count: a row for each member and question."""

from typing import NamedTuple

from bot.model.rulings import Report
from bot.storage.store import Reads, Transaction

MOST_CLAIMED = 10
"""So many texts of a member and question are kept that should count, the newest ones."""


def texts_of(typed: str | None) -> list[str]:
    """The texts that should count, from their column: one a line, as what is typed has none."""
    return typed.split("\n") if typed else []


class _Earlier(NamedTuple):
    question_hash: str
    guild_id: int | None
    words: str
    typed: str | None
    closed_ms: int | None

    def is_open_beside(self, report: Report) -> bool:
        """Whether it still waits for a decision, about the same version in the same server."""
        same = (self.question_hash, self.guild_id) == (report.question_hash, report.guild_id)
        return same and self.closed_ms is None


async def save(tx: Transaction, report: Report) -> bool:
    """Store a report in place of the member's earlier words; says whether it is their first on that question.

    What they typed and said should count stays, as long as that is open.
    """
    earlier = await _earlier(tx, report)
    kept = earlier.typed if earlier and earlier.is_open_beside(report) else None
    await _put(tx, report._replace(typed=kept))
    return not (earlier and earlier.words)


async def claim(tx: Transaction, report: Report) -> bool:
    """Store that what was typed should count; says whether that is new.

    Other texts that should, and the member's words on the question, stay as long as they are open.
    """
    earlier = await _earlier(tx, report)
    beside = earlier if earlier and earlier.is_open_beside(report) else None
    texts = texts_of(beside.typed) if beside else []
    if report.typed is None or report.typed in texts:
        return False
    typed = "\n".join([*texts, report.typed][-MOST_CLAIMED:])
    await _put(tx, report._replace(words=beside.words if beside else "", typed=typed))
    return True


async def _earlier(db: Reads, report: Report) -> _Earlier | None:
    rows = await db.rows(
        "SELECT question_hash, guild_id, words, typed, closed_ms FROM report"
        " WHERE member_id = ? AND pack_id = ? AND question_id = ?",
        (report.member_id, report.pack_id, report.question_id),
    )
    return _Earlier(*rows[0]) if rows else None


async def _put(tx: Transaction, report: Report) -> None:
    await tx.run(
        "INSERT INTO report (member_id, pack_id, question_id, question_hash, guild_id, words, at_ms, typed)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (member_id, pack_id, question_id)"
        " DO UPDATE SET question_hash = excluded.question_hash, guild_id = excluded.guild_id, words = excluded.words,"
        " at_ms = excluded.at_ms, typed = excluded.typed, closed_ms = NULL",
        report,
    )
