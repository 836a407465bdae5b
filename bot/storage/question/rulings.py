"""What managers decided about questions in their servers: reports, decisions, and the rulings that grade answers there."""

from collections.abc import Sequence

from bot.model.rulings import Decision, DecisionKind, Extent, Regrade, Reported, ReportForAuthor, Said, Subject
from bot.model.shards import EVERY_SERVER, Holdings
from bot.quiz.question.regrading import Ruling, Rulings, RulingsOf
from bot.storage.lists import of_held
from bot.storage.store import Reads, Transaction

_SUBJECT = "guild_id = ? AND pack_id = ? AND question_id = ? AND question_hash = ?"


def _values(subject: Subject) -> tuple[object, ...]:
    return subject.guild_id, subject.pack_id, subject.question_id, subject.question_hash


async def here(db: Reads, guild_id: int | None, pack_id: str) -> Rulings:
    """A server's rulings on a course; none in direct messages."""
    if guild_id is None:
        return Rulings()
    rows = await db.rows(
        "SELECT question_id, question_hash, course_key, key FROM ruling WHERE guild_id = ? AND pack_id = ?",
        (guild_id, pack_id),
    )
    return Rulings({(question_id, hash_): Ruling(*keys) for question_id, hash_, *keys in rows})


async def everywhere(db: Reads, pack_id: str) -> RulingsOf:
    """Every server's rulings on a course."""
    found: dict[int | None, dict[tuple[str, str], Ruling]] = {}
    for guild_id, question_id, hash_, *keys in await db.rows(
        "SELECT guild_id, question_id, question_hash, course_key, key FROM ruling WHERE pack_id = ?", (pack_id,)
    ):
        found.setdefault(guild_id, {})[question_id, hash_] = Ruling(*keys)
    return {guild_id: Rulings(own) for guild_id, own in found.items()}


async def in_force(db: Reads, guild_id: int) -> list[Subject]:
    """The versions of questions that are graded otherwise in a server than by the course, the newest ruling first."""
    rows = await db.rows(
        "SELECT guild_id, pack_id, question_id, question_hash FROM ruling WHERE guild_id = ? "
        " AND (key IS NULL OR key != course_key) ORDER BY at_ms DESC",
        (guild_id,),
    )
    return [Subject(*row) for row in rows]


async def rule(tx: Transaction, subject: Subject, ruling: Ruling, now_ms: int) -> None:
    """Put a ruling in force."""
    await tx.run(
        "INSERT INTO ruling (guild_id, pack_id, question_id, question_hash, course_key, key, at_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (guild_id, pack_id, question_id, question_hash)"
        " DO UPDATE SET key = excluded.key, at_ms = excluded.at_ms",
        (*_values(subject), ruling.course_key, ruling.key, now_ms),
    )


async def add(tx: Transaction, decision: Decision) -> None:
    """Note a decision."""
    await tx.run(
        "INSERT INTO decision (guild_id, pack_id, question_id, question_hash, kind, key, words, at_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (*_values(decision.subject), decision.kind.value, decision.key, decision.words, decision.at_ms),
    )


async def decisions(db: Reads, guild_id: int, pack_id: str, question_id: str) -> list[Decision]:
    """What was decided about a question in a server, every version of it, oldest first."""
    rows = await db.rows(
        "SELECT guild_id, pack_id, question_id, question_hash, kind, at_ms, key, words FROM decision"
        " WHERE guild_id = ? AND pack_id = ? AND question_id = ? ORDER BY id",
        (guild_id, pack_id, question_id),
    )
    return [Decision(Subject(*row[:4]), DecisionKind(row[4]), *row[5:]) for row in rows]


async def decided(db: Reads, guild_id: int) -> set[tuple[str, str, str]]:
    """The versions (pack, question, hash) about which anything was decided in a server."""
    rows = await db.rows(
        "SELECT DISTINCT pack_id, question_id, question_hash FROM decision WHERE guild_id = ?", (guild_id,)
    )
    return {(pack_id, question_id, hash_) for pack_id, question_id, hash_ in rows}


# Reports


async def reported(db: Reads, guild_id: int) -> list[Reported]:
    """The questions with reports from a server that wait for a decision."""
    rows = await db.rows(
        "SELECT pack_id, question_id, count(*), min(at_ms) FROM report WHERE guild_id = ? AND closed_ms IS NULL"
        " GROUP BY pack_id, question_id",
        (guild_id,),
    )
    return [Reported(*row) for row in rows]


