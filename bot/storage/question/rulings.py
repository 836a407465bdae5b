"""What managers decided about questions in their servers: reports, decisions, and the rulings that grade answers there."""

from collections.abc import Sequence

from bot.model.rulings import (
    AcceptedText,
    Decision,
    DecisionKind,
    Extent,
    Regrade,
    Reported,
    ReportForAuthor,
    Said,
    Subject,
)
from bot.model.shards import EVERY_SERVER, Holdings
from bot.quiz.question.accepting import Forgiveness, Typed
from bot.quiz.question.asking import is_right
from bot.quiz.question.regrading import Ruling, Rulings, RulingsOf
from bot.storage.given import NO_OPTION, accepted_of, accepted_text, given_of
from bot.storage.lists import of_held
from bot.storage.question.reports import texts_of
from bot.storage.store import Reads, Transaction

GRADES = (DecisionKind.RETIRE, DecisionKind.OVERRIDE, DecisionKind.UNDO, DecisionKind.COUNT)
"""The decisions that grade answers."""
_SUBJECT = "guild_id = ? AND pack_id = ? AND question_id = ? AND question_hash = ?"


def _values(subject: Subject) -> tuple[object, ...]:
    return subject.guild_id, subject.pack_id, subject.question_id, subject.question_hash


async def here(db: Reads, guild_id: int | None, pack_id: str) -> Rulings:
    """A server's rulings on a course; none in direct messages."""
    if guild_id is None:
        return Rulings()
    rows = await db.rows(
        "SELECT question_id, question_hash, course_key, key, accepted FROM ruling WHERE guild_id = ? AND pack_id = ?",
        (guild_id, pack_id),
    )
    return Rulings({(question_id, hash_): _ruling(*row) for question_id, hash_, *row in rows})


def _ruling(course_key: int, key: int | None, accepted: str | None) -> Ruling:
    return Ruling(course_key, key, accepted_of(accepted))


async def everywhere(db: Reads, pack_id: str) -> RulingsOf:
    """Every server's rulings on a course."""
    found: dict[int | None, dict[tuple[str, str], Ruling]] = {}
    for guild_id, question_id, hash_, *row in await db.rows(
        "SELECT guild_id, question_id, question_hash, course_key, key, accepted FROM ruling WHERE pack_id = ?",
        (pack_id,),
    ):
        found.setdefault(guild_id, {})[question_id, hash_] = _ruling(*row)
    return {guild_id: Rulings(own) for guild_id, own in found.items()}


async def in_force(db: Reads, guild_id: int) -> list[Subject]:
    """The versions of questions that are graded otherwise in a server than by the course, the newest ruling first."""
    rows = await db.rows(
        "SELECT guild_id, pack_id, question_id, question_hash FROM ruling WHERE guild_id = ? "
        " AND (key IS NULL OR key != course_key OR accepted IS NOT NULL) ORDER BY at_ms DESC",
        (guild_id,),
    )
    return [Subject(*row) for row in rows]


async def rule(tx: Transaction, subject: Subject, ruling: Ruling, now_ms: int) -> None:
    """Put a ruling in force."""
    await tx.run(
        "INSERT INTO ruling (guild_id, pack_id, question_id, question_hash, course_key, key, at_ms, accepted)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (guild_id, pack_id, question_id, question_hash)"
        " DO UPDATE SET key = excluded.key, at_ms = excluded.at_ms, accepted = excluded.accepted",
        (*_values(subject), ruling.course_key, ruling.key, now_ms, accepted_text(ruling.accepted)),
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
        "SELECT pack_id, question_id, count(NULLIF(words, '')), count(typed), min(at_ms) FROM report"
        " WHERE guild_id = ? AND closed_ms IS NULL GROUP BY pack_id, question_id",
        (guild_id,),
    )
    return [Reported(*row) for row in rows]


async def said(db: Reads, guild_id: int, pack_id: str, question_id: str) -> list[Said]:
    """What was said about a question in a server and waits for a decision, the newest first."""
    rows = await db.rows(
        "SELECT question_hash, words, at_ms, typed FROM report WHERE pack_id = ? AND question_id = ? AND guild_id = ?"
        " AND closed_ms IS NULL ORDER BY at_ms DESC",
        (pack_id, question_id, guild_id),
    )
    return [Said(hash_, words, at_ms, tuple(texts_of(typed))) for hash_, words, at_ms, typed in rows]


async def close_reports(tx: Transaction, subject: Subject, now_ms: int) -> list[int]:
    """Close the reports from a server on a question; returns who had made them."""
    rows = await tx.rows(
        "UPDATE report SET closed_ms = ? WHERE pack_id = ? AND question_id = ? AND guild_id = ? AND closed_ms IS NULL"
        " RETURNING member_id",
        (now_ms, subject.pack_id, subject.question_id, subject.guild_id),
    )
    return sorted(member_id for (member_id,) in rows)


async def typed_wrong(db: Reads, subject: Subject) -> list[Typed]:
    """Every wrong answer that was typed to a version of a question in a server, by the course's word, and who typed it."""
    rows = await db.rows(
        f"SELECT member_id, given FROM answer WHERE {_SUBJECT} AND chosen = ? AND given IS NOT NULL AND member_id > 0",
        (*_values(subject), NO_OPTION),
    )
    found = ((member_id, given_of(NO_OPTION, given).text) for member_id, given in rows)
    return [(member_id, text) for member_id, text in found if text]


