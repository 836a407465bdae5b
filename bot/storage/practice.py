"""Practice runs and their questions; how they were answered is in ``answers``."""

from bot.quiz.practice.picking import Asked, Interlude, Run
from bot.quiz.question.asking import Sureness, lettering
from bot.storage.given import given_of
from bot.storage.store import Reads, Transaction

MODE = "practice"


async def create(tx: Transaction, run: Run, now_ms: int) -> int:
    """Store a new run with its questions; returns its id (``run.id`` is ignored)."""
    page = (run.interlude.position, run.interlude.section_id, run.interlude.page) if run.interlude else (None,) * 3
    [[run_id]] = await tx.rows(
        "INSERT INTO practice_run (member_id, guild_id, pack_id, section_id, difficulty, started_ms,"
        " page_before, page_section, page_number) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (run.member_id, run.guild_id, run.pack_id, run.section_id, run.difficulty, now_ms, *page),
    )
    await tx.run_many(
        "INSERT INTO practice_question (run_id, position, question_id, question_hash, option_order)"
        " VALUES (?, ?, ?, ?, ?)",
        [
            (run_id, asked.position, asked.question_id, asked.question_hash, "".join(map(str, asked.order)))
            for asked in run.asked
        ],
    )
    return int(run_id)


async def load(db: Reads, run_id: int) -> Run | None:
    """The run with its questions and answers, or None."""
    heads = await db.rows(
        "SELECT member_id, guild_id, pack_id, section_id, difficulty, page_before, page_section, page_number"
        " FROM practice_run WHERE id = ?",
        (run_id,),
    )
    if not heads:
        return None
    rows = await db.rows(
        "SELECT q.position, q.question_id, q.question_hash, q.option_order, a.chosen, a.given, a.correct, a.points,"
        " a.sureness"
        " FROM practice_question q LEFT JOIN answer a"
        " ON a.mode = ? AND a.run_id = q.run_id AND a.position = q.position"
        " WHERE q.run_id = ? ORDER BY q.position",
        (MODE, run_id),
    )
    asked = tuple(
        Asked(
            position=position,
            question_id=question_id,
            question_hash=question_hash,
            order=lettering(order).order,
            given=None if chosen is None else given_of(chosen, given),
            correct=None if correct is None else bool(correct),
            points=points or 0,
            sureness=None if sureness is None else Sureness(sureness),
        )
        for position, question_id, question_hash, order, chosen, given, correct, points, sureness in rows
    )
    member_id, guild_id, pack_id, section_id, difficulty, *page = heads[0]
    interlude = None if page[0] is None else Interlude(*page)
    return Run(run_id, member_id, guild_id, pack_id, section_id, difficulty, asked, interlude)


async def last_of_courses(db: Reads, member_id: int) -> dict[str, int]:
    """The number of a member's last run in each course."""
    return dict(
        await db.rows("SELECT pack_id, max(id) FROM practice_run WHERE member_id = ? GROUP BY pack_id", (member_id,))
    )


async def append_question(tx: Transaction, run_id: int, asked: Asked) -> None:
    """Add a question at the end of the run (``asked.position`` is ignored)."""
    await tx.run(
        "INSERT INTO practice_question (run_id, position, question_id, question_hash, option_order)"
        " SELECT ?, max(position) + 1, ?, ?, ? FROM practice_question WHERE run_id = ?",
        (run_id, asked.question_id, asked.question_hash, "".join(map(str, asked.order)), run_id),
    )


async def drop_question(tx: Transaction, run_id: int, position: int) -> None:
    """Take an unanswered question out of the run."""
    await tx.run("DELETE FROM practice_question WHERE run_id = ? AND position = ?", (run_id, position))
