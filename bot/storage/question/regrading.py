"""Regrading answers: what it takes is read beside the write lane, and changes are put in force by small pieces.

Each piece is right in itself, and checks that what it was computed from is still so.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.model.posts import Kind, What
from bot.model.rulings import Moved, Regrade, Subject
from bot.model.servers import Server
from bot.quiz.board.rating import Rating
from bot.quiz.board.totals import COMPETITION, Counted
from bot.quiz.competition.state import Phase
from bot.quiz.question.asking import FilePlace
from bot.quiz.question.regraded import (
    Change,
    Inputs,
    MemberChange,
    PlaceNoted,
    RatingBefore,
    RatingNow,
    Ratings,
    Record,
    Result,
    ResultBonus,
    ResultGone,
    ResultLine,
    RoundKey,
    RoundMarks,
)
from bot.quiz.question.regrading import Graded, RatedGame
from bot.storage import answers, competitions, posts, servers, totals
from bot.storage.given import accepted_text
from bot.storage.lists import ids, listed
from bot.storage.store import Reads, Transaction

PAGE = 1_000
"""How many answers are looked at by one read."""
ROWS_A_PIECE = 120
"""How many rows a piece changes at most: some milliseconds on the write lane."""

Family = tuple[int, str]
"""A member and a family."""


@dataclass
class Scope:
    """Who and what answered a question in a server: families of members, and competitions that are over."""

    families: set[Family] = field(default_factory=set)
    competitions: set[int] = field(default_factory=set)

    @property
    def member_ids(self) -> set[int]:
        """The members; stand-ins are none."""
        return {member_id for member_id, _ in self.families}


async def scope(db: Reads, subject: Subject) -> Scope:
    """Everything that a ruling on a version of a question touches."""
    found, after = Scope(), 0
    while True:
        rows = await db.rows(
            "SELECT id, member_id, family, CASE WHEN mode = ? THEN run_id END FROM answer"
            " WHERE pack_id = ? AND question_id = ? AND guild_id = ? AND question_hash = ? AND id > ?"
            " ORDER BY id LIMIT ?",
            (COMPETITION, subject.pack_id, subject.question_id, subject.guild_id, subject.question_hash, after, PAGE),
        )
        found.families |= {(member_id, family) for _, member_id, family, _ in rows if member_id > 0}
        found.competitions |= {game for *_, game in rows if game is not None}
        if len(rows) < PAGE:
            break
        after = rows[-1][0]
    over = await db.rows(
        f"SELECT id FROM competition WHERE phase = ? AND id IN {ids()}",
        (Phase.FINISHED.value, listed(sorted(found.competitions))),
    )
    found.competitions = {competition_id for (competition_id,) in over}
    return found


# Members


async def inputs(db: Reads, subject: Subject, families: Mapping[int, set[str]]) -> list[Inputs]:
    """What these members' grading follows from."""
    members = sorted(families)
    guild_id, pack_id = subject.guild_id, subject.pack_id
    marks = await _marks(db, members)  # before the rest: what comes in between is found by the swap
    histories = await answers.family_histories(db, [(m, one) for m in members for one in families[m]], pack_id)
    bonuses = await _bonuses(db, guild_id, members)
    aims = await answers.aims(db, members, pack_id)
    counted: dict[int, dict[int, Counted]] = {member_id: {} for member_id in members}
    void: dict[int, set[int]] = {member_id: set() for member_id in members}
    for member_id, id_, is_void, *row in await db.rows(  # `+`: by the member's answers, not by all of the server's
        "SELECT a.member_id, a.id, a.void, a.pack_id, a.section_id, a.mode, a.points, a.correct, a.answered_ms"
        f" FROM {ids()} AS j CROSS JOIN answer AS a WHERE a.member_id = j.id AND +a.guild_id = ? ORDER BY a.id",
        (listed(members), guild_id),
    ):
        counted[member_id][id_] = Counted(*row)
        if is_void:
            void[member_id].add(id_)
    return [
        Inputs(
            member_id,
            {family: histories.get((member_id, family), ()) for family in families[member_id]},
            counted[member_id],
            frozenset(void[member_id]),
            bonuses.get(member_id, {}),
            marks[member_id],
            aims[member_id],
        )
        for member_id in members
    ]


