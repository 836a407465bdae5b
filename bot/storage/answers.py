"""Answers, the cards that space them, and the totals that boards show: all kept in the answer's own transaction."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.model.answers import Answered, Before, StoredAnswer
from bot.quiz.board.totals import COMPETITION, IN_COMPETITIONS, sections_of
from bot.quiz.practice.picking import Seen
from bot.quiz.practice.spacing import USUAL, Aim, Card, FamilyAnswer
from bot.quiz.question.asking import FilePlace, Sureness
from bot.quiz.question.regrading import Past
from bot.storage.competitions import IS_LIVE
from bot.storage.given import given_of, option_of, text_of
from bot.storage.lists import ids, listed, rows_of, words
from bot.storage.store import Reads, Transaction


async def before(db: Reads, member_id: int, pack_id: str, question_id: str, family: str) -> Before:
    """What decides whether the question is new or due for this member, and when it comes back."""
    return (await before_all(db, [member_id], pack_id, question_id, family))[member_id]


async def before_all(
    db: Reads, member_ids: Iterable[int], pack_id: str, question_id: str, family: str
) -> dict[int, Before]:
    """The same for many members at once."""
    rows = await db.rows(
        "SELECT j.id,"
        " EXISTS (SELECT 1 FROM answer WHERE member_id = j.id AND pack_id = :pack AND question_id = :question"
        "  AND void = 0),"
        " s.retention, c.stability, c.difficulty, c.reviewed_ms, c.due_ms, c.model"
        f" FROM {ids(':members')} AS j"
        " LEFT JOIN card AS c ON c.member_id = j.id AND c.pack_id = :pack AND c.family = :family"
        " LEFT JOIN member_setting AS s ON s.member_id = j.id",
        {"members": listed(member_ids), "pack": pack_id, "question": question_id, "family": family},
    )
    return {
        member_id: Before(bool(met), Card(*card) if card[0] is not None else None, retention or USUAL.retention)
        for member_id, met, retention, *card in rows
    }


async def right_on_siblings(
    db: Reads, member_ids: Iterable[int], pack_id: str, question_id: str, family: str
) -> set[int]:
    """Which of the members had answered another question of the family right."""
    rows = await db.rows(
        f"SELECT j.id FROM {ids(':members')} AS j WHERE EXISTS (SELECT 1 FROM answer WHERE member_id = j.id"
        " AND pack_id = :pack AND family = :family AND question_id != :question AND correct = 1 AND void = 0)",
        {"members": listed(member_ids), "pack": pack_id, "question": question_id, "family": family},
    )
    return {member_id for (member_id,) in rows}


async def record(tx: Transaction, answer: StoredAnswer, card: Card, periods: Sequence[str]) -> None:
    """Store an answer, the card after it, and what it adds to the totals of its server."""
    await record_all(tx, [(answer, card)], periods)


async def record_all(tx: Transaction, given: Sequence[tuple[StoredAnswer, Card]], periods: Sequence[str]) -> None:
    """The same for many answers at once, as a round of a competition brings them."""
    await tx.run_many(
        "INSERT INTO answer (member_id, guild_id, pack_id, section_id, question_id, question_hash, family, mode, run_id,"
        " position, chosen, correct, points, answered_ms, sureness, given)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                answer.member_id,
                answer.guild_id,
                answer.pack_id,
                answer.section_id,
                answer.question_id,
                answer.question_hash,
                answer.family,
                answer.mode,
                answer.run_id,
                answer.position,
                option_of(answer.given),
                answer.correct,
                answer.points,
                answer.answered_ms,
                answer.sureness,
                text_of(answer.given),
            )
            for answer, _ in given
        ],
    )
    for pack_id in {answer.pack_id for answer, _ in given}:
        cards = {(answer.member_id, answer.family): card for answer, card in given if answer.pack_id == pack_id}
        await put_cards(tx, pack_id, cards)
    await _add_to_totals(tx, [answer for answer, _ in given if answer.guild_id is not None], periods)


async def _add_to_totals(tx: Transaction, given: Sequence[StoredAnswer], periods: Sequence[str]) -> None:
    all_periods = listed(periods)
    await tx.run_many(
        "INSERT INTO total (guild_id, period, section, member_id, points, answers, correct, last_ms)"
        f" SELECT ?, p.word, s.word, ?, ?, 1, ?, ? FROM {words()} AS p CROSS JOIN {words()} AS s WHERE true"
        " ON CONFLICT (guild_id, period, section, member_id) DO UPDATE SET points = total.points + excluded.points,"
        " answers = total.answers + 1, correct = total.correct + excluded.correct,"
        " last_ms = CASE WHEN excluded.points > 0 THEN excluded.last_ms ELSE total.last_ms END",
        [
            (
                answer.guild_id,
                answer.member_id,
                answer.points,
                answer.correct,
                answer.answered_ms,
                all_periods,
                listed(sections_of(answer.pack_id, answer.section_id, answer.mode)),
            )
            for answer in given
        ],
    )


async def add_points(
    tx: Transaction, guild_id: int, points: Mapping[int, int], periods: Sequence[str], now_ms: int
) -> None:
    """Add points that no single answer earned (the bonus of a competition) to a server's totals."""
    await tx.run_many(
        "INSERT INTO total (guild_id, period, section, member_id, points, answers, correct, last_ms)"
        " VALUES (?, ?, ?, ?, ?, 0, 0, ?)"
        " ON CONFLICT (guild_id, period, section, member_id) DO UPDATE SET points = total.points + excluded.points,"
        " last_ms = excluded.last_ms",
        [
            (guild_id, period, section, member_id, more, now_ms)
            for member_id, more in points.items()
            for period in periods
            for section in ("", IN_COMPETITIONS)
        ],
    )


