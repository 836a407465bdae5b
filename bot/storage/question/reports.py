"""What members say is wrong with a question."""

from bot.model.rulings import Report
from bot.storage.store import Transaction


async def save(tx: Transaction, report: Report) -> bool:
    """Store a report in place of the member's earlier one; says whether it is their first on that question."""
    rows = await tx.rows(
        "SELECT 1 FROM report WHERE member_id = ? AND pack_id = ? AND question_id = ?",
        (report.member_id, report.pack_id, report.question_id),
    )
    await tx.run(
        "INSERT INTO report (member_id, pack_id, question_id, question_hash, guild_id, words, at_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (member_id, pack_id, question_id)"
        " DO UPDATE SET question_hash = excluded.question_hash,"
        " guild_id = excluded.guild_id, words = excluded.words, at_ms = excluded.at_ms, closed_ms = NULL",
        (
            report.member_id,
            report.pack_id,
            report.question_id,
            report.question_hash,
            report.guild_id,
            report.words,
            report.at_ms,
        ),
    )
    return not rows