async def _marks(db: Reads, members: Sequence[int]) -> dict[int, tuple[int, int]]:
    """How many answers each member has and the newest: any that comes or goes changes it."""
    rows = await db.rows(
        f"SELECT j.id, count(a.id), coalesce(max(a.id), 0) FROM {ids()} AS j"
        " LEFT JOIN answer AS a ON a.member_id = j.id GROUP BY j.id",
        (listed(members),),
    )
    return {member_id: (count, newest) for member_id, count, newest in rows}


async def answer_counts(db: Reads, members: Sequence[int]) -> dict[int, int]:
    """How many answers each of these members has given."""
    return {member_id: count for member_id, (count, _) in (await _marks(db, members)).items()}


async def _bonuses(db: Reads, guild_id: int, members: Sequence[int]) -> dict[int, dict[int, tuple[int, int]]]:
    """The bonuses of these members in a server, by competition, with when it ended."""
    found: dict[int, dict[int, tuple[int, int]]] = {}
    for member_id, competition_id, bonus, ended_ms in await db.rows(
        f"SELECT p.member_id, r.competition_id, r.bonus, c.ended_ms FROM {ids()} AS j"
        " CROSS JOIN competition_player AS p CROSS JOIN competition AS c CROSS JOIN competition_result AS r"
        " WHERE p.member_id = j.id AND c.id = p.competition_id AND r.competition_id = p.competition_id"
        " AND r.member_id = p.member_id AND c.guild_id = ? AND c.ended_ms IS NOT NULL AND r.bonus > 0",
        (listed(members), guild_id),
    ):
        found.setdefault(member_id, {})[competition_id] = bonus, ended_ms
    return found


async def swap_members(tx: Transaction, subject: Subject, changes: Sequence[MemberChange], server: Server) -> set[int]:
    """Put these into force; returns the members of whom something has changed since it was read: they were left alone."""
    members = [one.inputs.member_id for one in changes]
    marks, bonuses = await _marks(tx, members), await _bonuses(tx, subject.guild_id, members)
    read = [past.id for one in changes for history in one.inputs.histories.values() for past in history]
    histories = await answers.histories_of(tx, read)
    if await servers.load(tx, subject.guild_id) != server:
        return set(members)

    def as_read(given: Inputs) -> bool:
        same = (marks[given.member_id], bonuses.get(given.member_id, {})) == (given.mark, given.bonuses)
        return same and all(
            histories.get((given.member_id, family), ()) == history for family, history in given.histories.items()
        )

    good = [one for one in changes if as_read(one.inputs)]
    await store_graded(tx, [graded for one in good for graded in one.graded])
    cards = {(one.inputs.member_id, family): card for one in good for family, card in one.cards.items()}
    await answers.put_cards(tx, subject.pack_id, cards)
    await tx.run_many(
        "UPDATE competition_result SET bonus = ? WHERE competition_id = ? AND member_id = ?",
        [(bonus, game, one.inputs.member_id) for one in good for game, bonus in one.bonuses.items()],
    )
    changed = [total for one in good for total in one.totals.items()]
    await totals.drop(tx, [key for key, sums in changed if sums is None])
    await totals.put(tx, [(key, sums) for key, sums in changed if sums is not None])
    return set(members) - {one.inputs.member_id for one in good}


async def store_graded(tx: Transaction, graded: Iterable[Graded]) -> None:
    """Grade answers so."""
    await tx.run_many(
        "UPDATE answer SET correct = ?, void = ?, points = ?, kept = ? WHERE id = ?",
        [(one.correct, one.void, one.points, one.kept, one.id) for one in graded],
    )


async def grade_stand_ins(tx: Transaction, subject: Subject, right: FilePlace, after: int, *, void: bool) -> int | None:
    """Grade the answers of members who were deleted by that key, a piece of them.

    Returns where the next begins, None at the end. Their points stay: they count on no board.
    """
    rows = await tx.rows(
        "SELECT id FROM answer"
        " WHERE pack_id = ? AND question_id = ? AND guild_id = ? AND question_hash = ?"
        " AND id > ? AND member_id < 0 ORDER BY id LIMIT ?",
        (subject.pack_id, subject.question_id, subject.guild_id, subject.question_hash, after, ROWS_A_PIECE),
    )
    await tx.run(
        f"UPDATE answer SET correct = CASE WHEN chosen = ? THEN 1 ELSE 0 END, void = ? WHERE id IN {ids()}",
        (right, void, listed(id_ for (id_,) in rows)),
    )
    return rows[-1][0] if len(rows) == ROWS_A_PIECE else None