async def last_answers(db: Reads, member_id: int, pack_id: str) -> dict[str, Seen]:
    """The member's last answer that counts to each question of the pack."""
    rows = await db.rows(
        "SELECT a.question_id, a.answered_ms, a.correct FROM (SELECT member_id, pack_id, question_id,"
        " max(answered_ms) AS last_ms FROM answer WHERE member_id = ? AND pack_id = ? AND void = 0"
        " GROUP BY member_id, pack_id, question_id) AS l JOIN answer AS a ON a.member_id = l.member_id"
        " AND a.pack_id = l.pack_id AND a.question_id = l.question_id AND a.answered_ms = l.last_ms AND a.void = 0"
        " ORDER BY a.id",
        (member_id, pack_id),
    )
    return {question_id: Seen(last_ms, bool(correct)) for question_id, last_ms, correct in rows}


async def strengths(db: Reads, guild_id: int, member_ids: Sequence[int]) -> dict[int, float]:
    """How well each did in this server's competitions: the share of right answers, drawn towards a half by few of them."""
    rows = await db.rows(
        "SELECT member_id, sum(correct), count(*) FROM answer WHERE guild_id = ? AND mode = 'competition' AND void = 0"
        f" AND member_id IN {ids()} GROUP BY member_id",
        (guild_id, listed(member_ids)),
    )
    return {member_id: (right + 1) / (answered + 2) for member_id, right, answered in rows}


async def due_by_family(db: Reads, member_id: int, pack_id: str) -> dict[str, int]:
    """When each family that the member has met is due, in epoch milliseconds."""
    rows = await db.rows("SELECT family, due_ms FROM card WHERE member_id = ? AND pack_id = ?", (member_id, pack_id))
    return dict(rows)


async def family_history(db: Reads, member_id: int, pack_id: str, family: str) -> list[FamilyAnswer]:
    """Every answer of a member to a family's questions that counts, oldest first."""
    histories = await family_histories(db, [(member_id, family)], pack_id)
    return [past.answer for past in histories.get((member_id, family), ()) if not past.void]


async def family_histories(
    db: Reads, wanted: Iterable[tuple[int, str]], pack_id: str
) -> dict[tuple[int, str], tuple[Past, ...]]:
    """Every answer of these members to these families' questions, oldest first: all that a replay of them uses."""
    return await _histories(
        db,
        f"{rows_of(member_id=int, family=str)} AS j CROSS JOIN answer AS a WHERE a.member_id = j.member_id"
        " AND a.family = j.family AND a.pack_id = ?",
        (listed(wanted), pack_id),
    )