async def said_to_count(db: Reads, subject: Subject) -> list[Typed]:
    """What members typed to a version of a question in a server and say should count, where it waits for a decision."""
    rows = await db.rows(
        f"SELECT member_id, typed FROM report WHERE {_SUBJECT} AND typed IS NOT NULL AND closed_ms IS NULL",
        _values(subject),
    )
    return [(member_id, text) for member_id, typed in rows for text in texts_of(typed)]


async def close_claims(tx: Transaction, subject: Subject, form: str, by: Forgiveness, now_ms: int) -> list[int]:
    """Close what says that this typed text should count; returns who had said so.

    What else they said, in words or of other texts, stays open.
    """
    asked = []
    for member_id, typed, words in await tx.rows(
        f"SELECT member_id, typed, words FROM report WHERE {_SUBJECT} AND typed IS NOT NULL AND closed_ms IS NULL",
        _values(subject),
    ):
        left = [text for text in texts_of(typed) if by.form(text) != form]
        if len(left) < len(texts_of(typed)):
            kept = "\n".join(left) or (None if words else typed)
            asked.append((kept, None if left or words else now_ms, member_id))
    await tx.run_many(
        "UPDATE report SET typed = ?, closed_ms = ? WHERE member_id = ? AND pack_id = ? AND question_id = ?",
        [(*row, subject.pack_id, subject.question_id) for row in asked],
    )
    return sorted(member_id for *_, member_id in asked)


async def accepted_texts(db: Reads) -> list[AcceptedText]:
    """The typed texts that managers have count, by question, those of most servers first."""
    found: dict[tuple[str, str, str, str], list[tuple[str, int]]] = {}
    for pack_id, question_id, hash_, accepted, at_ms in await db.rows(
        "SELECT pack_id, question_id, question_hash, accepted, at_ms FROM ruling WHERE accepted IS NOT NULL"
    ):
        texts = accepted_of(accepted)
        for text in texts.texts:
            found.setdefault((pack_id, question_id, hash_, texts.by.form(text)), []).append((text, at_ms))
    every = [
        AcceptedText(pack_id, question_id, hash_, some[0][0], len(some), max(at_ms for _, at_ms in some))
        for (pack_id, question_id, hash_, _), some in found.items()
    ]
    return sorted(every, key=lambda one: (one.pack_id, one.question_id, one.question_hash, -one.servers, one.text))


async def for_authors(db: Reads) -> list[ReportForAuthor]:
    """Every report, by question and time."""
    rows = await db.rows(
        "SELECT r.pack_id, r.question_id, r.question_hash, r.at_ms, r.words, r.typed, d.question_hash, d.kind, d.at_ms,"
        " d.key, d.words FROM report r LEFT JOIN decision d ON d.id = (SELECT max(id) FROM decision"
        " WHERE guild_id = r.guild_id AND pack_id = r.pack_id AND question_id = r.question_id AND at_ms >= r.at_ms)"
        " ORDER BY r.pack_id, r.question_id, r.at_ms"
    )
    found = []
    for pack_id, question_id, version, at_ms, words, typed, decided_on, kind, *made in rows:
        decision = Decision(Subject(0, pack_id, question_id, decided_on), DecisionKind(kind), *made) if kind else None
        found.append(ReportForAuthor(pack_id, question_id, version, at_ms, words, decision, tuple(texts_of(typed))))
    return found


# How much it would change


async def extent(db: Reads, subject: Subject, ruling: Ruling) -> Extent:
    """How many answers a ruling would grade otherwise than they are now, of how many members, in how many competitions."""
    if ruling.accepted:
        return await _extent_of_texts(db, subject, ruling)
    right, void = ruling.grading
    [[answers, members, competitions]] = await db.rows(
        "SELECT count(*), count(DISTINCT member_id), count(DISTINCT CASE WHEN mode = 'competition' THEN run_id END)"
        f" FROM answer WHERE {_SUBJECT} AND (void != ? OR correct != CASE WHEN chosen = ? THEN 1 ELSE 0 END)",
        (*_values(subject), void, right),
    )
    return Extent(answers, members, competitions)


async def _extent_of_texts(db: Reads, subject: Subject, ruling: Ruling) -> Extent:
    """The same where what was typed has to be read for it; each spelling is compared once."""
    right, void = ruling.grading
    counts: dict[tuple[int, str | None], bool] = {}
    answers, members, games = 0, set(), set()
    for member_id, game, chosen, given, *now in await db.rows(
        "SELECT member_id, CASE WHEN mode = 'competition' THEN run_id END, chosen, given, correct, void"
        f" FROM answer WHERE {_SUBJECT}",
        _values(subject),
    ):
        if (chosen, given) not in counts:
            counts[chosen, given] = is_right(given_of(chosen, given), right, ruling.accepted)
        if (counts[chosen, given], void) != tuple(map(bool, now)):
            answers += 1
            members.add(member_id)
            games.add(game)
    return Extent(answers, len(members), len(games - {None}))


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
    fitting = [one for one in made if one.subject == subject and one.kind in GRADES and one.at_ms <= asked_ms]
    return subject, fitting[-1] if fitting else None