async def said(db: Reads, guild_id: int, pack_id: str, question_id: str) -> list[Said]:
    """What was said about a question in a server and waits for a decision, the newest first."""
    rows = await db.rows(
        "SELECT question_hash, words, at_ms FROM report WHERE pack_id = ? AND question_id = ? AND guild_id = ?"
        " AND closed_ms IS NULL ORDER BY at_ms DESC",
        (pack_id, question_id, guild_id),
    )
    return [Said(*row) for row in rows]


async def close_reports(tx: Transaction, subject: Subject, now_ms: int) -> list[int]:
    """Close the reports from a server on a question; returns who had made them."""
    rows = await tx.rows(
        "UPDATE report SET closed_ms = ? WHERE pack_id = ? AND question_id = ? AND guild_id = ? AND closed_ms IS NULL"
        " RETURNING member_id",
        (now_ms, subject.pack_id, subject.question_id, subject.guild_id),
    )
    return sorted(member_id for (member_id,) in rows)


async def for_authors(db: Reads) -> list[ReportForAuthor]:
    """Every report, by question and time."""
    rows = await db.rows(
        "SELECT r.pack_id, r.question_id, r.question_hash, r.at_ms, r.words, d.question_hash, d.kind, d.at_ms, d.key, d.words"
        " FROM report r LEFT JOIN decision d ON d.id = (SELECT max(id) FROM decision WHERE guild_id = r.guild_id"
        " AND pack_id = r.pack_id AND question_id = r.question_id AND at_ms >= r.at_ms)"
        " ORDER BY r.pack_id, r.question_id, r.at_ms"
    )
    found = []
    for pack_id, question_id, version, at_ms, words, decided_on, kind, *made in rows:
        decision = Decision(Subject(0, pack_id, question_id, decided_on), DecisionKind(kind), *made) if kind else None
        found.append(ReportForAuthor(pack_id, question_id, version, at_ms, words, decision))
    return found


# How much it would change


async def extent(db: Reads, subject: Subject, course_key: int, key: int | None) -> Extent:
    """How many answers a ruling would grade otherwise than they are now, of how many members, in how many competitions."""
    void = key is None
    right = course_key if key is None else key
    [[answers, members, competitions]] = await db.rows(
        "SELECT count(*), count(DISTINCT member_id), count(DISTINCT CASE WHEN mode = 'competition' THEN run_id END)"
        f" FROM answer WHERE {_SUBJECT} AND (void != ? OR correct != CASE WHEN chosen = ? THEN 1 ELSE 0 END)",
        (*_values(subject), void, right),
    )
    return Extent(answers, members, competitions)


# What waits to be regraded


async def ask_regrades(tx: Transaction, subjects: Sequence[Subject], now_ms: int) -> None:
    """Have these regraded."""
    await tx.run_many(
        "INSERT INTO regrade (guild_id, pack_id, question_id, question_hash, asked_ms) VALUES (?, ?, ?, ?, ?)",
        [(*_values(subject), now_ms) for subject in subjects],
    )


async def next_regrade(db: Reads, held: Holdings = EVERY_SERVER) -> Regrade | None:
    """The oldest that is not done in the servers that are held."""
    ours, values = of_held(held)
    rows = await db.rows(
        "SELECT id, guild_id, pack_id, question_id, question_hash FROM regrade"
        f" WHERE done_ms IS NULL AND {ours} ORDER BY id LIMIT 1",
        values,
    )
    return Regrade(rows[0][0], Subject(*rows[0][1:])) if rows else None


async def latest_kind(db: Reads, regrade_id: int) -> tuple[Subject, Decision | None]:
    """What a regrade was about, and the decision that it followed. Raises LookupError for one that is not there."""
    rows = await db.rows(
        "SELECT guild_id, pack_id, question_id, question_hash, asked_ms FROM regrade WHERE id = ?", (regrade_id,)
    )
    if not rows:
        raise LookupError(regrade_id)
    *place, asked_ms = rows[0]
    subject = Subject(*place)
    made = await decisions(db, subject.guild_id, subject.pack_id, subject.question_id)
    ruling = (DecisionKind.RETIRE, DecisionKind.OVERRIDE, DecisionKind.UNDO)
    fitting = [one for one in made if one.subject == subject and one.kind in ruling and one.at_ms <= asked_ms]
    return subject, fitting[-1] if fitting else None