# Competitions


async def record(db: Reads, competition_id: int) -> Record | None:
    """A finished competition with the answers that counted and its results."""
    game = await competitions.load(db, competition_id)
    [[ended_ms]] = await db.rows("SELECT max(ended_ms) FROM competition WHERE id = ?", (competition_id,))
    if game is None or ended_ms is None or game.state.phase is not Phase.FINISHED:
        return None
    rows = await db.rows(
        "SELECT member_id, place, score, right_answers, answered, median_ms, bonus FROM competition_result"
        " WHERE competition_id = ?",
        (competition_id,),
    )
    counted = await competitions.counted_answers(db, game)
    results = {member_id: Result(*row) for member_id, *row in rows}
    return Record(game.id, game.state, game.questions, ended_ms, counted, results)


# Changes

_LAST_RATED = (
    "SELECT max(c.ended_ms) FROM competition_player AS o JOIN competition AS c ON c.id = o.competition_id"
    " JOIN competition_result AS r ON r.competition_id = c.id AND r.member_id = o.member_id"
    " WHERE o.member_id = p.member_id AND c.guild_id = ? AND c.phase = 'finished'"
    " AND (SELECT count(*) FROM competition_result WHERE competition_id = c.id) > 1"
)


def _round_key(one: RoundKey) -> tuple[str, tuple[object, ...]]:
    return "UPDATE competition_round SET key = ?, accepted = ? WHERE competition_id = ? AND round = ?", (
        one.key,
        accepted_text(one.accepted),
        one.game_id,
        one.round,
    )


def _round_marks(one: RoundMarks) -> tuple[str, tuple[object, ...]]:
    sql = "UPDATE competition_answer SET marks = ? WHERE competition_id = ? AND round = ? AND member_id = ?"
    return sql, (one.marks, one.game_id, one.round, one.member_id)


def _result_line(one: ResultLine) -> tuple[str, tuple[object, ...]]:
    line = one.line
    values = line.place, line.score, line.right, line.answered, line.median_ms, one.game_id, line.member_id
    if one.new:
        return (
            "INSERT INTO competition_result (competition_id, member_id, place, score, right_answers, answered,"
            " median_ms, team, bonus) SELECT competition_id, member_id, ?, ?, ?, ?, ?, team, 0"
            " FROM competition_player WHERE competition_id = ? AND member_id = ? ON CONFLICT DO NOTHING",
            values,
        )
    return (
        "UPDATE competition_result SET place = ?, score = ?, right_answers = ?, answered = ?, median_ms = ?"
        " WHERE competition_id = ? AND member_id = ?",
        values,
    )


def _result_bonus(one: ResultBonus) -> tuple[str, tuple[object, ...]]:
    sql = "UPDATE competition_result SET bonus = ? WHERE competition_id = ? AND member_id = ?"
    return sql, (one.bonus, one.game_id, one.member_id)


def _result_gone(one: ResultGone) -> tuple[str, tuple[object, ...]]:
    sql = "DELETE FROM competition_result WHERE competition_id = ? AND member_id = ? AND (bonus = 0 OR member_id < 0)"
    return sql, (one.game_id, one.member_id)


def _place_noted(one: PlaceNoted) -> tuple[str, tuple[object, ...]]:
    return (
        "INSERT INTO place_change (regrade_id, competition_id, member_id, before, after)"
        " SELECT ?, competition_id, member_id, ?, ? FROM competition_player WHERE competition_id = ? AND member_id = ?"
        " ON CONFLICT (regrade_id, competition_id, member_id) DO UPDATE SET after = excluded.after",
        (one.regrade_id, one.before, one.after, one.game_id, one.member_id),
    )


def _rating_before(one: RatingBefore) -> tuple[str, tuple[object, ...]]:
    return (
        "INSERT INTO rating_before (competition_id, member_id, mu, sigma, games)"
        " SELECT competition_id, member_id, ?, ?, ? FROM competition_player WHERE competition_id = ? AND member_id = ?"
        " ON CONFLICT (competition_id, member_id)"
        " DO UPDATE SET mu = excluded.mu, sigma = excluded.sigma, games = excluded.games",
        (one.rating.mu, one.rating.sigma, one.rating.games, one.game_id, one.member_id),
    )