async def histories_of(db: Reads, answer_ids: Sequence[int]) -> dict[tuple[int, str], tuple[Past, ...]]:
    """The same, of these answers: as they are now."""
    return await _histories(db, f"{ids()} AS j CROSS JOIN answer AS a WHERE a.id = j.id", (listed(answer_ids),))


async def _histories(db: Reads, source: str, values: Sequence[object]) -> dict[tuple[int, str], tuple[Past, ...]]:
    rows = await db.rows(
        "SELECT a.member_id, a.family, a.id, a.guild_id, a.question_hash, a.chosen, a.given, a.points, a.void, a.kept,"
        f" a.mode = ? AND EXISTS (SELECT 1 FROM competition c WHERE c.id = a.run_id AND c.{IS_LIVE}),"
        f" a.question_id, a.correct, a.sureness, a.answered_ms FROM {source} ORDER BY a.answered_ms, a.id",
        (COMPETITION, *values),
    )
    found: dict[tuple[int, str], list[Past]] = {}
    for member_id, family, id_, guild_id, hash_, chosen, given, points, void, kept, fixed, *answer in rows:
        question_id, correct, sureness, answered_ms = answer
        sure = None if sureness is None else Sureness(sureness)
        asked = FamilyAnswer(question_id, bool(correct), sure, answered_ms)
        whole = given_of(chosen, given)
        past = Past(id_, guild_id, hash_, whole, points, bool(void), bool(kept), bool(fixed), asked)
        found.setdefault((member_id, family), []).append(past)
    return {key: tuple(history) for key, history in found.items()}


async def histories(db: Reads, member_id: int) -> dict[tuple[str, str], list[FamilyAnswer]]:
    """Every answer of a member by course and family, oldest first."""
    found: dict[tuple[str, str], list[FamilyAnswer]] = {}
    for pack_id, family, question_id, correct, sureness, answered_ms in await db.rows(
        "SELECT pack_id, family, question_id, correct, sureness, answered_ms FROM answer"
        " WHERE member_id = ? AND void = 0 ORDER BY answered_ms, id",
        (member_id,),
    ):
        given = FamilyAnswer(question_id, bool(correct), None if sureness is None else Sureness(sureness), answered_ms)
        found.setdefault((pack_id, family), []).append(given)
    return found


async def all_of(db: Reads, member_id: int, pack_id: str) -> list[Answered]:
    """Every answer of a member in a course, oldest first."""
    rows = await db.rows(
        "SELECT question_id, question_hash, section_id, family, chosen, correct, sureness, answered_ms,"
        " (SELECT stamp_ms FROM daily_answer AS d WHERE answer.mode = 'daily' AND d.daily_id = answer.run_id"
        " AND d.member_id = answer.member_id)"
        " FROM answer WHERE member_id = ? AND pack_id = ? AND void = 0 ORDER BY answered_ms, id",
        (member_id, pack_id),
    )
    return [_answered(row, clicked_ms) for *row, clicked_ms in rows]


async def since(
    db: Reads, guild_id: int, pack_id: str, member_ids: Sequence[int], since_ms: int
) -> dict[int, list[Answered]]:
    """What these members answered in a server's course since then, oldest first; without those who did not."""
    found: dict[int, list[Answered]] = {}
    for member_id, *row in await db.rows(  # `+`: by the member's answers, not by all of the server's
        "SELECT member_id, question_id, question_hash, section_id, family, chosen, correct, sureness, answered_ms"
        f" FROM {ids()} AS j CROSS JOIN answer"
        " WHERE member_id = j.id AND pack_id = ? AND +guild_id = ? AND answered_ms >= ? AND void = 0"
        " ORDER BY answered_ms, answer.id",
        (listed(member_ids), pack_id, guild_id, since_ms),
    ):
        found.setdefault(member_id, []).append(_answered(row))
    return found