def _rating_now(one: RatingNow) -> tuple[str, tuple[object, ...]]:
    if one.rating is None:
        return "DELETE FROM rating WHERE guild_id = ? AND member_id = ?", (one.guild_id, one.member_id)
    rating = one.rating
    return (
        "INSERT INTO rating (guild_id, member_id, mu, sigma, games, at_ms) SELECT ?, member_id, ?, ?, ?,"
        f" coalesce(nullif(CAST(? AS BIGINT), 0), ({_LAST_RATED}), 0)"
        " FROM competition_player p WHERE competition_id = ? AND member_id = ?"
        " ON CONFLICT (guild_id, member_id) DO UPDATE SET mu = excluded.mu, sigma = excluded.sigma,"
        " games = excluded.games, at_ms = excluded.at_ms",
        (
            *(one.guild_id, rating.mu, rating.sigma, rating.games, one.at_ms),
            *(one.guild_id, one.game_id, one.member_id),
        ),
    )


_STATEMENTS: dict[type, Callable[[Any], tuple[str, tuple[object, ...]]]] = {
    RoundKey: _round_key,
    RoundMarks: _round_marks,
    ResultLine: _result_line,
    ResultBonus: _result_bonus,
    ResultGone: _result_gone,
    PlaceNoted: _place_noted,
    RatingBefore: _rating_before,
    RatingNow: _rating_now,
}


async def change(tx: Transaction, changes: Sequence[Change]) -> None:
    """Make changes; those of one kind stand behind each other."""
    by_sql: dict[str, list[tuple[object, ...]]] = {}
    for one in changes:
        sql, values = _STATEMENTS[type(one)](one)
        by_sql.setdefault(sql, []).append(values)
    for sql, rows in by_sql.items():
        await tx.run_many(sql, rows)


# Ratings


async def rated(db: Reads, guild_id: int, first_id: int) -> Ratings:
    """What a replay of a server's ratings from a competition on needs.

    Those before it are known from what was stored when it ended (`rating_before`); for a competition from before that was
    stored, the replay begins with the server's first, where everybody begins.
    """
    finished = await _finished(db, guild_id)
    [[known]] = await db.rows("SELECT count(*) FROM rating_before WHERE competition_id = ?", (first_id,))
    rows = await db.rows(
        "SELECT id, ended_ms FROM competition WHERE guild_id = ? AND phase = 'finished' AND (? OR (ended_ms, id) >="
        " (SELECT ended_ms, id FROM competition WHERE id = ?)) ORDER BY ended_ms, id",
        (guild_id, not known, first_id),
    )
    games = []
    for competition_id, ended_ms in rows:
        places = await db.rows(
            "SELECT member_id, place FROM competition_result WHERE competition_id = ?"
            " ORDER BY score DESC, right_answers DESC, member_id",
            (competition_id,),
        )
        before = await db.rows(
            "SELECT member_id, mu, sigma, games FROM rating_before WHERE competition_id = ?", (competition_id,)
        )
        games.append(RatedGame(competition_id, ended_ms, dict(places), {row[0]: Rating(*row[1:]) for row in before}))
    stored = await db.rows("SELECT member_id, mu, sigma, games, at_ms FROM rating WHERE guild_id = ?", (guild_id,))
    return Ratings(games, {row[0]: (Rating(*row[1:4]), row[4]) for row in stored}, finished)


async def first_of(db: Reads, competition_ids: Iterable[int]) -> int:
    """Which of these competitions ended first."""
    [[first]] = await db.rows(
        f"SELECT id FROM competition WHERE id IN {ids()} ORDER BY ended_ms, id LIMIT 1",
        (listed(sorted(competition_ids)),),
    )
    return int(first)


async def _finished(db: Reads, guild_id: int) -> int:
    [[count]] = await db.rows("SELECT count(*) FROM competition WHERE guild_id = ? AND phase = 'finished'", (guild_id,))
    return int(count)


_LAST_RATED = (
    "SELECT max(c.ended_ms) FROM competition_player AS o JOIN competition AS c ON c.id = o.competition_id"
    " JOIN competition_result AS r ON r.competition_id = c.id AND r.member_id = o.member_id"
    " WHERE o.member_id = p.member_id AND c.guild_id = ? AND c.phase = 'finished'"
    " AND (SELECT count(*) FROM competition_result WHERE competition_id = c.id) > 1"
)


async def swap_ratings(tx: Transaction, guild_id: int, changes: Sequence[Change], finished: int) -> bool:
    """Put ratings into force; False, and nothing is done, when another competition has ended since they were read."""
    if await _finished(tx, guild_id) != finished:
        return False
    await change(tx, changes)
    return True


# The end


async def finish(tx: Transaction, regrade: Regrade, now_ms: int, since_ms: int) -> None:
    """A regrade is done; what it changed in competitions that ended since then is to be told, once a channel."""
    await tx.run(
        "DELETE FROM place_change WHERE regrade_id = ? AND (before = after OR before IS NULL AND after IS NULL"
        " OR competition_id IN (SELECT id FROM competition WHERE ended_ms < ?))",
        (regrade.id, since_ms),
    )
    for last_id, guild_id, channel_id in await tx.rows(
        "SELECT max(c.id), c.guild_id, c.channel_id FROM place_change p JOIN competition c ON c.id = p.competition_id"
        " WHERE p.regrade_id = ? GROUP BY c.guild_id, c.channel_id",
        (regrade.id,),
    ):
        await posts.add(tx, What(Kind.MOVES, regrade.id, last_id), guild_id, channel_id, now_ms)
    await tx.run("UPDATE regrade SET done_ms = ? WHERE id = ?", (now_ms, regrade.id))


async def moved(db: Reads, regrade_id: int, channel_id: int | None = None) -> list[Moved]:
    """Whose place a regrade changed in the competitions of a channel (None: anywhere), the best new places first."""
    rows = await db.rows(
        "SELECT p.member_id, p.competition_id, p.before, p.after, p.member_id < 0 OR EXISTS (SELECT 1 FROM"
        " member_setting s WHERE s.member_id = p.member_id AND s.hidden = 1) OR EXISTS (SELECT 1 FROM membership g"
        " WHERE g.guild_id = c.guild_id AND g.member_id = p.member_id AND g.gone_ms IS NOT NULL) FROM place_change p"
        " JOIN competition c ON c.id = p.competition_id WHERE p.regrade_id = ?"
        " AND (c.channel_id = ? OR CAST(? AS BIGINT) IS NULL) ORDER BY p.competition_id DESC, p.after IS NULL, p.after,"
        " p.before IS NOT NULL, p.before, p.member_id",
        (regrade_id, channel_id, channel_id),
    )
    return [Moved(member, game, before, after, bool(hidden)) for member, game, before, after, hidden in rows]


# All that rulings touch

_RULED = (
    "EXISTS (SELECT 1 FROM ruling r WHERE r.guild_id = a.guild_id AND r.pack_id = a.pack_id"
    " AND r.question_id = a.question_id AND r.question_hash = a.question_hash)"
)


async def packs(db: Reads, *, everything: bool) -> list[str]:
    """The courses with rulings, or with answers."""
    of = "answer" if everything else "ruling"
    return [pack_id for (pack_id,) in await db.rows(f"SELECT DISTINCT pack_id FROM {of}")]


async def families(db: Reads, pack_id: str, *, everything: bool) -> list[Family]:
    """The members and families of a course with answers that a ruling touches, or all."""
    rows = await db.rows(
        f"SELECT DISTINCT member_id, family FROM answer a WHERE pack_id = ? AND member_id > 0 AND (? OR {_RULED})",
        (pack_id, everything),
    )
    return [(member_id, family) for member_id, family in rows]


async def games(db: Reads, pack_id: str, *, everything: bool) -> list[tuple[int, int]]:
    """The finished competitions of a course that a ruling touches, or all, each with its server."""
    rows = await db.rows(
        "SELECT c.id, c.guild_id FROM competition c WHERE c.phase = 'finished' AND c.pack_id = ? AND (? OR EXISTS"
        f" (SELECT 1 FROM answer a WHERE a.mode = 'competition' AND a.run_id = c.id AND {_RULED}))",
        (pack_id, everything),
    )
    return [(game_id, guild_id) for game_id, guild_id in rows]


async def first_games(db: Reads, *, everything: bool) -> dict[int, int]:
    """Of each server the first finished competition that a ruling touches, or the first."""
    found: dict[int, int] = {}
    for guild_id, game_id in await db.rows(
        "SELECT c.guild_id, c.id FROM competition c WHERE c.phase = 'finished' AND (? OR EXISTS"
        f" (SELECT 1 FROM answer a WHERE a.mode = 'competition' AND a.run_id = c.id AND {_RULED}))"
        " ORDER BY c.ended_ms, c.id",
        (everything,),
    ):
        found.setdefault(guild_id, game_id)
    return found