def _answered(row: Sequence[Any], clicked_ms: int | None = None) -> Answered:
    question_id, question_hash, section_id, family, chosen, correct, sureness, answered_ms = row
    sure = None if sureness is None else Sureness(sureness)
    given_ms = answered_ms if clicked_ms is None else clicked_ms
    option = FilePlace(chosen)
    return Answered(question_id, question_hash, section_id, family, option, bool(correct), sure, answered_ms, given_ms)


async def cards(db: Reads, member_id: int, pack_id: str) -> dict[str, Card]:
    """The member's cards of a course, by family."""
    rows = await db.rows(
        "SELECT family, stability, difficulty, reviewed_ms, due_ms, model FROM card WHERE member_id = ? AND pack_id = ?",
        (member_id, pack_id),
    )
    return {family: Card(*card) for family, *card in rows}


async def aims(db: Reads, member_ids: Iterable[int], pack_id: str) -> dict[int, Aim]:
    """What the cards of these members in a course aim at; the usual where they have none."""
    rows = await db.rows(
        f"SELECT j.id, (SELECT model FROM card WHERE member_id = j.id AND pack_id = ? LIMIT 1) FROM {ids()} AS j",
        (pack_id, listed(member_ids)),
    )
    return {member_id: Aim.of(model) if model else USUAL for member_id, model in rows}


async def models(db: Reads, after: tuple[int, str], most: int) -> list[tuple[int, str, set[str]]]:
    """By which models the cards of each member and course were made, the next ones after a member and course."""
    rows = await db.rows(
        "SELECT DISTINCT c.member_id, c.pack_id, c.model FROM (SELECT DISTINCT member_id, pack_id FROM card"
        " WHERE (member_id, pack_id) > (?, ?) ORDER BY member_id, pack_id LIMIT ?) AS n"
        " JOIN card AS c ON c.member_id = n.member_id AND c.pack_id = n.pack_id ORDER BY c.member_id, c.pack_id",
        (*after, most),
    )
    found: dict[tuple[int, str], set[str]] = {}
    for member_id, pack_id, model in rows:
        found.setdefault((member_id, pack_id), set()).add(model)
    return [(*key, models_) for key, models_ in found.items()]


async def set_sureness(tx: Transaction, mode: str, run_id: int, position: int, member_id: int, sure: Sureness) -> None:
    """Note how sure the member was of an answer; the last word counts."""
    await tx.run(
        "UPDATE answer SET sureness = ? WHERE mode = ? AND run_id = ? AND position = ? AND member_id = ?",
        (int(sure), mode, run_id, position, member_id),
    )


async def put_card(tx: Transaction, member_id: int, pack_id: str, family: str, card: Card) -> None:
    """Store a family's card as it is now."""
    await put_cards(tx, pack_id, {(member_id, family): card})


async def put_cards(tx: Transaction, pack_id: str, cards: Mapping[tuple[int, str], Card | None]) -> None:
    """The same for many, by member and family; None: there is none any more."""
    await tx.run_many(
        "DELETE FROM card WHERE member_id = ? AND pack_id = ? AND family = ?",
        [(member_id, pack_id, family) for (member_id, family), card in cards.items() if card is None],
    )
    await tx.run_many(
        "INSERT INTO card (member_id, pack_id, family, stability, difficulty, reviewed_ms, due_ms, model)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (member_id, pack_id, family)"
        " DO UPDATE SET stability = excluded.stability, difficulty = excluded.difficulty,"
        " reviewed_ms = excluded.reviewed_ms, due_ms = excluded.due_ms,"
        " model = excluded.model",
        [
            (member_id, pack_id, family, card.stability, card.difficulty, card.reviewed_ms, card.due_ms, card.model)
            for (member_id, family), card in cards.items()
            if card is not None
        ],
    )


async def latest_course(db: Reads, member_id: int, pack_ids: Sequence[str]) -> str | None:
    """Of these courses, the one that the member answered in last."""
    rows = await db.rows(
        f"SELECT pack_id FROM answer WHERE member_id = ? AND pack_id IN {words()} ORDER BY answered_ms DESC LIMIT 1",
        (member_id, listed(pack_ids)),
    )
    return str(rows[0][0]) if rows else None
